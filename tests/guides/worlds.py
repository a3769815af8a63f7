"""What must be there before a guide's code can run, page by page; most need only an Admin.

A world is called in the reader's folder, with the embedded Admin up and the environment pointing
there; it may write files and register things, and returns names the page takes for granted.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reconciler.manifest import load
from reconciler.model import Sensitive
from reconciler.testing import EmbeddedAdmin
from tests.e2e.backfilled import WEATHER, remote_of
from tests.guides.launched import launched
from tests.guides.registered import registered

World = Callable[[EmbeddedAdmin], Mapping[str, Any]]


def bare(admin: EmbeddedAdmin) -> Mapping[str, Any]:
    """Nothing but the Admin."""
    return {}


def weather(admin: EmbeddedAdmin) -> Mapping[str, Any]:
    """A launch plan that fires every morning."""
    file = Path("weather.yaml")
    file.write_text(WEATHER)
    with remote_of(admin) as remote:
        assert remote.apply(remote.plan(load([file]))).succeeded
    return {}


def planned(admin: EmbeddedAdmin) -> Mapping[str, Any]:
    """A plan, and what of it nobody is to read."""
    file = Path("weather.yaml")
    file.write_text(WEATHER)
    with remote_of(admin) as remote:
        return {"plan": remote.plan(load([file])), "sensitive": Sensitive()}


WORLDS: dict[str, World] = {
    "README": launched,
    "registering": registered,
    "executions": launched,
    "data": launched,
    "backfill": weather,
    "html-report": planned,
}
# Pages whose code is run by a test of their own.
ELSEWHERE = {"testing", "embedded-admin"}
