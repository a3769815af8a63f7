"""Getting tokens, and what they open; what a recorded server answered is in conformance."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import grpc
import pytest
from flyteidl.admin import project_pb2
from flyteidl.service import auth_pb2, identity_pb2
from grpc_health.v1 import health_pb2

from reconciler.sandbox import Refusal, Sandbox
from reconciler.sandbox.auth import DEVICE_GRANT
from tests.sandbox.http.conftest import Client, Reply
from tests.sandbox.http.oauth.conftest import CALLBACK, SECRET

DOMAINS = "/flyteidl.service.AdminService/GetDomains"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:-1]
BASIC = "Basic " + base64.b64encode(f"machine:{quote(SECRET)}".encode()).decode()


def post(http: Client, path: str, authorization: str = "", **form: str) -> Reply:
    headers = {"Authorization": authorization} if authorization else {}
    kind = "application/x-www-form-urlencoded"
    return http("POST", path, urlencode(form), Content_Type=kind, **headers)


def token(http: Client, **form: str) -> dict[str, Any]:
    reply = post(http, "/oauth2/token", **form)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = json.loads(reply.body)
    return found


def call(sandbox: Sandbox, access: str, method: str = DOMAINS) -> bytes:
    return sandbox.admin.call(method, b"", (("flyte-authorization", f"Bearer {access}"),))


def code(http: Client, **more: str) -> str:
    """Walk through a browser's login; return the code that the client gets."""
    query = {
        "client_id": "flytectl",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "all offline",
        "state": "a-long-state",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }
    asked = http("GET", f"/oauth2/authorize?{urlencode(query)}")
    login = http("GET", asked.headers["location"])
    cookies = "; ".join(r.headers["set-cookie"].partition(";")[0] for r in (asked, login))
    back = http("GET", login.headers["location"], Cookie=cookies)
    assert (asked.status, login.status, back.status) == (307, 307, 303)
    found = parse_qs(urlsplit(back.headers["location"]).query)
    assert found["state"] == ["a-long-state"]
    return found["code"][0]


def test_a_machine_gets_in_by_its_secret(http: Client, sandbox: Sandbox) -> None:
    """In the header, percent-encoded; the token names nobody."""
    granted = token(http, grant_type="client_credentials", scope="all", authorization=BASIC)

    assert (granted["expires_in"], granted["token_type"]) == (1799, "bearer")
    assert call(sandbox, granted["access_token"])
    info = identity_pb2.UserInfoResponse.FromString(
        call(sandbox, granted["access_token"], "/flyteidl.service.IdentityService/UserInfo")
    )
    assert info.subject == ""
    assert info.additional_claims.fields["aud"].list_value.values[0].string_value == (
        f"http://{sandbox.http_endpoint}"
    )


def test_a_browser_gets_in_by_a_code(http: Client, sandbox: Sandbox) -> None:
    """Once; the token names its user, and what is refreshed does too."""
    form = {
        "grant_type": "authorization_code", "client_id": "flytectl", "redirect_uri": CALLBACK,
        "code": code(http), "code_verifier": VERIFIER,
    }  # fmt: skip
    granted = token(http, **form)
    again = post(http, "/oauth2/token", **form)
    refreshed = token(
        http, grant_type="refresh_token", client_id="flytectl",
        refresh_token=granted["refresh_token"],
    )  # fmt: skip

    for access in (granted["access_token"], refreshed["access_token"]):
        info = identity_pb2.UserInfoResponse.FromString(
            call(sandbox, access, "/flyteidl.service.IdentityService/UserInfo")
        )
        assert info.subject == "sandbox"
    assert json.loads(again.body)["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("verifier", "hint"),
    [
        ("short", "must be at least 43 characters"),
        ("v" * 129, "can not be longer than 128"),
        ("v" * 42 + "!", "must only contain"),
        ("w" * 43, "did not match the code verifier"),
    ],
)
def test_a_code_is_for_who_asked_for_it(http: Client, verifier: str, hint: str) -> None:
    """The verifier proves it."""
    reply = post(
        http, "/oauth2/token", grant_type="authorization_code", client_id="flytectl",
        redirect_uri=CALLBACK, code=code(http), code_verifier=verifier,
    )  # fmt: skip

    body = json.loads(reply.body)
    assert (reply.status, body["error"]) == (400, "invalid_grant")
    assert hint in body["error_description"]


def test_notes_are_no_access_tokens(http: Client, sandbox: Sandbox) -> None:
    """A code or a refresh token opens nothing, and is good for its own purpose only."""
    one = code(http)

    with pytest.raises(Refusal, match="invalid audience"):
        call(sandbox, one)
    reply = post(
        http, "/oauth2/token", grant_type="refresh_token", client_id="flytectl", refresh_token=one
    )
    assert (reply.status, json.loads(reply.body)["error"]) == (500, "server_error")


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"redirect_uri": "http://evil.example/"}, 400, "invalid_request"),
        ({"scope": "root"}, 303, "invalid_scope"),
        ({"response_type": "id_token"}, 303, "unsupported_response_type"),
        ({"state": "short"}, 303, "invalid_state"),
        ({"code_challenge_method": "plain"}, 303, "invalid_request"),
    ],
)
def test_a_browser_is_sent_back_only_where_it_may_go(
    http: Client, change: dict[str, str], status: int, error: str
) -> None:
    """Who the client is and where it lives is told here; the rest there."""
    query = {
        "client_id": "flytectl", "redirect_uri": CALLBACK, "response_type": "code",
        "scope": "all", "state": "a-long-state", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", **change,
    }  # fmt: skip

    reply = http("GET", f"/oauth2/authorize?{urlencode(query)}")

    assert reply.status == status
    if status == 303:
        found = parse_qs(urlsplit(reply.headers["location"]).query)
        assert reply.headers["location"].startswith(CALLBACK)
        assert found["error"] == [error]
    else:
        assert json.loads(reply.body)["error"] == error


def test_nobody_is_sent_off_the_premises(http: Client) -> None:
    """After login or logout."""
    for path in ("/login", "/logout"):
        assert http("GET", f"{path}?redirect_url=http://evil.example/").status == 403


def test_a_browsers_cookie_opens_the_gateway(http: Client) -> None:
    """As a token in a header does."""
    cookie = http("GET", "/login").headers["set-cookie"].partition(";")[0]

    assert http("GET", "/api/v1/domains").status == 401
    assert http("GET", "/api/v1/domains", Cookie=cookie).status == 200


def test_a_device_gets_in_when_somebody_lets_it(http: Client, sandbox: Sandbox) -> None:
    """Not before."""
    begun = json.loads(
        post(http, "/oauth2/device", client_id="flytectl", scope="all offline").body
    )
    poll = {
        "grant_type": DEVICE_GRANT, "client_id": "flytectl", "device_code": begun["device_code"],
    }  # fmt: skip

    waiting = json.loads(post(http, "/oauth2/token", **poll).body)
    page = http("GET", begun["verification_uri_complete"])
    post(http, "/oauth2/device", user_code=begun["user_code"].lower(), decision="allow")
    granted = token(http, **poll)

    assert waiting["error"] == "authorization_pending"
    assert begun["user_code"].encode() in page.body
    assert call(sandbox, granted["access_token"])
    assert "refresh_token" in granted


def test_a_device_can_be_turned_away(http: Client) -> None:
    """And its page escapes what it is given."""
    begun = json.loads(post(http, "/oauth2/device", client_id="flytectl", scope="all").body)
    page = http("GET", "/oauth2/device?user_code=%22%3E%3Cscript%3E")
    post(http, "/oauth2/device", user_code=begun["user_code"], decision="deny")

    reply = post(
        http, "/oauth2/token", grant_type=DEVICE_GRANT, client_id="flytectl",
        device_code=begun["device_code"],
    )  # fmt: skip

    assert json.loads(reply.body)["error"] == "access_denied"
    assert b"<script>" not in page.body


def test_metadata_is_open_and_the_rest_is_not(http: Client, sandbox: Sandbox) -> None:
    """Over HTTP as over gRPC; the names are the server's own address."""
    described = http("GET", "/.well-known/oauth-authorization-server", Accept="application/json")
    client = http("GET", "/config/v1/flyte_client")
    refused = http("GET", "/api/v1/version")

    base = f"http://{sandbox.http_endpoint}"
    assert json.loads(described.body)["token_endpoint"] == f"{base}/oauth2/token"
    assert json.loads(client.body)["authorizationMetadataKey"] == "flyte-authorization"
    assert (refused.status, json.loads(refused.body)["code"]) == (401, 16)
    over_grpc = auth_pb2.OAuth2MetadataResponse.FromString(
        sandbox.admin.call("/flyteidl.service.AuthMetadataService/GetOAuth2Metadata", b"")
    )
    assert over_grpc.issuer == base


def test_tokens_expire(http: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the server's clock."""
    granted = token(http, grant_type="client_credentials", scope="all", authorization=BASIC)
    gate = sandbox.admin.gate
    assert gate is not None
    late = gate.now() + 1801

    monkeypatch.setattr(gate, "now", lambda: late)

    with pytest.raises(Refusal, match="Token is expired"):
        call(sandbox, granted["access_token"])


def test_without_the_scope_all_nothing_is_open(http: Client, sandbox: Sandbox) -> None:
    """Although the token is good."""
    basic = "Basic " + base64.b64encode(f"narrow:{quote(SECRET)}".encode()).decode()
    granted = token(http, grant_type="client_credentials", scope="offline", authorization=basic)

    with pytest.raises(Refusal) as refused:
        call(sandbox, granted["access_token"])
    assert refused.value.code == grpc.StatusCode.UNAUTHENTICATED
    assert refused.value.message == "authenticated user doesn't have required scope"


def test_unknown_methods_are_told_before_tokens_are_asked_for(sandbox: Sandbox) -> None:
    """They are nobody's secret; undecodable requests are told as such too."""
    with pytest.raises(Refusal, match="unknown method Nope"):
        sandbox.admin.call("/flyteidl.service.AdminService/Nope", b"")
    with pytest.raises(Refusal, match="error unmarshalling request"):
        sandbox.admin.call("/flyteidl.service.AdminService/GetProject", b"\xff")


def test_health_is_asked_for_a_token_too(sandbox: Sandbox, http: Client) -> None:
    """Over gRPC; /healthcheck stays open."""
    granted = token(http, grant_type="client_credentials", scope="all", authorization=BASIC)
    request = health_pb2.HealthCheckRequest().SerializeToString()
    with grpc.insecure_channel(sandbox.endpoint) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check", None, None)
        with pytest.raises(grpc.RpcError) as refused:
            check(request)
        check(request, metadata=(("authorization", f"Bearer {granted['access_token']}"),))

    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert http("GET", "/healthcheck").status == 200


def test_a_call_over_grpc_says_why_it_is_refused(sandbox: Sandbox) -> None:
    """In Admin's long sentence."""
    request = project_pb2.ProjectListRequest().SerializeToString()
    with grpc.insecure_channel(sandbox.endpoint) as channel:
        listing = channel.unary_unary("/flyteidl.service.AdminService/ListProjects", None, None)
        with pytest.raises(grpc.RpcError) as refused:
            listing(request)

    assert (refused.value.details() or "").startswith(
        "token parse error id token err: access token err: [JWT_VERIF"
    )
