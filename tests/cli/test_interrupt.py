"""An account of an apply that was aborted: known, in doubt, never begun."""

import signal

from reconciler.cli.interrupt import Drain, Tally
from reconciler.model import Event, Finished, Started, Status
from tests.builders import a_plan, done


def test_account_tells_done_doubtful_and_untouched_apart() -> None:
    """What ran when the process ended may have been written; nobody claims to know."""
    plan = a_plan()
    task, workflow, *_ = plan.actions
    heard: list[Event] = []
    tally = Tally(plan, heard.append)

    for event in (Started(task), Finished(done(task)), Started(workflow)):
        tally(event)
    report = tally.report()

    assert [outcome.status for outcome in report.outcomes] == [
        Status.DONE,
        Status.FAILED,
        Status.SKIPPED,
        Status.SKIPPED,
    ]
    assert "may have been written or not" in report.outcomes[1].message
    assert report.interrupted
    assert len(heard) == 3


def test_first_signal_drains_and_handlers_are_put_back() -> None:
    """SIGTERM is as good as Ctrl-C."""
    former = signal.getsignal(signal.SIGTERM)

    with Drain(lambda: "") as drain:
        assert not drain.stop.is_set()
        signal.raise_signal(signal.SIGTERM)
        assert drain.stop.wait(timeout=10)

    assert signal.getsignal(signal.SIGTERM) is former
