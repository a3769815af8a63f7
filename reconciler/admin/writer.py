"""The Writer port on AdminService: one thing a call, and every call repeatable."""

from collections.abc import Callable
from typing import Any

from reconciler.admin.calls import AdminCalls
from reconciler.admin.codec import CODECS, attributes, named_entity
from reconciler.admin.codec.launch_plan import to_switch
from reconciler.admin.codec.project import to_update
from reconciler.admin.existing import created_already, understood
from reconciler.admin.size import REQUEST_LIMIT, oversized
from reconciler.errors import AlreadyExistsError, InvalidArgumentError
from reconciler.model import Kind, Resource, ResourceId
from reconciler.ports import Created


class AdminWriter:
    """Writes to Admin (see `ports.Writer`).

    Args:
        calls: On a channel that may write.
        request_limit: Bytes of the largest request that this Admin reads.
    """

    def __init__(self, calls: AdminCalls, *, request_limit: int = REQUEST_LIMIT) -> None:
        self._calls = calls
        self._request_limit = request_limit

    def create(self, resource: Resource) -> Created:
        kind = resource.id.kind
        if kind not in CODECS:
            raise ValueError(f"{resource.id} cannot be created: Admin knows no such thing")
        request: Any = CODECS[kind].create(resource)
        if too_large := oversized(resource, limit=self._request_limit):
            raise too_large
        try:
            match kind:
                case Kind.PROJECT:
                    self._calls.register_project(request)
                case Kind.TASK:
                    self._calls.create_task(request)
                case Kind.WORKFLOW:
                    self._calls.create_workflow(request)
                case Kind.LAUNCH_PLAN:
                    self._calls.create_launch_plan(request)
        except AlreadyExistsError as answer:
            return created_already(answer)
        except InvalidArgumentError as answer:
            if error := understood(answer):
                raise error from answer
            raise
        return Created.NEW

    def update(self, resource: Resource) -> None:
        match resource.id.kind:
            case Kind.PROJECT:
                self._calls.update_project(to_update(resource))
            case Kind.ATTRIBUTES:
                self._upsert(self._of_level(resource.id)[0], attributes.to_update(resource))
            case Kind.NAMED_ENTITY:
                self._upsert(self._calls.update_named_entity, named_entity.to_update(resource))
            case kind:
                raise ValueError(f"{resource.id} cannot be updated: a {kind} never changes")

    def delete(self, attributes_id: ResourceId) -> None:
        if attributes_id.kind is not Kind.ATTRIBUTES:
            raise ValueError(f"{attributes_id} cannot be deleted: Admin deletes attributes only")
        self._of_level(attributes_id)[1](attributes.to_delete(attributes_id))

    def set_active(self, launch_plan: ResourceId, *, active: bool) -> None:
        self._calls.update_launch_plan(to_switch(launch_plan, active=active))

    def _of_level(self, id: ResourceId) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
        """Update and delete of a row of attributes, by how many parts name its level."""
        calls = self._calls
        if id.name:
            return calls.update_workflow_attributes, calls.delete_workflow_attributes
        if id.domain:
            return calls.update_project_domain_attributes, calls.delete_project_domain_attributes
        return calls.update_project_attributes, calls.delete_project_attributes

    @staticmethod
    def _upsert(call: Callable[[Any], Any], request: Any) -> None:
        try:
            call(request)
        except AlreadyExistsError:
            # Someone made the row between Admin's look and its insert: now there is one to update.
            call(request)
