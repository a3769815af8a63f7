"""What `reconciler backfill` does: a manifest from flags, and a plan of launches carried out."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from reconciler.cli.carrying import Manner, ask, carry_out, show
from reconciler.cli.exits import for_apply, for_plan
from reconciler.cli.options import Settings
from reconciler.cli.sections import Result
from reconciler.cli.session import Unit
from reconciler.cli.waiting import say_what_waits, wait_for_slots
from reconciler.errors import ApplyRefusedError, ConfigError, GuardError
from reconciler.manifest import Manifest, read_yaml
from reconciler.model import (
    GUARDS,
    ApplyReport,
    Guards,
    PlanOptions,
    parse_datetime,
    parse_duration,
)
from reconciler.remote import Remote, declared_backfill, told_without_file
from reconciler.report import without_secrets

_POLICIES = {True: "failImmediately", False: "failAfterExecutableNodesComplete"}


def backfill(
    remote: Remote,
    declared: Sequence[Manifest],
    options: Settings,
    manner: Manner,
    *,
    unit: Unit,
    endpoint: str,
    dry_run: bool,
    is_from_flags: bool,
    allow: frozenset[str] = frozenset(),
) -> Result:
    """Plan, show, ask and launch; the ledger has no part in it, for nobody owns an execution."""
    guards = unit.settled.guards if unit.settled else Guards()
    planning = PlanOptions(allow=allow, guards=guards)
    with told_without_file() if is_from_flags else nullcontext():
        plan = remote.plan(declared, planning)
    shown = without_secrets(plan, unit.sensitive)
    show(shown, options, manner, asking=manner.ask and not dry_run, unit=unit)
    if plan.obstacles and not dry_run:
        said = "\n".join(f"{one.message}; {one.hint}" for one in plan.obstacles)
        is_guarded = all(one.code in GUARDS for one in plan.obstacles)
        refusal = GuardError if is_guarded else ApplyRefusedError
        raise refusal(f"nothing was launched: {said}")
    if dry_run:
        code = for_plan(plan, detailed=False)
        return Result(code, options.outputs.plan(unit, shown))
    report = ApplyReport(())
    if plan.actions:
        if manner.ask:
            ask(endpoint)
        report = carry_out(remote, plan, options, manner, unit=unit, shown=shown, held=None)
    if manner.until_done and not report.interrupted:
        return wait_for_slots(remote, declared, plan, report, options, unit=unit)
    say_what_waits(plan, again="run this again")
    return Result(for_apply(report, plan), options.outputs.applied(unit, shown, report))


def from_flags(
    launch_plan: str, version: str | None, said: Mapping[str, Any], remote: Remote
) -> Manifest:
    """The manifest that says the same as the flags.

    Raises: ConfigError for flags that do not go together; BackfillError for what no backfill
        takes.
    """
    project, domain, launch_plan, version = _split(launch_plan, version)
    strategy, parallel, fails_fast = said["strategy"], said["parallel"], said["fail_fast"]
    spec: dict[str, Any] = {
        "launchPlan": {"name": launch_plan, "version": version or "active"},
        "window": _window(said),
        "anchor": said["anchor"],
        "strategy": strategy,
        "concurrency": said["concurrency"],
        "order": "newestFirst" if said["newest_first"] else "oldestFirst",
        "satisfiedBy": "thisVersion" if said["this_version"] else "anyVersion",
        "inputs": _inputs(said["inputs"]),
        "overwriteCache": said["overwrite_cache"],
    }
    if strategy == "workflow":
        if said["retries"]:
            spec["workflow"] = {"retries": said["retries"]}
        spec.setdefault("workflow", {})["parallel"] = bool(parallel)
        if fails_fast is not None:
            spec["workflow"]["onFailure"] = _POLICIES[fails_fast]
    else:
        if parallel is not None:
            raise ConfigError(
                "--parallel and --serial are of --strategy workflow; of executions, --concurrency "
                "says how many are under way at once"
            )
        spec["retries"] = said["retries"]
        spec["onFailure"] = "stop" if fails_fast else "continue"
    return declared_backfill(
        spec,
        project=project or said["project"] or remote.default_project,
        domain=domain or said["domain"] or remote.default_domain,
        name=said["name"],
    )


def _split(text: str, version: str | None) -> tuple[str, str, str, str | None]:
    """Project, domain, name and version of `NAME`, `NAME@VERSION` or `PROJECT/DOMAIN/NAME`."""
    if version is None and "@" in text:
        text, _, version = text.rpartition("@")
    if text.count("/") < 2:
        return "", "", text, version
    project, domain, name = text.split("/", 2)
    return project, domain, name, version


def _window(said: Mapping[str, Any]) -> dict[str, Any]:
    start, end, length = said["start"], said["end"], said["window"]
    window: dict[str, Any] = {"zone": said["zone"]}
    if length is None:
        if start is None or end is None:
            raise ConfigError("say two of --from, --to and --window; --window alone is up to now")
    elif start is not None and end is not None:
        raise ConfigError("--from, --to and --window are one too many; leave one out")
    elif start is not None:
        end = _moved(start, _length(length))
    elif end is not None:
        start = _moved(end, -_length(length))
    else:
        if said["inclusive"]:
            raise ConfigError("--inclusive is about --to")
        return {**window, "last": length}
    window |= {"from": start, "to": end}
    if said["inclusive"]:
        window["inclusive"] = True
    return window


def _length(text: str) -> timedelta:
    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise ConfigError(f"--window: {error}") from error
    return timedelta(seconds=duration.seconds, microseconds=duration.nanos // 1000)


def _moved(text: str, by: timedelta) -> str:
    """A time so much later, in the same spelling: with its offset, or on the same wall clock."""
    try:
        parse_datetime(text)
        moment = datetime.fromisoformat(text.strip().replace(" ", "T", 1).replace("z", "Z"))
        return (moment + by).isoformat()
    except (ValueError, OverflowError) as error:
        raise ConfigError(str(error)) from error


def _inputs(texts: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise ConfigError(f"--input {text!r}: write NAME=VALUE")
        problems: list[Any] = []
        values = [value for _, value in read_yaml(value.encode(), f"--input {name}", problems)]
        if problems:
            raise ConfigError(f"--input {name}: {problems[0].message}")
        found[name] = values[0] if values else ""
    return found
