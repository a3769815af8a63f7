"""Planning foretells Admin's answer to every create: new, identical, or another structure.

Worlds are made by chance out of a set that says one of everything there are words for: some of a
first variant is registered, a second one is planned, and then each of its creates is really sent.
"""

import copy
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from reconciler.admin import Connection, connect
from reconciler.config import Config
from reconciler.errors import ManifestError, VersionConflictError
from reconciler.model import (
    Change,
    DesiredState,
    ObservedState,
    Plan,
    Resource,
    ResourceId,
    Verb,
    in_order,
)
from reconciler.model.canonical import object_hash
from reconciler.observed import observe
from reconciler.plan import make_plan
from reconciler.ports import Created
from reconciler.sandbox import Sandbox
from tests.desired.test_versions import LEAVES, Documents, bound, documents, other, put

ITEM = re.compile(r"\[\d+\]$")
NEW, IDENTICAL, DIFFERENT = "new", "identical", "different"


@pytest.fixture(scope="module")
def admin() -> Iterator[Connection]:
    """An embedded Admin that knows the project and domain of the set."""
    with Sandbox() as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config) as connection:
            yield connection


def variant(rng: random.Random, base: Documents, changes: int) -> tuple[Documents, DesiredState]:
    """`base` with so many fields changed or left out, one after the other, and what that means.

    What would make no valid set is left as it was.
    """
    state = bound(base)
    for _ in range(changes):
        changed = copy.deepcopy(base)
        number, path, value = rng.choice(LEAVES)
        name = changed[number]["metadata"]["name"]
        try:
            put(changed[number], path, None if rng.random() < 0.3 else other(value, name, path))
            base, state = changed, bound(changed)
        except (ManifestError, KeyError, IndexError, TypeError):
            continue
    return base, state


def placed(version: str) -> Documents:
    """The set under one fixed version, where the embedded Admin has a place for it."""
    found = documents()
    for one in found:
        one["metadata"] |= {"project": "flytesnacks", "domain": "development"}
        one["spec"]["version"] = version
    return found


def in_turn(state: DesiredState) -> list[Resource]:
    """What has versions, each after what it needs."""
    ids = [id for id in state.resources if id.kind.versioned]
    order = in_order(ids, state.needs, key=lambda id: id.sort_key)
    return [state.resources[id] for id in order]


def register(admin: Connection, state: DesiredState, rng: random.Random) -> None:
    """Register some of a set, as far as what it needs is there."""
    there: set[ResourceId] = set()
    for resource in in_turn(state):
        if there.issuperset(state.needs[resource.id]) and rng.random() < 0.9:
            admin.writer.create(resource)
            there.add(resource.id)


def foretold(plan: Plan, id: ResourceId) -> str:
    if any(conflict.id == id for conflict in plan.conflicts):
        return DIFFERENT
    creates = {action.id for action in plan if action.verb is Verb.CREATE}
    return NEW if id in creates else IDENTICAL


def answered(admin: Connection, resource: Resource) -> str:
    try:
        return NEW if admin.writer.create(resource) is Created.NEW else IDENTICAL
    except VersionConflictError:
        return DIFFERENT


def steps(value: Any, path: str) -> Iterator[list[str | int]]:
    """Every way in which a path, whose keys may hold dots and brackets, leads into a value."""
    if not path:
        yield []
        return
    path = path.removeprefix(".")
    if path.startswith("["):
        index, _, rest = path[1:].partition("]")
        if index.isdigit():
            inner = (
                value[int(index)] if isinstance(value, list) and int(index) < len(value) else {}
            )
            yield from ([int(index), *more] for more in steps(inner, rest))
        return
    keys = value if isinstance(value, dict) else {}
    ends = {path[:end] for end in range(1, len(path) + 1) if path[end : end + 1] in ("", ".", "[")}
    for key in sorted(ends, key=lambda end: (end not in keys, len(end))):
        inner = keys.get(key, {})
        yield from ([key, *more] for more in steps(inner, path[len(key) :]))


def lead(value: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        value = value[step]
    return value


def holds(value: Any, steps: Sequence[str | int], wanted: Any) -> bool:
    try:
        return bool(lead(value, steps) == wanted)
    except (KeyError, IndexError, TypeError):
        return wanted is None


def reverted(before: Any, after: Any, changes: Iterable[Change]) -> Any:
    """`after` with these changes undone.

    A list of plain values is told by what came and went, wherever it stood; it is undone whole,
    or not at all as long as one of its changes is left.
    """
    result = copy.deepcopy(after)
    found = []
    for change in changes:
        ways = (
            way
            for wrapper in ("", "template.", "primary.template.", "spec.")
            for side in (after, before)
            for way in steps(side, wrapper + change.path)
            if of_plain_list(after, before, way)
            or (holds(after, way, change.after) and holds(before, way, change.before))
        )
        way = next(ways, None)
        assert way is not None, change
        found.append((way, change))
    # What came goes from the end of its list, what went comes back to it in order.
    found.sort(key=in_place)
    came = [one for one in reversed(found) if one[1].before is None]
    for way, change in [*came, *(one for one in found if one[1].before is not None)]:
        *above, last = way
        if of_plain_list(after, before, way):
            lead(result, above)[:] = lead(before, above)
            continue
        place = result
        for step in above:
            place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
        if change.before is None:
            del place[last]
        elif isinstance(place, list) and isinstance(last, int) and last >= len(place):
            place.append(copy.deepcopy(change.before))
        else:
            place[last] = copy.deepcopy(change.before)
    return result


def in_place(found: tuple[Sequence[str | int], Change]) -> list[tuple[str, int]]:
    """What sorts paths so that positions in a list follow each other."""
    return [("", step) if isinstance(step, int) else (step, 0) for step in found[0]]


def of_plain_list(after: Any, before: Any, way: Sequence[str | int]) -> bool:
    """Whether a path leads to an item of a list of plain values on both sides."""
    if not way or not isinstance(way[-1], int):
        return False
    try:
        lists = [lead(side, way[:-1]) for side in (after, before)]
    except (KeyError, IndexError, TypeError):
        return False
    return all(
        isinstance(one, list) and not any(isinstance(item, dict | list) for item in one)
        for one in lists
    )


def check_fields(found: Resource, wanted: Resource, changes: Sequence[Change]) -> None:
    """Undoing all makes the digests equal; undoing all but one does not."""
    whole = reverted(found.canonical, wanted.canonical, changes)
    assert object_hash(whole) == found.digest, (wanted.id, changes)
    for left in changes[:5]:
        # All that changed in one list, for a list of plain values is undone whole.
        rest = [one for one in changes if ITEM.sub("", one.path) != ITEM.sub("", left.path)]
        some = reverted(found.canonical, wanted.canonical, rest)
        assert object_hash(some) != found.digest, (wanted.id, left)


def world(admin: Connection, seed: int) -> Counter[str]:
    """One world: how often each answer was foretold and given."""
    rng = random.Random(seed)
    base, state = variant(rng, placed(f"v{seed}"), rng.randrange(3))
    register(admin, state, rng)
    _, desired = variant(rng, base, rng.randrange(16))
    observed: ObservedState = observe(desired, admin.reader)
    plan = make_plan(desired, observed)
    told: Counter[str] = Counter()
    in_doubt: set[ResourceId] = set()
    for conflict in plan.conflicts:
        found = observed.find(conflict.id)
        assert found is not None
        check_fields(found, desired.resources[conflict.id], conflict.changes)
    for resource in in_turn(desired):
        # Admin has another of what it is made of, so it would be another thing there.
        if in_doubt.intersection(desired.needs[resource.id]):
            in_doubt.add(resource.id)
            continue
        expected = foretold(plan, resource.id)
        assert answered(admin, resource) == expected, (seed, resource.id)
        told[expected] += 1
        if expected == DIFFERENT:
            in_doubt.add(resource.id)
    return told


def play(admin: Connection, first: int, pairs: int) -> Counter[str]:
    told: Counter[str] = Counter()
    seed = first
    while told.total() < pairs:
        told += world(admin, seed)
        seed += 1
    return told


def test_the_plan_foretells_admins_answer(admin: Connection) -> None:
    """Every create of every world, and each field of every conflict is needed."""
    told = play(admin, 0, 400)

    assert min(told[NEW], told[IDENTICAL], told[DIFFERENT]) > 20, told


@pytest.mark.long
def test_the_plan_foretells_ten_thousand_answers(admin: Connection) -> None:
    """Ten thousand pairs of a manifest and a state of Admin, all of them right."""
    told = play(admin, 10_000, 10_000)

    assert min(told[NEW], told[IDENTICAL], told[DIFFERENT]) > 500, told
