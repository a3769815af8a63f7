"""What a refused call does: one more try with a new token, and no storm."""

from pathlib import Path

import grpc
import pytest

from reconciler.admin.auth import Authorizer, TokenKeeper
from reconciler.admin.auth.tokens import Token
from reconciler.admin.retry import RetryPolicy
from reconciler.config import Config, Flow, Login
from reconciler.errors import UnauthenticatedError, UnknownError
from tests.admin.conftest import Connect
from tests.admin.server import Refuse, ScriptedAdmin
from tests.fakes import MemoryClock

REFUSED = Refuse(grpc.StatusCode.UNAUTHENTICATED, "no")


def config(server: ScriptedAdmin, command: str) -> Config:
    login = Login(flow=Flow.COMMAND, command=("sh", "-c", command), header="authorization")
    return Config(endpoint=server.endpoint, source="the test", insecure=True, login=login)


def test_a_server_that_lets_nobody_in_sees_two_calls(
    server: ScriptedAdmin, to_admin: Connect
) -> None:
    """Not eight, as from a client whose retries and renewals multiply."""
    server.fail("GetDomains", *[REFUSED] * 9)

    with pytest.raises(UnauthenticatedError):
        to_admin("", config=config(server, "echo $$")).reader.domains()

    assert server.calls["GetDomains"] == 2


def test_a_source_that_has_no_other_token_is_not_asked_again(
    server: ScriptedAdmin, to_admin: Connect
) -> None:
    """The same token once more would be refused once more."""
    server.fail("GetDomains", *[REFUSED] * 9)

    with pytest.raises(UnauthenticatedError):
        to_admin("", config=config(server, "echo same")).reader.domains()

    assert server.calls["GetDomains"] == 1


def test_unknown_is_never_taken_for_a_refused_token(
    server: ScriptedAdmin, to_admin: Connect, tmp_path: Path
) -> None:
    """It is Admin's word for an SQL error: no new token, no browser, the error as it is."""
    count = tmp_path / "count"
    server.fail("GetDomains", *[Refuse(grpc.StatusCode.UNKNOWN, "SQLSTATE 22P02")] * 9)

    with pytest.raises(UnknownError, match="SQLSTATE"):
        to_admin(
            "",
            config=config(server, f"echo x >> {count}; echo $$"),
            policy=RetryPolicy(attempts=1),
        ).reader.domains()

    assert count.read_text() == "x\n"
    assert server.calls["GetDomains"] == 1


class Answer:
    """What a call came to."""

    def __init__(self, code: grpc.StatusCode) -> None:
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code


class Details(grpc.ClientCallDetails):
    """A call without anything of its own."""

    method, timeout, metadata = "/s/M", None, None
    credentials = wait_for_ready = compression = None


class Listed:
    """Gives these tokens, in order."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = iter(tokens)

    def get(self, *, instead_of: str | None = None) -> Token:
        return Token(next(self._tokens))


def test_a_new_token_that_was_good_for_others_is_worth_another() -> None:
    """Where tokens last a few calls, those of other threads may have used it up."""
    keeper = TokenKeeper(Listed("t1", "t2", "t3", "t4"), MemoryClock())
    tried: list[object] = []

    def send(details: grpc.ClientCallDetails, request: object) -> Answer:
        token = dict(details.metadata or ())["authorization"]
        tried.append(token)
        if token == "Bearer t2":
            keeper.passed("t2")  # for another thread, meanwhile
        good = token == "Bearer t3"
        return Answer(grpc.StatusCode.OK if good else grpc.StatusCode.UNAUTHENTICATED)

    authorizer = Authorizer(keeper, lambda: "authorization")
    answer = authorizer.intercept_unary_unary(send, Details(), object())

    assert answer.code() is grpc.StatusCode.OK
    assert tried == ["Bearer t1", "Bearer t2", "Bearer t3"]


def test_the_token_goes_into_the_header_that_admin_looks_at() -> None:
    """In the place of one of that name that the call had."""
    seen: list[object] = []

    class Own(Details):
        metadata = (("flyte-authorization", "old"), ("x", "y"))  # type: ignore[assignment]

    def send(details: grpc.ClientCallDetails, request: object) -> Answer:
        seen.append(details.metadata)
        return Answer(grpc.StatusCode.OK)

    keeper = TokenKeeper(Listed("t"), MemoryClock())
    Authorizer(keeper, lambda: "flyte-authorization").intercept_unary_unary(send, Own(), object())

    assert seen == [[("x", "y"), ("flyte-authorization", "Bearer t")]]
