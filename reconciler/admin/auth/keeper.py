"""Keep a token: one request for many threads, a new one before the old one ends."""

import threading

from reconciler.admin.auth.tokens import Token, TokenSource
from reconciler.ports import Clock

# Of a token's lifetime, after which it is renewed: what is under way then still gets through.
_FRESH = 0.8


class TokenKeeper:
    """The token of one connection. Safe to use from many threads, one of which fetches."""

    def __init__(self, source: TokenSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._asked = False
        self._until = 0.0

    def current(self) -> str | None:
        """A token that should be good; None if Admin needs none.

        Raises: LoginError or ConfigError if there is none to be had.
        """
        with self._lock:
            if not self._asked or (self._until and self._clock.monotonic() >= self._until):
                self._fetch()
            return self._token.value if self._token else None

    def renewed(self, refused: str | None) -> str | None:
        """A token in the place of one that Admin refused; None if there is no other.

        Raises: as `current`.
        """
        with self._lock:
            if self._token is None or self._token.value == refused:
                self._fetch()
            value = self._token.value if self._token else None
            return value if value != refused else None

    def _fetch(self) -> None:
        now = self._clock.monotonic()
        self._token = self._source.get()
        self._asked = True
        lifetime = self._token.lifetime if self._token else None
        self._until = now + _FRESH * lifetime if lifetime else 0.0
