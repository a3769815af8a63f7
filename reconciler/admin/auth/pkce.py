"""Log a person in with their browser (RFC 7636; RFC 8252 for the way back)."""

import base64
import hashlib
import secrets
import threading
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from reconciler.admin.auth.answers import token_of
from reconciler.admin.auth.callback import listening
from reconciler.admin.auth.http import AuthorizationServer, place
from reconciler.admin.auth.metadata import Server
from reconciler.admin.auth.person import Person
from reconciler.admin.auth.tokens import Token
from reconciler.config import Login
from reconciler.errors import LoginError

_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A proof that who brings a code is who asked for it."""

    verifier: str
    challenge: str

    @classmethod
    def new(cls) -> "Pair":
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        return cls(verifier, base64.urlsafe_b64encode(digest).decode().rstrip("="))


def log_in_by_browser(
    login: Login, server: Server, http: AuthorizationServer, person: Person
) -> Token:
    """Open a browser, wait for it to come back, and get the token for what it brings.

    Raises: LoginError if nobody came in time, the login was refused, or the server lacks what it
        takes.
    """
    client = login.client_id or server.client_id
    token_url = login.token_url or server.token_url
    if not (server.authorize_url and token_url and client and server.redirect_uri):
        raise LoginError("Admin does not say where a browser logs in; use another authType")
    pair, state = Pair.new(), secrets.token_urlsafe(32)
    wanted = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": server.redirect_uri,
        "state": state,
        "code_challenge": pair.challenge,
        "code_challenge_method": "S256",
    }
    if scopes := login.scopes or server.scopes:
        wanted["scope"] = " ".join(scopes)
    if audience := login.audience or server.audience:
        wanted["audience"] = audience
    joint = "&" if urlsplit(server.authorize_url).query else "?"
    url = f"{server.authorize_url}{joint}{urlencode(wanted)}"
    with listening(server.redirect_uri, state) as callback:
        person.tell(f"Log in to Flyte in your browser; if it does not open, go to\n  {url}")
        # Beside us: what `BROWSER` names may stay until its window is closed.
        threading.Thread(target=person.open_browser, args=(url,), daemon=True).start()
        seconds = login.browser_seconds or _SECONDS
        brought = callback.wait(seconds)
    if brought is None:
        raise LoginError(
            f"nobody logged in at {place(server.authorize_url)} within {seconds:g} s; try again, "
            "or use authType DeviceFlow"
        )
    if not (code := brought.get("code")):
        said = " ".join(
            f"{brought.get('error', '')} {brought.get('error_description', '')}".split()
        )
        raise LoginError(f"the login was refused: {said[:300] or 'no code came back'}")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": server.redirect_uri,
        "client_id": client,
        "code_verifier": pair.verifier,
    }
    return token_of(http.post(token_url, form, once=True))
