"""A token endpoint's answer, read (RFC 6749 §5.1)."""

from collections.abc import Mapping

from reconciler.admin.auth.tokens import Token
from reconciler.errors import LoginError


def token_of(document: Mapping[str, object], *, refresh: str = "") -> Token:
    """The token of an answer.

    Args:
        refresh: The refresh token that stays good if the answer brings no other.

    Raises: LoginError if there is none in it.
    """
    value = document.get("access_token")
    if not isinstance(value, str) or not value:
        raise LoginError("the authorization server answered without an access_token")
    newer = document.get("refresh_token")
    if isinstance(newer, str) and newer:
        refresh = newer
    lifetime = document.get("expires_in")
    try:
        # Servers there are that write the number as a text.
        seconds = float(str(lifetime)) if lifetime is not None else None
    except ValueError:
        seconds = None
    return Token(value, seconds, refresh)
