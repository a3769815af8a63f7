"""A launch plan under another name: off before on, whoever owns the old one."""

from datetime import UTC, datetime

from reconciler.model import DesiredState, Hold, ObservedState, Plan, Resource, Verb
from reconciler.plan import make_plan, with_holds, with_renamed
from reconciler.plan.renames import renamed
from tests.builders import an_activation

NEW, OLD = an_activation("new", "v1"), an_activation("old")


def desired(*resources: Resource) -> DesiredState:
    return DesiredState({one.id: one for one in resources}, renames={OLD.id: NEW.id})


def planned(wanted: DesiredState, *found: Resource) -> Plan:
    asked = frozenset({*wanted.resources, *renamed(wanted)})
    world = ObservedState({one.id: one for one in found}, asked)
    return with_renamed(make_plan(wanted, world), wanted, world)


def test_the_old_one_goes_off_first() -> None:
    """The new one needs it."""
    off, on = planned(desired(NEW), an_activation("old", "v3")).actions

    assert (off.verb, off.id, off.why) == (Verb.DEACTIVATE, OLD.id, "called new now")
    assert (on.verb, on.needs) == (Verb.ACTIVATE, (OLD.id,))


def test_what_was_cut_short_is_finished() -> None:
    """The new one is on already: only the old one is left."""
    (off,) = planned(desired(NEW), NEW, an_activation("old", "v3")).actions

    assert off.id == OLD.id


def test_it_is_done_once() -> None:
    """An old name that is off needs nothing, ever."""
    assert planned(desired(NEW), NEW, OLD).is_empty


def test_a_new_name_without_a_state_says_nothing_of_the_old_one() -> None:
    """It is as any that left the manifests."""
    assert renamed(desired()) == {}


def test_a_held_old_name_keeps_the_new_one_off_too() -> None:
    """Else both would fire."""
    plan = planned(desired(NEW), an_activation("old", "v3"))
    now = datetime(2025, 1, 1, tzinfo=UTC)

    held = with_holds(plan, [Hold(OLD.id, "alice")], now=now)

    assert held.actions == ()
    assert len(held.warnings) == 2
