"""The end of an apply: failures first, their victims under them, then how to go on."""

import json

from reconciler.errors import InternalError
from reconciler.model import Outcome, Status, Verb
from reconciler.report import outcome_line, report_as_json, report_as_text
from reconciler.report.words import WORDS
from tests.builders import (
    a_create,
    a_plan,
    a_report,
    a_task,
    blocked,
    done,
    failed,
    skipped,
)


def test_success_is_one_line() -> None:
    """What was done is counted by what it did, not by how often it was called."""
    report = a_report(*map(done, a_plan().actions))

    assert report_as_text(report) == (
        "Apply complete! Resources: 3 registered, 0 updated, 1 activated, 0 deactivated.\n"
    )


def test_what_existed_is_not_counted_as_registered() -> None:
    """A version that a lost answer had made already is told apart."""
    action = a_plan().actions[0]

    assert report_as_text(a_report(done(action, existed=True))) == (
        "Apply complete! Resources: 0 registered, 0 updated, 0 activated, 0 deactivated, "
        "1 there already.\n"
    )


def test_failure_names_its_cause_and_all_it_held_up() -> None:
    """A victim of a victim stands under the failure at the root."""
    task, workflow, launch_plan, switch = a_plan().actions
    report = a_report(
        done(task),
        failed(workflow, "CreateWorkflow: INTERNAL: first\n\tsecond"),
        blocked(launch_plan, workflow),
        blocked(switch, launch_plan),
    )

    assert report_as_text(report) == (
        "Error: workflow flytesnacks/development/etl.daily@v1 failed registering\n"
        "  CreateWorkflow: INTERNAL: first\n"
        "  \tsecond\n"
        "  It held up 2 more:\n"
        "    launch plan flytesnacks/development/etl.daily@v1, not registered\n"
        "    launch plan flytesnacks/development/etl.daily, not activated\n"
        "\n"
        "Apply incomplete: 1 done, 1 failed, 2 blocked. "
        "Resources: 1 registered, 0 updated, 0 activated, 0 deactivated.\n"
        "Mend the cause and run apply again: it goes on where this one stopped.\n"
    )


def test_many_victims_are_counted_not_listed() -> None:
    """A failure that holds up hundreds does not push itself off the screen."""
    root, *others = (a_create(a_task(f"t{n}")) for n in range(30))

    text = report_as_text(a_report(failed(root), *(blocked(other, root) for other in others)))

    assert "It held up 29 more:" in text
    assert "… and 19 more" in text


def test_interruption_says_how_to_go_on() -> None:
    """What never started is skipped, and nothing is called a failure."""
    task, workflow, *_ = a_plan().actions

    text = report_as_text(a_report(done(task), skipped(workflow), interrupted=True))

    assert text.startswith("Apply interrupted: 1 done, 0 failed, 1 skipped.")
    assert text.endswith("To go on, run apply again: it goes on where this one stopped.\n")


def test_applied_but_unsettled_is_said() -> None:
    """Admin's yes that did not come true is not the same as Admin's no."""
    action = a_plan().actions[3]
    outcome = Outcome(action, Status.FAILED, applied=True, message="v2 is active")

    assert "took the write, but reading it back did not show it" in report_as_text(
        a_report(outcome)
    )


def test_error_speaks_where_no_message_does() -> None:
    """An outcome with an error and no words of its own shows the error's."""
    error = InternalError("oops", method="CreateTask")
    outcome = Outcome(a_plan().actions[0], Status.FAILED, error=error)

    assert "CreateTask: INTERNAL: oops" in report_as_text(a_report(outcome))
    assert "CreateTask: INTERNAL: oops" in outcome_line(outcome)


def test_document_holds_plan_and_outcomes() -> None:
    """Outcomes name actions by address, and their blockers too."""
    plan = a_plan()
    task, workflow, launch_plan, switch = plan.actions
    report = a_report(
        done(task), failed(workflow), blocked(launch_plan, workflow), skipped(switch)
    )

    document = json.loads(report_as_json(plan, report))

    assert document["format_version"] == "1.0"
    assert document["summary"] == {"done": 1, "failed": 1, "blocked": 1, "skipped": 1}
    assert [row["status"] for row in document["outcomes"]] == [
        "done",
        "failed",
        "blocked",
        "skipped",
    ]
    assert document["outcomes"][2]["blocked_by"] == document["outcomes"][1]["address"]
    assert len(document["plan"]["actions"]) == 4


def test_every_verb_has_its_words() -> None:
    """A new verb is not forgotten by the renderers."""
    assert set(WORDS) == set(Verb)
