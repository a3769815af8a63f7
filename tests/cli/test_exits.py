"""Exit codes are a promise to scripts: each one is pinned, and so is what leads to it."""

import pytest

from reconciler.cli.exits import Exit, for_apply, for_error, for_plan
from reconciler.errors import (
    ApplyRefusedError,
    ConfigError,
    InternalError,
    ManifestError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnreachableError,
)
from reconciler.model import Conflict, Outcome, Plan, Status
from tests.builders import a_plan, a_report, an_id, blocked, done, failed, skipped


def test_codes_never_change() -> None:
    """Scripts out there compare numbers."""
    assert {code.name: code.value for code in Exit} == {
        "OK": 0,
        "ERROR": 1,
        "CHANGES": 2,
        "REFUSED": 3,
        "STALE": 4,
        "PARTIAL": 5,
        "LOCKED": 6,
        "DENIED": 7,
        "USAGE": 64,
        "BUG": 70,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ManifestError([]), Exit.ERROR),
        (ConfigError("no endpoint"), Exit.ERROR),
        (UnreachableError("nobody"), Exit.ERROR),
        (ApplyRefusedError("no"), Exit.ERROR),
        (InternalError("oops"), Exit.ERROR),
        (UnauthenticatedError("who"), Exit.DENIED),
        (PermissionDeniedError("no"), Exit.DENIED),
        (OSError("disk full"), Exit.ERROR),
    ],
)
def test_error_without_a_result(error: Exception, code: Exit) -> None:
    """Only what a login or a permission would mend is 7."""
    assert for_error(error) is code


def test_plan_with_changes_is_2_only_when_asked() -> None:
    """Without the flag a plan that could be made is a success."""
    assert for_plan(a_plan(), detailed=False) is Exit.OK
    assert for_plan(a_plan(), detailed=True) is Exit.CHANGES
    assert for_plan(Plan(()), detailed=True) is Exit.OK


def test_conflict_wins_over_changes() -> None:
    """A plan that cannot be applied is an error, with or without the flag."""
    plan = Plan(a_plan().actions, conflicts=(Conflict(an_id(), ()),))

    assert for_plan(plan, detailed=False) is Exit.ERROR
    assert for_plan(plan, detailed=True) is Exit.ERROR


def test_apply_that_did_everything_is_0() -> None:
    """An interruption that came too late to stop anything is none."""
    outcomes = [done(action) for action in a_plan()]

    assert for_apply(a_report(*outcomes)) is Exit.OK
    assert for_apply(a_report(*outcomes, interrupted=True)) is Exit.OK


def test_apply_in_part_is_5() -> None:
    """Something was done and something was not; also where what failed was not permitted."""
    task, workflow, launch_plan, _ = a_plan().actions
    denied = Outcome(workflow, Status.FAILED, error=PermissionDeniedError("no"))

    assert for_apply(a_report(done(task), failed(workflow))) is Exit.PARTIAL
    assert for_apply(a_report(done(task), denied)) is Exit.PARTIAL
    assert for_apply(a_report(done(task, existed=True), failed(workflow))) is Exit.PARTIAL
    assert (
        for_apply(a_report(Outcome(task, Status.FAILED, applied=True), skipped(launch_plan)))
        is Exit.PARTIAL
    )


def test_apply_that_did_nothing_says_why() -> None:
    """1, or 7 if permission was all that was missing."""
    task, workflow, *_ = a_plan().actions
    denied = Outcome(task, Status.FAILED, error=PermissionDeniedError("no"))

    assert for_apply(a_report(failed(task), blocked(workflow, task))) is Exit.ERROR
    assert for_apply(a_report(denied, blocked(workflow, task))) is Exit.DENIED


def test_interrupted_apply_is_130() -> None:
    """Whatever was done before."""
    task, workflow, *_ = a_plan().actions

    assert for_apply(a_report(done(task), skipped(workflow), interrupted=True)) is Exit.INTERRUPTED
