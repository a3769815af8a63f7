"""An apply while it runs, on a terminal and in a log."""

import io

from reconciler.model import Finished, Started
from reconciler.report import progress
from tests.builders import a_plan, blocked, done, failed, skipped


def test_log_gets_a_counted_line_for_each_finished_action() -> None:
    """Lines are never redrawn, so a log keeps them as they were."""
    task, workflow, launch_plan, switch = a_plan().actions
    stream = io.StringIO()

    with progress(stream, total=4, live=False, color=False) as view:
        view(Started(task))
        view(Finished(done(task)))
        view(Started(workflow))
        view(Finished(failed(workflow, "no\nway")))
        view(Finished(blocked(launch_plan, workflow)))
        view(Finished(skipped(switch)))

    assert stream.getvalue().splitlines() == [
        "[1/4] task flytesnacks/development/etl.extract@v1: registered after 0.2 s",
        "[2/4] workflow flytesnacks/development/etl.daily@v1: failed registering: no way",
        "[3/4] launch plan flytesnacks/development/etl.daily@v1: blocked by "
        "workflow flytesnacks/development/etl.daily@v1",
        "[4/4] launch plan flytesnacks/development/etl.daily: skipped",
    ]


def test_what_was_there_already_is_said() -> None:
    """Nothing was written, and nothing claims so."""
    stream = io.StringIO()

    with progress(stream, total=1, live=False, color=False) as view:
        view(Finished(done(a_plan().actions[0], existed=True)))

    assert "there already" in stream.getvalue()


def test_terminal_keeps_failures_on_the_screen() -> None:
    """The bar goes away at the end; the line of a failure stays, markup in it untouched."""
    task, workflow, *_ = a_plan().actions
    stream = io.StringIO()

    with progress(stream, total=2, live=True, color=True) as view:
        view(Started(task))
        view(Finished(done(task)))
        view(Started(workflow))
        view(Finished(failed(workflow, "[bold]no[/bold]")))

    written = stream.getvalue()
    assert "[bold]no[/bold]" in written
    assert "etl.daily@v1" in written
