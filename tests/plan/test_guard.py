"""Which lawful plans are refused as likely mistakes, guard by guard."""

from dataclasses import replace

import pytest

from reconciler.model import (
    Action,
    DesiredState,
    Guard,
    Guards,
    Head,
    Inventory,
    Kind,
    ObservedState,
    Owned,
    Plan,
    PlanOptions,
    Reason,
    Resource,
    ResourceId,
    Severity,
    Verb,
    owned_by,
)
from reconciler.plan import with_guards
from tests.builders import a_project, an_activation, an_id

NAMES = [f"etl{n:02}" for n in range(20)]
ROWS = ResourceId(Kind.ATTRIBUTES, "flytesnacks", "development", facet="taskResources")


def memory(*owned: Owned, loose: tuple[Owned, ...] = ()) -> Head:
    return Head(inventory=Inventory({one.place: one for one in owned}), loose=loose)


def switched(name: str, *, was: tuple[str, ...] = ("v1",), to: str = "") -> Action:
    after = an_activation(name, *([to] if to else []))
    verb = Verb.ACTIVATE if to else Verb.DEACTIVATE
    return Action(
        verb, after.id, Reason.UNWANTED, "", before=an_activation(name, *was), after=after
    )


def guarded(
    *actions: Action,
    desired: tuple[Resource, ...] = (),
    observed: tuple[Resource, ...] = (),
    protected: frozenset[ResourceId] = frozenset(),
    **options: object,
) -> Plan:
    state = DesiredState({one.id: one for one in desired}, protected=protected)
    found = {one.id: one for one in (*desired, *observed)}
    world = ObservedState(found, frozenset(found))
    return with_guards(Plan(actions), state, world, PlanOptions(**options))  # type: ignore[arg-type]


def codes(plan: Plan) -> list[str]:
    return [obstacle.code for obstacle in plan.obstacles]


@pytest.mark.parametrize(
    ("off", "all_", "refused"),
    [(3, 10, False), (4, 10, True), (9, 9, False), (6, 20, False), (7, 20, True), (10, 10, True)],
)
def test_more_than_a_third_of_ten_or_more_is_many(off: int, all_: int, refused: bool) -> None:
    """Of what is active in a project-domain; of few a share says nothing."""
    there = tuple(an_activation(name, "v1") for name in NAMES[:all_])

    plan = guarded(*(switched(name) for name in NAMES[:off]), desired=there)

    assert codes(plan) == ([Guard.MANY_DEACTIVATED] if refused else [])


def test_project_domains_are_counted_apart() -> None:
    """Three here and three there are not six."""
    off = [switched(name) for name in NAMES[:3]]
    off += [replace(one, id=replace(one.id, domain="production")) for one in off]
    there = tuple(an_activation(name, "v1") for name in NAMES[:10])
    elsewhere = tuple(an_activation(name, "v1", domain="production") for name in NAMES[:10])

    assert codes(guarded(*off, desired=(*there, *elsewhere))) == []


def test_what_left_the_manifests_counts_among_what_is_ours() -> None:
    """It is declared nowhere any more."""
    ours = memory(*(Owned(an_id(Kind.ACTIVATION, name), active="v1") for name in NAMES[:10]))
    there = tuple(an_activation(name, "v1") for name in NAMES[:10])

    plan = guarded(
        *(switched(name) for name in NAMES[:4]), desired=there[4:], observed=there, memory=ours
    )

    assert codes(plan) == [Guard.MANY_DEACTIVATED]
    assert "4 of 10 active launch plans in flytesnacks/development" in plan.obstacles[0].message


def test_a_roll_never_counts() -> None:
    """An everyday merge moves every launch plan there is, and needs no flag."""
    there = tuple(an_activation(name, "v2") for name in NAMES)
    ours = memory(*(Owned(an_id(Kind.ACTIVATION, name), active="v1") for name in NAMES))

    plan = guarded(*(switched(name, to="v2") for name in NAMES), desired=there, memory=ours)

    assert codes(plan) == []


def test_a_flag_makes_it_a_warning() -> None:
    """Whoever reads the plan still sees what was allowed, and by which flag."""
    there = tuple(an_activation(name, "v1") for name in NAMES[:10])

    plan = guarded(
        *(switched(name) for name in NAMES[:10]),
        desired=there,
        allow=frozenset({Guard.MANY_DEACTIVATED}),
    )

    assert plan.obstacles == ()
    assert plan.warnings[0].hint == "allowed by --allow-many-deactivations"
    assert plan.warnings[0].severity is Severity.WARNING


def test_the_workspace_says_how_many_are_many() -> None:
    """Its own share, of its own least number."""
    there = tuple(an_activation(name, "v1") for name in NAMES[:4])
    off = [switched(name) for name in NAMES[:3]]

    assert codes(guarded(*off, desired=there)) == []
    strict = Guards(share=0.5, fewest=2)
    assert codes(guarded(*off, desired=there, guards=strict)) == [Guard.MANY_DEACTIVATED]


@pytest.mark.parametrize(
    ("verb", "code"),
    [(Verb.ARCHIVE, Guard.MANY_ARCHIVED), (Verb.DELETE, Guard.MANY_DELETED)],
)
def test_other_ways_to_retire_are_counted_too(verb: Verb, code: Guard) -> None:
    """Archived projects, deleted attributes."""
    projects = tuple(a_project(f"p{n}") for n in range(12))
    actions = [
        Action(verb, replace(one.id, project="same"), Reason.UNWANTED, "", before=one, after=one)
        for one in projects
    ]

    assert codes(guarded(*actions, desired=projects)) == [code]


def test_several_kinds_at_once_are_told_each() -> None:
    """Projects and names put away by one plan: neither hides the other."""
    projects = tuple(replace(a_project(f"p{n}"), id=an_id(Kind.PROJECT)) for n in range(12))
    names = tuple(
        Resource(ResourceId(Kind.NAMED_ENTITY, "p", "d", name, facet="task")) for name in NAMES
    )
    actions = [
        Action(Verb.ARCHIVE, one.id, Reason.UNWANTED, "", before=one, after=one)
        for one in (*names, *projects)
    ]

    plan = guarded(*actions, desired=names)

    assert [one.message for one in plan.obstacles] == [
        "12 of 12 projects in flytesnacks would be archived",
        "20 of 20 names in p/d would be archived",
    ]


def test_undoing_what_others_changed_counts() -> None:
    """As declared at the last apply, changed by somebody, and now changed back."""
    names = [
        Resource(ResourceId(Kind.NAMED_ENTITY, "p", "d", name, facet="task")) for name in NAMES
    ]
    owned = [one for one in map(owned_by, names) if one is not None]
    back = [
        Action(Verb.UPDATE, one.id, Reason.DIFFERS, "", before=one, after=one) for one in names
    ]

    assert codes(guarded(*back, desired=tuple(names), memory=memory(*owned))) == [
        Guard.MANY_REVERTED
    ]
    # What these manifests changed themselves is nobody else's change.
    others = [replace(one, digest=bytes(16)) for one in owned]
    assert codes(guarded(*back, desired=tuple(names), memory=memory(*others))) == []


def test_nothing_declared_looks_like_a_wrong_folder() -> None:
    """If something was declared before; some manifests of a workspace may well be none."""
    ours = memory(Owned(an_id(Kind.ACTIVATION, "etl"), active="v1"))

    assert codes(guarded(memory=ours)) == [Guard.EMPTY_SET]
    assert codes(guarded(memory=ours, whole=False)) == []
    assert codes(guarded(memory=Head())) == []
    assert codes(guarded(memory=ours, allow=frozenset({Guard.EMPTY_SET}))) == []


def test_what_is_protected_is_not_retired() -> None:
    """But it is rolled like anything else."""
    id = an_id(Kind.ACTIVATION, "etl")
    there = (an_activation("etl", "v1"),)

    off = guarded(switched("etl"), desired=there, protected=frozenset({id}))
    roll = guarded(switched("etl", to="v2"), desired=there, protected=frozenset({id}))

    assert codes(off) == [Guard.PROTECTED]
    assert codes(roll) == []


@pytest.mark.parametrize("glob", ["etl", "et*", "flytesnacks/*/etl"])
def test_the_workspace_protects_by_glob(glob: str) -> None:
    """Also what no manifest declares any more."""
    assert codes(guarded(switched("etl"), guards=Guards(protect=(glob,)))) == [Guard.PROTECTED]


def test_attributes_of_a_protected_place_are_not_deleted() -> None:
    """The project or domain that they are of is enough."""
    delete = Action(Verb.DELETE, ROWS, Reason.UNWANTED, "", before=Resource(ROWS))
    domain = ResourceId(Kind.DOMAIN, "flytesnacks", "development")

    assert codes(guarded(delete, protected=frozenset({domain}))) == [Guard.PROTECTED]
    assert codes(guarded(delete)) == []


ETL = an_id(Kind.ACTIVATION, "etl")
WANTED = (an_activation("etl", "v2"),)


@pytest.mark.parametrize("now", [(), ("v9",)])
def test_what_somebody_moved_is_not_taken_back_unasked(now: tuple[str, ...]) -> None:
    """Switched off or on to another version by hand, since our last apply."""
    step = switched("etl", was=now, to="v2")
    ours = memory(Owned(ETL, active="v1"))

    plan = guarded(step, desired=WANTED, memory=ours)

    assert codes(plan) == [Guard.MOVED_BY_HAND]
    assert "reconciler hold flytesnacks/development/etl" in plan.obstacles[0].hint
    meant = guarded(step, desired=WANTED, memory=ours, overwrite=("*/etl",))
    assert (codes(meant), meant.warnings[0].hint) == ([], "allowed by --overwrite-moved")
    assert codes(guarded(step, desired=WANTED, memory=ours, overwrite=("other",))) == [
        Guard.MOVED_BY_HAND
    ]


@pytest.mark.parametrize(
    ("now", "loose"),
    [(("v1",), ()), (("v1", "v9"), ()), (("v3",), (Owned(ETL, active="v3"),))],
    ids=["as we left it", "a torn flip", "an apply of ours that never ended"],
)
def test_what_nobody_moved_is_no_obstacle(now: tuple[str, ...], loose: tuple[Owned, ...]) -> None:
    """What we left, or began ourselves, we may go on with."""
    ours = memory(Owned(ETL, active="v1"), loose=loose)

    assert codes(guarded(switched("etl", was=now, to="v2"), desired=WANTED, memory=ours)) == []
