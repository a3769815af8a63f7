"""How to plan, as far as the command line says it: the flags that `plan` and `apply` share."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.session import Unit
    from reconciler.manifest import Manifest
    from reconciler.model import Head, Plan, PlanOptions
    from reconciler.remote import Remote

Command = TypeVar("Command", bound=Callable[..., Any])

# A flag for each guard that can be overruled: its name says what it risks.
GUARD_FLAGS = {
    "many-deactivated": (
        "--allow-many-deactivations",
        "Switch off launch plans that left the manifests, however many they are.",
    ),
}


def planning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that say how to plan, which the command is given as `planning`."""

    @wraps(command)
    def gathered(*args: Any, no_prune: bool, **rest: Any) -> Any:
        from reconciler.model import PlanOptions

        allowed = {code for code in GUARD_FLAGS if rest.pop(_parameter(code))}
        planning = PlanOptions(prune=not no_prune, allow=frozenset(allowed))
        return command(*args, planning=planning, **rest)

    flags = [
        click.option(flag, _parameter(code), is_flag=True, help=text)
        for code, (flag, text) in GUARD_FLAGS.items()
    ]
    result: Callable[..., Any] = gathered
    for option in (
        *reversed(flags),
        click.option(
            "--no-prune",
            is_flag=True,
            help="Leave launch plans active that left the manifests, and only name them.",
        ),
    ):
        result = option(result)
    return result


def make_plan(
    remote: "Remote",
    unit: "Unit",
    declared: "Sequence[Manifest]",
    planning: "PlanOptions",
    *,
    paths: Sequence[Path],
    head: "Head",
) -> "Plan":
    """Plan one section, with what the workspace remembers and what it knows to stand in the way.

    Args:
        paths: What the command named; then the manifests say nothing about the rest of what is
            ours.
        head: What was read of the ledger.
    """
    from dataclasses import replace

    from reconciler.cli.session import override_warnings, with_obstacles

    memory = head if unit.home is not None else None
    options = replace(planning, memory=memory, whole=not paths)
    plan = with_obstacles(remote.plan(declared, options), declared, unit)
    warnings = override_warnings(declared, unit, paths)
    return replace(plan, warnings=(*warnings, *plan.warnings)) if warnings else plan


def _parameter(code: str) -> str:
    return "allow_" + code.replace("-", "_")
