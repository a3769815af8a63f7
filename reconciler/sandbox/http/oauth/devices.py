"""Logging in through another device: a code to type in, and a page to type it into (RFC 8628)."""

import html
import secrets
import threading
from dataclasses import dataclass

from reconciler.sandbox.auth import DEVICE_GRANT, Client, Gate
from reconciler.sandbox.http.exchange import Answer, Request
from reconciler.sandbox.http.json_answer import json_answer
from reconciler.sandbox.http.oauth.failures import (
    OAuthError,
    invalid_client,
    invalid_grant,
    invalid_scope,
    unauthorized_client,
)
from reconciler.sandbox.http.oauth.forms import first, form_of
from reconciler.sandbox.http.oauth.issuing import Grant
from reconciler.sandbox.objects import gourl

USER = "sandbox"  # whom everybody logs in as: there are no passwords here
_LIFESPAN = 600  # seconds
_INTERVAL = 1
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"

_PAGE = """<!doctype html><meta charset="utf-8"><title>Log in a device</title>
<h1>Log in a device</h1>
<p>{message}</p>
<form method="post"><label>Code <input name="user_code" value="{code}"></label>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form>
"""


@dataclass
class _Login:
    client: str
    scopes: tuple[str, ...]
    until: float
    decision: str = ""


class Devices:
    """The logins under way; they do not outlive the process."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._lock = threading.Lock()
        self._logins: dict[str, _Login] = {}  # by device code
        self._codes: dict[str, str] = {}  # user code → device code

    def begin(self, request: Request) -> Answer:
        """Answer a device that wants to log in, POST; or show the page, GET."""
        if request.method != "POST":
            values, _ = gourl.parse_query(request.query)
            return _page("Is this the code that your device shows?", first(values, "user_code"))
        form = form_of(request)
        if "user_code" in form:
            return self._decide(form)
        try:
            return json_answer(200, self._begin(form, request.header("host")))
        except OAuthError as exc:
            return exc.answer()

    def redeem(self, device_code: str, client: Client) -> Grant:
        """Return what a device was granted.

        Raises:
            OAuthError: Nobody decided yet, or against it, or it is too late.
        """
        with self._lock:
            login = self._logins.get(device_code)
            if login is None or login.client != client.id:
                raise invalid_grant("The device code is not known.")
            if self._gate.now() > login.until:
                raise OAuthError(400, "expired_token", "The device code has expired.")
            if not login.decision:
                text = "The user has not yet decided; ask again later."
                raise OAuthError(400, "authorization_pending", text)
            del self._logins[device_code]
        if login.decision != "allow":
            text = "The resource owner or authorization server denied the request."
            raise OAuthError(403, "access_denied", text)
        return Grant(scopes=login.scopes, client=client.id, subject=USER)

    def _begin(self, form: dict[str, list[str]], host: str) -> dict[str, object]:
        client = self._gate.settings.clients.get(first(form, "client_id"))
        if client is None:
            raise invalid_client()
        if DEVICE_GRANT not in client.grant_types:
            raise unauthorized_client(DEVICE_GRANT)
        scopes = tuple(dict.fromkeys(first(form, "scope").split()))
        for scope in scopes:
            if not client.may_have(scope):
                raise invalid_scope(scope)
        device_code = secrets.token_urlsafe(32)
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        with self._lock:
            self._forget_the_late()
            self._logins[device_code] = _Login(client.id, scopes, self._gate.now() + _LIFESPAN)
            self._codes[user_code] = device_code
        page = f"{self._gate.public_url(host)}/oauth2/device"
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": _LIFESPAN,
            "interval": _INTERVAL,
        }

    def _forget_the_late(self) -> None:
        """Drop the logins that nobody can end any more."""
        now = self._gate.now()
        self._logins = {
            code: login for code, login in self._logins.items() if now <= login.until + _LIFESPAN
        }
        self._codes = {
            user: device for user, device in self._codes.items() if device in self._logins
        }

    def _decide(self, form: dict[str, list[str]]) -> Answer:
        code = first(form, "user_code").strip().upper()
        decision = first(form, "decision") or "allow"
        with self._lock:
            login = self._logins.get(self._codes.get(code, ""))
            if login is None or self._gate.now() > login.until:
                return _page("No device waits with this code.", code)
            login.decision = decision
        done = "logged in" if decision == "allow" else "turned away"
        return _page(f"The device is {done}; you may close this page.", "")


def _page(message: str, code: str) -> Answer:
    text = _PAGE.format(message=html.escape(message), code=html.escape(code))
    return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), text.encode())
