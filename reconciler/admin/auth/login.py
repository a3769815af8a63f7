"""From the configuration to what stands in the channel."""

import threading

import grpc
from flyteidl.service.auth_pb2 import (
    OAuth2MetadataRequest,
    OAuth2MetadataResponse,
    PublicClientAuthConfigRequest,
    PublicClientAuthConfigResponse,
)

from reconciler.admin.auth.interceptor import Authorizer
from reconciler.admin.auth.keeper import TokenKeeper
from reconciler.admin.auth.tokens import ClientSecret, Command, Given, Server, TokenSource
from reconciler.config import Config, Flow
from reconciler.errors import LoginError
from reconciler.ports import Clock

_SERVICE = "flyteidl.service.AuthMetadataService"
_SECONDS = 15.0
_HEADER = "authorization"
_PROXY_HEADER = "proxy-authorization"
# A server that knows no AuthMetadataService asks nobody who he is.
_NO_LOGIN = frozenset({grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND})


def authorizers(channel: grpc.Channel, config: Config, clock: Clock) -> list[Authorizer]:
    """What adds the credentials that `config` names, outermost first; none if it names none.

    Args:
        channel: One that sends none, for what Admin says about itself.
    """
    found = []
    login = config.login
    if login.proxy_command:
        keeper = TokenKeeper(Command(login.proxy_command), clock)
        found.append(Authorizer(keeper, lambda: _PROXY_HEADER))
        channel = grpc.intercept_channel(channel, found[0])
    metadata = Metadata(channel, config)
    source: TokenSource
    match login.flow:
        case Flow.TOKEN:
            source = Given(login)
        case Flow.COMMAND:
            source = Command(login.command)
        case Flow.CLIENT_SECRET:
            source = ClientSecret(config, metadata.server, clock.sleep)
        case _:
            return found
    return [*found, Authorizer(TokenKeeper(source, clock), metadata.header)]


class Metadata:
    """What Admin says to anyone about how to log in; asked once, and only if it matters."""

    def __init__(self, channel: grpc.Channel, config: Config) -> None:
        self._config = config
        self._client = channel.unary_unary(
            f"/{_SERVICE}/GetPublicClientConfig",
            request_serializer=PublicClientAuthConfigRequest.SerializeToString,
            response_deserializer=PublicClientAuthConfigResponse.FromString,
        )
        self._server = channel.unary_unary(
            f"/{_SERVICE}/GetOAuth2Metadata",
            request_serializer=OAuth2MetadataRequest.SerializeToString,
            response_deserializer=OAuth2MetadataResponse.FromString,
        )
        self._lock = threading.Lock()
        self._public: PublicClientAuthConfigResponse | None = None

    def header(self) -> str:
        """The header in which Admin looks for the token."""
        return self._public_config().authorization_metadata_key.lower() or _HEADER

    def server(self) -> Server | None:
        """Who hands out tokens, for what; None if Admin needs none.

        Raises: LoginError if it cannot be asked.
        """
        try:
            answer = self._server(OAuth2MetadataRequest(), timeout=_SECONDS)
        except grpc.RpcError as error:
            self._check_needless(error)
            return None
        public = self._public_config()
        return Server(answer.token_endpoint, tuple(public.scopes), public.audience)

    def _public_config(self) -> PublicClientAuthConfigResponse:
        with self._lock:
            if self._public is None:
                try:
                    self._public = self._client(PublicClientAuthConfigRequest(), timeout=_SECONDS)
                except grpc.RpcError as error:
                    self._check_needless(error)
                    self._public = PublicClientAuthConfigResponse()
            return self._public

    def _check_needless(self, error: grpc.RpcError) -> None:
        """Raise unless it is the answer of a server that asks for no login."""
        code = error.code()
        if code not in _NO_LOGIN:
            text = error.details()
            raise LoginError(
                f"Flyte Admin at {self._config.endpoint} does not say how to log in: "
                f"{code.name}: {text}"
            ) from error
