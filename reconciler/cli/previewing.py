"""Plan every environment for a pipeline: whatever fails is told like a plan, and ends nothing."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from reconciler.ci import Planned, Request, key_of
from reconciler.cli import failures, session
from reconciler.cli.against import plan_against
from reconciler.cli.choice import Choice
from reconciler.cli.exits import for_error, for_plan
from reconciler.cli.ledgered import read_head
from reconciler.cli.options import Settings
from reconciler.cli.planning import make_plan
from reconciler.cli.repository import folder_name, head_commit, touched_files
from reconciler.cli.sections import told_of
from reconciler.cli.session import Unit, connected, find_units, manifests, say_without_ledger
from reconciler.model import Diagnostic, PlanOptions
from reconciler.report import Style, without_secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a command line asks of a preview."""

    request: Request
    paths: tuple[Path, ...]
    planning: PlanOptions
    build: bool
    parallelism: int
    detailed: bool
    artifacts: Path | None
    against: Path | None = None
    deploy: bool = False


def plan_all(chosen: Choice, asked: Asked, settings: Settings) -> Iterator[Planned]:
    """Plan each unit that is chosen, as it comes; an error of ours is what came of it."""
    try:
        units = find_units(chosen)
    except Exception as error:
        if not failures.is_ours(error):
            raise
        failures.tell(error, settings)
        # The very file that would name them is wrong; what the line names is what fails.
        for name in chosen.environments or ("",):
            yield _failed(Unit(environment=name), error, asked, settings)
        return
    for unit in units:
        if len(units) > 1:
            stream = sys.stderr if settings.json else sys.stdout
            stream.write(f"{Style(settings.colors(stream)).bold(f'── {unit.title} ──')}\n")
            stream.flush()
        try:
            settings.hide(unit.sensitive)
            with told_of(unit):
                planned = _plan(unit, asked, settings)
            if asked.deploy:
                from reconciler.cli.deploying import try_out

                planned = try_out(planned, unit, asked, settings)
            yield planned
        except Exception as error:
            if not failures.is_ours(error):
                raise
            failures.tell(error, settings)
            yield _failed(unit, error, asked, settings)


def _plan(unit: Unit, asked: Asked, settings: Settings) -> Planned:
    declared = manifests(asked.paths, unit)
    if asked.build:
        session.build(declared)
    config = None
    if asked.against is not None:
        plan, head = plan_against(asked.against, unit, declared, asked.planning, paths=asked.paths)
    else:
        with connected(settings, unit, parallelism=asked.parallelism) as (remote, config):
            head = read_head(remote, unit)
            plan = make_plan(remote, unit, declared, asked.planning, paths=asked.paths, head=head)
    say_without_ledger(unit)
    shown = without_secrets(plan, unit.sensitive)
    changed, remark = touched_files(asked.request, declared, unit)
    key = _key(unit)
    applicable = not (plan.conflicts or plan.obstacles)
    if asked.artifacts is not None and config is not None and applicable:
        from reconciler.cli import saving

        folder = asked.artifacts / key
        folder.mkdir(parents=True, exist_ok=True)
        saving.save(
            folder / "plan.saved",
            plan,
            shown=shown,
            declared=declared,
            unit=unit,
            config=config,
            head=head,
        )
    return Planned(
        key=key,
        title=unit.title,
        environment=unit.environment,
        workspace=unit.listed,
        code=for_plan(plan, detailed=asked.detailed),
        commit=asked.request.head or head_commit(),
        at=datetime.now(UTC),
        plan=plan,
        shown=shown,
        head=head,
        has_ledger=unit.home is not None,
        changed=changed,
        remarks=tuple(filter(None, (remark,))),
        reveal=tuple(unit.workspace.revealed) if unit.workspace else (),
    )


def told(error: Exception, settings: Settings) -> tuple[Diagnostic, ...]:
    """What is wrong, for others to read: without the values that the workspace hides."""
    mask = settings.outputs.mask
    return tuple(
        replace(one, message=mask(one.message), hint=mask(one.hint))
        for one in failures.diagnostics(error)
    )


def _failed(unit: Unit, error: Exception, asked: Asked, settings: Settings) -> Planned:
    return Planned(
        key=_key(unit),
        title=unit.title,
        environment=unit.environment,
        workspace=unit.listed,
        code=int(for_error(error)),
        commit=asked.request.head or head_commit(),
        at=datetime.now(UTC),
        problems=told(error, settings),
    )


def _key(unit: Unit) -> str:
    return key_of(folder_name(), unit.listed, unit.environment)
