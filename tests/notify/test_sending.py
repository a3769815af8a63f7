"""A message reaches people by a real service's protocol, and machines as a CloudEvent."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat

from reconciler.errors import NotifyError
from reconciler.notify import Message, Mood, Occasion, Target, send
from reconciler.notify.events import LIMIT, as_event
from tests.notify.sinks import Web, mailbox, web

MESSAGE = Message(
    occasion=Occasion.DRIFT,
    state="found",
    workspace="shop",
    environment="production",
    summary="shop/production drifted: 1 activated",
    detail="- launch plan `daily`: somebody made v1 active",
    url="https://git.acme.dev/acme/etl/issues/4",
    at=datetime(2026, 11, 26, 12, tzinfo=UTC),
    mood=Mood.WARNING,
    digest="abcd",
    data={"type": "drift", "compared": 3, "drifts": [{"name": "daily"}]},
)


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as found:
        yield found


def test_people_are_told_in_words(site: Web) -> None:
    """The summary as title, the detail and where there is more below it."""
    send(MESSAGE, Target(name="chat", url=site.service("/hook")))

    (post,) = site.to("/hook")
    assert post["title"] == "shop/production drifted: 1 activated"
    assert "somebody made v1 active" in post["message"]
    assert "https://git.acme.dev/acme/etl/issues/4" in post["message"]
    assert post["type"] == "warning"


def test_a_template_says_it_otherwise(site: Web) -> None:
    """Words in braces are filled in, once: what is filled in is no template."""
    braces = replace(MESSAGE, summary="{url} drifted")
    target = Target(
        name="chat", url=site.service("/"), title="[{environment}] {state}", body="{summary} {odd}"
    )
    send(braces, target)

    (post,) = site.to("/")
    assert post["title"] == "[production] found"
    assert "{url} drifted {odd}" in post["message"]


def test_mail_is_sent() -> None:
    """To a real mail server, and read as mail."""
    with mailbox() as box:
        url = f"mailto://127.0.0.1:{box.port}?from=bot@acme.dev&to=team@acme.dev&mode=insecure"
        send(MESSAGE, Target(name="mail", url=url))

    (mail,) = box.mails
    assert mail["Subject"] == "shop/production drifted: 1 activated"
    assert mail["To"] == "team@acme.dev"
    parts = [part.get_payload(decode=True) for part in mail.walk()]
    assert any(isinstance(one, bytes) and b"somebody made v1 active" in one for one in parts)


def test_a_machine_is_told_by_an_event(site: Web) -> None:
    """Read with the specification's own library; the token goes along."""
    target = Target(name="bus", url=site.url("/events"), is_machine=True, token="t0k3n")
    send(MESSAGE, target)

    (post,) = site.posts
    assert post.headers["authorization"] == "Bearer t0k3n"
    assert post.headers["content-type"].startswith("application/cloudevents+json")
    event = from_structured_event(HTTPMessage(post.headers, post.raw), JSONFormat())
    assert event.get_type() == "reconciler.drift.found.v1"
    assert event.get_source() == "/reconciler/shop/production"
    assert event.get_subject() == "shop/production"
    assert event.get_time() == MESSAGE.at
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["document"]["drifts"] == [{"name": "daily"}]
    assert data["truncated"] is False


def test_an_event_is_known_again() -> None:
    """Sent twice it is one; the same drift that comes back later is another."""
    later = replace(MESSAGE, at=datetime(2026, 11, 27, tzinfo=UTC))

    assert as_event(MESSAGE)["id"] == as_event(MESSAGE)["id"] != as_event(later)["id"]


def test_an_event_stays_within_what_everybody_forwards() -> None:
    """Of a long document its counts are told, and that there is more."""
    items = [{"name": f"etl{n}", "message": "é" * 50} for n in range(2_000)]
    event = as_event(replace(MESSAGE, data={**MESSAGE.data, "drifts": items}))

    assert event["data"]["document"] == {"type": "drift", "compared": 3}
    assert event["data"]["truncated"] is True
    assert len(str(event).encode()) < LIMIT


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (Target(name="a", url="nonsense"), "none that apprise knows"),
        (Target(name="a", url="json://hush@127.0.0.1:1/s3cret"), "did not take"),
        (Target(name="a", url="http://hush@127.0.0.1:1/s3cret", is_machine=True), "no answer"),
        (Target(name="a", url="s3cret", is_machine=True), "no answer"),
    ],
)
def test_who_cannot_be_told_is_named_and_nothing_more(
    target: Target,
    why: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """No URL stands in an error, a log or the representation of a target."""
    caplog.set_level(logging.DEBUG, "apprise")

    with pytest.raises(NotifyError, match=why) as caught:
        send(MESSAGE, target)

    captured = capfd.readouterr()
    said = f"{caught.value} {target!r} {caplog.text} {captured.out} {captured.err}"
    assert "s3cret" not in said
    assert "hush" not in said
    assert caught.value.__cause__ is None
    assert caught.value.target == "a"


def test_an_answer_that_is_no_success_is_none(site: Web) -> None:
    """Of services and machines alike."""
    site.statuses += [500, 403]

    with pytest.raises(NotifyError, match="did not take"):
        send(MESSAGE, Target(name="chat", url=site.service("/")))
    with pytest.raises(NotifyError, match="answers 403"):
        send(MESSAGE, Target(name="bus", url=site.url("/"), is_machine=True))
