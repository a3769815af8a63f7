"""`reconciler promote`: what is active in one environment, to another."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.choice import Choice, ChoosingCommand, workspace_option
from reconciler.cli.options import (
    json_lines_option,
    lock_timeout_option,
    parallelism_option,
    program_options,
    say,
    settings,
    verbose_option,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.readers import masks_for
from reconciler.cli.terminal import can_ask

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.options import Settings
    from reconciler.cli.sections import Result
    from reconciler.cli.session import Unit
    from reconciler.model import Scope
    from reconciler.remote import Promotion, Remote


@click.command(cls=ChoosingCommand)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--from",
    "origin",
    required=True,
    metavar="ENVIRONMENT",
    help="Where it comes from: what is active there.",
)
@click.option("--to", "goal", required=True, metavar="ENVIRONMENT", help="Where it is to be.")
@click.option("--dry-run", is_flag=True, help="Show the plan; write nothing to Flyte Admin.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save the plan, for `reconciler apply FILE`; write nothing to Flyte Admin.",
)
@click.option(
    "--detailed-exitcode", is_flag=True, help="With --dry-run or --out, exit 2 if it would change."
)
@click.option(
    "--allow-unproven",
    is_flag=True,
    help="Promote also what has not run as reconciler.yaml requires (`promotion`).",
)
@click.option(
    "--auto-approve", "--yes", is_flag=True, help="Do not ask before changing Flyte Admin."
)
@click.option(
    "--allow-older",
    is_flag=True,
    help="Apply although what was applied last is not in this commit's history.",
)
@click.option(
    "--atomic",
    is_flag=True,
    help="Take every switch back that was thrown, unless everything was done.",
)
@lock_timeout_option
@workspace_option
@json_lines_option
@output_options(streams=True)
@verbose_option
@parallelism_option
@program_options
def command(
    names: tuple[str, ...],
    origin: str,
    goal: str,
    dry_run: bool,
    out: Path | None,
    detailed_exitcode: bool,
    allow_unproven: bool,
    auto_approve: bool,
    allow_older: bool,
    atomic: bool,
    lock_timeout: float,
    workspaces: tuple[str, ...],
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Make active in one environment what is active in another: the very same.

    NAME is the name of a launch plan, or project/domain/name, or a glob; without any, all that the
    workspace owns there. The active version of each is registered in the other environment with
    every workflow and task that it is made of, under the versions they have, byte for byte: only
    project and domain are the other's, as reconciler.yaml maps them. Nothing is built; images keep
    their digests. Where the other environment has a Flyte Admin of its own, code is uploaded there
    by its content.

    It is planned and applied like any other change, with guards, ledger and lock, and so
    `reconciler rollback -e ENVIRONMENT NAME` takes it back. What is active there and not named
    stays as it is. What reconciler.yaml requires of a promotion (`promotion`, such as a run that
    succeeded within a week) and is not true is named, and nothing is promoted: exit 3.

    \b
    Examples:
      reconciler promote --from staging --to production --dry-run
      reconciler promote --from staging --to production orders.daily
      reconciler promote --from staging --to production 'orders.*' --auto-approve
      reconciler promote --from staging --to production --out production.plan
    """
    from reconciler.cli.sections import run_sections
    from reconciler.cli.session import WORKSPACE_FILE, find_unit
    from reconciler.errors import ApplyRefusedError, ConfigError
    from reconciler.manifest import LISTING_FILE

    options = settings()
    if not any(map(os.path.lexists, (WORKSPACE_FILE, LISTING_FILE))):
        raise ConfigError(
            f"--from and --to name environments of {WORKSPACE_FILE}, and there is none here"
        )
    source = find_unit(Choice((origin,), workspaces))
    target = find_unit(Choice((goal,), workspaces))
    only_shown = dry_run or out is not None
    if not only_shown and not auto_approve and not can_ask(os.environ):
        raise ApplyRefusedError(
            "promote asks before it writes, and here is no terminal to ask on; "
            "pass --auto-approve, or --dry-run to see what would change"
        )

    def section(unit: "Unit") -> "Result":
        folder = _written(
            source, unit, names, options, proven=not allow_unproven, parallelism=parallelism
        )
        if only_shown:
            return _planned(
                unit,
                folder,
                options,
                out=out,
                detailed=detailed_exitcode,
                verbose=verbose,
                parallelism=parallelism,
            )
        from reconciler.cli.applying import apply_manifests
        from reconciler.cli.carrying import Manner
        from reconciler.model import PlanOptions

        manner = Manner(
            ask=not auto_approve,
            wait=lock_timeout,
            allow_older=allow_older,
            atomic=atomic,
            verbose=verbose,
            parallelism=parallelism,
        )
        return apply_manifests(
            _as_written(unit), [folder], options, manner, planning=PlanOptions(), build=False
        )

    return run_sections([target], section, options, kind="plans" if only_shown else "applies")


def _written(
    source: "Unit",
    target: "Unit",
    names: Sequence[str],
    options: "Settings",
    *,
    proven: bool,
    parallelism: int,
) -> Path:
    """Read what is promoted, say how both environments differ, and write it as manifests.

    Raises: GuardError if something has not shown what the workspace requires; ConfigError if there
        is nothing to promote.
    """
    from reconciler.cli.session import caches, connected, settled_config
    from reconciler.errors import GuardError
    from reconciler.remote import promotion, write_promotion

    options.hide(source.sensitive)
    requires = _requirements(target) if proven else None
    with connected(options, source, parallelism=parallelism) as (remote, config):
        scopes, owned = _looked_at(remote, source)
        found = promotion(
            remote,
            {*scopes, *_scopes_in(names)},
            places=_mapping(source, target),
            names=names,
            owned=owned,
            runs=requires.runs if requires else 0,
            within=requires.within if requires else None,
        )
        if requires is not None and found.unproven:
            raise GuardError(_refusal(found, source, requires))
        there = settled_config(options, target)
        is_same = _place(config) == _place(there)
        folder = write_promotion(found, caches() / "promotions", source=remote, same_store=is_same)
    _say_difference(found, source, target, options, parallelism)
    return folder


def _planned(
    unit: "Unit",
    folder: Path,
    options: "Settings",
    *,
    out: Path | None,
    detailed: bool,
    verbose: bool,
    parallelism: int,
) -> "Result":
    """Show the plan of what was written, and save it if that is asked."""
    import sys

    from reconciler.cli import saving
    from reconciler.cli.exits import Exit, for_plan
    from reconciler.cli.ledgered import read_head
    from reconciler.cli.planning import make_plan
    from reconciler.cli.sections import Result
    from reconciler.cli.session import connected, manifests, say_without_ledger
    from reconciler.model import PlanOptions
    from reconciler.report import plan_as_text, without_secrets

    here = _as_written(unit)
    declared = manifests([folder], here)
    with connected(options, here, parallelism=parallelism) as (remote, config):
        head = read_head(remote, here)
        plan = make_plan(remote, here, declared, PlanOptions(), paths=[folder], head=head)
        options.outputs.remember(remote, here, plan)
    say_without_ledger(here)
    code = for_plan(plan, detailed=detailed)
    shown = without_secrets(plan, here.sensitive)
    if options.outputs.is_text:
        color = options.colors(sys.stdout)
        sys.stdout.write(
            plan_as_text(shown, color=color, verbose=verbose, masks=masks_for(shown, here))
        )
        sys.stdout.flush()
    if out is not None:
        saved = saving.save(
            out, plan, shown=shown, declared=declared, unit=here, config=config, head=head
        )
        if not saved and code in (Exit.OK, Exit.CHANGES):
            code = Exit.ERROR
    return Result(code, options.outputs.plan(here, shown))


def _as_written(unit: "Unit") -> "Unit":
    """The unit for manifests that say everything as it is to be: no name of theirs means another,
    and nothing is added to what they say."""
    settled = unit.settled
    if settled is None:
        return unit
    setting = replace(settled.setting, projects={}, domains={}, defaults=(), overrides=())
    copy = replace(unit)
    copy.__dict__["settled"] = replace(settled, setting=setting)
    return copy


def _looked_at(remote: "Remote", unit: "Unit") -> tuple[set["Scope"], "set[Any] | None"]:
    """Where launch plans are looked for, and which of them are the workspace's; None for all."""
    from reconciler.cli.session import manifests
    from reconciler.model import Kind

    if unit.home is not None:
        inventory = remote.ledger_of(unit.home).head().inventory
        owned = {one.id for one in inventory if one.id.kind is Kind.ACTIVATION}
        return {id.scope for id in owned}, owned
    places = set()
    for manifest in manifests((), unit):
        metadata: Any = getattr(manifest, "metadata", None)
        project, domain = getattr(metadata, "project", ""), getattr(metadata, "domain", "")
        if project and domain:
            places.add((project, domain))
    return places, None


def _scopes_in(names: Sequence[str]) -> set["Scope"]:
    """The places that names say outright."""
    parts = [name.split("/") for name in names]
    return {
        (some[0], some[1])
        for some in parts
        if len(some) == 3 and not set("*?[") & set(some[0] + some[1])
    }


def _mapping(source: "Unit", target: "Unit") -> "Callable[[Scope], Scope]":
    """Project and domain of one environment → what the other calls the same."""
    from reconciler.manifest import Setting

    ours = source.settled.setting if source.settled else Setting()
    theirs = target.settled.setting if target.settled else Setting()

    def there(scope: "Scope") -> "Scope":
        project, domain = scope
        return (
            _renamed(project, ours.projects, theirs.projects),
            _renamed(domain, ours.domains, theirs.domains),
        )

    return there


def _renamed(name: str, ours: "Mapping[str, str]", theirs: "Mapping[str, str]") -> str:
    """What the other environment calls what this one calls `name`."""
    words = {called: word for word, called in ours.items()}
    if name not in words and name in ours:
        return name  # the word means another place here: no manifest means this one
    word = words.get(name, name)
    return theirs.get(word, word)


def _requirements(unit: "Unit") -> Any:
    """What the environment requires of what is promoted to it; None for nothing."""
    if unit.workspace is None:
        return None
    spec = unit.workspace.spec
    environment = spec.environments.get(unit.environment)
    said = (environment.promotion if environment is not None else None) or spec.promotion
    return said.requires if said is not None else None


def _refusal(found: "Promotion", source: "Unit", requires: Any) -> str:
    within = f" within {requires.within}" if requires.within is not None else ""
    lines = [f"  {one.id.path}: {one.succeeded} of {requires.runs}" for one in found.unproven]
    runs = "run" if requires.runs == 1 else "runs"
    return (
        f"nothing was written: reconciler.yaml requires {requires.runs} {runs} that succeeded"
        f"{within} in {source.environment}, and of these there are fewer:\n"
        + "\n".join(lines)
        + "\nrun them there, or pass --allow-unproven"
    )


def _say_difference(
    found: "Promotion",
    source: "Unit",
    target: "Unit",
    options: "Settings",
    parallelism: int,
) -> None:
    """A line for each launch plan: the version here, and what is active there."""
    from reconciler.cli.session import connected
    from reconciler.remote import active_in

    scopes = {found.there(id).scope for id in found.active}
    with connected(options, target, parallelism=parallelism) as (remote, _):
        there = active_in(remote, scopes)
    say(f"Promoting from {source.environment} to {target.environment}:")
    width = max(len(id.name) for id in found.active)
    for id, version in sorted(found.active.items()):
        before = there.get(found.there(id))
        if before == version:
            what = "is active there already"
        else:
            what = f"instead of {before}" if before else "nothing is active there"
        say(f"  {id.name:{width}}  {version}  ({what})")
    coming = {found.there(id) for id in found.active}
    others = [id for id in there if id not in coming]
    if others:
        say(f"  and {len(others)} that are active there stay as they are")


def _place(config: Any) -> str:
    """Which Admin it is; of an embedded one its file, however that is spelled."""
    path = config.sandbox_path
    return config.endpoint if path in (None, ":memory:") else os.path.realpath(str(path))
