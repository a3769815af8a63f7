"""Who is calling, and whether they may: what stands between a token and a handler.

Source: `flyteadmin/auth/handlers.go`, GetAuthenticationInterceptor and
BlanketAuthorization; `flyteadmin/auth/token.go`.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc

from reconciler.sandbox.auth.settings import AuthSettings
from reconciler.sandbox.auth.tokens import TokenError, TokenKey
from reconciler.sandbox.errors import Refusal

ALL = "all"
FROM_HTTP = ("from_http", "true")  # marks what came through the gateway
_ANONYMOUS = "/flyteidl.service.AuthMetadataService/"


@dataclass(frozen=True)
class Identity:
    """What a token says about its bearer.

    Attributes:
        subject: The user; empty for a client that acts for itself.
        app: The client that acts for a user.
        claims: All of it.
    """

    subject: str = ""
    app: str = ""
    scopes: frozenset[str] = frozenset()
    user_info: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it is nobody's: such a caller is not asked for scopes."""
        return not (self.subject or self.app or self.scopes)


class Gate:
    """Lets calls through that carry a good token.

    Args:
        now: Gives seconds since 1970 UTC.
        address: Gives the server's own HTTP address, which is its name unless another is
            configured.
    """

    def __init__(
        self,
        settings: AuthSettings,
        key: TokenKey,
        *,
        now: Callable[[], float],
        address: Callable[[], str],
    ) -> None:
        self.settings, self.key = settings, key
        self.now = now
        self._address = address

    def public_url(self, host: str = "") -> str:
        """Return the address that clients know: the configured one for this host, or the first."""
        for uri in self.settings.uris:
            if host and uri.partition("://")[2].partition("/")[0] == host:
                return uri
        return self.settings.uris[0] if self.settings.uris else self._address()

    def issuer(self, host: str = "") -> str:
        """Return the server's name in tokens."""
        return self.settings.issuer or self.public_url(host)

    def admit(self, method: str, metadata: Sequence[tuple[str, str]]) -> Identity:
        """Return whose call it is.

        Args:
            method: Full gRPC method.

        Raises:
            Refusal: UNAUTHENTICATED: no good token, or not the scope that all calls need.
        """
        if method.startswith(_ANONYMOUS):
            return Identity()
        identity = self._identify(metadata)
        if not identity.is_empty and ALL not in identity.scopes:
            text = "authenticated user doesn't have required scope"
            raise Refusal(grpc.StatusCode.UNAUTHENTICATED, text)
        return identity

    def _identify(self, metadata: Sequence[tuple[str, str]]) -> Identity:
        given = _authorization(metadata, self.settings.grpc_header)
        try:
            return self._by_access_token(given)
        except TokenError as exc:
            access = exc
        try:
            self._by_id_token(given)
        except TokenError as exc:
            problem = f"id token err: access token err: {access}, access token err: {exc}"
        from_http = FROM_HTTP in metadata
        disabled = (
            self.settings.disabled_for_http if from_http else self.settings.disabled_for_grpc
        )
        if disabled:
            return Identity()
        raise Refusal(grpc.StatusCode.UNAUTHENTICATED, f"token parse error {problem}")

    def _by_access_token(self, given: str | None) -> Identity:
        try:
            token = _of_scheme(given, "Bearer")
        except TokenError as exc:
            text = "Could not retrieve bearer token from metadata"
            raise TokenError(f"[JWT_VERIFICATION_FAILED] {text}, caused by: {exc}") from None
        _check_not_blank(token)
        claims = self.key.read(token, now=self.now())
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        ours = {self.issuer(), self._address(), *self.settings.uris}
        if not ours & set(map(str, named)):
            raise TokenError(f"invalid audience [{named}], wanted [map[{self.public_url()}:{{}}]]")
        scopes = claims.get("scp")
        return Identity(
            subject=str(claims.get("sub") or ""),
            app=str(claims.get("client_id") or ""),
            scopes=frozenset(map(str, scopes)) if isinstance(scopes, list) else frozenset(),
            user_info=claims.get("user_info") or {},
            claims=claims,
        )

    def _by_id_token(self, given: str | None) -> None:
        """Say what is wrong with an id token; nobody issues any that would be right."""
        try:
            token = _of_scheme(given, "IDToken")
        except TokenError as exc:
            text = "Could not retrieve id token from metadata"
            raise TokenError(f"[JWT_VERIFICATION_FAILED] {text}, caused by: {exc}") from None
        _check_not_blank(token)
        raise TokenError(
            "[JWT_VERIFICATION_FAILED] jwt parse with claims failed, caused by: "
            f"{_oidc_defect(token, self.settings.identity_provider)}"
        )


def _authorization(metadata: Sequence[tuple[str, str]], renamed: str) -> str | None:
    """Return the first `authorization`, else what goes by the configured name."""
    for wanted in ("authorization", renamed):
        for name, value in metadata:
            if name == wanted:
                return value
    return None


def _of_scheme(given: str | None, scheme: str) -> str:
    prefix = "rpc error: code = Unauthenticated desc ="
    if not given:
        raise TokenError(f"{prefix} Request unauthenticated with {scheme}")
    found, space, token = given.partition(" ")
    if not space:
        raise TokenError(f"{prefix} Bad authorization string")
    if found.lower() != scheme.lower():
        raise TokenError(f"{prefix} Request unauthenticated with {scheme}")
    return token


def _check_not_blank(token: str) -> None:
    if not token:
        raise TokenError("[JWT_VERIFICATION_FAILED] IDToken token is blank")


def _oidc_defect(token: str, provider: str) -> str:
    parts = token.split(".")
    malformed = "oidc: malformed jwt: oidc: malformed jwt"
    if len(parts) < 2:
        return f"{malformed}, expected 3 parts got {len(parts)}"
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        payload = base64.urlsafe_b64decode(padded)
    except ValueError:
        return f"{malformed} payload: illegal base64 data at input byte 0"
    try:
        claims = json.loads(payload)
        issuer = claims.get("iss", "")
    except (ValueError, AttributeError):
        return "oidc: failed to unmarshal claims: invalid character in the payload"
    if issuer != provider:
        return (
            f'oidc: id token issued by a different provider, expected "{provider}" got "{issuer}"'
        )
    return "failed to verify signature: failed to verify id token signature"
