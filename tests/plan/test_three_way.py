"""Who moved a thing since our last apply is told with the step that moves it on."""

from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes

from reconciler.model import (
    Action,
    Head,
    Inventory,
    Kind,
    Owned,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Verb,
    owned_by,
)
from reconciler.plan import with_moved
from tests.builders import a_project

ID = ResourceId(Kind.ATTRIBUTES, "flytesnacks", "development", facet="executionClusterLabel")


def a_row(label: str) -> Resource:
    spec = MatchingAttributes()
    spec.execution_cluster_label.value = label
    return Resource(ID, spec=spec)


def memory(left: Resource | None, *loose: Resource) -> Head:
    owned = owned_by(left) if left is not None else None
    entries = {owned.place: owned} if owned is not None else {}
    return Head(inventory=Inventory(entries), loose=tuple(filter(None, map(owned_by, loose))))


def a_step(before: Resource | None, after: Resource | None) -> Action:
    verb = Verb.UPDATE if after is not None else Verb.DELETE
    id = (after or before or a_row("")).id
    return Action(verb, id, Reason.DIFFERS, "1 field differs", before=before, after=after)


def told(head: Head, before: Resource | None, after: Resource | None) -> tuple[str, int]:
    """What is said of a step beyond its own reason, and how many warnings there are."""
    plan = with_moved(Plan((a_step(before, after),)), head)
    return plan.actions[0].why.removeprefix("1 field differs").lstrip("; "), len(plan.warnings)


def test_our_own_change_needs_no_word() -> None:
    """It is as we left it."""
    assert told(memory(a_row("old")), a_row("old"), a_row("new")) == ("", 0)


def test_a_change_by_others_is_told() -> None:
    """Whether the manifests changed too, or only what somebody did is undone."""
    ours = a_row("ours")
    undone = "somebody changed it since our last apply"

    assert told(memory(ours), a_row("theirs"), ours) == (undone, 1)
    both = f"{undone}, and the manifests changed too"
    assert told(memory(ours), a_row("theirs"), a_row("new")) == (both, 1)
    assert told(memory(ours), a_row("theirs"), None) == (both, 1)


def test_a_row_that_somebody_deleted_is_told() -> None:
    """It is set again."""
    ours = a_row("ours")

    assert told(memory(ours), None, ours) == ("somebody deleted it since our last apply", 1)


def test_a_row_that_never_was_ours_is_told() -> None:
    """Its owner may want to know; where nothing is, nobody does."""
    assert told(memory(None), a_row("theirs"), a_row("ours")) == (
        "not ours: somebody else set it",
        1,
    )
    assert told(memory(None), None, a_row("ours")) == ("", 0)


def test_what_an_apply_that_died_may_have_done_is_nobody_elses() -> None:
    """It claimed it, and never said what came of it."""
    assert told(memory(a_row("old"), a_row("new")), a_row("new"), a_row("newer")) == ("", 0)


def test_of_a_project_the_step_itself_says_it() -> None:
    """Projects and names are seen in consoles: no warning on top."""
    ours, theirs = a_project(description="ours"), a_project(description="theirs")

    said, warnings = told(memory(ours), theirs, ours)

    assert (said, warnings) == ("somebody changed it since our last apply", 0)


def test_owned_is_by_place() -> None:
    """A digest of nothing is no row that we left."""
    head = Head(inventory=Inventory({(o := Owned(ID, bytes(16))).place: o}))

    assert told(head, a_row("theirs"), a_row("ours"))[1] == 1
