"""`--against SNAPSHOT`: plan without Flyte Admin, against what a trusted job wrote of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.session import Unit
    from reconciler.manifest import Manifest
    from reconciler.model import Head, Plan, PlanOptions


def against_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--against`."""
    return click.option(
        "--against",
        metavar="SNAPSHOT",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Plan against what `reconciler ci snapshot` wrote, and ask no Flyte Admin; the plan "
        "says how old that is.",
    )(command)


def plan_against(
    snapshot: Path,
    unit: "Unit",
    declared: "Sequence[Manifest]",
    planning: "PlanOptions",
    *,
    paths: Sequence[Path],
) -> "tuple[Plan, Head]":
    """Plan one section against a snapshot; what it knows of the ledger comes with it.

    Raises: ConfigError for a file that is no snapshot, or one of something else.
    """
    from reconciler.cli.planning import make_plan
    from reconciler.cli.session import caches
    from reconciler.errors import ConfigError
    from reconciler.remote import read_offline

    offline = read_offline(snapshot, caches())
    if offline.snapshot.about != about(unit):
        raise ConfigError(
            f"{snapshot} is a snapshot of {offline.snapshot.about or 'no workspace'}, and this is "
            f"{about(unit) or 'no workspace'}"
        )
    head = offline.head()
    plan = make_plan(offline, unit, declared, planning, paths=paths, head=head)
    return plan, head


def about(unit: "Unit") -> str:
    """The workspace and environment that a snapshot is of."""
    name = unit.workspace.metadata.name if unit.workspace else ""
    return f"{name}, environment {unit.environment}" if unit.environment else name
