"""Who is told what of drift, from what was told before; and what the issue says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.ci import Memory, Standing, changed_lines, tell_drift
from reconciler.ci.drift_issue import issue_body
from reconciler.ci.memory import memory_of
from reconciler.errors import NotifyError
from reconciler.forge import MARKER_ROOM, Forge
from reconciler.model import Change, Drift, DriftKind, DriftReport, Kind, Left, ResourceId
from reconciler.notify import Message, Target
from reconciler.report import drift_digest
from tests.forge.conftest import FAKES, Connect, talk, waits  # fixtures
from tests.forge.fake import FakeForge

__all__ = ["talk", "waits"]

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
CHAT, MAIL = Target(name="chat", url="json://chat"), Target(name="mail", url="json://mail")


def moved(name: str) -> Drift:
    id = ResourceId(Kind.ACTIVATION, "shop", "production", name)
    text = f"launch plan {id.path}: we left v2 active, somebody made v1 active"
    return Drift(DriftKind.ACTIVATED, id, text, left="v2", live="v1", entry=Left(7, AT, "alice"))


def standing(*drifts: Drift, unread: tuple[str, ...] = (), patch: str = "") -> Standing:
    report = DriftReport(drifts, 9, AT, unread=unread)
    return Standing(
        key="production",
        title="shop/production",
        workspace="shop",
        environment="production",
        report=report,
        patch=patch,
    )


class Heard:
    """Takes messages, unless a target is away."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.told: list[tuple[str, str, str]] = []

    def __call__(self, message: Message, target: Target) -> None:
        if target.name in self.away:
            raise NotifyError(target.name, "it is away")
        self.told.append((target.name, message.state, message.detail))

    def taken(self) -> list[tuple[str, str]]:
        found = [(name, state) for name, state, _ in self.told]
        self.told.clear()
        return found


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture(params=[*FAKES])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeForge]:
    with FAKES[request.param]().served() as served:
        yield served
    assert not served.complaints


@pytest.fixture
def forge(fake: FakeForge, talk: Connect) -> Forge:
    return talk(fake)


def test_a_whole_story_is_told_once(fake: FakeForge, forge: Forge, heard: Heard) -> None:
    """Found, the same, changed, resolved, quiet; of each change who was told it."""
    story = [
        (standing(), []),
        (standing(moved("a")), ["found"]),
        (standing(moved("a")), []),
        (standing(moved("a"), moved("b")), ["changed"]),
        (standing(moved("b")), ["changed"]),
        (standing(), ["resolved"]),
        (standing(), []),
        (standing(moved("a")), ["found"]),
    ]
    for one, states in story:
        done = tell_drift(one, [CHAT, MAIL], forge=forge, before=None, send=heard)
        assert not done.errors
        assert heard.taken() == [(name, s) for s in states for name in ("chat", "mail")]
    assert [issue.is_open for issue in fake.issues] == [False, True]
    assert ["1 new" in text for text in fake.issues[0].remarks] == [True, False, False]
    assert "1 gone" in fake.issues[0].remarks[1]


def test_who_is_away_is_told_later_and_nobody_else_again(forge: Forge, heard: Heard) -> None:
    """A target that is added later is told of what stands; one that is gone is forgotten."""
    one = standing(moved("a"))
    heard.away = {"mail"}
    done = tell_drift(one, [CHAT, MAIL], forge=forge, before=None, send=heard)
    assert [str(error) for error in done.errors] == ["mail could not be told: it is away"]
    assert heard.taken() == [("chat", "found")]

    heard.away = set()
    tell_drift(one, [CHAT, MAIL], forge=forge, before=None, send=heard)
    assert heard.taken() == [("mail", "found")]

    late = Target(name="late", url="json://late")
    tell_drift(one, [CHAT, late], forge=forge, before=None, send=heard)
    assert heard.taken() == [("late", "found")]
    tell_drift(one, [CHAT, MAIL, late], forge=forge, before=None, send=heard)
    assert heard.taken() == [("mail", "found")]


def test_what_could_not_be_read_is_not_known_to_be_gone(
    fake: FakeForge, forge: Forge, heard: Heard
) -> None:
    """Nothing is closed, and nobody told that it is over."""
    tell_drift(standing(moved("a")), [CHAT], forge=forge, before=None, send=heard)
    heard.taken()

    done = tell_drift(
        standing(unread=("shop/production",)), [CHAT], forge=forge, before=None, send=heard
    )

    assert heard.taken() == []
    assert fake.issues[0].is_open
    assert "stays open" in done.said[0]


def test_what_is_new_is_told_first(forge: Forge, heard: Heard) -> None:
    """By whom it had been left so, and how it is taken back; of many the first ten."""
    before = [moved(f"old{n:02}") for n in range(12)]
    tell_drift(standing(*before), [CHAT], forge=forge, before=None, send=heard)
    heard.taken()

    now = standing(*before[1:], moved("zz"))
    tell_drift(now, [CHAT], forge=forge, before=None, send=heard)

    lines = heard.told[0][2].splitlines()
    assert lines[0] == (
        "- new: launch plan shop/production/zz: we left v2 active, somebody made v1 active (left "
        "so by #7 of alice); `reconciler apply -e production --target "
        "launchplan:shop/production/zz --overwrite-moved shop/production/zz` takes it back"
    )
    assert lines[-2:] == ["- … and 2 more", "- 1 that drifted before does not any more"]


def test_without_a_forge_it_is_told_from_what_is_known(heard: Heard) -> None:
    """Of nothing known, everything; then what differs."""
    one = standing(moved("a"))
    first = tell_drift(one, [CHAT], forge=None, before=None, send=heard)
    again = tell_drift(one, [CHAT], forge=None, before=first.told, send=heard)
    over = tell_drift(standing(), [CHAT], forge=None, before=again.told, send=heard)
    quiet = tell_drift(standing(), [CHAT], forge=None, before=over.told, send=heard)

    assert heard.taken() == [("chat", "found"), ("chat", "resolved")]
    assert first.told.by == again.told.by == {"chat": drift_digest(one.report)}
    assert quiet.told.by == {}


def test_what_is_marked_is_in_nothing_that_is_told(
    fake: FakeForge, forge: Forge, heard: Heard
) -> None:
    """Nor what tends to be secret and was marked by nobody."""
    task = ResourceId(Kind.TASK, "shop", "production", "extract", "v3")
    secretive = Drift(
        DriftKind.PENDING,
        task,
        "task extract: hunter2 differs",
        changes=(Change('container.env["TOKEN"].value', "live-s3cret", "wanted-s3cret"),),
    )
    messages: list[Message] = []

    tell_drift(
        standing(secretive, patch="-a: hunter2\n+b: c\n"),
        [CHAT],
        forge=forge,
        before=None,
        mask=lambda text: text.replace("hunter2", "(sensitive #1)"),
        send=lambda message, target: messages.append(message),
    )

    said = f"{fake.issues[0].body} {fake.issues[0].title} {messages} {dict(messages[0].data)}"
    assert "hunter2" not in said
    assert "s3cret" not in said
    assert "(sensitive #1)" in said


def test_an_issue_fits_whatever_drifted(forge: Forge) -> None:
    """With both ways out, and a word on what there was no room for."""
    many = standing(*(moved(f"etl{n:05}") for n in range(10_000)), patch="+x\n" * 1_000)
    hidden = Memory().now("ab" * 8, ["cd" * 4] * 10_000).line
    limit = forge.limit - MARKER_ROOM

    body = issue_body(many, hidden=forge.hide(hidden), limit=limit)

    assert len(body) <= limit
    assert "`reconciler drift -e production` shows the rest" in body
    assert "# and 9970 more" in body
    assert "and 850 more lines" in body
    assert memory_of(body).items == ("cdcdcdcd",) * 400


def test_the_issue_says_nothing_of_the_run() -> None:
    """So that it is left alone while the same drifts."""
    later = replace(standing(moved("a")).report, at=datetime(2027, 1, 1, tzinfo=UTC))
    texts = {
        issue_body(one, hidden="", limit=60_000)
        for one in (standing(moved("a")), replace(standing(moved("a")), report=later))
    }
    assert len(texts) == 1


def test_of_a_patch_only_what_changes_is_shown() -> None:
    """What stands beside it may be a secret, which it would be no reason to repeat."""
    patch = (
        "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n token: hunter2\n-state: active\n+state: inactive\n"
    )
    assert "hunter2" not in changed_lines(patch)
    assert changed_lines(patch).endswith("-state: active\n+state: inactive\n")


NAMES = st.text("abcXYZ019_", min_size=1, max_size=8)
DIGESTS = st.text("0123456789abcdef", min_size=4, max_size=16)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(state=DIGESTS, items=st.lists(DIGESTS, max_size=5), by=st.dictionaries(NAMES, DIGESTS))
def test_what_is_hidden_is_read_back(state: str, items: list[str], by: dict[str, str]) -> None:
    """Within whatever else the issue says."""
    memory = Memory(state, tuple(items), by)
    assert memory_of(f"<!-- {memory.line} -->\n\nreconciler told nobody") == memory
    assert memory_of("somebody wiped it") == Memory()
