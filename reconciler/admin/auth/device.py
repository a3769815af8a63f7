"""Log a person in who has a browser somewhere else (RFC 8628)."""

from reconciler.admin.auth.answers import token_of
from reconciler.admin.auth.http import AuthorizationServer, OAuthError, place
from reconciler.admin.auth.metadata import Server
from reconciler.admin.auth.person import Person
from reconciler.admin.auth.tokens import Token
from reconciler.config import Login
from reconciler.errors import LoginError
from reconciler.ports import Clock

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL = 5.0  # seconds, where the server says nothing (§3.2)
_SLOWER = 5.0  # seconds more after every `slow_down` (§3.5)
_SECONDS = 600.0
_BUSY = frozenset({429, *range(500, 600)})


def log_in_by_device(
    login: Login, server: Server, http: AuthorizationServer, person: Person, clock: Clock
) -> Token:
    """Show a code and where to type it in, and ask until somebody has.

    Raises: LoginError if nobody did in time, the login was refused, or the server knows no such
        thing.
    """
    client = login.client_id or server.client_id
    token_url = login.token_url or server.token_url
    if not (server.device_url and token_url and client):
        raise LoginError(
            "Admin does not say where a device logs in (no device_authorization_endpoint); "
            "use another authType"
        )
    wanted = {"client_id": client}
    if scopes := login.scopes or server.scopes:
        wanted["scope"] = " ".join(scopes)
    if audience := login.audience or server.audience:
        wanted["audience"] = audience
    begun = http.post(server.device_url, wanted)
    code, page = begun.get("device_code"), begun.get("verification_uri")
    if not (isinstance(code, str) and isinstance(page, str)):
        raise LoginError(f"{place(server.device_url)} answered without a code to type in")
    person.tell(_invitation(begun, page))
    lasts = min(_number(begun.get("expires_in"), _SECONDS), login.device_seconds or float("inf"))
    form = {"grant_type": _GRANT, "device_code": code, "client_id": client}
    return _polled(token_url, form, http, clock, _number(begun.get("interval"), _INTERVAL), lasts)


def _polled(
    url: str,
    form: dict[str, str],
    http: AuthorizationServer,
    clock: Clock,
    interval: float,
    lasts: float,
) -> Token:
    until = clock.monotonic() + lasts
    while clock.monotonic() + interval <= until:
        clock.sleep(interval)
        try:
            return token_of(http.post(url, form))
        except OAuthError as error:
            match error.error:
                case "authorization_pending":
                    continue
                case "slow_down":
                    interval += _SLOWER
                case "access_denied":
                    raise LoginError("the login was refused by whoever was asked") from None
                case "expired_token":
                    break
                case _ if error.status in _BUSY:
                    interval *= 2
                case _:
                    raise
        except LoginError:
            # Nobody was reached: somebody may be typing all the same (§3.5).
            interval *= 2
    raise LoginError(f"nobody typed the code in within {lasts:.0f} s; try again")


def _invitation(begun: dict[str, object], page: str) -> str:
    text = f"Log in to Flyte: open\n  {page}\nand type in the code\n  {begun.get('user_code', '')}"
    complete = begun.get("verification_uri_complete")
    return f"{text}\nor open both at once:\n  {complete}" if isinstance(complete, str) else text


def _number(value: object, default: float) -> float:
    try:
        found = float(str(value))
    except ValueError:
        return default
    return found if found > 0 else default
