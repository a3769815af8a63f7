"""Listing 20,000 launch plans: ours beside flytekit's own loop over pages, in the same run.

Ours asks for pages of a thousand, the next one while the caller looks at this one; flytekit's
takes the pages of a hundred that it asks for unless told otherwise, and makes its models of them.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flytekit.clients.friendly import SynchronousFlyteClient
from flytekit.configuration import PlatformConfig
from flytekit.models.common import NamedEntityIdentifier

from benchmarks.world import (
    LATENCY,
    CountedAdmin,
    Figure,
    best,
    counted_admin,
    seconds,
    write_manifests,
)
from reconciler.manifest import load

NAMES = 20
VERSIONS = 1_000
PLACE = ("flytesnacks", "development")
TIMES = 8.0


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, counted_admin() as admin:
        write_manifests(Path(name), chains=NAMES, state="inactive")
        with admin.connect() as remote:
            assert remote.apply(remote.plan(load([name]))).succeeded
        add_versions(admin)
        admin.latency = LATENCY

        admin.count()
        took = best(lambda: ours(admin), of=3)
        calls = admin.count() // 3
        theirs = seconds(lambda: flytekits(admin, limit=100))
        larger = seconds(lambda: flytekits(admin, limit=1000))

        what = f"list {NAMES * VERSIONS:,} launch plans"
        yield Figure(f"{what}, 20 ms latency", took, "s")
        yield Figure(what, calls, "RPCs")
        beside = f"flytekit {theirs:.2f} s; in pages of 1,000 {larger:.2f} s"
        yield Figure(f"{what}, against flytekit", took / theirs, "x", 1 / TIMES, beside)


def ours(admin: CountedAdmin) -> None:
    with admin.connect() as remote:
        found = {plan.id.SerializeToString() for plan in remote.client.iter_launch_plans(PLACE)}
    assert len(found) == NAMES * VERSIONS


def flytekits(admin: CountedAdmin, *, limit: int) -> None:
    """The loop that its own code writes wherever it wants all of something."""
    client = SynchronousFlyteClient(PlatformConfig(endpoint=admin.endpoint, insecure=True))
    place = NamedEntityIdentifier(*PLACE, "")
    found, token = [], ""
    while True:
        page, token = client.list_launch_plans_paginated(place, limit=limit, token=token)
        found += page
        if not token:
            break
    assert len(found) == NAMES * VERSIONS


def add_versions(admin: CountedAdmin) -> None:
    """Put the other versions of every name into the store, behind the server's back."""
    with admin.sandbox.admin.store.write() as session:
        columns = [
            row["name"]
            for row in session.all("PRAGMA table_info(launch_plans)")
            if row["name"] not in ("id", "version")
        ]
        kept = ", ".join(f'"{column}"' for column in columns)
        session.run(
            f"""
            WITH RECURSIVE count(n) AS (
                SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {VERSIONS - 1}
            )
            INSERT INTO launch_plans ({kept}, version)
            SELECT {kept}, 'old-' || n FROM launch_plans, count
            """
        )
