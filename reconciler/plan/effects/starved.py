"""Warn of rates that are switched faster than they fire, and so never do.

Since when a version is active is Admin's word; the switches before it are the ledger's, where
there is one.
"""

from collections.abc import Sequence
from itertools import pairwise

from reconciler.cron import SECOND
from reconciler.model import Diagnostic, Effect, Origin, Severity

# Between Admin's time of a switch and that of the ledger's entry about it.
_APART = 120 * SECOND
_WORDS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def starved(
    effect: Effect,
    *,
    since: int | None,
    flips: Sequence[int],
    now: int,
    origin: Origin | None = None,
) -> Diagnostic | None:
    """Return a warning if a rate is switched before it has fired since the last switch.

    Args:
        since: When Admin says that the active version was switched on; nanoseconds, as all times.
        flips: Earlier switches as the ledger knows them, in order.
        now: When it is to be switched again.
    """
    schedule = effect.schedule
    if not effect.switches or schedule is None or schedule.before is None:
        return None
    if schedule.restart is None:
        return None
    period = schedule.restart.period * SECOND
    times = [flip for flip in flips if since is None or flip < since - _APART]
    if since is not None:
        times.append(since)
    gaps = [later - earlier for earlier, later in pairwise([*times, now])]
    in_a_row = 0
    while in_a_row < len(gaps) and 0 <= gaps[-1 - in_a_row] < period:
        in_a_row += 1
    if not in_a_row:
        return None
    often = f"{in_a_row} times in a row, the last time" if in_a_row > 1 else ""
    ago = f"{_span(gaps[-1] // SECOND)} ago"
    return Diagnostic(
        "rate-starved",
        f"launch plan {effect.id.path} fires {schedule.before.text}, was switched "
        f"{f'{often} {ago}'.strip()} and has not fired since: this switch starts its clock anew",
        origin,
        "switch it less often than it fires, or give it a cron, which keeps to the clock",
        Severity.WARNING,
    )


def _span(seconds: int) -> str:
    """A time in its largest unit: `5 hours`."""
    word, size = next(((w, s) for w, s in _WORDS if seconds >= s), _WORDS[-1])
    count = seconds // size
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
