"""What was active when, as the ledger has it."""

import pytest

from reconciler.errors import AmbiguousNameError, LedgerError
from reconciler.model import Author, Begin, End, Head, Kind, Owned, Record, Verb
from reconciler.remote.switches import find_switches, switching, version_then
from tests.builders import an_id

ID = an_id(Kind.ACTIVATION, "etl.daily")


def log(*active: str) -> list[Record]:
    """An apply for each version, "" for one that switched it off."""
    records: list[Record] = []
    for version in active:
        serial = len(records) + 1
        records.append(Record(serial, Begin("apply", b"", (), Author("alice"), 60)))
        end = End(serial, "apply", "alice", gained=(Owned(ID, active=version),))
        records.append(Record(serial + 1, end))
    return records


def last(records: list[Record]) -> Owned:
    found = Head().after(*records).inventory.find(ID)
    assert found is not None
    return found


def test_previous_is_what_was_active_before_the_one_now() -> None:
    """Applies that changed nothing of it, or switched it off, do not count."""
    records = log("v1", "v2", "", "v2")

    assert version_then(records, last(records), "previous") == "v1"


def test_without_a_former_version_there_is_no_way_back() -> None:
    """That is said, and nothing is guessed."""
    records = log("v1")

    with pytest.raises(LedgerError, match="knows of no version of"):
        version_then(records, last(records), "previous")


@pytest.mark.parametrize(("entry", "version"), [("2", "v1"), ("3", "v1"), ("4", ""), ("6", "v3")])
def test_an_entry_is_what_was_active_after_it(entry: str, version: str) -> None:
    """A begin changes nothing; off is a state, too."""
    records = log("v1", "", "v3")

    assert version_then(records, last(records), entry) == version


@pytest.mark.parametrize("entry", ["1", "0", "99", "nonsense"])
def test_what_is_no_entry_of_its_time_is_an_error(entry: str) -> None:
    """Before it was ours, beyond the log, and no number at all."""
    records = log("v1")

    with pytest.raises(LedgerError):
        version_then(records, last(records), entry)


def test_a_switch_goes_to_a_version_or_off() -> None:
    """Or needs nothing."""
    owned = Owned(ID, active="v2")
    on, off = switching(owned, ["v2"], "v1"), switching(owned, ["v2"], "")

    assert (on and on.verb, off and off.verb) == (Verb.ACTIVATE, Verb.DEACTIVATE)
    assert switching(owned, ["v1"], "v1") is None
    assert switching(owned, [], "") is None


def test_names_mean_launch_plans_that_we_switched() -> None:
    """A glob any number of them, a name one."""
    other = Owned(an_id(Kind.ACTIVATION, "etl.daily", domain="staging"), active="v1")
    task = Owned(an_id(Kind.TASK, "etl.daily"), bytes(16))
    end = End(1, "apply", "alice", gained=(Owned(ID, active="v1"), other, task))
    begin = Record(1, Begin("apply", b"", (), Author("alice"), 60))
    head = Head().after(begin, Record(2, end))

    assert [one.id.domain for one in find_switches(head, ["etl.*"])] == ["development", "staging"]
    assert find_switches(head, ["flytesnacks/staging/etl.daily"]) == (other,)
    with pytest.raises(AmbiguousNameError):
        find_switches(head, ["etl.daily"])
    with pytest.raises(LedgerError, match="names nothing that is a launch plan that an apply"):
        find_switches(head, ["x*"])
