"""Send the token along with every call, and once more with a new one if it was refused."""

from collections.abc import Callable
from typing import Any

import grpc

from reconciler.admin.auth.keeper import TokenKeeper
from reconciler.admin.interceptors import with_metadata

# A new token may be refused too, if its life is a few calls and others were quicker; not for ever.
_RENEWALS = 3


class Authorizer(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Adds a header to each call; a call that was not let in did nothing, so it is repeated.

    Only UNAUTHENTICATED is taken for a refused token. It is renewed once; again only where the
    new one had been good for somebody in between, so that a server which lets nobody in sees two
    calls and not a storm.

    Attributes: `keeper` of the token.

    Args:
        header: The name of the header, in lower case, or what finds it before the first call.
    """

    def __init__(self, keeper: TokenKeeper, header: Callable[[], str]) -> None:
        self.keeper = keeper
        self._header = header

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        token = self.keeper.current()
        call = continuation(self._with(client_call_details, token), request)
        for renewal in range(_RENEWALS):
            if call.code() is not grpc.StatusCode.UNAUTHENTICATED:
                if token:
                    self.keeper.passed(token)
                break
            if renewal and not self.keeper.was_good(token or ""):
                break
            token = self.keeper.renewed(token)
            if token is None:
                break
            call = continuation(self._with(client_call_details, token), request)
        return call

    def _with(self, details: Any, token: str | None) -> Any:
        return with_metadata(details, self._header(), f"Bearer {token}") if token else details
