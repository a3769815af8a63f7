"""Cost follows what is declared, not history: a name with 1 and with 50,000 old versions."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.world import LATENCY, CountedAdmin, Figure, best, counted_admin, write_manifests
from reconciler.manifest import load

OLD = 50_000
# Of the seconds that it takes with one old version.
MOST = 1.1


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, counted_admin() as admin:
        folder = Path(name)
        write_manifests(folder, chains=1)
        with admin.connect() as remote:
            remote.apply(remote.plan(load([folder])))
        admin.latency = LATENCY  # as for every plan that is measured
        add_history(admin, versions=1)
        young, young_seconds = cost(admin, folder)
        add_history(admin, versions=OLD)
        old, old_seconds = cost(admin, folder)
        yield Figure(f"plan with {OLD:,} old versions against 1", old, "RPCs", young)
        yield Figure("the same, seconds as a ratio", old_seconds / young_seconds, "x", MOST)


def cost(admin: CountedAdmin, folder: Path) -> tuple[int, float]:
    """RPCs and seconds of one plan."""
    manifests = load([folder])
    admin.count()
    with admin.connect() as remote:
        assert remote.plan(manifests).is_empty
        rpcs = admin.count()
        return rpcs, best(lambda: remote.plan(manifests), of=20)


def add_history(admin: CountedAdmin, *, versions: int) -> None:
    """Put old versions of every name into the store, behind the server's back."""
    with admin.sandbox.admin.store.write() as session:
        for table in ("tasks", "workflows", "launch_plans"):
            columns = [
                row["name"]
                for row in session.all(f"PRAGMA table_info({table})")
                if row["name"] not in ("id", "version", "state")
            ]
            kept = ", ".join(f'"{column}"' for column in columns)
            session.run(
                f"""
                WITH RECURSIVE count(n) AS (
                    SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {versions}
                )
                INSERT INTO {table} ({kept}, version)
                SELECT {kept}, 'old-{versions}-' || n FROM {table}, count
                WHERE version NOT LIKE 'old-%'
                """
            )
