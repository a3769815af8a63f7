"""What drifted, told apart: each kind by itself, and what looks like it and is none."""

from dataclasses import replace
from datetime import UTC, datetime

from flyteidl.admin.common_pb2 import NAMED_ENTITY_ARCHIVED, NamedEntityMetadata
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes

from reconciler.model import (
    DesiredState,
    Drift,
    DriftKind,
    Inventory,
    Kind,
    ObservedState,
    Origin,
    Owned,
    Resource,
    ResourceId,
    owned_by,
)
from reconciler.plan import World, find_drift, make_plan
from tests.builders import a_launch_plan, a_task, an_activation, an_id

ETL = an_id(Kind.ACTIVATION, "etl")
NAME = ResourceId(Kind.NAMED_ENTITY, "flytesnacks", "development", "etl", facet="task")
ROW = ResourceId(Kind.ATTRIBUTES, "flytesnacks", "development", facet="executionQueue")


def drifts(
    *,
    desired: tuple[Resource, ...] | None = (),
    live: tuple[Resource, ...] = (),
    left: tuple[Owned, ...] | None = (),
    running: tuple[Resource, ...] = (),
    gone: tuple[ResourceId, ...] = (),
    foreign: tuple[Owned, ...] = (),
) -> tuple[Drift, ...]:
    """What is told of a world; without manifests `desired` is None, without a ledger `left`."""
    state = DesiredState({one.id: one for one in desired or ()})
    found = {one.id: one for one in live}
    asked = frozenset({*state.resources, *found, *(owned.id for owned in left or ())})
    observed = ObservedState(found, asked)
    active: dict[ResourceId, list[Resource]] = {}
    for one in running:
        active.setdefault(one.id.activation, []).append(one)
    return find_drift(
        World(
            desired=state,
            observed=observed,
            plan=make_plan(state, observed) if desired is not None else None,
            inventory=Inventory({one.place: one for one in left}) if left is not None else None,
            gone=gone,
            running=active,
            foreign=[owned.place for owned in foreign],
        )
    )


def named(description: str = "", *, archived: bool = False) -> Resource:
    state = NAMED_ENTITY_ARCHIVED if archived else 0
    return Resource(NAME, spec=NamedEntityMetadata(description=description, state=state))


def row(*tags: str) -> Resource:
    spec = MatchingAttributes()
    spec.execution_queue_attributes.tags.extend(tags)
    return Resource(ROW, spec=spec)


def ours(resource: Resource) -> Owned:
    owned = owned_by(resource)
    assert owned is not None
    return owned


V1, V2 = an_activation("etl", "v1"), an_activation("etl", "v2")
OFF, TORN = an_activation("etl"), an_activation("etl", "v1", "v2")


def kinds(found: tuple[Drift, ...]) -> list[DriftKind]:
    return [one.kind for one in found]


def test_nothing_drifted() -> None:
    """As left, and as declared."""
    assert drifts(desired=(V1,), live=(V1,), left=(ours(V1),)) == ()
    assert drifts(desired=None, live=(V1,), left=(ours(V1),)) == ()


def test_another_version_is_active() -> None:
    """With or without manifests; told with all three."""
    (drift,) = drifts(desired=(V1,), live=(V2,), left=(ours(V1),))

    assert (drift.kind, drift.left, drift.live, drift.wanted) == (
        DriftKind.ACTIVATED,
        "v1",
        "v2",
        "v1",
    )
    assert "we left v1 active, somebody made v2 active; declared is v1" in drift.message
    assert kinds(drifts(desired=None, live=(V2,), left=(ours(V1),))) == [DriftKind.ACTIVATED]


def test_it_was_switched_off() -> None:
    """Nothing is active where we left something so."""
    (drift,) = drifts(desired=(V1,), live=(OFF,), left=(ours(V1),))

    assert drift.kind is DriftKind.DEACTIVATED
    assert "somebody switched it off" in drift.message


def test_several_are_active() -> None:
    """A torn flip, whether we have ever owned it or not."""
    assert kinds(drifts(desired=(V1,), live=(TORN,), left=(ours(V1),))) == [
        DriftKind.SEVERAL_ACTIVE
    ]
    assert kinds(drifts(desired=(V1,), live=(TORN,), left=None)) == [DriftKind.SEVERAL_ACTIVE]
    assert kinds(drifts(desired=None, live=(TORN,), left=(ours(V1),))) == [
        DriftKind.SEVERAL_ACTIVE
    ]


def test_the_manifests_are_ahead() -> None:
    """As we left it, and something newer is declared."""
    (drift,) = drifts(desired=(V2,), live=(V1,), left=(ours(V1),))

    assert (drift.kind, drift.live, drift.wanted) == (DriftKind.PENDING, "v1", "v2")
    task = replace(a_task(), origin=Origin("etl.yaml", 7))
    (new,) = drifts(desired=(task,))
    assert (new.kind, str(new.origin)) == (DriftKind.PENDING, "etl.yaml:7")


def test_what_the_manifests_followed_is_no_drift() -> None:
    """Somebody moved it, and it is declared so by now: the next apply adopts it."""
    assert drifts(desired=(V2,), live=(V2,), left=(ours(V1),)) == ()


def test_without_a_ledger_nobody_can_tell_who_moved() -> None:
    """So it is pending, either way."""
    assert kinds(drifts(desired=(V1,), live=(V2,), left=None)) == [DriftKind.PENDING]


def test_attributes_of_others() -> None:
    """Changed, or deleted, or added where we left none."""
    for live in ((row("b"),), ()):
        for desired in ((row("a"),), None):
            assert kinds(drifts(desired=desired, live=live, left=(ours(row("a")),))) == [
                DriftKind.ATTRIBUTES_CHANGED
            ]


def test_names_archived_and_described_by_hand() -> None:
    """Told apart with the manifests, and by the digest alone."""
    plain = named("extracts")
    cases = [
        (plain, named("extracts", archived=True), DriftKind.ARCHIVED),
        (named("extracts", archived=True), plain, DriftKind.UNARCHIVED),
        (plain, named("loads"), DriftKind.DESCRIBED),
    ]
    for left, live, kind in cases:
        for desired in ((left,), None):
            assert kinds(drifts(desired=desired, live=(live,), left=(ours(left),))) == [kind]


def test_archived_by_hand_where_the_manifests_do_not_say_it() -> None:
    """They describe the name, which still is so."""
    said = replace(named("extracts"), unsaid=frozenset({"state"}))
    live = named("extracts", archived=True)

    assert kinds(drifts(desired=(said,), live=(live,), left=(ours(named("extracts")),))) == [
        DriftKind.ARCHIVED
    ]


def test_what_nobody_declares_and_nobody_owns_is_an_orphan() -> None:
    """Not what is declared in any way, not ours, not another workspace's."""
    stray = a_launch_plan("stray", "v9")
    mine, theirs = an_activation("stray", "v9"), ours(an_activation("stray", "v9"))

    (drift,) = drifts(running=(replace(stray, since=10**18),))
    assert (drift.kind, drift.live) == (DriftKind.ORPHANED, "v9")
    assert drift.since == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    assert drifts(running=(stray,), live=(mine,), left=(theirs,), desired=None) == ()
    assert drifts(running=(stray,), foreign=(theirs,)) == ()
    declared = drifts(running=(stray,), desired=(a_launch_plan("stray", "v1"),))
    assert DriftKind.ORPHANED not in kinds(declared)


def test_what_admin_lost_is_missing() -> None:
    """Told once, though the plan would register it again."""
    task = a_task()

    assert kinds(drifts(desired=(task,), left=(ours(task),), gone=(task.id,))) == [
        DriftKind.MISSING
    ]
    assert kinds(drifts(desired=None, left=(ours(task),), gone=(task.id,))) == [DriftKind.MISSING]
