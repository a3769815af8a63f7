"""A person's token: kept from the last time, renewed without them, or got by their logging in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.admin.auth.keeper import fresh_seconds
from reconciler.admin.auth.person import Person
from reconciler.admin.auth.store import Kept, TokenStore
from reconciler.admin.auth.tokens import Token
from reconciler.config import Config, Flow
from reconciler.errors import LoginError
from reconciler.ports import Clock

if TYPE_CHECKING:  # a kept token takes none of these
    from reconciler.admin.auth.http import AuthorizationServer
    from reconciler.admin.auth.metadata import Metadata, Server

# What another process may take that logs in: a person's time and some more.
_LOCK_SECONDS = 660.0
_WITHOUT = (
    "without one use authType ClientSecret, ClientAssertion or ExternalCommand, or the variable "
    "RECONCILER_TOKEN"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """A person's tokens.

    Where the configuration names no way to log in, only a kept token is used unasked; a person is
    asked once Admin refused a call, and nobody is a reason to let that refusal stand.

    Attributes:
        ask: Gives the one to ask Admin about its logins.
    """

    config: Config
    clock: Clock
    person: Person
    store: TokenStore
    ask: "Callable[[], Metadata]"

    def get(self, *, instead_of: str | None = None) -> Token | None:
        unsaid = self.config.login.flow is Flow.NONE
        if token := self._kept(self.store.read(), instead_of):
            return token
        if unsaid and instead_of is None and not self.store.read():
            return None
        server = self.ask().server()
        if server is None:
            return None
        with self.store.locked(_LOCK_SECONDS):
            # Whoever had the lock before may have done it for all.
            kept = self.store.read()
            if token := self._kept(kept, instead_of):
                return token
            if kept and kept.refresh and (token := self._refreshed(kept, server)):
                return self._keep(token)
            if unsaid and (instead_of is None or not self._is_somebody_there()):
                return None
            return self._keep(self._logged_in(server))

    def header(self) -> str:
        """The header that takes the token; kept with it, so that a kept one asks nothing."""
        kept = self.store.read()
        return kept.header if kept and kept.header else self.ask().header()

    def _kept(self, kept: Kept | None, instead_of: str | None) -> Token | None:
        if kept is None or kept.access == instead_of:
            return None
        now = self.clock.now().timestamp()
        if kept.fresh_until is None:
            return Token(kept.access, None, kept.refresh)
        if now >= kept.fresh_until:
            return None
        lifetime = kept.until - now if kept.until else None
        return Token(kept.access, lifetime, kept.refresh, fresh=kept.fresh_until - now)

    def _refreshed(self, kept: Kept, server: "Server") -> Token | None:
        from reconciler.admin.auth.answers import token_of
        from reconciler.admin.auth.http import OAuthError

        login = self.config.login
        form = {
            "grant_type": "refresh_token",
            "refresh_token": kept.refresh,
            "client_id": login.client_id or server.client_id,
        }
        try:
            answer = self._http().post(login.token_url or server.token_url, form, once=True)
        except OAuthError:
            # Too old, withdrawn, or of a server that is gone (Admin's own then says 500): only
            # the person can get another.
            self.store.clear()
            return None
        return token_of(answer, refresh=kept.refresh)

    def _is_somebody_there(self) -> bool:
        return self.person.is_there and not self.person.in_ci

    def _logged_in(self, server: "Server") -> Token:
        from reconciler.admin.auth.device import log_in_by_device
        from reconciler.admin.auth.pkce import log_in_by_browser

        login, person = self.config.login, self.person
        name = login.flow or Flow.PKCE
        if person.in_ci:
            raise LoginError(f"authType {name} needs a person, and CI is set; {_WITHOUT}")
        if login.flow is Flow.DEVICE:
            return log_in_by_device(login, server, self._http(), person, self.clock)
        if not person.is_there:
            raise LoginError(f"authType {name} needs a person at a terminal; {_WITHOUT}")
        if person.has_display:
            return log_in_by_browser(login, server, self._http(), person)
        if server.device_url:
            return log_in_by_device(login, server, self._http(), person, self.clock)
        raise LoginError(
            f"authType {name} needs a browser, there is no display here, and Admin offers no "
            "login by device; name a browser by the variable BROWSER, or log in where there is one"
        )

    def _keep(self, token: Token) -> Token:
        now = self.clock.now().timestamp()
        fresh = fresh_seconds(token, self.config.login.refresh_window)
        self.store.write(
            Kept(
                access=token.value,
                refresh=token.refresh,
                fresh_until=None if fresh is None else now + fresh,
                until=now + token.lifetime if token.lifetime else None,
                header=self.ask().header(),
                endpoint=self.config.endpoint,
            )
        )
        return token

    def _http(self) -> "AuthorizationServer":
        from reconciler.admin.auth.http import AuthorizationServer

        return AuthorizationServer(self.config, self.clock.sleep)
