"""Whose token we have, and how long it lasts."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from flyteidl.service.auth_pb2 import OAuth2MetadataRequest
from flyteidl.service.identity_pb2 import UserInfoRequest

from reconciler.admin.connection import Connection
from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.config import Flow, is_on_this_machine
from reconciler.errors import AdminError, ConfigError, LoginError, UnimplementedError

_SOON = 60  # seconds


def look_at_login(connection: Connection, *, now: datetime) -> Iterator[Finding]:
    """Say who we are to Admin; `denied` if nobody."""
    config = connection.config
    try:
        token = connection.logins[-1].keeper.current()
    except (LoginError, ConfigError) as error:
        yield refused(error)
        return
    if token is None:
        yield Finding(check="login", verdict=Verdict.OK, text=_without(connection))
        return
    claims = claims_of(token)
    who = _who(claims) or _asked(connection) or "a client that the token does not name"
    way = config.login.flow or Flow.PKCE
    facts: dict[str, object] = {"who": who, "way": str(way)}
    said = [f"as {who}, by {way}"]
    verdict, fix = Verdict.OK, ""
    if isinstance(until := claims.get("exp"), int | float):
        left = int(until - now.timestamp())
        facts |= {"until": datetime.fromtimestamp(until, UTC).isoformat(), "seconds_left": left}
        said.append(
            f"the token lasts {_duration(left)} more" if left > 0 else "the token has ended"
        )
        if left <= _SOON and way is Flow.TOKEN:
            verdict, fix = Verdict.WARNING, "give a new token in RECONCILER_TOKEN"
    if scopes := _scopes(claims):
        said.append(f"scopes {scopes}")
        facts["scopes"] = scopes.split()
    yield Finding(check="login", verdict=verdict, text="; ".join(said), fix=fix, facts=facts)
    yield from _plain(connection)


def refused(error: Exception) -> Finding:
    """What a login came to that could not be tried, gave no token, or one that Admin refuses."""
    fix = "`reconciler doctor --login` logs a person in; docs/configuration.md lists all ways"
    verdict = Verdict.ERROR if isinstance(error, ConfigError) else Verdict.DENIED
    return Finding(check="login", verdict=verdict, text=str(error), fix=fix)


def claims_of(token: str) -> Mapping[str, object]:
    """What a token says, unverified, for people to read; nothing, for one that is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def _who(claims: Mapping[str, object]) -> str:
    for name in ("email", "preferred_username", "sub", "client_id", "azp", "cid"):
        if isinstance(value := claims.get(name), str) and value:
            return value
    return ""


def _asked(connection: Connection) -> str:
    try:
        info = connection.calls.user_info(UserInfoRequest())
    except AdminError:
        return ""
    return str(info.email or info.preferred_username or info.name or info.subject)


def _scopes(claims: Mapping[str, object]) -> str:
    for name in ("scp", "scope"):
        value = claims.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value:
            return " ".join(map(str, value))
    return ""


def _without(connection: Connection) -> str:
    try:
        connection.calls.get_oauth2_metadata(OAuth2MetadataRequest())
    except UnimplementedError:
        return "Admin asks nobody who they are"
    except AdminError:
        return "no token is sent, and Admin does not mind"
    return "Admin lets everybody in, although it names a server that hands out tokens"


def _plain(connection: Connection) -> Iterator[Finding]:
    """The address for tokens, which Admin names, may be one in plain text."""
    login = connection.config.login
    if login.token_url or login.flow in (Flow.TOKEN, Flow.COMMAND):
        return
    try:
        url = connection.calls.get_oauth2_metadata(OAuth2MetadataRequest()).token_endpoint
    except AdminError:
        return
    if url.startswith("http://") and not is_on_this_machine(url.removeprefix("http://")):
        yield Finding(
            check="login",
            verdict=Verdict.WARNING,
            text=f"Admin names {url} for tokens: secrets and tokens go there in plain text",
            fix="have auth.authorizedUris of Admin say https://, or set tokenUrl",
        )


def _duration(seconds: int) -> str:
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
