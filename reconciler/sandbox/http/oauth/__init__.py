"""The built-in authorization server: who may call Admin, and the tokens that say so."""

from collections.abc import Callable, Mapping

from reconciler.sandbox.auth import Gate
from reconciler.sandbox.http.exchange import Answer, Request
from reconciler.sandbox.http.oauth.browser import ACCESS_COOKIE, Browser
from reconciler.sandbox.http.oauth.devices import Devices
from reconciler.sandbox.http.oauth.grants import TokenEndpoint
from reconciler.sandbox.http.oauth.issuing import Issuer

__all__ = ["ACCESS_COOKIE", "endpoints"]


def endpoints(gate: Gate, *, home: str) -> Mapping[str, Callable[[Request], Answer]]:
    """Return what answers each path of the server, whatever the method.

    Args:
        home: Where a browser goes that only wants to log in.
    """
    issuer = Issuer(gate)
    devices = Devices(gate)
    browser = Browser(gate, issuer, home=home)
    found = {
        "/login": browser.login,
        "/logout": browser.logout,
        "/callback": lambda request: Answer(401),  # for the identity provider that is not there
        "/.well-known/openid-configuration": browser.openid_configuration,
        "/oauth2/authorize": browser.authorize,
        "/oauth2/authorize_callback": browser.callback,
        "/oauth2/jwks": browser.key_set,
        "/oauth2/token": TokenEndpoint(gate, issuer, devices).answer,
    }
    if gate.settings.devices:
        found["/oauth2/device"] = devices.begin
    return found
