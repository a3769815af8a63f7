"""Every exit code, and what leads to it: one page, stable for good.

| exit | meaning |
|---|---|
| 0 | done; no changes |
| 1 | error |
| 2 | changes present (`plan --detailed-exitcode`), or drift (`drift`) |
| 3 | a guard, lint error or policy refused |
| 4 | the saved plan is stale, or was applied already |
| 5 | applied in part |
| 6 | locked by someone else |
| 7 | not authenticated, or not permitted |
| 64 | usage error |
| 70 | our bug |
| 130 | interrupted |

A conflict or a bad manifest is 1 and wins over 3, which wins over 2.
"""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # at run time only where they are needed: `--version` stays quick
    from collections.abc import Iterable

    from reconciler.errors import ManifestError
    from reconciler.model import ApplyReport, Plan


class Exit(IntEnum):
    """What the process tells the shell."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    REFUSED = 3
    STALE = 4
    PARTIAL = 5
    LOCKED = 6
    DENIED = 7
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130


def for_error(error: BaseException) -> Exit:
    """The exit of a command that gave no result because of `error`, one of ours."""
    from reconciler import errors

    denied = errors.UnauthenticatedError | errors.PermissionDeniedError | errors.LoginError
    if isinstance(error, denied | errors.ForgeDeniedError):
        return Exit.DENIED
    if isinstance(error, errors.LockedError):
        return Exit.LOCKED
    if isinstance(error, errors.PlanRanError | errors.OlderCommitError | errors.StalePlanError):
        return Exit.STALE
    if isinstance(error, errors.ForeignOwnerError | errors.GuardError | errors.NotReviewedError):
        return Exit.REFUSED
    if isinstance(error, errors.ManifestError) and _broke_rules_only(error):
        return Exit.REFUSED
    return Exit.ERROR


def _broke_rules_only(error: "ManifestError") -> bool:
    """Whether all that is wrong is what lint found, and nothing that Flyte could not take."""
    from reconciler.manifest import RULES
    from reconciler.model import Severity

    wrong = [one.code for one in error.diagnostics if one.severity is Severity.ERROR]
    return bool(wrong) and all(code in RULES for code in wrong)


# Of several sections of one command the gravest decides; what is further to the front wins.
_GRAVEST = (
    Exit.BUG,
    Exit.INTERRUPTED,
    Exit.PARTIAL,
    Exit.DENIED,
    Exit.ERROR,
    Exit.LOCKED,
    Exit.STALE,
    Exit.REFUSED,
    Exit.CHANGES,
    Exit.OK,
)


def worst(codes: "Iterable[int]") -> Exit:
    """The exit of a command that ended in several ways, one for each of its sections."""
    return min((Exit(code) for code in codes), key=_GRAVEST.index, default=Exit.OK)


def for_plan(plan: "Plan", *, detailed: bool) -> Exit:
    """The exit of `plan`; `detailed` tells changes from none."""
    from reconciler.model import GUARDS, Severity

    if plan.conflicts:
        return Exit.ERROR
    if any(one.code not in GUARDS and one.severity is Severity.ERROR for one in plan.obstacles):
        return Exit.ERROR
    if any(obstacle.code in GUARDS for obstacle in plan.obstacles):
        return Exit.REFUSED
    if any(verdict.refuses for verdict in plan.verdicts):
        return Exit.REFUSED
    return Exit.CHANGES if detailed and plan.actions else Exit.OK


def for_apply(report: "ApplyReport", plan: "Plan | None" = None) -> Exit:
    """The exit of an apply: 7 only if nothing could be done for want of permission, else 5.

    What a plan had to leave out for want of permission was not done either.
    """
    from reconciler.model import Guard, Status

    if report.interrupted and not report.succeeded:
        return Exit.INTERRUPTED
    if report.succeeded:
        warnings = plan.warnings if plan is not None else ()
        left_out = any(warning.code == Guard.UNREADABLE for warning in warnings)
        return Exit.PARTIAL if left_out else Exit.OK
    if report.wrote or report.counts()[Status.DONE]:
        return Exit.PARTIAL
    errors = [outcome.error for outcome in report.outcomes if outcome.status is Status.FAILED]
    denied = errors and all(error and for_error(error) is Exit.DENIED for error in errors)
    return Exit.DENIED if denied else Exit.ERROR
