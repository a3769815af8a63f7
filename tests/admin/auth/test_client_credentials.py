"""A client that acts for itself: its secret from anywhere, or another issuer's word instead."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.admin.auth.client_credentials import ClientCredentials
from reconciler.admin.auth.http import AuthorizationServer, OAuthError
from reconciler.admin.auth.metadata import Server
from reconciler.config import Assertion, Config, Flow, Login, resolve
from reconciler.errors import LoginError, UnauthenticatedError
from tests.admin.auth.conftest import ToAsking
from tests.admin.auth.test_http import answering
from tests.admin.conftest import Connect
from tests.admin.server import Refuse, ScriptedAdmin

FORGE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUER = "https://forge.example"


def identity_token(audience: str, **claims: object) -> str:
    """What a forge says about a job, signed by it."""
    said = {"iss": ISSUER, "sub": "repo:acme/flows:ref:refs/heads/main", "aud": audience}
    return jwt.encode(said | {"exp": time.time() + 300} | claims, FORGE, algorithm="RS256")


@dataclass
class Trusting:
    """An authorization server that takes the forge's word for a client (RFC 7523 §2.2)."""

    url: str = ""
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    def answer(self, target: str, form: dict[str, list[str]]) -> tuple[int, object]:
        self.forms.append(form)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        if form.get("client_assertion_type") != [kind] or "client_secret" in form:
            return 400, {"error": "invalid_request"}
        try:
            claims = jwt.decode(
                form["client_assertion"][0],
                FORGE.public_key(),
                algorithms=["RS256"],
                audience=self.url,
                issuer=ISSUER,
            )
        except jwt.InvalidTokenError as error:
            said = f"{error}: {form['client_assertion'][0]}"
            return 401, {"error": "invalid_client", "error_description": said}
        return 200, {"access_token": f"for {claims['sub']}", "expires_in": 60}


@pytest.fixture
def trusting() -> Iterator[Trusting]:
    trusting = Trusting()
    with answering(trusting.answer) as url:
        trusting.url = url
        yield trusting


def token_by(trusting: Trusting, assertion: Assertion) -> str:
    login = Login(flow=Flow.ASSERTION, client_id="flows", assertion=assertion, scopes=("all",))
    config = Config(endpoint="h:1", source="the test", login=login)
    http = AuthorizationServer(config, lambda seconds: None)
    server = Server(issuer=trusting.url, token_url=f"{trusting.url}/token")
    token = ClientCredentials(login, http, lambda: server).get()
    assert token is not None
    return token.value


def test_a_job_needs_no_secret(trusting: Trusting) -> None:
    """GitLab's `id_tokens` are in a variable: it goes along as it is."""
    environ = {
        "RECONCILER_ADMIN": "flyte.example.com",
        "FLYTE_CREDENTIALS_CLIENT_ID": "flows",
        "RECONCILER_ASSERTION": "env:FLYTE_ID_TOKEN",
        "FLYTE_ID_TOKEN": identity_token(trusting.url),
    }
    login = resolve(environ=environ, home=None).login
    assert login.flow is Flow.ASSERTION
    assert login.assertion is not None

    assert token_by(trusting, login.assertion) == "for repo:acme/flows:ref:refs/heads/main"
    assert trusting.forms[0]["client_id"] == ["flows"]
    assert trusting.forms[0]["grant_type"] == ["client_credentials"]
    assert environ["FLYTE_ID_TOKEN"] not in repr(login)


def test_a_file_is_read_anew(trusting: Trusting, tmp_path: Path) -> None:
    """Somebody keeps it fresh: a Kubernetes projected token."""
    file = tmp_path / "token"
    assertion = Assertion(source=f"file:{file}", file=str(file))
    for subject in ("one", "two"):
        file.write_text(identity_token(trusting.url, sub=subject) + "\n")
        assert token_by(trusting, assertion) == f"for {subject}"


@pytest.mark.parametrize("audience", ["", "of-our-own"])
def test_github_is_asked_for_one(trusting: Trusting, audience: str) -> None:
    """Made out to the server that hands out Admin's tokens, or whom the configuration names."""
    asked: list[str] = []

    def forge(target: str, form: object) -> tuple[int, object]:
        asked.append(target)
        wanted = parse_qs(urlsplit(target).query)["audience"][0]
        return 200, {"value": identity_token(wanted), "count": 1}

    with answering(forge) as url:
        environ = {
            "RECONCILER_ADMIN": "flyte.example.com",
            "FLYTE_CREDENTIALS_CLIENT_ID": "flows",
            "FLYTE_CREDENTIALS_AUTH_MODE": "ClientAssertion",
            "RECONCILER_ASSERTION_AUDIENCE": audience,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "hush",
        }
        login = resolve(environ=environ, home=None).login
        assert login.assertion is not None
        assert "hush" not in repr(login)
        if audience:
            with pytest.raises(OAuthError, match="invalid_client"):
                token_by(trusting, login.assertion)
        else:
            assert token_by(trusting, login.assertion).startswith("for repo:acme/flows")
    query = parse_qs(urlsplit(asked[0]).query)
    assert query == {"api-version": ["2.0"], "audience": [audience or trusting.url]}


def test_a_word_that_is_not_taken_is_told_without_it(trusting: Trusting) -> None:
    """Though the server says it back."""
    word = identity_token(trusting.url, exp=1)
    with pytest.raises(OAuthError, match=r"invalid_client .*expired.*\*\*\*") as caught:
        token_by(trusting, Assertion(source="env:X", token=word))
    assert word not in str(caught.value)


def test_a_secret_from_a_command(to_asking: ToAsking, tmp_path: Path) -> None:
    """A vault's, say; run for each token, without a shell."""
    runs = tmp_path / "runs"
    command = ("sh", "-c", f"echo run >> {runs}; echo foobar")
    connection = to_asking(flow=Flow.CLIENT_SECRET, client_id="ci", secret_command=command)

    assert connection.reader.domains()
    assert connection.reader.domains()
    assert runs.read_text() == "run\n"


def test_a_command_that_gives_no_secret_is_told(to_asking: ToAsking) -> None:
    """Without what it printed, even where it complains with it."""
    command = ("sh", "-c", "echo hush; echo cannot use hush >&2; exit 3")
    connection = to_asking(flow=Flow.CLIENT_SECRET, client_id="ci", secret_command=command)

    with pytest.raises(LoginError, match=r"the secret command sh ended with 3: cannot use \*\*\*"):
        connection.reader.domains()


def test_clients_keep_nothing(to_asking: ToAsking, tmp_path: Path) -> None:
    """A pipeline's token dies with it."""
    secret = {"flow": Flow.CLIENT_SECRET, "client_id": "ci", "secret": "foobar"}
    assert to_asking(**secret).reader.domains()
    assert not (tmp_path / "tokens").exists()


def test_two_configurations_share_no_token(to_asking: ToAsking) -> None:
    """One with a wrong secret gets nothing from the other's success, in one process."""
    assert to_asking(flow=Flow.CLIENT_SECRET, client_id="ci", secret="foobar").reader.domains()
    with pytest.raises(LoginError, match="invalid_client"):
        to_asking(flow=Flow.CLIENT_SECRET, client_id="ci", secret="wrong").reader.domains()


def test_a_server_may_want_the_secret_in_the_form() -> None:
    """Where it says so, and does not take the header."""
    seen: list[dict[str, list[str]]] = []

    def answers(target: str, form: dict[str, list[str]]) -> tuple[int, object]:
        seen.append(form)
        return 200, {"access_token": "t"}

    login = Login(flow=Flow.CLIENT_SECRET, client_id="ci", secret="a b&c")
    config = Config(endpoint="h:1", source="the test", login=login)
    with answering(answers) as url:
        server = Server(token_url=url, methods=("client_secret_post",))
        http = AuthorizationServer(config, lambda seconds: None)
        ClientCredentials(login, http, lambda: server).get()
    assert (seen[0]["client_id"], seen[0]["client_secret"]) == (["ci"], ["a b&c"])
    assert json.dumps(seen).count("a b&c") == 1


def test_a_server_that_lets_nobody_in_costs_little(
    server: ScriptedAdmin, to_admin: Connect
) -> None:
    """Two calls and two tokens: retries and renewals do not multiply."""
    given: list[str] = []

    def answers(target: str, form: object) -> tuple[int, object]:
        given.append(f"t{len(given)}")
        return 200, {"access_token": given[-1], "expires_in": 600}

    refused = Refuse(grpc.StatusCode.UNAUTHENTICATED, "nobody gets in here")
    server.fail("GetDomains", *[refused] * 9)
    with answering(answers) as url:
        login = Login(flow=Flow.CLIENT_SECRET, client_id="ci", secret="s", token_url=url)
        config = Config(endpoint=server.endpoint, source="x", insecure=True, login=login)
        with pytest.raises(UnauthenticatedError, match="nobody gets in here"):
            to_admin("", config=config).reader.domains()

    assert (server.calls["GetDomains"], given) == (2, ["t0", "t1"])
