"""Which room may import which: the one rule of the house that is held by a test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "reconciler"

GROUND = {"model", "errors", "cron"}
FLOORS = {"manifest", "desired", "policy", "plan", "planfile", "report", "observed", "apply"}
YARD = {"ports", "config"} | GROUND
ANYONE = {"__version__", "doors"}
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "errors": {"model"},
    "doors": set(),
    "ports": {"model"},
    "config": GROUND,
    "cron": set(),
    "compiler": GROUND,
    "manifest": GROUND,
    "desired": {"manifest", "compiler"} | GROUND,
    "policy": GROUND,
    "plan": GROUND,
    "planfile": GROUND,
    "report": GROUND,
    "observed": {"ports"} | GROUND,
    "apply": {"ports"} | GROUND,
    "admin": YARD,
    "storage": {"admin"} | YARD,
    "bundle": {"ports"} | GROUND,
    "registry": GROUND,
    "forge": {"ports"} | GROUND,
    "notify": {"ports"} | GROUND,
    "pipeline": FLOORS | {"backfills", "ports"} | GROUND,
    "backfills": FLOORS | {"ports"} | GROUND,
    "remote": FLOORS
    | {"pipeline", "backfills", "admin", "storage", "bundle", "registry", "forge", "notify"}
    | {"compiler"}
    | YARD,
    "ci": {"remote", "report", "policy", "forge", "notify", "config"} | GROUND,
    "cli": {"remote", "ci", "report", "manifest", "sandbox", "config"} | GROUND,
    "sandbox": {"compiler", "cron"},
    "testing": {"sandbox"},
    "__main__": {"cli"},
    "__init__": set(),
}
# Libraries stop at their own door.
DOORS = {
    "pydantic": {"manifest", "config"},
    "deepdiff": {"plan"},
    "grpc": {"admin", "sandbox"},
    "fsspec": {"storage", "bundle", "desired"},
    "click": {"cli"},
    "yaml": {"manifest", "config", "sandbox"},
    "flytekit": {"remote"},
}


def rooms() -> Iterator[tuple[str, Path]]:
    for path in sorted(HOUSE.rglob("*.py")):
        yield path.relative_to(HOUSE).parts[0].removesuffix(".py"), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: say whole names, not relative ones"
            module = node.module or ""
            if module == "reconciler":
                yield from (f"reconciler.{alias.name}" for alias in node.names)
            else:
                yield module


@pytest.mark.parametrize(
    ("room", "path"),
    [pytest.param(*found, id=str(found[1].relative_to(HOUSE))) for found in rooms()],
)
def test_rooms_import_only_what_the_blueprint_allows(room: str, path: Path) -> None:
    """A room uses the rooms to its right in the blueprint, by their doors, and no others."""
    assert room in MAY_IMPORT, f"{room} is a new room: give it its row here and in the README"
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "reconciler" and len(parts) > 1:
            other = parts[1]
            assert other == room or other in MAY_IMPORT[room] | ANYONE, f"{path} imports {module}"
            if other != room:
                assert len(parts) == 2, f"{path} goes behind the door of {other}: {module}"
        elif parts[0] in DOORS:
            assert room in DOORS[parts[0]], f"{path} imports {parts[0]}"
