"""Form posts, and the client who made one.

Source: `github.com/ory/fosite`, client_authentication.go.
"""

import base64
import importlib
from typing import Any

from reconciler.sandbox.auth import AuthSettings, Client, MissingLibraryError
from reconciler.sandbox.http.codec import media_type
from reconciler.sandbox.http.exchange import Request
from reconciler.sandbox.http.oauth.failures import invalid_client, invalid_request
from reconciler.sandbox.objects import gourl

_LARGEST_FORM = 10 << 20
_UNPARSABLE = (
    "Unable to parse HTTP body, make sure to send a properly formatted form request body."
)


def form_of(request: Request) -> dict[str, list[str]]:
    """Return the fields of a posted form; none, if it is none.

    Raises:
        OAuthError: It cannot be read.
    """
    content_type = next(iter(request.values("content-type")), "")
    if media_type(content_type) != "application/x-www-form-urlencoded":
        return {}
    body = request.body(limit=_LARGEST_FORM).decode("utf-8", "surrogateescape")
    values, defect = gourl.parse_query(body)
    _, other_defect = gourl.parse_query(request.query)
    if defect or other_defect:
        raise invalid_request(_UNPARSABLE)
    return values


def first(form: dict[str, list[str]], name: str) -> str:
    """Return a field's first value, empty if there is none."""
    return next(iter(form.get(name, ())), "")


def authenticate(request: Request, form: dict[str, list[str]], settings: AuthSettings) -> Client:
    """Return the client who asks, by its header or else by the form.

    Raises:
        OAuthError: It does not say who it is, or is not who it says.
    """
    kind = first(form, "client_assertion_type")
    if kind:
        raise invalid_request(f"Unknown client_assertion_type '{kind}'.")
    name, secret = _basic(request) or (first(form, "client_id"), first(form, "client_secret"))
    if not name and not _basic(request):
        raise invalid_request(
            "Client credentials missing or malformed in both HTTP Authorization header "
            "and HTTP POST body."
        )
    client = settings.clients.get(name)
    if client is None:
        raise invalid_client()
    if not client.public and not _is_secret(secret, client.secret):
        raise invalid_client()
    return client


def _basic(request: Request) -> tuple[str, str] | None:
    header = request.header("authorization")
    if header[:6].lower() != "basic ":
        return None
    try:
        text = base64.b64decode(header[6:], validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        return None
    name, colon, secret = text.partition(":")
    if not colon:
        return None
    what = "id"
    try:
        decoded = gourl.unescape(name, plus=True)
        what = "secret"
        return decoded, gourl.unescape(secret, plus=True)
    except gourl.URLError:
        raise invalid_request(
            f"The client {what} in the HTTP authorization header could not be decoded from "
            "'application/x-www-form-urlencoded'."
        ) from None


def _is_secret(secret: str, hashed: str) -> bool:
    try:
        bcrypt: Any = importlib.import_module("bcrypt")
    except ModuleNotFoundError as exc:
        text = f"authentication needs bcrypt ({exc}): pip install bcrypt"
        raise MissingLibraryError(text) from exc
    try:
        # bcrypt reads no further than this, and its newer versions refuse more.
        return bool(
            bcrypt.checkpw(secret.encode("utf-8", "surrogateescape")[:72], hashed.encode())
        )
    except ValueError:
        return False
