"""What the authorization server hands out, and reads back: tokens of four kinds.

Access tokens are for Admin. Codes, refresh tokens and the browser's notes are signed the same
way but made out to another audience, so that none passes for an access token.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from reconciler.sandbox.auth import Client, Gate, TokenError

OFFLINE = "offline"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What somebody was granted.

    Attributes:
        subject: The user it was granted for; empty: the client itself.
        client: The client's id; empty where Admin's tokens do not name it.
    """

    scopes: tuple[str, ...]
    client: str = ""
    subject: str = ""

    @property
    def user_info(self) -> dict[str, str] | None:
        """What is known of the user."""
        if not self.subject:
            return None
        return {"subject": self.subject, "name": self.subject, "preferred_username": self.subject}


class Issuer:
    """Issues and reads tokens in the server's name."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def access(self, grant: Grant, host: str) -> str:
        """Return an access token."""
        now = int(self.gate.now())
        claims = {
            "aud": [self.gate.issuer(host)],
            "client_id": grant.client,
            "exp": now + math.ceil(self.gate.settings.access_lifespan.total_seconds()),
            "iat": now,
            "scp": list(grant.scopes),
            "user_info": grant.user_info,
        }
        if grant.subject:
            claims |= {"sub": grant.subject, "iss": self.gate.issuer(host)}
        return self.gate.key.sign(claims)

    def answer(
        self, grant: Grant, host: str, *, refreshable: Client | None = None
    ) -> dict[str, Any]:
        """Return the body of a token answer.

        Args:
            refreshable: The client that also gets a refresh token, if it may and asked for it.
        """
        lifespan = self.gate.settings.access_lifespan.total_seconds()
        body = {
            "access_token": self.access(grant, host),
            # Admin's library rounds down what is left of it when the answer is written.
            "expires_in": max(0, math.ceil(lifespan) - 1),
            "scope": " ".join(grant.scopes),
            "token_type": "bearer",
        }
        may = refreshable is not None and "refresh_token" in refreshable.grant_types
        if may and OFFLINE in grant.scopes:
            body["refresh_token"] = self.note(
                "refresh", self.gate.settings.refresh_lifespan, _of_grant(grant)
            )
        return body

    def note(self, kind: str, lifespan: timedelta, content: Mapping[str, Any]) -> str:
        """Return a token that only this server can use, of a kind."""
        now = self.gate.now()
        return self.gate.key.sign(
            {
                **content,
                "aud": [f"{kind}:{self.gate.issuer()}"],
                "iat": int(now),
                "exp": int(now + lifespan.total_seconds()) + 1,
            }
        )

    def read_note(self, kind: str, token: str) -> dict[str, Any]:
        """Return what a note of this kind says.

        Raises:
            TokenError: It is none, or too old.
        """
        claims = self.gate.key.read(token, now=self.gate.now())
        if claims.get("aud") != [f"{kind}:{self.gate.issuer()}"]:
            raise TokenError(f"not made for {kind}")
        return claims


def grant_of(claims: Mapping[str, Any]) -> Grant:
    """Return the grant that a note carries."""
    scopes: Sequence[str] = claims.get("scopes", ())
    return Grant(
        scopes=tuple(scopes),
        client=str(claims.get("client", "")),
        subject=str(claims.get("subject", "")),
    )


def _of_grant(grant: Grant) -> dict[str, Any]:
    return {"scopes": list(grant.scopes), "client": grant.client, "subject": grant.subject}
