"""Calls to a forge's API: again where that is safe, page after page, and errors as words.

What is told about a failure never holds the token, and names the permission that is missing.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from reconciler.errors import ForgeDeniedError, ForgeError, ForgeMissingError
from reconciler.forge.token import Token

if TYPE_CHECKING:  # it costs, and most commands talk to no forge
    import httpx

Item = TypeVar("Item")

SECONDS = 30.0  # for one answer
PATIENCE = 120.0  # seconds that one call may wait for its turn, altogether
_TRIES = 5
_PAGES = 1_000  # a list that is longer goes round in circles
_SAID = 300  # characters of what a forge says that are told


@dataclass(frozen=True, slots=True)
class Pace:
    """Time and chance as arguments, so that tests own them."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    rand: Callable[[], float] = random.random


SYSTEM = Pace()


@dataclass(slots=True)
class Answer:
    """What was answered: JSON (None if there was none), and the way to the next page."""

    body: Any
    headers: "httpx.Headers"
    next: str = ""


@dataclass
class Http:
    """One forge's API.

    Attributes: `name` what people call the forge; `api` where its paths begin.
    """

    name: str
    api: str
    token: Token
    headers: Mapping[str, str] = field(default_factory=dict)
    pace: Pace = SYSTEM

    @cached_property
    def _client(self) -> "httpx.Client":
        import httpx

        from reconciler import __version__

        own = dict([self.token.header])
        agent = {"User-Agent": f"reconciler/{__version__}"}
        return httpx.Client(timeout=SECONDS, headers={**agent, **self.headers, **own})

    def close(self) -> None:
        if "_client" in self.__dict__:
            self._client.close()

    def get(self, path: str, *, to: str, needs: str, **params: Any) -> Any:
        """The JSON at a path; `to` says what for, `needs` which permission, both in words.

        Raises: ForgeDeniedError, ForgeMissingError, ForgeError.
        """
        return self.call("GET", path, to=to, needs=needs, params=params).body

    def pages(self, path: str, *, to: str, needs: str, **params: Any) -> Iterator[Any]:
        """The items of every page of a list, as `Link` or the body's `next` lead through it."""
        answer = self.call("GET", path, to=to, needs=needs, params=params)
        for _ in range(_PAGES):
            items = answer.body.get("values", []) if isinstance(answer.body, dict) else answer.body
            yield from items or []
            if not answer.next:
                return
            if urlsplit(answer.next)[:2] != urlsplit(self.api)[:2]:
                # Whoever is there has no business with our token.
                raise ForgeError(f"{self.name} sends us to another host for the next page")
            answer = self.call("GET", answer.next, to=to, needs=needs)
        raise ForgeError(f"{self.name}: the list does not end; cannot {to}")

    def call(
        self,
        method: str,
        path: str,
        *,
        to: str,
        needs: str,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
    ) -> Answer:
        """One call. A POST makes something, so it is only sent again if nobody took it.

        Raises: ForgeDeniedError, ForgeMissingError; ForgeError otherwise, `in_doubt` for a POST
            whose answer was lost.
        """
        import httpx

        url = path if "://" in path else f"{self.api}/{path.lstrip('/')}"
        waited = 0.0
        for tried in range(1, _TRIES + 1):
            pause = 0.25 * 2**tried * (0.5 + self.pace.rand())
            try:
                answer = self._client.request(
                    method, url, json=json, params=dict(params or {}) or None
                )
            except httpx.HTTPError as error:
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                reason = self._hide(" ".join(str(error).split()) or type(error).__name__)
                failed = ForgeError(
                    f"{self.name} did not answer, so it was not possible to {to}: {reason}",
                    in_doubt=method == "POST" and not unsent,
                )
                failed.__cause__ = None
            except httpx.InvalidURL:
                raise ForgeError(f"{self._hide(self.api)} is no address of an API") from None
            else:
                if answer.is_success:
                    return self._read(answer, to)
                limited = self._limit(answer)
                if limited is None and answer.status_code < 500:
                    raise self._refused(answer, to, needs)
                if limited is not None:
                    pause = max(limited, pause)
                failed = ForgeError(
                    f"{self.name} could not {to}: {self._said(answer)}",
                    in_doubt=method == "POST" and limited is None,
                )
                if limited is not None and waited + pause > PATIENCE:
                    raise ForgeError(
                        f"{self.name} takes no more calls for {round(pause)} s (its rate limit), "
                        f"so it was not possible to {to}"
                    )
            if failed.in_doubt or tried == _TRIES or waited + pause > PATIENCE:
                raise failed
            self.pace.sleep(pause)
            waited += pause
        raise AssertionError("the last try returns or raises")

    def _read(self, answer: "httpx.Response", to: str) -> Answer:
        if not answer.content:
            return Answer(None, answer.headers)
        try:
            body = answer.json()
        except ValueError:
            raise ForgeError(
                f"what answers at {self._hide(self.api)} is no {self.name}: it was not possible "
                f"to {to}"
            ) from None
        following = answer.links.get("next", {}).get("url", "")
        if not following and isinstance(body, dict) and isinstance(body.get("next"), str):
            following = body["next"]
        return Answer(body, answer.headers, following)

    def _limit(self, answer: "httpx.Response") -> float | None:
        """Seconds until it is our turn again; None if that is not what is wrong."""
        headers = answer.headers
        if answer.status_code not in (403, 429, 503):
            return None
        after = headers.get("retry-after")
        if after is not None:
            return self._seconds(after)
        for prefix in ("x-ratelimit", "ratelimit"):
            if headers.get(f"{prefix}-remaining") == "0":
                reset = self._number(headers.get(f"{prefix}-reset"))
                return max(reset - self.pace.now(), 1.0) if reset is not None else 60.0
        return 1.0 if answer.status_code == 429 else None

    def _seconds(self, text: str) -> float:
        number = self._number(text)
        if number is not None:
            return max(number, 0.0)
        try:
            return max(parsedate_to_datetime(text).timestamp() - self.pace.now(), 0.0)
        except ValueError:
            return 1.0

    def _number(self, text: str | None) -> float | None:
        return float(text) if text and text.isascii() and text.isdecimal() else None

    def _refused(self, answer: "httpx.Response", to: str, needs: str) -> ForgeError:
        said = self._said(answer)
        # GitHub names what would do.
        exact = answer.headers.get("x-accepted-github-permissions", "")
        needed = exact.replace(";", " or ") if exact else needs
        match answer.status_code:
            case 401:
                return ForgeDeniedError(
                    f"{self.name} does not take the token in {self.token.name}, so it was not "
                    f"possible to {to}: it is wrong or has expired ({said})"
                )
            case 403:
                return ForgeDeniedError(
                    f"{self.name} does not let the token in {self.token.name} {to}: it needs "
                    f"{needed} ({said})"
                )
            case 404 | 410:
                return ForgeMissingError(
                    f"{self.name} knows nothing there to {to}, or hides it from the token in "
                    f"{self.token.name}, which needs {needed} ({said})"
                )
        return ForgeError(f"{self.name} refused to {to}: {said}")

    def _said(self, answer: "httpx.Response") -> str:
        told = ""
        try:
            body = answer.json()
        except ValueError:
            body = None
        if isinstance(body, dict):
            error = body.get("error")
            nested = error.get("message") if isinstance(error, dict) else error
            told = str(body.get("message") or nested or "")
            if body.get("errors"):
                told += f" {body['errors']}"
        shown = self._hide(" ".join(told.split()))[:_SAID]
        return f"{answer.status_code} {shown}".rstrip()

    def _hide(self, text: str) -> str:
        for secret in self.token.secrets:
            text = text.replace(secret, "***")
        return text


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items, as many at once as a request takes."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
