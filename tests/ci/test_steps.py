"""What is compared of two plans: what is done to what, and nothing else."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.ci.review import Reviewed, difference, hidden_steps, named_steps, reviewed_in
from reconciler.ci.steps import step_digests, steps_digest
from reconciler.forge import Note
from reconciler.model import Plan, Verb
from tests.builders import a_create, a_launch_plan, a_plan, a_switch, a_task


def test_neither_order_nor_words_count() -> None:
    """Only what is done, to what, and what is there afterwards."""
    plan = a_plan()
    other = Plan(tuple(replace(one, why="another reason", needs=()) for one in plan))

    assert step_digests(plan) == step_digests(Plan(tuple(reversed(other.actions))))
    assert steps_digest(step_digests(plan)) != steps_digest(step_digests(plan.actions[1:]))


def test_another_content_version_or_verb_is_another_step() -> None:
    """So no two of these are taken for each other."""
    steps = [
        a_create(a_task(image="etl:1")),
        a_create(a_task(image="etl:2")),
        a_create(a_task(version="v2")),
        a_create(a_launch_plan()),
        a_switch(after="v1"),
        a_switch(after="v2"),
        a_switch(before=["v1"]),
    ]

    assert len(set(step_digests(steps))) == len(steps)


def test_what_only_the_ledger_is_told_is_no_step() -> None:
    """An adoption changes nothing that runs."""
    adopted = replace(a_create(a_task()), verb=Verb.ADOPT)

    assert step_digests([adopted]) == ()


def comment(plan: Plan) -> Note:
    """What a preview of a plan would say."""
    facts = {"steps": steps_digest(step_digests(plan)), "commit": "c" * 40}
    return Note((f"the plan\n\n<!-- {hidden_steps(plan)} -->",), facts)


def test_the_comment_keeps_the_steps() -> None:
    """With their names, so that a difference can be told."""
    plan = a_plan()
    reviewed = reviewed_in(comment(plan))
    assert reviewed is not None
    assert reviewed.steps == named_steps(plan)
    assert difference(plan, reviewed) is None

    more = Plan((*plan.actions, a_create(a_task("ads.extract"))))
    found = difference(more, reviewed)
    assert found is not None
    assert found.added == ("create task:flytesnacks/development/ads.extract@v1",)
    assert found.gone == ()
    assert difference(Plan(plan.actions[2:]), reviewed) is None


def test_steps_that_do_not_fit_the_digest_are_not_believed() -> None:
    """Somebody has touched one of them."""
    note = comment(a_plan())
    forged = comment(Plan((a_create(a_task("ads.extract")),)))
    reviewed = reviewed_in(Note(forged.pages, note.facts))

    assert reviewed is not None
    assert reviewed.steps == {}
    assert difference(a_plan(), reviewed) is None
    assert difference(Plan((a_create(a_task("ads.extract")),)), reviewed) is not None


def test_of_too_many_steps_only_the_digest_is_kept() -> None:
    """Then a part of them is a difference, for nobody can tell."""
    plan = Plan(tuple(a_create(a_task(f"t{at}")) for at in range(2_000)))
    assert hidden_steps(plan) == ""
    reviewed = Reviewed(steps_digest(step_digests(plan)))

    assert difference(plan, reviewed) is None
    assert difference(Plan(plan.actions[:5]), reviewed) is not None


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_no_hidden_line_breaks_it(text: str) -> None:
    """Whatever somebody has written there."""
    note = Note((f"reconciler-steps {text}",), {"steps": "d"})
    reviewed = reviewed_in(note)
    assert reviewed is not None
    assert reviewed.steps == {}


def test_hearsay_and_failures_are_no_review() -> None:
    """What a fork's artifacts say, and what could not be planned."""
    note = comment(a_plan())
    assert reviewed_in(Note(note.pages, {**note.facts, "by": "request"})) is None
    assert reviewed_in(Note(note.pages, {"commit": "c"})) is None
