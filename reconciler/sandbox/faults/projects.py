"""Which project a request is about: the one whose owner would have to permit it."""

from typing import Any

# In this order; an id's own project counts, not that of things it refers to.
_PLACES = (
    "project",
    "id",
    "attributes",
    "node_execution_id",
    "workflow_execution_id",
    "task_execution_id",
    "parent_node_execution_id",
    "execution_id",
    "event",
)
_FLYTE_URL = "flyte://v1/"


def project_of(request: Any) -> str:
    """Return the project that a request concerns, empty if it concerns none or all of them.

    Examples: `id.project` of a task; the project of the execution that an event is about; the
    id itself of a project that is read or updated.
    """
    if request.DESCRIPTOR.name in ("ProjectGetRequest", "Project"):
        return str(request.id)
    url = getattr(request, "flyte_url", "")
    if url.startswith(_FLYTE_URL):
        return str(url.removeprefix(_FLYTE_URL)).partition("/")[0]
    known = request.DESCRIPTOR.fields_by_name
    for place in _PLACES:
        field = known.get(place)
        if field is None:
            continue
        value = getattr(request, place)
        if field.message_type is None:
            if place == "project" and value:
                return str(value)
            continue
        if request.HasField(place) and (found := project_of(value)):
            return found
    return ""
