"""Descriptions of tasks and workflows, kept beside them and never part of their digest.

Source: flyteadmin/pkg/manager/impl/description_entity_manager.go.
"""

from typing import Any

from flyteidl.admin import description_entity_pb2
from flyteidl.core import identifier_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import internal, invalid_value, missing, not_found
from reconciler.sandbox.listing import ENTITIES, Column, Entity, Listing, list_rows
from reconciler.sandbox.listing.columns import columns_of
from reconciler.sandbox.store import Store
from reconciler.sandbox.validation import check_parts

TABLE = "description_entities"

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


def store_description(store: Store, identifier: Any, description: Any, *, now: int) -> None:
    """Insert what a task or workflow was described with; its tags are not kept.

    Args:
        identifier: Of the entity described.
        now: Microseconds since 1970.

    Raises:
        Refusal: It is there already, or the database cannot hold it.
    """
    long = None
    if description.HasField("long_description"):
        long = description.long_description.SerializeToString()
    with store.write() as session:
        session.insert(
            TABLE,
            created_at=now,
            updated_at=now,
            resource_type=identifier.resource_type,
            project=identifier.project,
            domain=identifier.domain,
            name=identifier.name,
            version=identifier.version,
            short_description=description.short_description,
            long_description=long,
            link=description.source_code.link,
        )


@admin.handles("GetDescriptionEntity")
def get_description_entity(call: Call, request: Any) -> Any:
    """Return one description; the resource type of the request is not looked at."""
    if not request.HasField("id"):
        raise invalid_value("resource_type")
    check_parts(request.id, "project", "domain", "name", "version")
    with call.store.read() as session:
        row = session.one(
            f"SELECT * FROM {TABLE} WHERE project = ? AND domain = ? AND name = ? "
            "AND version = ? LIMIT 1",
            (request.id.project, request.id.domain, request.id.name, request.id.version),
        )
    if row is None:
        raise not_found("entry not found")
    return _message(row)


@admin.handles("ListDescriptionEntities")
def list_description_entities(call: Call, request: Any) -> Any:
    """Return the descriptions of one name; the resource type matters to filters only."""
    if not request.HasField("id"):
        raise missing("id")
    check_parts(request.id, "project", "domain", "name")
    if not request.limit:
        raise invalid_value("limit")
    with call.store.read() as session:
        page = list_rows(
            session,
            _listing(request.resource_type, bool(request.filters)),
            request,
            equal={
                f"{TABLE}.project": request.id.project,
                f"{TABLE}.domain": request.id.domain,
                f"{TABLE}.name": request.id.name,
            },
            now=call.now(),
        )
    return description_entity_pb2.DescriptionEntityList(
        descriptionEntities=[_message(row) for row in page.rows], token=page.token
    )


def _listing(resource_type: int, filtered: bool) -> Listing:
    """Return how to read the table when filters believe they read another one.

    Columns are checked against the entity of the resource type, and then looked for among the
    descriptions.
    """
    known = _FILTERED_AS.get(resource_type)
    if known is None:
        if filtered:
            raise internal("unsupported entity ''")
        known = "task"
    return Listing(
        _disguised(known),
        "ListWorkflows",  # so Admin's message about a bad token says
        # A filter on the workflow is let through, and asks the descriptions all the same.
        joins={"workflow": ""} if known == "launch_plan" else {},
        others={"workflow": _disguised("workflow")},
        sort_columns=_COLUMNS,
    )


_COLUMNS = columns_of(TABLE)
_FILTERED_AS = {
    identifier_pb2.TASK: "task",
    identifier_pb2.WORKFLOW: "workflow",
    identifier_pb2.LAUNCH_PLAN: "launch_plan",
}


def _disguised(prefix: str) -> Entity:
    entity = ENTITIES[prefix]
    columns = {
        name: _COLUMNS.get(name)
        or Column(name, column.kind, "", absent=f'column "{name}" does not exist')
        for name, column in entity.columns.items()
    }
    return Entity(entity.prefix, entity.code, TABLE, columns)


def _message(row: Any) -> Any:
    return description_entity_pb2.DescriptionEntity(
        id=identifier_pb2.Identifier(
            resource_type=row["resource_type"],
            project=row["project"],
            domain=row["domain"],
            name=row["name"],
            version=row["version"],
        ),
        short_description=row["short_description"],
        long_description=description_entity_pb2.Description.FromString(
            row["long_description"] or b""
        ),
        source_code=description_entity_pb2.SourceCode(link=row["link"]),
    )
