"""Projects, domains and attributes, as `get` lists them."""

from typing import Any

from flyteidl.admin.project_pb2 import Project
from google.protobuf.json_format import MessageToDict

from reconciler.model import ATTRIBUTE_FACETS
from reconciler.report.listing.listing import Column, Listing
from reconciler.report.masking import Masks


def _state(row: Any) -> str:
    value = Project.ProjectState.DESCRIPTOR.values_by_number.get(row.state)
    return value.name.lower() if value is not None else str(row.state)


def _labels(row: Any) -> dict[str, str]:
    return dict(sorted(row.labels.values.items()))


def _project(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "state": _state(row),
        "domains": [domain.id for domain in row.domains],
        "labels": _labels(row),
    }


def _facet(row: Any) -> str:
    field = row.attributes.WhichOneof("target") or ""
    return ATTRIBUTE_FACETS.get(field, field)


def _attribute(row: Any) -> dict[str, Any]:
    return {
        "project": row.project or None,
        "domain": row.domain or None,
        "workflow": row.workflow or None,
        "launch_plan": row.launch_plan or None,
        "attribute": _facet(row),
        "values": _values(row),
    }


def _words(row: Any) -> str:
    """What an attribute says, on one line."""
    return _flat(_values(row))


def _values(row: Any) -> Any:
    """The same as JSON, without what tends to be secret in it."""
    values = MessageToDict(row.attributes)
    return Masks().document(next(iter(values.values()), {}))


def _flat(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{key}: {_nested(item)}" for key, item in value.items())
        case list():
            return "[" + ", ".join(map(_nested, value)) + "]"
    return str(value)


def _nested(value: Any) -> str:
    return f"{{{_flat(value)}}}" if isinstance(value, dict) else _flat(value)


PROJECTS = Listing(
    "projects",
    (
        Column("ID", lambda row, now: row.id),
        Column("NAME", lambda row, now: row.name),
        Column("STATE", lambda row, now: _state(row)),
        Column("LABELS", lambda row, now: ",".join(f"{k}={v}" for k, v in _labels(row).items())),
        Column("DESCRIPTION", lambda row, now: row.description, wide=True),
    ),
    _project,
    lambda row: row.id,
)
DOMAINS = Listing(
    "domains",
    (
        Column("ID", lambda row, now: row.id),
        Column("NAME", lambda row, now: row.name),
    ),
    lambda row: {"id": row.id, "name": row.name},
    lambda row: row.id,
)
ATTRIBUTES = Listing(
    "attributes",
    (
        Column("PROJECT", lambda row, now: row.project),
        Column("DOMAIN", lambda row, now: row.domain),
        Column("WORKFLOW", lambda row, now: row.workflow),
        Column("ATTRIBUTE", lambda row, now: _facet(row)),
        Column("VALUES", lambda row, now: _words(row)),
    ),
    _attribute,
    lambda row: (
        "/".join(part for part in (row.project, row.domain, row.workflow) if part)
        + f"#{_facet(row)}"
    ),
)
