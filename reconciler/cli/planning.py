"""How to plan, as far as the command line says it: the flags that `plan` and `apply` share."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.completing import complete

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.session import Unit
    from reconciler.manifest import Manifest
    from reconciler.model import Head, Plan, PlanOptions
    from reconciler.remote import Offline, Remote

Command = TypeVar("Command", bound=Callable[..., Any])

# What each guard's flag allows, in the order of the help; their names are `Guard.flag`'s.
_GUARD_FLAGS = {
    "many-deactivated": (
        "--allow-many-deactivations",
        "Switch off launch plans however many they are.",
    ),
    "many-archived": ("--allow-many-archivals", "Archive things however many they are."),
    "many-deleted": ("--allow-many-deletions", "Delete attributes however many they are."),
    "many-reverted": (
        "--allow-many-reverts",
        "Undo what others changed since the last apply, however much it is.",
    ),
    "many-launched": (
        "--allow-many-launches",
        "Let a backfill launch executions however many they are.",
    ),
    "empty-set": ("--allow-empty", "Retire everything, if nothing at all is declared."),
    "protected": ("--allow-protected", "Retire what is protected."),
    "unreadable-scope": (
        "--allow-unreadable",
        "Go on where reading is permitted; exit 5 if some project and domain was left out.",
    ),
}


def planning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that say how to plan, which the command is given as `planning`."""

    @wraps(command)
    def gathered(
        *args: Any,
        no_prune: bool,
        prune_names: bool,
        prune_attributes: bool,
        targets: tuple[str, ...],
        excludes: tuple[str, ...],
        since: str,
        overwrite: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        from reconciler.model import PlanOptions, Selection

        allowed = {code for code in _GUARD_FLAGS if rest.pop(_parameter(code))}
        some = Selection(targets=targets, excludes=excludes, since=since)
        planning = PlanOptions(
            prune=not no_prune,
            prune_names=prune_names,
            prune_attributes=prune_attributes,
            allow=frozenset(allowed),
            selection=some if targets or excludes or since else None,
            overwrite=overwrite,
        )
        return command(*args, planning=planning, **rest)

    flags = [
        click.option(flag, _parameter(code), is_flag=True, help=text)
        for code, (flag, text) in _GUARD_FLAGS.items()
    ]
    result: Callable[..., Any] = gathered
    for option in (
        click.option(
            "--policies-from",
            type=click.Path(path_type=Path, file_okay=False, exists=True),
            envvar="RECONCILER_POLICIES_FROM",
            expose_value=False,
            callback=_keep_policies_from,
            metavar="FOLDER",
            help="Another checkout, such as the base of a pull request: its policies count, and "
            "not those of this one.",
        ),
        click.option(
            "--changed-since",
            "since",
            default="",
            metavar="REVISION",
            help="Only what is said in files that differ from where this branch left REVISION, "
            "and what is made of it. Nothing is retired then.",
        ),
        click.option(
            "--exclude",
            "excludes",
            shell_complete=complete("declared"),
            multiple=True,
            metavar="PATTERN",
            help="All but this, and but what cannot do without it.",
        ),
        click.option(
            "--target",
            "targets",
            shell_complete=complete("declared"),
            multiple=True,
            metavar="PATTERN",
            help="Only this, and what must be there for it: a glob of names or of "
            "project/domain/name, KIND:GLOB, label:KEY=VALUE; +PATTERN with all it is made of, "
            "PATTERN+ with all that is made of it. Nothing is retired then.",
        ),
        click.option(
            "--overwrite-moved",
            "overwrite",
            multiple=True,
            metavar="PATTERN",
            help="Take launch plans back that somebody activated by hand since the last apply: a "
            "glob of names or of project/domain/name.",
        ),
        *reversed(flags),
        click.option(
            "--no-prune",
            is_flag=True,
            help="Leave launch plans active that left the manifests, and only name them.",
        ),
        click.option(
            "--prune-names",
            is_flag=True,
            help="Archive what is ours of tasks, workflows and launch plans whose names left the "
            "manifests.",
        ),
        click.option(
            "--prune-attributes",
            is_flag=True,
            help="Delete attributes of ours that left the manifests.",
        ),
    ):
        result = option(result)
    return result


def make_plan(
    remote: "Remote | Offline",
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

    Raises: as `Remote.plan`, and ConfigError if git cannot say what changed.
    """
    from dataclasses import replace

    from reconciler.cli.changed import changed_since
    from reconciler.cli.judging import judged
    from reconciler.cli.session import override_warnings, with_obstacles
    from reconciler.cli.telemetry import note_plan, stage
    from reconciler.model import Guard

    if planning.selection is not None and planning.selection.since:
        changed = changed_since(planning.selection.since, declared, unit)
        planning = replace(planning, selection=replace(planning.selection, changed=changed))
    memory = head if unit.home is not None else None
    guards = unit.settled.guards if unit.settled else planning.guards
    said = unit.workspace.spec.prune if unit.workspace else None
    options = replace(
        planning,
        memory=memory,
        whole=not paths,
        guards=guards,
        prune=planning.prune and (said is None or said.launch_plans == "deactivate"),
        prune_names=planning.prune_names or (said is not None and said.names == "archive"),
        prune_attributes=planning.prune_attributes
        or (said is not None and said.attributes == "delete"),
    )
    with stage("plan"):
        plan = with_obstacles(remote.plan(declared, options), declared, unit)
        note_plan(plan)
    if unit.home is not None:
        ledger = remote.ledger_of(unit.home)
        moved = any(one.code == Guard.MOVED_BY_HAND for one in plan.obstacles)
        # Perhaps that was no hand, but an apply that wrote while we looked.
        if moved and (newer := ledger.head()).serial != head.serial:
            return make_plan(remote, unit, declared, planning, paths=paths, head=newer)
        plan = ledger.leave_foreign(plan)
    warnings = override_warnings(declared, unit, paths)
    if warnings:
        plan = replace(plan, warnings=(*warnings, *plan.warnings))
    return judged(plan, unit)


def _keep_policies_from(
    context: click.Context, option: click.Parameter, value: Path | None
) -> None:
    from reconciler.cli.options import Settings

    if value is not None:
        context.find_root().ensure_object(Settings).policies_from = value


def _parameter(code: str) -> str:
    return "allow_" + code.replace("-", "_")
