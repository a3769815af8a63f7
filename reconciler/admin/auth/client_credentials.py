"""A token for a client that acts for itself: by its secret, or by another issuer's word for it.

Source: RFC 6749 §4.4; RFC 7523 §2.2 for the word.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.admin.auth.answers import token_of
from reconciler.admin.auth.http import AuthorizationServer
from reconciler.admin.auth.metadata import Server
from reconciler.admin.auth.tokens import Command, Token
from reconciler.config import Assertion, Flow, Login, read_secret, read_text
from reconciler.errors import LoginError

_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The client's tokens.

    Attributes: `ask` has what Admin says about its authorization server; None if it needs no
    login at all. It is asked only if the configuration does not say all.
    """

    login: Login
    http: AuthorizationServer
    ask: Callable[[], Server | None]

    def get(self, *, instead_of: str | None = None) -> Token | None:
        login = self.login
        server: Server | None = Server()
        if not login.token_url:
            server = self.ask()
        if server is None:
            return None
        url = login.token_url or server.token_url
        if not url:
            raise LoginError("Admin names no server that hands out tokens; set tokenUrl")
        form = {"grant_type": "client_credentials"}
        if scopes := login.scopes or server.scopes:
            form["scope"] = " ".join(scopes)
        if audience := login.audience or server.audience:
            form["audience"] = audience
        if login.flow is Flow.ASSERTION:
            form |= self._assertion(server.issuer or url)
            return token_of(self.http.post(url, form))
        return token_of(self._by_secret(url, form, server))

    def _by_secret(self, url: str, form: dict[str, str], server: Server) -> dict[str, object]:
        from urllib.parse import quote, quote_plus

        login = self.login
        if login.secret_command and not (login.secret or login.secret_file):
            secret = Command(login.secret_command, "secret").printed()
        else:
            secret = read_secret(login)
        if "client_secret_post" in server.methods and "client_secret_basic" not in server.methods:
            who = {"client_id": login.client_id, "client_secret": secret}
            return self.http.post(url, form | who)
        # Both parts are form-encoded first (§2.3.1); for usual ids and secrets that is nothing.
        basic = quote_plus(login.client_id), quote(secret, safe="")
        return self.http.post(url, form, basic=basic)

    def _assertion(self, audience: str) -> dict[str, str]:
        assertion = self.login.assertion
        assert assertion is not None, "the configuration checks it"
        return {
            "client_id": self.login.client_id,
            "client_assertion_type": _JWT_BEARER,
            "client_assertion": _word(assertion, audience, self.http),
        }


def _word(assertion: Assertion, audience: str, http: AuthorizationServer) -> str:
    """The other issuer's token.

    Raises: ConfigError or LoginError if there is none.
    """
    if assertion.token:
        return assertion.token
    if assertion.file:
        return read_text(assertion.file, what="the identity token")
    from urllib.parse import quote

    joint = "&" if "?" in assertion.url else "?"
    wanted = quote(assertion.audience or audience, safe="")
    answer = http.get(f"{assertion.url}{joint}audience={wanted}", bearer=assertion.bearer)
    value = answer.get("value")
    if not isinstance(value, str) or not value:
        raise LoginError("GitHub Actions answered without an identity token")
    return value
