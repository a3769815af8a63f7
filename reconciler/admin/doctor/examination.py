"""All looks in order, each only where the one before leaves it a chance."""

from collections.abc import Iterator, Mapping

from flyteidl.admin.common_pb2 import Sort
from flyteidl.admin.project_pb2 import Project, ProjectListRequest
from flyteidl.admin.version_pb2 import GetVersionRequest

from reconciler.admin.auth import Person
from reconciler.admin.clock import SystemClock
from reconciler.admin.connection import Connection, connect
from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.admin.doctor.login import look_at_login, refused
from reconciler.admin.doctor.network import look_at_network
from reconciler.admin.doctor.service import look_at_permissions, look_at_versions
from reconciler.admin.doctor.settings import look_at_settings
from reconciler.admin.doctor.store import look_at_store
from reconciler.admin.retry import RetryPolicy
from reconciler.config import Config
from reconciler.errors import (
    AdminError,
    ConfigError,
    LoginError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnreachableError,
)
from reconciler.ports import Clock

# Whoever asks what is wrong wants to hear of it soon.
_POLICY = RetryPolicy(attempts=2, deadline=10.0, budget=15.0)
_NOBODY = Person()


def diagnose(
    config: Config,
    *,
    environ: Mapping[str, str],
    person: Person | None = _NOBODY,
    clock: Clock | None = None,
) -> Iterator[Finding]:
    """Look at everything between here and Admin, and yield what is found as it is. Writes nothing.

    Args:
        config: For `sandbox:PATH`, what its `at` gives.
        environ: Where proxies are named.
        person: Who may be asked to log in; by default nobody is, and only a kept token used. None
            for whoever started this process.
        clock: None for the machine's.

    Raises: nothing of ours; what goes wrong is a finding.
    """
    clock = clock or SystemClock()
    yield from look_at_settings(config)
    host, _, port = config.endpoint.rpartition(":")
    network = list(
        look_at_network(
            host.strip("[]"),
            int(port),
            config,
            secure=not config.insecure,
            environ=environ,
            now=clock.now(),
        )
    )
    yield from network
    if any(one.verdict is Verdict.ERROR for one in network):
        return
    try:
        connection = connect(config, policy=_POLICY, clock=clock, person=person)
    except (ConfigError, UnreachableError) as error:
        fix = "mend that file or setting; the table above says where it is from"
        yield Finding(check="admin", verdict=Verdict.ERROR, text=str(error), fix=fix)
        return
    with connection:
        try:
            yield from _look_at(connection, environ=environ, clock=clock)
        except LoginError as error:
            yield refused(error)
        except (AdminError, UnreachableError, ConfigError) as error:
            yield Finding(
                check="admin",
                verdict=Verdict.ERROR,
                text=f"it answered before, and then: {error}",
                fix="look again: it may be starting anew, or be short of something",
            )


def _look_at(
    connection: Connection, *, environ: Mapping[str, str], clock: Clock
) -> Iterator[Finding]:
    try:
        answer = connection.calls.get_version(GetVersionRequest())
    except (LoginError, UnauthenticatedError, ConfigError) as error:
        yield refused(error)
        return
    except (AdminError, UnreachableError) as error:
        denied = isinstance(error, PermissionDeniedError)
        yield Finding(
            check="admin",
            verdict=Verdict.DENIED if denied else Verdict.ERROR,
            text=str(error),
            fix="is this the gRPC port of Flyte Admin? The console's address is often another",
        )
        return
    admin = str(answer.control_plane_version.Version)
    yield Finding(
        check="admin",
        verdict=Verdict.OK,
        text=f"Flyte Admin answers at {connection.config.endpoint}",
        facts={"version": admin},
    )
    yield from look_at_login(connection, now=clock.now())
    yield from look_at_versions(admin)
    try:
        place, said = _place(connection)
    except (AdminError, UnreachableError, LoginError) as error:
        denied = isinstance(error, PermissionDeniedError | UnauthenticatedError | LoginError)
        verdict = Verdict.DENIED if denied else Verdict.ERROR
        fix = (
            "projects must be listed before anything else can be looked at: ask whoever runs Admin"
        )
        yield Finding(check="project", verdict=verdict, text=str(error), fix=fix)
        return
    yield from said
    if place is None:
        return
    yield from look_at_permissions(connection, *place)
    yield from look_at_store(connection, *place, clock=clock, environ=environ)


def _place(connection: Connection) -> tuple[tuple[str, str] | None, list[Finding]]:
    """Where to try things: the default project and domain, or else some that there are."""
    config = connection.config
    project, domain = config.default_project, config.default_domain
    wanted = f"{project}/{domain}"
    request = ProjectListRequest(
        limit=1000, sort_by=Sort(key="identifier", direction=Sort.ASCENDING)
    )
    projects: list[Project] = list(connection.calls.list_projects(request).projects)
    by_id = {one.id: [each.id for each in one.domains] for one in projects}
    if domain in by_id.get(project, ()):
        text = f"{wanted} is there"
        return (project, domain), [Finding(check="project", verdict=Verdict.OK, text=text)]
    some = project if by_id.get(project) else next((one for one in by_id if by_id[one]), None)
    missing = f"the default project and domain, {wanted}, are not there"
    if some is None:
        fix = "have a project made, or ask for a look into one"
        finding = Finding(
            check="project",
            verdict=Verdict.WARNING,
            text=f"{missing}, and no other is seen",
            fix=fix,
        )
        return None, [finding]
    place = (some, by_id[some][0])
    finding = Finding(
        check="project",
        verdict=Verdict.NOTE,
        text=f"{missing}; what follows is about {place[0]}/{place[1]}",
        fix="name yours by FLYTE_DEFAULT_PROJECT and FLYTE_DEFAULT_DOMAIN, or task.project and "
        "task.domain in the file",
        facts={"projects": list(by_id)[:20]},
    )
    return place, [finding]
