"""Admin itself: its version, what we may read of it, and what cannot be known beforehand."""

from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flyteidl.admin.common_pb2 import (
    NamedEntityIdentifier,
    NamedEntityIdentifierListRequest,
    ResourceListRequest,
)
from flyteidl.admin.matchable_resource_pb2 import (
    ListMatchableAttributesRequest,
    MatchableResource,
)
from flyteidl.admin.project_pb2 import GetDomainRequest, ProjectListRequest

from reconciler import __version__
from reconciler.admin.connection import Connection
from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.errors import AdminError, PermissionDeniedError, UnauthenticatedError

# Against which Admin all this is tested.
_TESTED = (1, 16)


def look_at_versions(admin: str) -> Iterator[Finding]:
    """Say which versions meet.

    Args:
        admin: What GetVersion answered, `v1.16.8`; "" if it said nothing.
    """
    ours = {
        "reconciler": __version__,
        **{name: found for name in ("flyteidl", "grpcio", "flytekit") if (found := _ours(name))},
    }
    listed = ", ".join(f"{name} {found}" for name, found in ours.items())
    number = _number(admin)
    facts = {"admin": admin, **ours}
    if number is not None and number[0] != 1:
        yield Finding(
            check="versions",
            verdict=Verdict.ERROR,
            text=f"Admin is {admin}, and this is for Flyte 1; here: {listed}",
            fix="use the tools of that Flyte",
            facts=facts,
        )
        return
    older = number is not None and number < (1, 10)
    yield Finding(
        check="versions",
        verdict=Verdict.WARNING if older else Verdict.OK,
        text=f"Admin {_named(admin)}; here: {listed}",
        fix="this is tested with Flyte 1.16: newer kinds of resources may be refused, or lost"
        if older
        else "",
        facts=facts,
    )


def look_at_permissions(connection: Connection, project: str, domain: str) -> Iterator[Finding]:
    """Read one of each kind, and say what may be."""
    calls = connection.calls
    place = NamedEntityIdentifier(project=project, domain=domain)
    one = ResourceListRequest(id=place, limit=1)
    ids = NamedEntityIdentifierListRequest(project=project, domain=domain, limit=1)
    reads: dict[str, Callable[[], Any]] = {
        "projects": lambda: calls.list_projects(ProjectListRequest(limit=1)),
        "domains": lambda: calls.get_domains(GetDomainRequest()),
        "tasks": lambda: calls.list_tasks(one),
        "workflows": lambda: calls.list_workflows(one),
        "launch plans": lambda: calls.list_launch_plans(one),
        "names": lambda: calls.list_task_ids(ids),
        "executions": lambda: calls.list_executions(one),
        "attributes": lambda: calls.list_matchable_attributes(
            ListMatchableAttributesRequest(resource_type=MatchableResource.TASK_RESOURCE)
        ),
    }
    denied: dict[str, str] = {}
    failed: dict[str, str] = {}
    for what, read in reads.items():
        try:
            read()
        except (PermissionDeniedError, UnauthenticatedError) as error:
            denied[what] = error.text
        except AdminError as error:
            failed[what] = f"{error.status}: {error.text}"
    can = [what for what in reads if what not in denied and what not in failed]
    where = f"in {project}/{domain}"
    if can:
        yield Finding(
            check="reading",
            verdict=Verdict.OK,
            text=f"may read {where}: {', '.join(can)}",
            facts={"may": can},
        )
    if denied:
        yield Finding(
            check="reading",
            verdict=Verdict.DENIED,
            text=f"may not read {where}: {', '.join(denied)} ({next(iter(denied.values()))})",
            fix="ask whoever runs Admin for these; a plan needs all but attributes",
            facts={"denied": list(denied)},
        )
    for what, reason in failed.items():
        yield Finding(
            check="reading",
            verdict=Verdict.ERROR,
            text=f"cannot read {what} {where}: {reason}",
            fix="the server's own log says more",
        )
    yield Finding(
        check="writing",
        verdict=Verdict.NOTE,
        text="what may be written is not known: Admin has no question for it, and only a write "
        "tells; a plan shows what an apply would write",
    )


def _ours(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _number(text: str) -> tuple[int, int] | None:
    parts = text.removeprefix("v").split(".")
    try:
        return int(parts[0]), int(parts[1])
    except (ValueError, IndexError):
        return None


def _named(admin: str) -> str:
    # Images of Admin that were built without their version say so in this word.
    return "of an unknown version" if admin in ("", "unknown") else admin
