"""Named entities: what all versions of a name share, a description and a state.

A name exists once it has a version; its metadata gets a row with the first update.

Source: flyteadmin/pkg/manager/impl/named_entity_manager.go,
pkg/repositories/gormimpl/named_entity_repo.go.
"""

import json
from typing import Any

from flyteidl.admin import common_pb2
from flyteidl.core import identifier_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import database, invalid, invalid_value, missing, not_found
from reconciler.sandbox.listing import ENTITIES, Filter, next_token, order_by, parse_token, where
from reconciler.sandbox.listing.columns import Column, Entity
from reconciler.sandbox.listing.filters import parse_filters
from reconciler.sandbox.store import Session
from reconciler.sandbox.validation import (
    LAUNCH_PLAN,
    TASK,
    WORKFLOW,
    check_limit,
    check_parts,
    resource_type_name,
)
from reconciler.sandbox.versions import distinct_names

MAX_DESCRIPTION = 300  # characters
_METADATA = "named_entity_metadata"
_TABLES = {TASK: "tasks", WORKFLOW: "workflows", LAUNCH_PLAN: "launch_plans"}
_IMPLICIT = "not_like(name,.flytegen%)"

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("GetNamedEntity")
def get_named_entity(call: Call, request: Any) -> Any:
    """Return a name and its metadata."""
    _check(request)
    with call.store.read() as session:
        row = _find(session, request.resource_type, request.id)
    return _message(
        request.resource_type,
        request.id.project,
        request.id.domain,
        request.id.name,
        row["description"] if row is not None else "",
        row["state"] if row is not None else 0,
    )


@admin.handles("UpdateNamedEntity")
def update_named_entity(call: Call, request: Any) -> Any:
    """Write the description unless it is empty, and the state always."""
    _check(request)
    if not request.HasField("metadata"):
        raise missing("metadata")
    metadata = request.metadata
    if metadata.state != common_pb2.NAMED_ENTITY_ACTIVE and request.resource_type not in _TABLES:
        kind = resource_type_name(request.resource_type)
        raise invalid(f"Resource [{kind}] cannot have its state updated")
    description = _varchar(metadata.description)
    with call.store.write() as session:
        row = _find(session, request.resource_type, request.id)
        set_metadata(
            session,
            request.resource_type,
            request.id,
            row=row,
            description=description,
            state=metadata.state,
            now=call.now(),
        )
    return common_pb2.NamedEntityUpdateResponse()


@admin.handles("ListNamedEntities")
def list_named_entities(call: Call, request: Any) -> Any:
    """Return a page of names with their metadata.

    Limit and token count names; filters are applied to the page they make.
    """
    check_parts(request, "project", "domain")
    if request.resource_type == identifier_pb2.UNSPECIFIED:
        raise invalid_value("resource_type")
    check_limit(request)
    filters = parse_filters(request.filters or _IMPLICIT, primary=_PRIMARY, others=(_SECONDARY,))
    order = order_by(request, _PRIMARY.columns)
    offset = parse_token(request.token, "ListNamedEntities")
    table = _TABLES.get(request.resource_type)
    if table is None:
        kind = resource_type_name(request.resource_type)
        raise invalid(f"Cannot list entity names for resource type: {kind}")
    if order and request.sort_by.key not in ("project", "domain", "name"):
        raise database(f'column "{request.sort_by.key}" does not exist')
    descending = " DESC" in order and request.sort_by.key == "name"
    with call.store.read() as session:
        names = [
            name
            for _, _, name in distinct_names(
                session,
                table,
                project=request.project,
                domain=request.domain,
                descending=descending,
                limit=request.limit,
                offset=offset,
            )
        ]
        rows = _with_metadata(session, request, names, filters, descending, call.now())
    return common_pb2.NamedEntityList(
        entities=[
            _message(
                request.resource_type,
                request.project,
                request.domain,
                row["name"],
                row["description"],
                row["state"],
            )
            for row in rows
        ],
        token=next_token(offset=offset, limit=request.limit, count=len(rows)),
    )


def set_metadata(
    session: Session,
    resource_type: int,
    identifier: Any,
    *,
    row: Any,
    description: str,
    state: int,
    now: int,
) -> None:
    """Write a name's metadata over its row, or in a new one if `row` is None.

    Args:
        identifier: Whatever has project, domain and name.
        description: Left as it is if empty.
        now: Microseconds since 1970.
    """
    if row is None:
        session.insert(
            _METADATA,
            created_at=now,
            updated_at=now,
            resource_type=resource_type,
            project=identifier.project,
            domain=identifier.domain,
            name=identifier.name,
            description=description,
            state=state,
        )
        return
    written: dict[str, Any] = {"state": state, "updated_at": now}
    if description:
        written["description"] = description
    session.update(_METADATA, row["id"], **written)


def _check(request: Any) -> None:
    if request.resource_type == identifier_pb2.UNSPECIFIED:
        raise invalid_value("resource_type")
    if not request.HasField("id"):
        raise missing("id")
    check_parts(request.id, "project", "domain", "name")


def _find(session: Session, resource_type: int, identifier: Any) -> Any:
    """Return the metadata's row, None if the name has none.

    Raises:
        Refusal: There is no such name, or no such kind of name.
    """
    table = _TABLES.get(resource_type)
    if table is None:
        kind = resource_type_name(resource_type)
        raise invalid(f"Cannot get NamedEntityMetadata for resource type: {kind}")
    key = (identifier.project, identifier.domain, identifier.name)
    condition = "project = ? AND domain = ? AND name = ?"
    if session.one(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1", key) is None:
        raise not_found("entry not found")
    return session.one(
        f"SELECT * FROM {_METADATA} WHERE resource_type = ? AND {condition}", (resource_type, *key)
    )


def _varchar(text: str) -> str:
    """Return the text as a varchar(300) keeps it: blanks beyond its end are cut."""
    if len(text) <= MAX_DESCRIPTION:
        return text
    if text[MAX_DESCRIPTION:].strip(" "):
        raise database(f"value too long for type character varying({MAX_DESCRIPTION})")
    return text[:MAX_DESCRIPTION]


def _with_metadata(
    session: Session,
    request: Any,
    names: list[str],
    filters: list[Filter],
    descending: bool,
    now: int,
) -> list[Any]:
    conditions, parameters = where(filters, now=now)
    return session.all(
        "WITH entities(name, project, domain) AS (SELECT value, ?, ? FROM json_each(?)) "
        "SELECT entities.name, "
        "COALESCE(named_entity_metadata.description, '') AS description, "
        "COALESCE(named_entity_metadata.state, 0) AS state FROM entities "
        "LEFT JOIN named_entity_metadata ON named_entity_metadata.resource_type = ? "
        "AND named_entity_metadata.project = ? AND named_entity_metadata.domain = ? "
        "AND named_entity_metadata.name = entities.name "
        f"WHERE {' AND '.join(conditions)} "
        f"ORDER BY entities.name {'DESC' if descending else 'ASC'}",
        (
            request.project,
            request.domain,
            json.dumps(names),
            request.resource_type,
            request.project,
            request.domain,
            *parameters,
        ),
    )


def _columns(entity: Entity) -> Entity:
    """Return the entity with its columns as the statement of the list has them.

    The state of a name without metadata counts as 0, all else as NULL; the first three parts are
    those of the page of names.
    """
    own = {} if entity.table == _METADATA else dict.fromkeys(("project", "domain", "name"))
    columns = {}
    for name, column in entity.columns.items():
        absent = ""
        if own and name == "resource_type":
            absent = "column entities.resource_type does not exist"
        sql = f"entities.{name}" if name in own else f'{_METADATA}."{name}"'
        if name == "state":
            sql = f"COALESCE({sql}, 0)"
        columns[name] = Column(name, column.kind, sql, name not in own, absent)
    return Entity(entity.prefix, entity.code, entity.table, columns)


_PRIMARY = _columns(ENTITIES["entities"])
_SECONDARY = _columns(ENTITIES["named_entity_metadata"])


def _message(
    resource_type: int, project: str, domain: str, name: str, description: str, state: int
) -> Any:
    return common_pb2.NamedEntity(
        resource_type=resource_type,
        id=common_pb2.NamedEntityIdentifier(project=project, domain=domain, name=name),
        metadata=common_pb2.NamedEntityMetadata(description=description, state=state),
    )
