"""One state of drift is told from another, and what takes it back is a command that is there."""

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.cli import run
from reconciler.model import Change, Drift, DriftKind, DriftReport, Kind, ResourceId
from reconciler.report import drift_digest, drift_items, told_in, way_back, ways_back
from reconciler.report import drifts_as_prometheus as exposed
from tests.report.test_drift import AT, CHANGED, MOVED, QUIET, REPORT

NAME = ResourceId(Kind.NAMED_ENTITY, "flytesnacks", "development", "etl[1]", facet="launch_plan")
DESCRIBED = Drift(DriftKind.DESCRIBED, NAME, "described otherwise")


def test_the_digest_is_of_the_state_only() -> None:
    """Not of when it was found, in which order, or what else was compared."""
    later = DriftReport((CHANGED, MOVED), compared=999, at=AT + timedelta(days=1))

    assert drift_digest(later) == drift_digest(REPORT) != ""
    assert drift_digest(QUIET) == ""


@pytest.mark.parametrize(
    "other",
    [
        (MOVED,),
        (replace(MOVED, live="v0"), CHANGED),
        (replace(MOVED, kind=DriftKind.DEACTIVATED), CHANGED),
        (MOVED, replace(CHANGED, changes=(Change("tags[0]", "tpu", "gpu"),))),
    ],
)
def test_another_state_has_another_digest(other: tuple[Drift, ...]) -> None:
    """Whatever of it is another."""
    assert drift_digest(DriftReport(other, 2, AT)) != drift_digest(REPORT)


def test_nobody_can_try_out_a_value_by_its_digest() -> None:
    """A value that is masked is not in it."""
    of = [
        replace(CHANGED, changes=(Change("container.env[TOKEN].value", before, "x"),))
        for before in ("hunter2", "hunter3")
    ]
    one, other = (drift_items(DriftReport((drift,), 1, AT)) for drift in of)
    assert one == other


def test_what_was_moved_is_taken_back_by_a_command() -> None:
    """Of a name with odd letters, too; what no apply takes back has none."""
    assert way_back(MOVED, environment="production") == (
        "reconciler apply -e production --target launchplan:flytesnacks/development/daily "
        "--overwrite-moved flytesnacks/development/daily"
    )
    assert way_back(DESCRIBED, workspace="ml") == (
        "reconciler apply --workspace ml --target 'launchplan:flytesnacks/development/etl[[]1]'"
    )
    orphan = replace(MOVED, kind=DriftKind.ORPHANED)
    assert ways_back(DriftReport((MOVED, MOVED, orphan), 3, AT)) == [way_back(MOVED)]


@pytest.mark.parametrize("drift", [MOVED, CHANGED, DESCRIBED])
def test_the_command_is_one(drift: Drift, capsys: pytest.CaptureFixture[str]) -> None:
    """Every option of it is known; here it ends for want of a workspace."""
    assert run([*shlex.split(way_back(drift))[1:], "--auto-approve"]) == 1
    assert "no manifests named" in capsys.readouterr().err


def test_what_was_told_is_read_back() -> None:
    """Whatever a name holds."""
    told = {('sh"op\\n', "production"): {"chat": "abc", "mail": "def"}, ("b", ""): {"chat": "1"}}

    assert told_in(exposed([("shop", "", REPORT)], told=told)) == told
    assert told_in(exposed([("shop", "", REPORT)])) == {}


def test_what_could_not_be_compared_is_counted() -> None:
    """With nothing else said of it: 0 would be a lie."""
    text = exposed([("shop", "dev", QUIET)], failed=[("shop", "production")])

    assert 'reconciler_drift_success{workspace="shop",environment="dev"} 1' in text
    assert 'reconciler_drift_success{workspace="shop",environment="production"} 0' in text
    assert text.count("production") == 1
