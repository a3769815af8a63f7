"""Refusals of the authorization server, as OAuth 2.0 names them and fosite words them.

Source: RFC 6749, 5.2; `github.com/ory/fosite`, errors.go.
"""

from reconciler.sandbox.http.exchange import Answer
from reconciler.sandbox.http.json_answer import json_answer

_NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))

_INVALID_REQUEST = (
    "The request is missing a required parameter, includes an invalid parameter value, includes "
    "a parameter more than once, or is otherwise malformed."
)
_DEFAULT_HINT = (
    "Make sure that the various parameters are correct, be aware of case sensitivity and trim "
    "your parameters. Make sure that the client you are using has exactly whitelisted the "
    "redirect_uri you specified."
)
_INVALID_GRANT = (
    "The provided authorization grant (e.g., authorization code, resource owner credentials) or "
    "refresh token is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)
_INVALID_CLIENT = (
    "Client authentication failed (e.g., unknown client, no client authentication included, or "
    "unsupported authentication method)."
)
_SERVER_ERROR = (
    "The authorization server encountered an unexpected condition that prevented it from "
    "fulfilling the request."
)


class OAuthError(Exception):
    """One refusal.

    Attributes:
        status: HTTP status, where the answer is not a redirect.
        error: The name that OAuth has for it.
        description: What the client is told.
    """

    def __init__(self, status: int, error: str, text: str, hint: str = "") -> None:
        self.status, self.error = status, error
        self.description = f"{text} {hint}".strip().replace('"', "'")
        super().__init__(f"{error}: {self.description}")

    def answer(self) -> Answer:
        """Return it as the token endpoint answers."""
        body = {"error": self.error, "error_description": self.description}
        return json_answer(self.status, body).plus(*_NO_STORE)


def granted(body: dict[str, object]) -> Answer:
    """Return what a successful request for a token is answered."""
    return json_answer(200, body).plus(*_NO_STORE)


def invalid_request(hint: str = _DEFAULT_HINT) -> OAuthError:
    """Return the refusal of a request that is not in order."""
    return OAuthError(400, "invalid_request", _INVALID_REQUEST, hint)


def invalid_client(hint: str = "") -> OAuthError:
    """Return the refusal of a client that is not known, or not by this secret."""
    return OAuthError(401, "invalid_client", _INVALID_CLIENT, hint)


def invalid_grant(hint: str = "") -> OAuthError:
    """Return the refusal of what was brought to get a token for."""
    return OAuthError(400, "invalid_grant", _INVALID_GRANT, hint)


def invalid_scope(scope: str) -> OAuthError:
    """Return the refusal of a scope that the client may not have."""
    return OAuthError(
        400,
        "invalid_scope",
        "The requested scope is invalid, unknown, or malformed.",
        f"The OAuth 2.0 Client is not allowed to request scope '{scope}'.",
    )


def unauthorized_client(grant: str) -> OAuthError:
    """Return the refusal of a way to get tokens that is not this client's."""
    return OAuthError(
        400,
        "unauthorized_client",
        "The client is not authorized to request a token using this method.",
        f"The OAuth 2.0 Client is not allowed to use authorization grant '{grant}'.",
    )


def server_error() -> OAuthError:
    """Return what codes and refresh tokens that cannot be read are answered."""
    return OAuthError(500, "server_error", _SERVER_ERROR)
