"""Registering 300 of flytekit's objects: ours beside `pyflyte register`, in the same run.

Both take the same module of 100 tasks, 100 workflows and their launch plans, loaded already, and
write them down with flytekit's translator; what is compared is how they bring them to Admin.
"""

import contextlib
import importlib
import io
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from flytekit.configuration import Config, ImageConfig
from flytekit.constants import CopyFileDetection
from flytekit.remote import FlyteRemote
from flytekit.tools import repo

from benchmarks.world import LATENCY, CountedAdmin, Figure, best, counted_admin, seconds

CHAINS = 100
TRIES = 3  # of what happens once, under so many versions
IMAGE = "ghcr.io/acme/bench:1"
PLACE = ("flytesnacks", "development")
FIRST, AGAIN, RPCS = 4.0, 20.0, 15
MODULE = "bench_registered"
HEAD = "from flytekit import task, workflow\n"
CHAIN = """

@task
def task_{n}(a: int, b: int) -> int:
    return a + b


@workflow
def flow_{n}(x: int, y: int = {n}) -> int:
    return task_{n}(a=task_{n}(a=x, b=y), b={n})
"""


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, counted_admin() as admin, counted_admin() as other:
        module = loaded(Path(name))
        things = [getattr(module, f"flow_{n}") for n in range(CHAINS)]
        ours(admin, things, "warm-up")
        admin.latency = other.latency = LATENCY
        admin.count()

        versions = [str(number) for number in range(1, TRIES + 1)]
        first = min(seconds(partial(ours, admin, things, one)) for one in versions)
        first_calls = admin.count() // TRIES
        ours(admin, things, None)
        admin.count()
        again = best(lambda: ours(admin, things, None), of=3)
        again_calls = admin.count() // 3
        said = best(lambda: ours(admin, things, "1"), of=3)
        said_calls = admin.count() // 3
        with admin.connect() as remote:
            remote.register(things, version="1", image_config=IMAGE)
            admin.count()
            known = best(lambda: remote.register(things, version="1", image_config=IMAGE), of=3)
            known_calls = admin.count() // 3

        theirs_first = min(seconds(partial(flytekits, other, Path(name), one)) for one in versions)
        theirs_calls = other.count() // TRIES
        theirs_again = seconds(lambda: flytekits(other, Path(name), "1"))
        theirs_again_calls = other.count()

        what = f"register {3 * CHAINS} objects"
        beside = f"flytekit {theirs_first:.2f} s, {theirs_calls} RPCs"
        yield Figure(f"{what}, 20 ms latency", first, "s", None, f"{first_calls} RPCs")
        yield Figure(f"{what}, against flytekit", first / theirs_first, "x", 1 / FIRST, beside)
        beside = f"flytekit {theirs_again:.2f} s, {theirs_again_calls} RPCs"
        for how, took, calls, limit in (
            ("version of the content", again, again_calls, RPCS),
            ("version said, another process", said, said_calls, RPCS),
            ("version said, same process", known, known_calls, RPCS),
        ):
            yield Figure(f"{what} again, {how}", took, "s")
            yield Figure(f"{what} again, {how}", calls, "RPCs", limit)
            ratio = took / theirs_again
            yield Figure(f"{what} again, against flytekit", ratio, "x", 1 / AGAIN, beside)


def loaded(folder: Path) -> Any:
    """The module that both register from."""
    text = HEAD + "".join(CHAIN.format(n=n) for n in range(CHAINS))
    (folder / f"{MODULE}.py").write_text(text)
    sys.path.insert(0, str(folder))
    return importlib.import_module(MODULE)


def ours(admin: CountedAdmin, things: list[Any], version: str | None) -> None:
    with admin.connect() as remote:
        found = remote.register(things, version=version, image_config=IMAGE)
    assert len(found) == 3 * CHAINS


def flytekits(admin: CountedAdmin, folder: Path, version: str) -> None:
    """`pyflyte register --copy none`, without the start of a process."""
    remote = FlyteRemote(Config.for_endpoint(admin.endpoint, insecure=True), *PLACE)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        repo.register(
            *PLACE,
            image_config=ImageConfig.auto(img_name=IMAGE),
            output="",
            destination_dir="/root",
            service_account="",
            raw_data_prefix="",
            version=version,
            deref_symlinks=True,
            package_or_module=(str(folder / f"{MODULE}.py"),),
            remote=remote,
            copy_style=CopyFileDetection.NO_COPY,
            env=None,
            default_resources=None,
        )
