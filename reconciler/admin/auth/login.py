"""From the configuration to what stands in the channel."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import grpc

from reconciler.admin.auth.interceptor import Authorizer
from reconciler.admin.auth.keeper import TokenKeeper
from reconciler.config import Config, Flow
from reconciler.ports import Clock

if TYPE_CHECKING:
    from reconciler.admin.auth.metadata import Metadata
    from reconciler.admin.auth.person import Person
    from reconciler.admin.auth.tokens import TokenSource

_PROXY_HEADER = "proxy-authorization"


def authorizers(
    channel: grpc.Channel, config: Config, clock: Clock, person: "Person | None" = None
) -> list[Authorizer]:
    """What adds the credentials that `config` names, outermost first.

    Args:
        channel: One that sends none, for what Admin says about itself.
        person: Who may be asked to log in; None for whoever started this process.
    """
    found = []
    login = config.login
    if login.proxy_command:
        from reconciler.admin.auth.tokens import Command

        keeper = TokenKeeper(Command(login.proxy_command), clock)
        found.append(Authorizer(keeper, lambda: _PROXY_HEADER))
        channel = grpc.intercept_channel(channel, found[0])

    @cache
    def metadata() -> "Metadata":
        from reconciler.admin.auth.metadata import Metadata

        return Metadata(channel, config, clock.sleep)

    source, header = _source(config, clock, person, metadata)
    keeper = TokenKeeper(source, clock, window=login.refresh_window)
    return [*found, Authorizer(keeper, header)]


def _source(
    config: Config, clock: Clock, person: "Person | None", metadata: Callable[[], "Metadata"]
) -> "tuple[TokenSource, Callable[[], str]]":
    login = config.login

    def header() -> str:
        return login.header or metadata().header()

    match login.flow:
        case Flow.TOKEN:
            from reconciler.admin.auth.tokens import Given

            return Given(login), header
        case Flow.COMMAND:
            from reconciler.admin.auth.tokens import Command

            return Command(login.command), header
        case Flow.CLIENT_SECRET | Flow.ASSERTION:
            from reconciler.admin.auth.client_credentials import ClientCredentials
            from reconciler.admin.auth.http import AuthorizationServer

            http = AuthorizationServer(config, clock.sleep)
            return ClientCredentials(login, http, lambda: metadata().server()), header
    from reconciler.admin.auth.late import LatePersonal

    personal = LatePersonal(config, clock, person, metadata)
    return personal, personal.header
