"""What a command loads before it does anything: everybody waits for it, at every push.

No clock is read here: a file that is loaded for nothing is a fact, how long it takes is not.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.between import Between

# Rooms and libraries, each with what is inside of it.
FOR_OTHER_COMMANDS = (
    "reconciler.manifest.edit",
    "reconciler.manifest.flytectl",
    "reconciler.manifest.formatting",
    "reconciler.manifest.provenance",
    "reconciler.manifest.schema",
    "reconciler.manifest.writer",
    "reconciler.desired.attribute_files",
    "reconciler.desired.repack",
    "reconciler.compiler.structs",
    "reconciler.report.as_json",
    "reconciler.report.as_junit",
    "reconciler.report.as_markdown",
    "reconciler.report.graph",
    "reconciler.report.ledger",
    "reconciler.remote.build",
    "reconciler.remote.images",
    "reconciler.remote.saved",
    "reconciler.admin.auth.personal",
    "reconciler.admin.doctor",
    "reconciler.apply",
    "reconciler.planfile",
    "reconciler.registry",
    "reconciler.sandbox",
    "deepdiff",
    "flytekit",
    "fsspec",
    "httpx",
    "jsonschema",
    "requests",
)
FOR_CODE = ("reconciler.desired.package", "reconciler.desired.packaged", "reconciler.bundle")
FOR_ADMIN = ("grpc", "reconciler.admin.calls")


def loaded(*argv: str | Path) -> set[str]:
    """The modules that a command line has loaded when it is done."""
    script = (
        "import sys; from reconciler.cli import run; code = run(sys.argv[1:]); "
        "print('\\n', *sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, argv)],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


def needless(modules: set[str], names: tuple[str, ...]) -> list[str]:
    return sorted(
        module for module in modules if any(f"{module}.".startswith(f"{name}.") for name in names)
    )


def test_a_plan_loads_what_plans_and_no_more(admin: Between, etl: Path) -> None:
    """Neither what applies it nor what writes, draws, packs or serves."""
    modules = loaded("plan", etl)

    assert admin.calls
    assert needless(modules, FOR_OTHER_COMMANDS + FOR_CODE) == []


def test_a_validation_never_hears_of_admin(etl: Path) -> None:
    """It runs in editors and hooks, with every file that is saved."""
    modules = loaded("validate", etl)

    assert needless(modules, FOR_OTHER_COMMANDS + FOR_CODE + FOR_ADMIN) == []


@pytest.mark.parametrize("name", FOR_OTHER_COMMANDS + FOR_CODE + FOR_ADMIN)
def test_what_is_looked_for_is_there(name: str) -> None:
    """A name that has moved would never be found to be loaded."""
    if name.startswith("reconciler."):
        path = Path(__file__).parents[2].joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file()
