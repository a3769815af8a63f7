"""One set of comments on a request, on every forge, whatever happens meanwhile."""

import threading

import pytest

from reconciler.errors import ForgeDeniedError, ForgeError
from reconciler.forge import Fate, Forge
from tests.forge.conftest import Connect
from tests.forge.fake import HEAD, TOKEN, FakeForge, Fault

MARKER = "preview:production"
NOW = {"commit": HEAD, "at": "2026-03-01T12:00:00Z", "run": "11"}


def texts(fake: FakeForge) -> list[str]:
    """What people read: the comments without their marker lines."""
    return [body.partition("\n\n")[2] or body for body in fake.comments()]


def test_a_second_run_updates_what_the_first_wrote(fake: FakeForge, forge: Forge) -> None:
    """However many comments of others are before and behind it, on however many pages."""
    for at in range(5):
        fake.say(f"remark {at}")
    first = forge.post(7, MARKER, ["one"], facts=NOW)
    for at in range(5, 9):
        fake.say(f"remark {at}")

    again = forge.post(7, MARKER, ["one"], facts=NOW)
    changed = forge.post(7, MARKER, ["two"], facts=NOW)

    assert (first.fate, again.fate, changed.fate) == ("created", "unchanged", "updated")
    assert sorted(texts(fake)) == sorted(["two", *(f"remark {at}" for at in range(9))])
    assert first.urls == changed.urls


def test_pages_come_and_go(fake: FakeForge, forge: Forge) -> None:
    """They stay in order; surplus ones are deleted."""
    forge.post(7, MARKER, ["a", "b", "c"], facts=NOW)
    assert texts(fake) == ["a", "b", "c"]

    forge.post(7, MARKER, ["A", "B"], facts=NOW)
    assert texts(fake) == ["A", "B"]

    forge.post(7, MARKER, ["a", "b", "c", "d"], facts=NOW)
    assert texts(fake) == ["a", "b", "c", "d"]


def test_a_comment_that_somebody_deleted_is_written_again(fake: FakeForge, forge: Forge) -> None:
    """Also if that happens while it is looked at."""
    forge.post(7, MARKER, ["one"], facts=NOW)
    fake.pull.comments[0].deleted = True
    assert forge.post(7, MARKER, ["one"], facts=NOW).fate is Fate.CREATED
    last = fake.pull.comments[-1]

    def delete() -> None:
        last.deleted = True

    for method in ("PATCH", "PUT"):
        fake.before.append((Fault(method, "comments|notes"), delete))
    forge.post(7, MARKER, ["two"], facts=NOW)

    assert texts(fake) == ["two"]


def test_two_runs_at_once_end_with_one_comment(fake: FakeForge, talk: Connect) -> None:
    """Both see none, both write one, both look again and keep the older one."""
    both = threading.Barrier(2, timeout=10)
    seen = 0

    def meet() -> None:
        nonlocal seen
        seen += 1
        both.wait()

    for _ in range(2):
        fake.before.append((Fault("POST", r"/7/(comments|notes)"), meet))
    failed: list[BaseException] = []

    def run() -> None:
        try:
            talk(fake).post(7, MARKER, ["one", "two"], facts=NOW)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert seen == 2
    assert texts(fake) == ["one", "two"]


def test_an_older_commits_run_leaves_the_newer_one_alone(fake: FakeForge, forge: Forge) -> None:
    """However late it comes; and the newest commit's run is never kept off by another's."""
    newer = "de1f" + "0" * 36
    forge.post(7, MARKER, ["of the first commit"], facts=NOW)
    fake.pull.head = newer
    later = {"commit": newer, "at": "2026-03-01T12:01:00Z", "run": "12"}
    forge.post(7, MARKER, ["of the second"], facts=later)

    late = {**NOW, "at": "2026-03-01T13:00:00Z"}
    posted = forge.post(7, MARKER, ["of the first, run again"], facts=late)

    assert posted.fate is Fate.OUTDATED
    assert texts(fake) == ["of the second"]


def test_a_push_while_it_writes_is_noticed(fake: FakeForge, forge: Forge) -> None:
    """The newer commit's run writes after it, and finds what the older one wrote."""
    newer = "de1f" + "0" * 36

    def push() -> None:
        fake.pull.head = newer

    fake.before.append((Fault("POST", r"/7/(comments|notes)"), push))
    forge.post(7, MARKER, ["of the first"], facts=NOW)
    later = {"commit": newer, "at": "2026-03-01T11:00:00Z"}

    assert forge.post(7, MARKER, ["of the second"], facts=later).fate is Fate.UPDATED
    assert texts(fake) == ["of the second"]


def test_what_anybody_else_wrote_is_not_ours(fake: FakeForge, forge: Forge) -> None:
    """A marker can be copied by everybody: theirs is neither read nor changed nor deleted."""
    forge.post(7, MARKER, ["ours"], facts=NOW)
    copied = fake.comments()[0].replace("ours", "theirs").replace("2026-03", "2099-03")
    fake.pull.comments[0].deleted = True
    fake.say(copied, author="mallory")

    assert forge.read(7, MARKER) is None
    forge.post(7, MARKER, ["ours"], facts=NOW)

    note = forge.read(7, MARKER)
    assert note is not None
    assert (note.pages, note.facts["commit"]) == (("ours",), HEAD)
    assert copied in fake.comments()


def test_markers_do_not_mix(fake: FakeForge, forge: Forge) -> None:
    """Each environment has its own, also where one's name begins another's."""
    forge.post(7, MARKER, ["production"], facts=NOW)
    forge.post(7, f"{MARKER}-eu", ["eu"], facts=NOW)
    forge.post(7, MARKER, ["production again"], facts=NOW)

    assert texts(fake) == ["production again", "eu"]
    assert forge.remove(7, MARKER) == 1
    assert texts(fake) == ["eu"]


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("status", [0, 502], ids=["cut", "502"])
def test_a_lost_answer_makes_no_second_comment(
    fake: FakeForge, forge: Forge, late: bool, status: int
) -> None:
    """Whether it was taken or not: it is looked for before it is sent again."""
    fake.faults.append(Fault("POST", r"/7/(comments|notes)", status, late=late))

    forge.post(7, MARKER, ["one"], facts=NOW)

    assert texts(fake) == ["one"]


def test_a_forge_that_has_enough_is_waited_for(
    fake: FakeForge, forge: Forge, waits: list[float]
) -> None:
    """As long as it says, by either of its headers; server errors are tried again."""
    fake.faults = [
        Fault("GET", "comments|notes", 429, {"Retry-After": "7"}),
        Fault(
            "GET",
            "comments|notes",
            403,
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1030"},
        ),
        Fault("GET", "comments|notes", 503),
        Fault("GET", "comments|notes", 0),
    ]

    forge.post(7, MARKER, ["one"], facts=NOW)

    assert waits[:2] == [7.0, 30.0]
    assert texts(fake) == ["one"]


def test_a_wait_that_is_too_long_is_told(fake: FakeForge, forge: Forge) -> None:
    """Nobody's pipeline hangs for an hour."""
    fake.faults.append(Fault("GET", "comments|notes", 429, {"Retry-After": "3600"}))

    with pytest.raises(ForgeError, match="rate limit"):
        forge.post(7, MARKER, ["one"], facts=NOW)


def test_the_missing_permission_is_named_and_the_token_is_not(
    fake: FakeForge, forge: Forge
) -> None:
    """Also where the forge repeats what it was sent."""
    fake.faults.append(Fault("POST", r"/7/(comments|notes)", 403, message=f"not with {TOKEN}"))

    with pytest.raises(ForgeDeniedError, match=r"needs the (permission|scope)") as caught:
        forge.post(7, MARKER, ["one"], facts=NOW)

    assert TOKEN not in str(caught.value)
    assert "RECONCILER_FORGE_TOKEN" in str(caught.value)


def test_a_wrong_token_is_told_as_such(fake: FakeForge, forge: Forge) -> None:
    """And not as something that is missing there."""
    type(fake).token_header, kept = ("Authorization", "another"), type(fake).token_header
    try:
        with pytest.raises(ForgeDeniedError, match="does not take the token"):
            forge.pull(7)
    finally:
        type(fake).token_header = kept


def test_a_page_may_fill_its_limit(fake: FakeForge, forge: Forge) -> None:
    """The marker has its room."""
    from reconciler.forge import MARKER_ROOM

    facts = {**NOW, "digest": "d" * 64, "actions": "a" * 64, "base": "b" * 40}
    page = "x" * (forge.limit - MARKER_ROOM)

    forge.post(7, "preview:" + "w" * 60, [page], facts=facts)

    assert texts(fake) == [page]
