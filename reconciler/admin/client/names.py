"""Named entities: what all versions of a name share, a description and a state."""

from collections.abc import Callable, Iterator
from typing import Any

from flyteidl.admin.common_pb2 import (
    NamedEntity,
    NamedEntityGetRequest,
    NamedEntityListRequest,
    NamedEntityUpdateRequest,
)

from reconciler.admin.client import fields
from reconciler.admin.client.base import Based, Source
from reconciler.admin.client.filters import spell
from reconciler.admin.client.ids import message_of, name_id
from reconciler.admin.client.sorts import Sort, sorted_by
from reconciler.admin.client.streaming import PAGE

_BY_NAME = Sort("name")
# Without a filter Admin leaves out what it made itself for executions of single tasks, and does so
# after it has cut the page: pages come short, and their tokens end the list too early.
_ALL = "ne(project,_)"
_MADE_BY_ADMIN = ".flytegen"
# The same happens with any filter: only a page that holds all names misses none.
_WHOLE = 2**31 - 1


class Names(Based):
    """Named entities.

    `resource_type` is a number of flyteidl's ResourceType: TASK, WORKFLOW or LAUNCH_PLAN.
    """

    def get_named_entity(self, resource_type: int, id: Any) -> NamedEntity:
        """What the versions of a name share.

        Raises: NotFoundError if the name has no version.
        """
        request = NamedEntityGetRequest(resource_type=resource_type, id=name_id(id))
        return self.calls.get_named_entity(request)

    def update_named_entity(self, resource_type: int, id: Any, metadata: Any) -> None:
        """Set the description, unless it is empty, and the state.

        Admin always sets the state, so to change a description alone give the state that is
        there; and it cannot take a description away.

        Args:
            metadata: A NamedEntityMetadata, flyteidl's or flytekit's.
        """
        request = NamedEntityUpdateRequest(
            resource_type=resource_type, id=name_id(id), metadata=message_of(metadata)
        )
        self.calls.update_named_entity(request)

    def list_named_entities_paginated(
        self,
        resource_type: int,
        project: str,
        domain: str,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[NamedEntity], str]:
        """A page of named entities as Admin cuts it, and the token that it gives.

        Admin filters after it has cut the page, even without a filter, so an empty token does not
        mean that there are no more; `iter_named_entities` gives them all.
        """
        source = self._named_entities(resource_type, project, domain, filters, sort_by)
        return source.page(limit, token)

    def iter_named_entities(
        self,
        resource_type: int,
        project: str,
        domain: str,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[NamedEntity]:
        """Every named entity, by name; what Admin made itself only if there is a filter."""
        text = spell(filters, fields.NAMED_ENTITIES)
        source = self._named_entities(resource_type, project, domain, text or _ALL, sort_by)
        if text:
            return source.every(_WHOLE)
        return filter(_is_ours, source.every(page_size, limit))

    def _named_entities(
        self, resource_type: int, project: str, domain: str, filters: Any, sort_by: Any
    ) -> Source:
        listing = fields.NAMED_ENTITIES
        request = NamedEntityListRequest(
            resource_type=resource_type,
            project=project,
            domain=domain,
            filters=spell(filters, listing),
            sort_by=sorted_by(sort_by, listing, _BY_NAME),
        )
        return Source(
            listing.what,
            self.calls.list_named_entities,
            request,
            "entities",
            _key,
            _typed(resource_type),
        )


def _key(row: Any) -> tuple[str, str, str]:
    return row.id.project, row.id.domain, row.id.name


def _typed(resource_type: int) -> Callable[[Any], None]:
    def finish(row: Any) -> None:
        row.resource_type = resource_type

    return finish


def _is_ours(row: Any) -> bool:
    return not row.id.name.startswith(_MADE_BY_ADMIN)
