"""When activations were moved, as far as the ledger's entries tell."""

from datetime import UTC, datetime, timedelta

from reconciler.model import Author, Begin, End, Head, Kind, Owned, Record, ResourceId

START = datetime(2026, 3, 1, tzinfo=UTC)
DAILY = ResourceId(Kind.ACTIVATION, "p", "d", "daily")
WEEKLY = ResourceId(Kind.ACTIVATION, "p", "d", "weekly")


def after(*applies: dict[ResourceId, str], head: Head | None = None) -> Head:
    """The head after applies an hour apart that left these versions active."""
    head = head or Head()
    for owned in applies:
        gained = tuple(Owned(id, active=version) for id, version in owned.items())
        at = START + timedelta(hours=head.serial)
        begin = Record(head.serial + 1, Begin("apply", b"", gained, Author(), 60), created_at=at)
        done = End(head.serial + 1, "apply", "", gained=gained)
        end = Record(head.serial + 2, done, created_at=at)
        head = head.after(begin, end)
    return head


def test_a_flip_is_a_move_from_one_version_to_another() -> None:
    """Not the first that is known, which may have been adopted; nor the same once more."""
    head = after(
        {DAILY: "v1"}, {DAILY: "v2", WEEKLY: "v1"}, {DAILY: "v2"}, {DAILY: ""}, {DAILY: "v3"}
    )

    assert head.flips == {DAILY: (START + timedelta(hours=2), START + timedelta(hours=8))}


def test_only_the_last_few_are_kept() -> None:
    """What was long ago says nothing about now."""
    head = after(*({DAILY: f"v{n}"} for n in range(30)))

    assert len(head.flips[DAILY]) == 8
    assert head.flips[DAILY][-1] == START + timedelta(hours=58)


def test_they_make_no_other_head() -> None:
    """One that was read from a checkpoint knows fewer, and is the same."""
    assert Head(flips={DAILY: (START,)}) == Head()
