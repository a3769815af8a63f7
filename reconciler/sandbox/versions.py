"""What tasks, workflows and launch plans have in common: rows by project, domain, name, version.

Admin's lookups leave empty parts out of the condition and take any row that fits; so do these.
"""

from typing import Any

from flyteidl.admin import common_pb2
from flyteidl.core import identifier_pb2

from reconciler.sandbox.errors import database
from reconciler.sandbox.listing import ENTITIES, order_by, parse_token
from reconciler.sandbox.listing.paging import next_token
from reconciler.sandbox.store import Session

_PREFIXES = {"tasks": "task", "workflows": "workflow", "launch_plans": "launch_plan"}
_PARTS = ("project", "domain", "name", "version")


def find_version(session: Session, table: str, identifier: Any) -> Any:
    """Return the row of an id, None if there is none.

    An incomplete id gives some row that has the parts it names, an empty one any row.
    """
    given = {part: getattr(identifier, part) for part in _PARTS if getattr(identifier, part)}
    condition = " AND ".join(f"{part} = ?" for part in given)
    return session.one(
        f"SELECT * FROM {table}{' WHERE ' + condition if condition else ''} LIMIT 1",
        tuple(given.values()),
    )


def identifier_of(row: Any, resource_type: int) -> Any:
    """Return the Identifier of a row; it never has an org."""
    return identifier_pb2.Identifier(
        resource_type=resource_type,
        project=row["project"],
        domain=row["domain"],
        name=row["name"],
        version=row["version"],
    )


def list_ids(session: Session, table: str, request: Any, *, method: str) -> Any:
    """Return a page of the distinct names; sorted by project, domain or name if at all.

    Args:
        request: A NamedEntityIdentifierListRequest whose required fields are checked.
        method: As the message about a bad token names the list.

    Raises:
        Refusal: INVALID_ARGUMENT for sort or token, UNKNOWN for a key that is not grouped by.
    """
    columns = ENTITIES[_PREFIXES[table]].columns
    order = order_by(request, columns)
    offset = parse_token(request.token, method)
    if order and request.sort_by.key not in ("project", "domain", "name"):
        raise database(
            f'column "{table}.{request.sort_by.key}" must appear in the GROUP BY clause or be '
            "used in an aggregate function"
        )
    rows = distinct_names(
        session,
        table,
        project=request.project,
        domain=request.domain,
        descending=" DESC" in order and request.sort_by.key == "name",
        limit=request.limit,
        offset=offset,
    )
    return common_pb2.NamedEntityIdentifierList(
        entities=[
            common_pb2.NamedEntityIdentifier(project=p, domain=d, name=n) for p, d, n in rows
        ],
        token=next_token(offset=offset, limit=request.limit, count=len(rows)),
    )


def distinct_names(
    session: Session,
    table: str,
    *,
    project: str,
    domain: str,
    descending: bool = False,
    limit: int,
    offset: int = 0,
) -> list[tuple[str, str, str]]:
    """Return the names that have rows, as (project, domain, name), in order of the name.

    Of one project and domain they are found by leaping from name to name through the key, so
    that the number of versions does not count. An empty project or domain means any.
    """
    if not (project and domain):
        given = {"project": project, "domain": domain}
        given = {part: value for part, value in given.items() if value}
        condition = " AND ".join(f"{part} = ?" for part in given) or "1"
        direction = "DESC" if descending else "ASC"
        rows = session.all(
            f"SELECT DISTINCT project, domain, name FROM {table} WHERE {condition} "
            f"ORDER BY name {direction} LIMIT ? OFFSET ?",
            (*given.values(), limit, offset),
        )
        return [(row[0], row[1], row[2]) for row in rows]
    extreme, beyond = ("max", "<") if descending else ("min", ">")
    rows = session.all(
        "WITH RECURSIVE leap(name) AS ("
        f"SELECT {extreme}(name) FROM {table} WHERE project = ?1 AND domain = ?2 UNION ALL "
        f"SELECT (SELECT {extreme}(name) FROM {table} WHERE project = ?1 AND domain = ?2 "
        f"AND name {beyond} leap.name) FROM leap WHERE leap.name IS NOT NULL) "
        "SELECT name FROM leap WHERE name IS NOT NULL LIMIT ?3 OFFSET ?4",
        (project, domain, limit, offset),
    )
    return [(project, domain, row[0]) for row in rows]
