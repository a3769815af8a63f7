"""Projects, and the domains that every one of them has.

Source: flyteadmin/pkg/manager/impl/project_manager.go, validation/project_validator.go.
"""

from typing import Any

from flyteidl.admin import project_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import invalid, missing, not_found
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows
from reconciler.sandbox.names import check_labels, label_faults
from reconciler.sandbox.store import Store
from reconciler.sandbox.validation import find_project

MAX_NAME_BYTES = 64
MAX_DESCRIPTION_BYTES = 300

_LISTING = Listing(ENTITIES["project"], "ListProjects", default_order='projects."identifier" ASC')

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


def seed_project(store: Store, identifier: str, *, now: int) -> None:
    """Make sure a project exists, as `flyteadmin migrate seed-projects` does.

    Args:
        now: Microseconds since 1970.
    """
    with store.write() as session:
        session.run(
            "INSERT INTO projects (created_at, updated_at, identifier, name, description) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (now, now, identifier, identifier, f"{identifier} description"),
        )


@admin.handles("RegisterProject")
def register_project(call: Call, request: Any) -> Any:
    """Insert a project; the state it is sent with is honoured."""
    if not request.HasField("project"):
        raise missing("project")
    project = request.project
    if not project.name:
        raise missing("project_name")
    _check(project)
    now = call.now()
    with call.store.write() as session:
        session.insert(
            "projects",
            created_at=now,
            updated_at=now,
            identifier=project.id,
            name=project.name,
            description=project.description,
            labels=_labels(project),
            state=project.state,
        )
    return project_pb2.ProjectRegisterResponse()


@admin.handles("UpdateProject")
def update_project(call: Call, request: Any) -> Any:
    """Write what is not empty, and the state always."""
    with call.store.write() as session:
        row = find_project(session, request.id)
        if row is None:
            raise not_found(f"project [{request.id}] not found")
        _check(request)
        changes: dict[str, Any] = {"state": request.state, "updated_at": call.now()}
        if request.name:
            changes["name"] = request.name
        if request.description:
            changes["description"] = request.description
        if request.HasField("labels"):
            changes["labels"] = _labels(request)
        session.update("projects", row["id"], **changes)
    return project_pb2.ProjectUpdateResponse()


@admin.handles("GetProject")
def get_project(call: Call, request: Any) -> Any:
    """Return one project with all domains."""
    if not request.id:
        raise missing("project_id")
    with call.store.read() as session:
        row = find_project(session, request.id)
    if row is None:
        raise not_found(f"project [{request.id}] not found")
    return to_project(call, row)


@admin.handles("ListProjects")
def list_projects(call: Call, request: Any) -> Any:
    """Return projects; archived ones only if there is a filter, whatever it is."""
    with call.store.read() as session:
        page = list_rows(
            session,
            _LISTING,
            request,
            equal={},
            now=call.now(),
            implicit=() if request.filters else ('projects."state" <> 1',),
            unlimited=request.limit == 0,
        )
    return project_pb2.Projects(
        projects=[to_project(call, row) for row in page.rows], token=page.token
    )


@admin.handles("GetDomains")
def get_domains(call: Call, request: Any) -> Any:
    """Return the configured domains, in the order of the configuration."""
    return project_pb2.GetDomainsResponse(domains=_domains(call))


def to_project(call: Call, row: Any) -> Any:
    """Make the message of a row of `projects`."""
    project = project_pb2.Project(
        id=row["identifier"],
        name=row["name"],
        domains=_domains(call),
        description=row["description"],
        state=row["state"],
    )
    if row["labels"] is not None:
        project.labels.CopyFrom(project_pb2.Project.FromString(row["labels"]).labels)
    return project


def _check(project: Any) -> None:
    if not project.id:
        raise missing("project_id")
    check_labels(project.labels.values)
    faults = label_faults(project.id)
    if faults:
        raise invalid(f"invalid project id [{project.id}]: [{' '.join(faults)}]")
    if len(project.name.encode()) > MAX_NAME_BYTES:
        raise invalid(f"project_name cannot exceed {MAX_NAME_BYTES} characters")
    if len(project.description.encode()) > MAX_DESCRIPTION_BYTES:
        raise invalid(f"project_description cannot exceed {MAX_DESCRIPTION_BYTES} characters")
    if project.domains:
        raise invalid(
            "Domains are currently only set system wide. Please retry without domains included "
            "in your request."
        )


def _labels(project: Any) -> bytes | None:
    """Return what the column keeps, and filters see: the whole project, if it has labels."""
    if not project.HasField("labels"):
        return None
    encoded: bytes = project.SerializeToString()
    return encoded


def _domains(call: Call) -> list[Any]:
    return [project_pb2.Domain(id=d.id, name=d.name) for d in call.config.domains]
