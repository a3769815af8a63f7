"""The checks that many RPCs share, in Admin's order and words."""

from typing import Any

from flyteidl.admin import project_pb2
from flyteidl.core import identifier_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.errors import Refusal, invalid, invalid_value, missing
from reconciler.sandbox.store import Session

TASK = identifier_pb2.TASK
WORKFLOW = identifier_pb2.WORKFLOW
LAUNCH_PLAN = identifier_pb2.LAUNCH_PLAN

_VERSIONED_PARTS = ("project", "domain", "name", "version")


def check_identifier(holder: Any, field: str, expected: int) -> Any:
    """Return the Identifier of a versioned entity that has all its parts.

    Args:
        holder: The message that holds it.
        field: The field's name there.
        expected: The resource type it must have.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    if not holder.HasField(field):
        raise missing("id")
    identifier = getattr(holder, field)
    if identifier.resource_type != expected:
        actual, wanted = (resource_type_name(t) for t in (identifier.resource_type, expected))
        raise invalid(
            f"unexpected resource type {actual.lower()} for identifier "
            f"[{go_text(identifier)}], expected {wanted.lower()} instead"
        )
    for part in _VERSIONED_PARTS:
        if not getattr(identifier, part):
            raise missing(part)
    return identifier


def check_parts(identifier: Any, *parts: str) -> None:
    """Check that the named fields of an id are not empty, in order.

    Raises:
        Refusal: INVALID_ARGUMENT, `missing …`.
    """
    for part in parts:
        if not getattr(identifier, part):
            raise missing(part)


def check_project_and_domain(
    session: Session, config: SandboxConfig, *, project: str, domain: str
) -> None:
    """Check that a project exists and is active, and that the domain is configured.

    An empty project means any one project: Admin's lookup leaves empty fields out.

    Raises:
        Refusal: INVALID_ARGUMENT; with the detail InactiveProject if it is not active.
    """
    try:
        row = find_project(session, project)
    except Refusal as exc:
        raise _not_registered(project, domain, exc.message) from None
    if row is None:
        raise _not_registered(project, domain, f"project [{project}] not found")
    if row["state"] != project_pb2.Project.ACTIVE:
        detail = project_pb2.InactiveProject(id=project)
        raise invalid(f"project [{project}] is not active", detail)
    check_domain(config, domain)


def check_domain(config: SandboxConfig, domain: str) -> None:
    """Check that a domain is configured.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    if domain not in {known.id for known in config.domains}:
        raise invalid(f"domain [{domain}] is unrecognized by system")


def find_project(session: Session, identifier: str) -> Any:
    """Return the row of a project, None if there is none; of some project if the id is empty.

    Raises:
        Refusal: UNKNOWN: the database could not hold such a text.
    """
    if not identifier:
        return session.one("SELECT * FROM projects LIMIT 1")
    return session.one("SELECT * FROM projects WHERE identifier = ?", (identifier,))


def identifier_text(identifier: Any) -> str:
    """Return an id as Admin's NOT_FOUND messages print it: project, domain, name, version.

    Parts that are empty are left out, resource type and org always.
    """
    return go_text(
        identifier_pb2.Identifier(
            project=identifier.project,
            domain=identifier.domain,
            name=identifier.name,
            version=identifier.version,
        )
    )


def resource_type_name(number: int) -> str:
    """Return the name of a ResourceType; of an unknown one the number."""
    known = identifier_pb2.ResourceType.DESCRIPTOR.values_by_number.get(number)
    return known.name if known is not None else str(number)


def _not_registered(project: str, domain: str, reason: str) -> Refusal:
    return invalid(
        f"failed to validate that project [{project}] and domain [{domain}] are registered, "
        f"err: [{reason}]"
    )


def check_list_request(request: Any) -> None:
    """Check the fields of a ResourceListRequest that must be there, in order.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    if not request.HasField("id"):
        raise missing("id")
    check_parts(request.id, "project", "domain")
    check_limit(request)


def check_limit(request: Any) -> None:
    """Check that a list request has a limit.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    if not request.limit:
        raise invalid_value("limit")


def parts_of(identifier: Any, table: str) -> dict[str, str]:
    """Return the conditions that a list request's id means: column → value, empty ones too."""
    return {f"{table}.{part}": getattr(identifier, part) for part in ("project", "domain", "name")}
