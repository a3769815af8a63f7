"""Keep a token: one request for many threads, a new one before the old one ends."""

import threading
from collections import deque
from typing import TYPE_CHECKING

from reconciler.ports import Clock

if TYPE_CHECKING:
    from reconciler.admin.auth.tokens import Token, TokenSource

# Of a token's lifetime, after which it is renewed: what is under way then still gets through.
FRESH = 0.8


class TokenKeeper:
    """The token of one connection. Safe to use from many threads, one of which fetches.

    Args:
        window: Seconds before a token's end at which it is renewed, if that is earlier.
    """

    def __init__(
        self, source: "TokenSource", clock: Clock, *, window: float | None = None
    ) -> None:
        self._source = source
        self._clock = clock
        self._window = window
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._asked = False
        self._until: float | None = None
        # The last tokens that calls got through with: an older one may be told of late.
        self._good: deque[str] = deque(maxlen=8)

    def current(self) -> str | None:
        """A token that should be good; None if Admin needs none.

        Raises: LoginError or ConfigError if there is none to be had.
        """
        with self._lock:
            due = self._until is not None and self._clock.monotonic() >= self._until
            if not self._asked or due:
                self._fetch(None)
            return self._token.value if self._token else None

    def renewed(self, refused: str | None) -> str | None:
        """A token in the place of one that Admin refused; None if there is no other.

        Raises: as `current`.
        """
        with self._lock:
            if self._token is None or self._token.value == refused:
                self._fetch(refused or "")
            value = self._token.value if self._token else None
            return value if value != refused else None

    def passed(self, token: str) -> None:
        """Note that a call got through with this token."""
        if token not in self._good:
            self._good.append(token)

    def was_good(self, token: str) -> bool:
        """Whether anything got through with this token: if so, what came over it since is age."""
        return token in self._good

    def _fetch(self, instead_of: str | None) -> None:
        now = self._clock.monotonic()
        self._token = self._source.get(instead_of=instead_of)
        self._asked = True
        fresh = fresh_seconds(self._token, self._window) if self._token else None
        self._until = None if fresh is None else now + fresh


def fresh_seconds(token: "Token", window: float | None = None) -> float | None:
    """How long a token is used before another is asked for; None for as long as it is good."""
    if token.fresh is not None:
        return token.fresh
    if not token.lifetime or token.lifetime <= 0:
        return None  # nobody knows, or a server that cannot be right
    fresh = FRESH * token.lifetime
    # A window as long as the life itself would renew for every call.
    return max(min(fresh, token.lifetime - window), 0.1 * fresh) if window else fresh
