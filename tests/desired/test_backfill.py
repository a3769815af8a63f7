"""Backfills bound to what they run, and every reason why one cannot be, at its line."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.model import BACKFILL_LABEL, Backfill, DesiredState, Kind, Strategy
from reconciler.remote import validate
from tests.e2e.backfilled import WEATHER, backfill, written


def bound(folder: Path, *texts: str) -> DesiredState:
    """What a set declares, with nobody to ask."""
    return validate(load(written(folder, *texts)))


def the_one(folder: Path, *texts: str) -> Backfill:
    (found,) = bound(folder, *texts).backfills
    return found


def problems(folder: Path, *texts: str) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        bound(folder, *texts)
    return [f"{one.origin.line if one.origin else 0} {one}" for one in caught.value.diagnostics]


def test_it_runs_the_version_that_the_set_declares(tmp_path: Path) -> None:
    """And needs it; each launch says what it runs and for whom."""
    state = bound(tmp_path, WEATHER, backfill(more="labels: {team: data}"))
    (found,) = state.backfills

    assert found.launch_plan.id.version == "v1"
    assert found.chosen == "the version that the manifests declare"
    assert state.needs[found.id] == {found.launch_plan.id}
    assert found.kickoff == "day"
    assert found.id not in state.resources
    spec = found.request.spec
    assert dict(spec.labels.values) == {"team": "data", BACKFILL_LABEL: "january"}
    assert spec.launch_plan == found.launch_plan.id.to_identifier()


def test_without_admin_what_only_that_knows_is_not_checked(tmp_path: Path) -> None:
    """It is named, and no error."""
    state = bound(tmp_path, backfill())

    assert not state.backfills
    assert [(one.kind, one.name) for one in state.unchecked] == [(Kind.BACKFILL, "january")]


def test_a_set_that_only_switches_it_on_means_the_version_it_switches_to(tmp_path: Path) -> None:
    """Not the one that runs before the apply."""
    from reconciler.desired import declare, needs

    switch = """\
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: weather.daily}
spec: {version: v7, state: active}
"""
    declaration = declare(load(written(tmp_path, switch, backfill())))

    assert {id.version for id in needs(declaration).versions} == {"v7"}
    assert not needs(declaration).active


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        ("order: newestFirst", "newest_first", True),
        ("onFailure: stop", "stops", True),
        ("retries: 3", "retries", 3),
        ("satisfiedBy: thisVersion", "any_version", False),
        ("strategy: workflow", "strategy", Strategy.WORKFLOW),
        ("strategy: workflow", "concurrency", 1),
        ("schedulerZone: Europe/Rome", "scheduler_zone", "Europe/Rome"),
        ("anchor: 1970-01-01T00:00:01Z", "anchor", 10**9),
        ("strategy: workflow\n  workflow: {parallel: true}", "parallel", True),
        ("strategy: workflow\n  workflow: {maxNodes: 7}", "chunk", 7),
        ("strategy: workflow\n  workflow: {retries: 7}", "node_retries", 7),
    ],
)
def test_what_is_said_is_kept(tmp_path: Path, more: str, field: str, value: Any) -> None:
    """Word for word."""
    assert getattr(the_one(tmp_path, WEATHER, backfill(more=more)), field) == value


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        ("overwriteCache: true", "overwrite_cache", True),
        ("maxParallelism: 3", "max_parallelism", 3),
        ("annotations: {why: because}", "annotations", {"why": "because"}),
    ],
)
def test_what_executions_are_to_be_is_sent(
    tmp_path: Path, more: str, field: str, value: Any
) -> None:
    """With every launch."""
    found = getattr(the_one(tmp_path, WEATHER, backfill(more=more)).request.spec, field)

    assert (dict(found.values) if field == "annotations" else found) == value


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (backfill(start="2024-02-01"), 6, "[empty-window]"),
        (backfill(more="inputs: {day: 2024-01-01}"), 7, "receives the time of each slot"),
        (backfill(more="inputs: {region: 5}"), 7, "expected str, found the number 5"),
        (backfill(more="inputs: {place: rome}"), 7, "has no input place (it takes day, region)"),
        (backfill().replace("weather.daily", "weather.dayly"), 0, ""),
    ],
)
def test_what_is_wrong_has_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    """Where the values stand."""
    if not said:
        # Perhaps Admin has it: who has nobody to ask cannot know.
        assert bound(tmp_path, WEATHER, text).unchecked
        return

    (found,) = problems(tmp_path, WEATHER, text)

    assert found.startswith(f"{line} ")
    assert said in found


def test_a_fixed_input_cannot_be_given(tmp_path: Path) -> None:
    """It is fixed."""
    fixed = WEATHER.replace("inputs: {region: eu}", "fixedInputs: {region: eu}")

    (found,) = problems(tmp_path, fixed, backfill(more="inputs: {region: us}"))

    assert "fixes input region" in found


def test_a_rate_gives_no_time(tmp_path: Path) -> None:
    """Admin's scheduler fills the input for crons alone, so a default is what it runs with."""
    rate = WEATHER.replace('{cron: "0 6 * * *"', "{rate: {every: 1, unit: days}")
    with_default = rate.replace("{region: eu}", "{region: eu, day: 2024-01-01}")

    assert the_one(tmp_path, with_default, backfill()).kickoff == ""
