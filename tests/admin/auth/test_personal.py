"""A person logs in once: their token is kept, renewed without them, and dropped when dead."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.config import Config, Flow, Login
from reconciler.errors import LoginError, UnauthenticatedError
from tests.admin.auth.conftest import LaterClock, ToAsking, kept_files, mode
from tests.admin.auth.people import Somebody, allow_device
from tests.admin.conftest import Connect
from tests.fakes import MemoryClock

HALF_AN_HOUR = 1800.0


def test_the_next_command_asks_nobody(
    to_asking: ToAsking, somebody: Somebody, tmp_path: Path
) -> None:
    """Nor Admin how to log in: what is kept says all."""
    to_asking(somebody.person()).reader.domains()

    later = to_asking(None)
    assert later.reader.domains()

    assert len(somebody.opened) == 1
    (file,) = kept_files(tmp_path)
    assert (mode(file), mode(file.parent)) == ("0o600", "0o700")


def test_a_token_is_renewed_before_it_ends(
    to_asking: ToAsking, somebody: Somebody, clock: MemoryClock, tmp_path: Path
) -> None:
    """At four fifths of its life, by the refresh token; no call fails, and nobody is asked."""
    connection = to_asking(somebody.person())
    connection.reader.domains()
    (file,) = kept_files(tmp_path)
    first = json.loads(file.read_text())["access"]

    clock.sleep(0.79 * HALF_AN_HOUR)
    connection.reader.domains()
    assert json.loads(file.read_text())["access"] == first
    clock.sleep(0.02 * HALF_AN_HOUR)
    connection.reader.domains()

    assert json.loads(file.read_text())["access"] != first
    assert len(somebody.opened) == 1


def test_a_later_command_renews_too(
    to_asking: ToAsking, somebody: Somebody, clock: MemoryClock
) -> None:
    """Without anybody there."""
    to_asking(somebody.person()).reader.domains()
    clock.sleep(0.9 * HALF_AN_HOUR)

    assert to_asking(None).reader.domains()
    assert len(somebody.opened) == 1


def test_a_dead_refresh_token_asks_again(
    to_asking: ToAsking, somebody: Somebody, clock: MemoryClock, tmp_path: Path
) -> None:
    """Withdrawn, too old, or of a server that is gone: Admin's own answers 500 to it."""
    to_asking(somebody.person()).reader.domains()
    (file,) = kept_files(tmp_path)
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"refresh": "of-another-server"}))
    clock.sleep(HALF_AN_HOUR)

    with pytest.raises(LoginError, match="needs a person") as caught:
        to_asking(None).reader.domains()
    assert "of-another-server" not in str(caught.value)
    assert kept_files(tmp_path) == []
    assert to_asking(somebody.person()).reader.domains()
    assert len(somebody.opened) == 2


def test_a_kept_token_that_is_refused_is_replaced(
    to_asking: ToAsking, somebody: Somebody, tmp_path: Path
) -> None:
    """By the refresh token first: the person has done nothing wrong."""
    to_asking(somebody.person()).reader.domains()
    (file,) = kept_files(tmp_path)
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"access": "a.stale.one"}))

    assert to_asking(None).reader.domains()
    assert len(somebody.opened) == 1


def test_two_clients_share_no_token(
    to_asking: ToAsking, somebody: Somebody, tmp_path: Path
) -> None:
    """Nor two audiences, nor two sets of scopes."""
    to_asking(somebody.person()).reader.domains()
    to_asking(somebody.person(), client_id="other").reader.domains()
    to_asking(somebody.person(), scopes=("all",)).reader.domains()

    assert len(somebody.opened) == len(kept_files(tmp_path)) == 3


def test_many_commands_log_in_once(to_asking: ToAsking, somebody: Somebody) -> None:
    """Whoever comes second waits for the first, and uses its token."""
    connections = [to_asking(somebody.person(), at=LaterClock()) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: one.reader.domains(), connections))

    assert all(found)
    assert len(somebody.opened) == 1


def test_many_commands_renew_once(
    to_asking: ToAsking, somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh token may be good once: only one of them uses it."""
    to_asking(somebody.person()).reader.domains()
    used: list[str] = []
    lock = threading.Lock()
    from reconciler.admin.auth.http import AuthorizationServer

    post = AuthorizationServer.post

    def counted(self, url, form, **options):  # type: ignore[no-untyped-def]
        with lock:
            used.append(form["grant_type"])
        return post(self, url, form, **options)

    monkeypatch.setattr(AuthorizationServer, "post", counted)
    connections = [to_asking(None, at=LaterClock(0.9 * HALF_AN_HOUR)) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda one: one.reader.domains(), connections))
    assert used == ["refresh_token"]


def test_no_display_means_another_device(to_asking: ToAsking, somebody: Somebody) -> None:
    """Behind ssh a browser would open where nobody sees it."""
    somebody.visit = allow_device

    assert to_asking(somebody.person(has_display=False)).reader.domains()

    assert somebody.opened == []
    assert "type in the code" in somebody.told[0]


def test_without_authtype_a_person_is_asked_when_admin_asks(
    to_asking: ToAsking, somebody: Somebody
) -> None:
    """As flytekit does it, so that an endpoint alone is enough."""
    assert to_asking(somebody.person(), flow=Flow.NONE).reader.domains()
    assert len(somebody.opened) == 1
    assert to_asking(None, flow=Flow.NONE).reader.domains()


def test_without_authtype_and_person_the_refusal_stands(
    to_asking: ToAsking, somebody: Somebody
) -> None:
    """In CI it is told what there is, at once."""
    for person in (somebody.person(in_ci=True), somebody.person(is_there=False)):
        with pytest.raises(
            UnauthenticatedError, match=r"no login is configured.*RECONCILER_TOKEN"
        ):
            to_asking(person, flow=Flow.NONE).reader.domains()
    assert somebody.opened == []


def test_an_admin_that_needs_no_login_gets_none(
    server: object, to_admin: Connect, somebody: Somebody
) -> None:
    """authType Pkce in a file that is used for a sandbox too does no harm."""
    config = Config(
        endpoint=server.endpoint,  # type: ignore[attr-defined]
        source="the test",
        insecure=True,
        login=Login(flow=Flow.PKCE),
    )

    assert to_admin("", config=config, person=somebody.person()).reader.domains() == ()
    assert somebody.opened == []
