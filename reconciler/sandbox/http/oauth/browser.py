"""Logging in with a browser: authorize, log in, come back with a code.

There is no identity provider here and there are no passwords: whoever comes to the login page
is logged in as one user. The stations and their cookies are flyteadmin's own.

Source: `flyteadmin/auth/authzserver/authorize.go`, `flyteadmin/auth/handlers.go`;
`github.com/ory/fosite`, authorize_request_handler.go.
"""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from reconciler.sandbox.auth import Client, Gate, TokenError
from reconciler.sandbox.http.cookies import cookies_of
from reconciler.sandbox.http.exchange import Answer, Request
from reconciler.sandbox.http.json_answer import json_answer
from reconciler.sandbox.http.oauth.devices import USER
from reconciler.sandbox.http.oauth.failures import (
    OAuthError,
    invalid_client,
    invalid_request,
    invalid_scope,
)
from reconciler.sandbox.http.oauth.forms import first
from reconciler.sandbox.http.oauth.issuing import Grant, Issuer
from reconciler.sandbox.objects import gourl

ACCESS_COOKIE = "flyte_at"
_REQUEST_COOKIE = "flyte_auth_code"
_CALLBACK = "/oauth2/authorize_callback"
_LEAST_STATE = 8
_LOGIN_LIFESPAN = timedelta(minutes=30)
_NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))

Query = dict[str, list[str]]


class Browser:
    """Answers the stations of a browser's login."""

    def __init__(self, gate: Gate, issuer: Issuer, *, home: str) -> None:
        self._gate, self._issuer, self._home = gate, issuer, home

    def authorize(self, request: Request) -> Answer:
        """Check a request for a code, note it in a cookie and send the browser to log in."""
        query, _ = gourl.parse_query(request.query)
        try:
            self._check(query)
        except OAuthError as exc:
            return self._refuse(exc, query)
        noted = self._issuer.note("request", _LOGIN_LIFESPAN, {"query": request.query})
        return _go(
            f"/login?redirect_url={_CALLBACK}",
            307,
            ("Set-Cookie", _cookie(_REQUEST_COOKIE, noted)),
        )

    def login(self, request: Request) -> Answer:
        """Log the browser in and send it on."""
        query, _ = gourl.parse_query(request.query)
        target = first(query, "redirect_url") or self._home
        if not self._is_allowed(target):
            return Answer(403)
        grant = Grant(scopes=("all",), client=self._gate.settings.client_id, subject=USER)
        token = self._issuer.access(grant, request.header("host"))
        return _go(target, 307, ("Set-Cookie", _cookie(ACCESS_COOKIE, token)))

    def callback(self, request: Request) -> Answer:
        """Send a browser that is logged in back to the client, with a code."""
        cookies = cookies_of(request)
        try:
            user = self._gate.key.read(cookies.get(ACCESS_COOKIE, ""), now=self._gate.now())
            noted = self._issuer.read_note("request", cookies.get(_REQUEST_COOKIE, ""))
        except TokenError:
            return OAuthError(500, "error", "The error is unrecognizable").answer()
        query, _ = gourl.parse_query(str(noted["query"]))
        try:
            client = self._check(query)
            code = self._code(client, query, str(user.get("sub", "")))
        except OAuthError as exc:
            return self._refuse(exc, query)
        scopes = first(query, "scope")
        parameters = {"code": code, "scope": scopes, "state": first(query, "state")}
        return _go(_extended(first(query, "redirect_uri"), parameters), 303, *_NO_STORE)

    def logout(self, request: Request) -> Answer:
        """Let the browser forget who it is, and send it on if it asks to."""
        query, _ = gourl.parse_query(request.query)
        forget = ("Set-Cookie", f"{ACCESS_COOKIE}=; Path=/; Max-Age=0")
        target = first(query, "redirect_url")
        if not target:
            return Answer(200, (forget,))
        return _go(target, 307, forget) if self._is_allowed(target) else Answer(403)

    def openid_configuration(self, request: Request) -> Answer:
        """Point to the identity provider's own description, or to ours if there is none."""
        provider = self._gate.settings.identity_provider.rstrip("/")
        path = ".well-known/openid-configuration"
        return _go(
            f"{provider}/{path}" if provider else "/.well-known/oauth-authorization-server", 303
        )

    def key_set(self, request: Request) -> Answer:
        """Show the key that tokens are signed with."""
        return json_answer(200, self._gate.key.key_set())

    def _code(self, client: Client, query: Query, subject: str) -> str:
        content = {
            "client": client.id,
            "subject": subject,
            "scopes": list(dict.fromkeys(first(query, "scope").split())),
            "redirect_uri": first(query, "redirect_uri"),
            "challenge": first(query, "code_challenge"),
        }
        return self._issuer.note("code", self._gate.settings.code_lifespan, content)

    def _check(self, query: Query) -> Client:
        client = self._gate.settings.clients.get(first(query, "client_id"))
        if client is None:
            raise invalid_client("The requested OAuth 2.0 Client does not exist.")
        if not _is_registered(first(query, "redirect_uri"), client):
            raise invalid_request(
                "The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's "
                "pre-registered redirect urls."
            )
        for scope in first(query, "scope").split():
            if not client.may_have(scope):
                raise invalid_scope(scope)
        wanted = first(query, "response_type")
        if wanted != "code" or "code" not in client.response_types:
            hint = f"The client is not allowed to request response_type '{wanted}'."
            hint = hint if wanted else "The request is missing the 'response_type' parameter."
            text = "The authorization server does not support obtaining a token using this method."
            raise OAuthError(400, "unsupported_response_type", text, hint)
        if len(first(query, "state")) < _LEAST_STATE:
            raise OAuthError(
                400,
                "invalid_state",
                "The state is missing or does not have enough characters and is therefore "
                "considered too weak.",
                f"Request parameter 'state' must be at least be {_LEAST_STATE} characters long "
                "to ensure sufficient entropy.",
            )
        _check_challenge(query)
        return client

    def _refuse(self, error: OAuthError, query: Query) -> Answer:
        client = self._gate.settings.clients.get(first(query, "client_id"))
        target = first(query, "redirect_uri")
        if client is None or not _is_registered(target, client):
            return error.answer()
        parameters = {
            "error": error.error,
            "error_description": error.description,
            "state": first(query, "state"),
        }
        return _go(_extended(target, parameters), 303, *_NO_STORE)

    def _is_allowed(self, target: str) -> bool:
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc:
            return True
        known = {urlsplit(uri).netloc for uri in self._gate.settings.uris}
        return parts.netloc in known | {urlsplit(self._gate.public_url()).netloc}


def _check_challenge(query: Query) -> None:
    if not first(query, "code_challenge"):
        return
    method = first(query, "code_challenge_method")
    if method in ("", "plain"):
        raise invalid_request("Clients must use code_challenge_method=S256, plain is not allowed.")
    if method != "S256":
        raise invalid_request("The code_challenge_method is not supported, use S256 instead.")


def _is_registered(uri: str, client: Client) -> bool:
    return uri in client.redirect_uris or (not uri and len(client.redirect_uris) == 1)


def _extended(uri: str, parameters: dict[str, str]) -> str:
    parts = urlsplit(uri)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _cookie(name: str, value: str) -> str:
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax"


def _go(target: str, status: int, *headers: tuple[str, str]) -> Answer:
    return Answer(status, (("Location", target), *headers))
