"""A million versions cost no more than a thousand: reads of the embedded Admin, filled by SQL."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flyteidl.admin import common_pb2, task_pb2

from benchmarks.world import Figure, best
from reconciler.sandbox import Admin, Store

SMALL, LARGE = 1_000, 1_000_000
NAMES = 100  # asked for; of a thousand versions each in the large store, ten in the small one
RATIO = 3.0  # promised

PROJECT, DOMAIN = "flytesnacks", "development"
SERVICE = "/flyteidl.service.AdminService"


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        small = measured(Path(name) / "small.db", SMALL)
        began = time.perf_counter()
        large = measured(Path(name) / "large.db", LARGE)
        yield Figure(
            "filling and asking a store of a million versions", time.perf_counter() - began, "s"
        )
    for what, seconds in large.items():
        beside = f"{seconds * 1000:.2f} ms against {small[what] * 1000:.2f} ms"
        yield Figure(what, seconds / small[what], "x", RATIO, beside)


def measured(path: Path, versions: int) -> dict[str, float]:
    """Seconds of each read on a store of so many versions."""
    store = Store.open(path)
    admin = Admin(store)
    fill(admin, versions=versions)
    figures = {what: best(read, of=20) for what, read in reads(admin).items()}
    store.close()
    return figures


def reads(admin: Admin) -> dict[str, Callable[[], object]]:
    """The reads that a client makes all the time."""
    one = common_pb2.ObjectGetRequest()
    one.id.resource_type, one.id.project, one.id.domain = 1, PROJECT, DOMAIN
    one.id.name, one.id.version = "task-7", "v7"
    names = ";".join(f"task-{number}" for number in range(NAMES))
    ids = common_pb2.NamedEntityIdentifierListRequest(project=PROJECT, domain=DOMAIN, limit=100)
    newest = common_pb2.Sort(key="created_at")

    def listed(name: str = "", **fields: object) -> Callable[[], object]:
        identifier = common_pb2.NamedEntityIdentifier(project=PROJECT, domain=DOMAIN, name=name)
        request = common_pb2.ResourceListRequest(id=identifier, **fields)
        payload = request.SerializeToString()
        return lambda: admin.call(f"{SERVICE}/ListTasks", payload)

    return {
        "GetTask": lambda: admin.call(f"{SERVICE}/GetTask", one.SerializeToString()),
        "newest version of a name": listed("task-7", limit=1, sort_by=newest),
        "100 names at one version": listed(
            limit=NAMES, filters=f"value_in(name,{names})+eq(version,v7)"
        ),
        "100 versions that are not there": listed(
            limit=NAMES,
            filters=f"value_in(version,{names})+value_in(name,{names})",
            sort_by=newest,
        ),
        "first page, newest first": listed(limit=100, sort_by=newest),
        "first page in order of id": listed(limit=100, sort_by=common_pb2.Sort(key="id")),
        "names": lambda: admin.call(f"{SERVICE}/ListTaskIds", ids.SerializeToString()),
    }


def fill(admin: Admin, *, versions: int) -> None:
    """Register one task and copy it to names of equally many versions each."""
    request = task_pb2.TaskCreateRequest()
    request.id.resource_type, request.id.project, request.id.domain = 1, PROJECT, "staging"
    request.id.name = request.id.version = "seed"
    template = request.spec.template
    template.type = "python-task"
    template.metadata.SetInParent()
    template.interface.SetInParent()
    template.container.image = "img"
    template.container.args.append("x" * 200)
    admin.call(f"{SERVICE}/CreateTask", request.SerializeToString())
    with admin.store.write() as session:
        session.run(
            f"""
            WITH RECURSIVE count(n) AS (
                SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < {versions - 1}
            )
            INSERT INTO tasks (created_at, updated_at, project, domain, name, version, closure,
                               digest, type, short_description)
            SELECT created_at + n, updated_at + n, project, '{DOMAIN}', 'task-' || (n % {NAMES}),
                   'v' || (n / {NAMES}), closure, digest, type, short_description
            FROM count, (SELECT * FROM tasks LIMIT 1)
            """
        )
