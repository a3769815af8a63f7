"""What is kept between runs: caches, tokens, and what Flyte Admin remembers for a workspace."""

import base64
import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import ResourceListRequest
from flyteidl.admin.task_pb2 import TaskList
from google.protobuf.json_format import MessageToDict

from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.secrets.planted import Given, Secret, found_below, found_in
from tests.e2e.secrets.world import NEVER, VALUES, World, leaks

EVERY = (*NEVER, *VALUES)


def texts(value: Any) -> Iterator[str]:
    """Every text in JSON."""
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield key
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)


def test_the_ledger_holds_digests_only(inside: World) -> None:
    """Nor does the description that people read in a console."""
    inside.run("apply", "--auto-approve", "--var-file", "secrets.yaml", "--overwrite-moved", "*")
    place = {"project": "flytesnacks", "domain": "development"}
    request = ResourceListRequest(
        id={**place, "name": "reconciler.ledger.secretive.dev"}, limit=1000
    )
    entries = inside.admin.call("ListTasks", request, TaskList).tasks

    assert len(entries) >= 4
    for entry in entries:
        assert not found_in(entry.SerializeToString(), EVERY)
        for text in texts(MessageToDict(entry)):
            if re.fullmatch(r"[A-Za-z0-9+/=_-]{40,}", text):
                assert not found_in(base64.b64decode(text, altchars=None), EVERY)


def test_caches_hold_nothing(inside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After plans, uploads and completions of every kind."""
    more = ("--var-file", "secrets.yaml", "--overwrite-moved", "*")
    for _ in range(2):
        inside.run("plan", *more)
        inside.run("bundle", "ls")
        inside.run("upload", "src", "-p", "flytesnacks", "-d", "development")
    for words in ("get launchplans shop.", "launch shop.", "rollback shop.", "watch "):
        done = inside.process(
            _RECONCILER_COMPLETE="bash_complete",
            COMP_WORDS=f"reconciler {words}",
            COMP_CWORD=str(len(words.split(" "))),
        )
        assert not leaks({"stdout": done.out, "stderr": done.err}, EVERY)

    kept = inside.folder.parent
    assert any((kept / "cache").rglob("*"))
    assert not (kept / "home").exists() or not found_below(kept / "home", EVERY)
    for name, names in found_below(kept / "cache", EVERY).items():
        # What manifests were bound to holds what they say, for their owner; all that is made of
        # something sensitive is left out.
        assert name.startswith("reconciler/bound/"), (name, names)
        assert stat.S_IMODE((kept / "cache" / name).stat().st_mode) & 0o077 == 0
        assert not names & {one.name for one in NEVER}, (name, names)


@pytest.fixture
def asking(inside: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAdmin]:
    """An Admin that asks for a token, which a client gets by its secret."""
    with embedded_admin(auth=True) as admin:
        monkeypatch.delenv("RECONCILER_ADMIN")
        monkeypatch.delenv("RECONCILER_TOKEN")
        monkeypatch.setenv("FLYTE_PLATFORM_URL", f"http://{admin.endpoint}")
        monkeypatch.setenv("FLYTE_CREDENTIALS_AUTH_MODE", "ClientSecret")
        monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
        monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET", "foobar")
        yield admin


def issued(admin: EmbeddedAdmin) -> list[Secret]:
    """A token of each kind, got without us."""
    import httpx

    answer = httpx.post(
        f"http://{admin.http_endpoint}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "all"},
        auth=("flytepropeller", "foobar"),
    ).json()
    return [Given(name, value) for name, value in answer.items() if name.endswith("_token")]


@pytest.mark.parametrize(
    "argv",
    [
        ("plan", "--json"),
        ("apply", "--auto-approve"),
        ("doctor",),
        ("doctor", "--json"),
        ("get", "projects", "--json"),
        ("upload", "src", "-p", "flytesnacks", "-d", "development"),
    ],
)
def test_tokens_are_told_to_nobody(
    inside: World, asking: EmbeddedAdmin, argv: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those that are given nor those that are got; nor by a log at whatever level."""
    given = issued(asking)
    monkeypatch.setenv("RECONCILER_TOKEN", given[0].word)
    done = inside.run(*argv)
    monkeypatch.delenv("RECONCILER_TOKEN")
    again = inside.run(*argv)

    assert (done.code, again.code) == (0, 0), done.err + again.err
    for one in (done, again):
        assert not leaks({"out": one.out, "err": one.err, "log": one.logged}, (*NEVER, *given))
        # Whatever looks like one: we cannot know those that it got itself.
        assert not re.search(r"eyJ[\w-]{10,}\.[\w-]+", one.out + one.err + one.logged)
    assert not leaks(inside.sent_but_its_own(), (*NEVER, *given))
    assert not found_below(Path("o"), (*NEVER, *given))


def test_a_token_that_is_wrong_is_not_repeated(
    inside: World, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where it is refused, and at the door of what refuses it."""
    wrong = Secret("wrong token")
    monkeypatch.setenv("RECONCILER_TOKEN", wrong.word)
    done = inside.run("plan", "--json")
    monkeypatch.delenv("RECONCILER_TOKEN")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET", wrong.word)
    again = inside.run("plan")

    assert (done.code, again.code) == (7, 7)
    for one in (done, again):
        assert not leaks({"out": one.out, "err": one.err, "log": one.logged}, [wrong])


def test_tokens_that_are_kept_are_their_owners(inside: World, asking: EmbeddedAdmin) -> None:
    """Files of tokens have mode 0600, in a folder of mode 0700."""
    assert inside.run("get", "projects").code == 0

    folder = inside.folder.parent / "cache" / "reconciler" / "tokens"
    for path in folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, f"{path} {json.dumps(oct(mode))}"
