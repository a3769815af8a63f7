"""The token endpoint: client credentials, codes, refresh tokens and devices against tokens.

Source: `flyteadmin/auth/authzserver/token.go`; `github.com/ory/fosite`,
access_request_handler.go and handler/.
"""

import base64
import hashlib
import re
import threading
from typing import Any

from reconciler.sandbox.auth import DEVICE_GRANT, Client, Gate, TokenError
from reconciler.sandbox.http.exchange import Answer, Request
from reconciler.sandbox.http.oauth.devices import Devices
from reconciler.sandbox.http.oauth.failures import (
    OAuthError,
    granted,
    invalid_grant,
    invalid_request,
    invalid_scope,
    server_error,
    unauthorized_client,
)
from reconciler.sandbox.http.oauth.forms import authenticate, first, form_of
from reconciler.sandbox.http.oauth.issuing import OFFLINE, Grant, Issuer, grant_of

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]*")


class TokenEndpoint:
    """Answers POST /oauth2/token."""

    def __init__(self, gate: Gate, issuer: Issuer, devices: Devices) -> None:
        self._gate, self._issuer, self._devices = gate, issuer, devices
        self._used: set[str] = set()  # codes, each good for one token
        self._using = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            return granted(self._grant(request))
        except OAuthError as exc:
            return exc.answer()

    def _grant(self, request: Request) -> dict[str, Any]:
        if request.method != "POST":
            raise invalid_request(f"HTTP method is '{request.method}', expected 'POST'.")
        form = form_of(request)
        if not form:
            raise invalid_request("The POST body can not be empty.")
        kinds = first(form, "grant_type").split()
        if not kinds:
            raise invalid_request("Request parameter 'grant_type' is missing")
        handlers = {
            "client_credentials": self._credentials,
            "authorization_code": self._code,
            "refresh_token": self._refresh,
        }
        if self._gate.settings.devices:
            handlers[DEVICE_GRANT] = self._device
        handler = handlers.get(kinds[0]) if len(kinds) == 1 else None
        if handler is None:
            raise invalid_request()
        client = authenticate(request, form, self._gate.settings)
        return handler(client, form, request.header("host"))

    def _credentials(
        self, client: Client, form: dict[str, list[str]], host: str
    ) -> dict[str, Any]:
        scopes = tuple(dict.fromkeys(filter(None, first(form, "scope").split(" "))))
        _check_scopes(client, scopes)
        _check_audience(client, form)
        if client.public:
            raise invalid_grant(
                "The OAuth 2.0 Client is marked as public and is thus not allowed to use "
                "authorization grant 'client_credentials'."
            )
        if "client_credentials" not in client.grant_types:
            raise unauthorized_client("client_credentials")
        # Such a token names neither client nor user.
        return self._issuer.answer(Grant(scopes=scopes), host)

    def _code(self, client: Client, form: dict[str, list[str]], host: str) -> dict[str, Any]:
        if "authorization_code" not in client.grant_types:
            raise unauthorized_client("authorization_code")
        try:
            code = self._issuer.read_note("code", first(form, "code"))
        except TokenError:
            raise server_error() from None
        grant = grant_of(code)
        if grant.client != client.id:
            raise invalid_grant(
                "The OAuth 2.0 Client ID from this request does not match the one from the "
                "authorize request."
            )
        if code.get("redirect_uri") != first(form, "redirect_uri"):
            raise invalid_grant(
                'The "redirect_uri" from this request does not match the one from the '
                "authorize request."
            )
        _check_verifier(first(form, "code_verifier"), str(code.get("challenge", "")))
        with self._using:
            if code["jti"] in self._used:
                raise invalid_grant("The authorization code has already been used.")
            self._used.add(code["jti"])
        return self._issuer.answer(grant, host, refreshable=client)

    def _refresh(self, client: Client, form: dict[str, list[str]], host: str) -> dict[str, Any]:
        if "refresh_token" not in client.grant_types:
            raise unauthorized_client("refresh_token")
        try:
            token = self._issuer.read_note("refresh", first(form, "refresh_token"))
        except TokenError:
            raise server_error() from None
        grant = grant_of(token)
        if OFFLINE not in grant.scopes:
            raise OAuthError(
                403,
                "scope_not_granted",
                "The token was not granted the requested scope.",
                f"The OAuth 2.0 Client was not granted scope {OFFLINE} and may thus not perform "
                "the 'refresh_token' authorization grant.",
            )
        if grant.client != client.id:
            raise invalid_grant(
                "The OAuth 2.0 Client ID from this request does not match the ID during the "
                "initial token issuance."
            )
        _check_scopes(client, grant.scopes)
        return self._issuer.answer(grant, host, refreshable=client)

    def _device(self, client: Client, form: dict[str, list[str]], host: str) -> dict[str, Any]:
        if DEVICE_GRANT not in client.grant_types:
            raise unauthorized_client(DEVICE_GRANT)
        grant = self._devices.redeem(first(form, "device_code"), client)
        return self._issuer.answer(grant, host, refreshable=client)


def _check_scopes(client: Client, scopes: tuple[str, ...]) -> None:
    for scope in scopes:
        if not client.may_have(scope):
            raise invalid_scope(scope)


def _check_audience(client: Client, form: dict[str, list[str]]) -> None:
    given = form.get("audience", [])
    for audience in given if len(given) > 1 else "".join(given).split(" "):
        if audience and audience not in client.audience:
            raise invalid_request(
                f"Requested audience '{audience}' has not been whitelisted by the "
                "OAuth 2.0 Client."
            )


def _check_verifier(verifier: str, challenge: str) -> None:
    """Check the proof that who brings a code is who asked for it (RFC 7636)."""
    if not challenge and not verifier:
        return
    if len(verifier) < 43:
        raise invalid_grant("The PKCE code verifier must be at least 43 characters.")
    if len(verifier) > 128:
        raise invalid_grant("The PKCE code verifier can not be longer than 128 characters.")
    if not _VERIFIER.fullmatch(verifier):
        raise invalid_grant(
            "The PKCE code verifier must only contain [a-Z], [0-9], '-', '.', '_', '~'."
        )
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
        raise invalid_grant("The PKCE code challenge did not match the code verifier.")
