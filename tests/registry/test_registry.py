"""What a tag means, asked of real registries."""

import httpx
import pytest

from reconciler.errors import RegistryError
from reconciler.registry import Credentials, Registry, parse_image
from tests.registry.servers import PASSWORD, USER, Server, small

LOGIN = Credentials(USER, PASSWORD)


def ask(server: Server, name: str = "acme/etl:1.4", **said: object) -> str | None:
    with Registry() as registry:
        return registry.digest(parse_image(f"{server.host}/{name}"), **said)  # type: ignore[arg-type]


def test_a_tag_has_the_digest_that_was_pushed(server: Server) -> None:
    """And another one once it was pushed again."""
    digest = server.push("acme/etl", "1.4", "one")
    assert ask(server) == digest

    other = server.push("acme/etl", "1.4", "two")
    assert ask(server) == other != digest


def test_lists_of_platforms_keep_their_own_digest(server: Server) -> None:
    """Not that of one of their images."""
    digest = server.push("acme/etl", "1.4", index=True)

    assert ask(server) == digest


def test_what_is_not_there_is_none(server: Server) -> None:
    """A tag, or a repository."""
    server.push("acme/etl", "1.4")

    assert ask(server, "acme/etl:2") is None
    assert ask(server, "acme/none:1") is None


def test_logins_are_sent_where_they_are_asked_for(guarded: Server) -> None:
    """And a refusal says as whom."""
    digest = guarded.push("acme/etl", "1.4")

    assert ask(guarded, credentials=LOGIN) == digest
    with pytest.raises(RegistryError, match=r"without a login; run `docker login 127.0.0.1:"):
        ask(guarded)
    with pytest.raises(RegistryError, match="HTTP 401 as flyte") as caught:
        ask(guarded, credentials=Credentials(USER, "wrong-password"))
    assert "wrong-password" not in str(caught.value)


@pytest.mark.parametrize("credentials", [LOGIN, Credentials(identity_token="identity")])
def test_tokens_are_fetched_for_the_repository(credentials: Credentials) -> None:
    """By password, or by the identity token that a login kept."""
    with small(login="bearer") as server:
        digest = server.push("acme/etl", "1.4")
        server.requests.clear()

        assert ask(server, credentials=credentials) == digest
        assert [line.split("?")[0] for line in server.requests] == [
            "HEAD /v2/acme/etl/manifests/1.4",
            f"{'POST' if credentials.identity_token else 'GET'} /token",
            "HEAD /v2/acme/etl/manifests/1.4",
        ]
        with pytest.raises(RegistryError, match="without a login"):
            ask(server)


@pytest.mark.parametrize("quirk", ["no-head", "no-digest"])
def test_registries_that_say_less_are_asked_for_more(quirk: str) -> None:
    """The digest is that of the bytes."""
    with small(quirk=quirk) as server:
        digest = server.push("acme/etl", "1.4")

        assert ask(server) == digest


@pytest.mark.parametrize(
    ("quirk", "message"),
    [("broken", "HTTP 503"), ("bad-digest", "gave 'md5:1' as the digest")],
)
def test_what_makes_no_sense_is_refused(quirk: str, message: str) -> None:
    """It must not end up in a version."""
    with small(quirk=quirk) as server:
        server.push("acme/etl", "1.4")
        with pytest.raises(RegistryError, match=message):
            ask(server)


def test_a_token_answer_without_a_token_is_refused() -> None:
    """Whatever its status says."""
    with small(login="bearer", quirk="bad-token") as server:
        server.push("acme/etl", "1.4")
        with pytest.raises(RegistryError, match="HTTP 200"):
            ask(server, credentials=LOGIN)


def test_nobody_there_is_told() -> None:
    """With the host, and without a URL."""
    with small() as server:
        pass
    with pytest.raises(RegistryError, match=r"cannot be asked for .*: ConnectError: .*refused"):
        ask(server)


def test_registries_elsewhere_are_asked_over_tls() -> None:
    """Unless the workspace says otherwise; and no login is sent in plain text."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        challenge = 'Bearer realm="http://auth.example.com/token",service="x"'
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    with Registry(transport=httpx.MockTransport(answer)) as registry:
        with pytest.raises(RegistryError, match="in plain text"):
            registry.digest(parse_image("r.example.com/etl:1"), credentials=LOGIN)
        with pytest.raises(RegistryError, match="HTTP 401"):
            registry.digest(parse_image("r.example.com/etl:1"), credentials=LOGIN, insecure=True)

    assert seen[0] == "https://r.example.com/v2/etl/manifests/1"
    assert len([url for url in seen if url.startswith("http://auth")]) == 1
