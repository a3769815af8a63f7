"""The section `auth` of flyteadmin's configuration, as far as a built-in server goes.

Source: `flyteadmin/auth/config/config.go`.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from reconciler.sandbox.config_file import ConfigError

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

_CALLBACKS = ("http://localhost:53593/callback", "http://localhost:12345/callback")
_ALL_SCOPES = ("all", "offline", "access_token")
# bcrypt of `foobar`, the secret that flyteadmin's documentation gives its propeller.
_FOOBAR = "$2b$06$YZxyBjGouQBT22b.0SnmzO7Y7P7dOlh5UkTHGUajsXEqnAoKdmZP6"
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class AuthSettingsError(ConfigError):
    """The section makes no sense; the message names the key."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """Somebody who may ask for tokens.

    Attributes:
        secret: bcrypt of the secret; empty for public clients.
    """

    id: str
    secret: str = ""
    public: bool = False
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    scopes: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()

    def may_have(self, scope: str) -> bool:
        """Tell whether the client is allowed a scope; `*` stands for any part of one."""
        wanted = scope.split(".")
        return any(_matches(pattern.split("."), wanted) for pattern in self.scopes)


@dataclass(frozen=True, kw_only=True)
class AuthSettings:
    """What the authorization server goes by.

    Attributes:
        uris: Where clients reach the server; the first is its name in tokens. Empty: its own
            HTTP address.
        issuer: Its name in tokens, if it is not the address.
        identity_provider: Base URL of the OpenID provider; empty if there is none.
    """

    clients: Mapping[str, Client]
    uris: tuple[str, ...] = ()
    issuer: str = ""
    http_header: str = "flyte-authorization"
    grpc_header: str = "flyte-authorization"
    disabled_for_http: bool = False
    disabled_for_grpc: bool = False
    access_lifespan: timedelta = timedelta(minutes=30)
    refresh_lifespan: timedelta = timedelta(hours=1)
    code_lifespan: timedelta = timedelta(minutes=5)
    identity_provider: str = ""
    client_id: str = "flytectl"
    redirect_uri: str = "http://localhost:53593/callback"
    scopes: tuple[str, ...] = ("all", "offline")
    audience: str = ""

    @property
    def devices(self) -> bool:
        """Whether any client may log in through another device."""
        return any(DEVICE_GRANT in client.grant_types for client in self.clients.values())


def _default_clients() -> dict[str, Client]:
    browser = {
        "public": True,
        "response_types": ("code", "token"),
        "scopes": _ALL_SCOPES,
        "redirect_uris": _CALLBACKS,
    }
    grants = ("refresh_token", "authorization_code", DEVICE_GRANT)
    found = {
        name: Client(id=name, grant_types=grants, **browser)  # type: ignore[arg-type]
        for name in ("flyte-cli", "flytectl")
    }
    found["flytepropeller"] = Client(
        id="flytepropeller",
        secret=_FOOBAR,
        grant_types=("refresh_token", "client_credentials"),
        response_types=("token",),
        scopes=_ALL_SCOPES,
        redirect_uris=("http://localhost:3846/callback",),
    )
    return found


@dataclass(frozen=True)
class _Keys:
    """A mapping whose keys match whatever their letter case and underscores."""

    values: Mapping[str, Any]
    name: str = "auth"
    folded: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.values, Mapping):
            raise AuthSettingsError(f"{self.name} must be a mapping, not {self.values!r}")
        folded = {str(k).replace("_", "").lower(): v for k, v in self.values.items()}
        object.__setattr__(self, "folded", folded)

    def section(self, key: str) -> "_Keys":
        return _Keys(self.folded.get(key.lower()) or {}, f"{self.name}.{key}")

    def text(self, key: str, default: str = "") -> str:
        value = self.folded.get(key.lower())
        return default if value is None else str(value)

    def flag(self, key: str) -> bool:
        return str(self.folded.get(key.lower(), "")).lower() in ("true", "1")

    def texts(self, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        value = self.folded.get(key.lower())
        if value is None:
            return tuple(default)
        if isinstance(value, str):
            return tuple(value.split(","))
        if not isinstance(value, list):
            raise AuthSettingsError(f"{self.name}.{key} must be a list, not {value!r}")
        return tuple(str(item) for item in value)

    def lifespan(self, key: str, default: timedelta) -> timedelta:
        text = self.text(key)
        if not text:
            return default
        parts = _PART.findall(text)
        if "".join(number + unit for number, unit in parts) != text:
            message = f"{self.name}.{key} must be a duration such as 30m, not {text!r}"
            raise AuthSettingsError(message)
        return timedelta(seconds=sum(float(n) * _SECONDS[unit] for n, unit in parts))


def read_settings(section: Mapping[str, Any]) -> AuthSettings:
    """Read the section.

    Raises:
        AuthSettingsError: A value cannot be used.
    """
    top = _Keys(section)
    app = top.section("appAuth")
    if app.text("authServerType", "Self").lower() not in ("self", "0"):
        raise AuthSettingsError(
            "auth.appAuth.authServerType: only Self, the built-in server, is to be had here"
        )
    server = app.section("selfAuthServer")
    third = app.section("thirdPartyConfig").section("flyteClient")
    default = AuthSettings(clients={})
    written = server.folded.get("staticclients")
    return AuthSettings(
        clients=_clients(written, server.name) if written else _default_clients(),
        uris=tuple(uri.rstrip("/") for uri in top.texts("authorizedUris")),
        issuer=server.text("issuer"),
        http_header=top.text("httpAuthorizationHeader", default.http_header).lower(),
        grpc_header=top.text("grpcAuthorizationHeader", default.grpc_header).lower(),
        disabled_for_http=top.flag("disableForHttp"),
        disabled_for_grpc=top.flag("disableForGrpc"),
        access_lifespan=server.lifespan("accessTokenLifespan", default.access_lifespan),
        refresh_lifespan=server.lifespan("refreshTokenLifespan", default.refresh_lifespan),
        code_lifespan=server.lifespan("authorizationCodeLifespan", default.code_lifespan),
        identity_provider=top.section("userAuth").section("openId").text("baseUrl"),
        client_id=third.text("clientId", default.client_id),
        redirect_uri=third.text("redirectUri", default.redirect_uri),
        scopes=third.texts("scopes", default.scopes),
        audience=third.text("audience"),
    )


def _clients(written: Any, name: str) -> dict[str, Client]:
    found = {}
    for key, values in _Keys(written, f"{name}.staticClients").values.items():
        client = _Keys(values, f"{name}.staticClients.{key}")
        default = Client(id=str(key))
        found[str(key)] = Client(
            id=client.text("id", str(key)),
            secret=_secret(client),
            public=client.flag("public"),
            grant_types=client.texts("grantTypes") or default.grant_types,
            response_types=client.texts("responseTypes") or default.response_types,
            scopes=client.texts("scopes"),
            audience=client.texts("audience"),
            redirect_uris=client.texts("redirectUris"),
        )
    return {client.id: client for client in found.values()}


def _secret(client: _Keys) -> str:
    """Return the bcrypt of a secret, which is written in base64, or as it is."""
    text = client.text("clientSecret")
    if not text or text.startswith("$2"):
        return text
    try:
        return base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise AuthSettingsError(f"{client.name}.client_secret must be base64 of bcrypt") from None


def _matches(pattern: Sequence[str], wanted: Sequence[str]) -> bool:
    if len(pattern) > len(wanted):
        return False
    if len(pattern) != len(wanted) and pattern[-1] != "*":
        return False
    return all(p == w or (p == "*" and w) for p, w in zip(pattern, wanted, strict=False))
