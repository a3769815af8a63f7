"""Projects, and the domains that every one of them has."""

from typing import Any

from flyteidl.admin import project_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import missing, not_found
from reconciler.sandbox.store import Store

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


@admin.handles("GetProject")
def get_project(call: Call, request: Any) -> Any:
    """Return one project with all domains."""
    if not request.id:
        raise missing("project_id")
    with call.store.read() as session:
        row = session.one("SELECT * FROM projects WHERE identifier = ?", (request.id,))
    if row is None:
        raise not_found(f"project [{request.id}] not found")
    return to_project(call, row)


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
        stored = project_pb2.Project.FromString(row["labels"])
        project.labels.CopyFrom(stored.labels)
    return project


def _domains(call: Call) -> list[Any]:
    return [project_pb2.Domain(id=d.id, name=d.name) for d in call.config.domains]
