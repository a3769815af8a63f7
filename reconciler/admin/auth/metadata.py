"""What Admin says to anyone about how to log in."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
from flyteidl.service.auth_pb2 import (
    OAuth2MetadataRequest,
    OAuth2MetadataResponse,
    PublicClientAuthConfigRequest,
    PublicClientAuthConfigResponse,
)

from reconciler.config import Config
from reconciler.errors import LoginError

_SERVICE = "flyteidl.service.AuthMetadataService"
_SECONDS = 15.0
_TRIES = 3
_HEADER = "authorization"
# A server that knows no AuthMetadataService asks nobody who he is.
_NO_LOGIN = frozenset({grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND})
_PASSING = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server that hands out Admin's tokens; "" where Admin says nothing.

    Attributes:
        issuer: Its name in tokens.
        token_url, authorize_url, device_url: Its stations.
        methods: How it lets clients prove who they are.
        client_id, redirect_uri, scopes, audience: What a person's login goes by.
    """

    issuer: str = ""
    token_url: str = ""
    authorize_url: str = ""
    device_url: str = ""
    methods: tuple[str, ...] = ()
    client_id: str = ""
    redirect_uri: str = ""
    scopes: tuple[str, ...] = ()
    audience: str = ""


class Metadata:
    """Asks Admin, each question once, and only if its answer matters. Safe to share by threads."""

    def __init__(
        self, channel: grpc.Channel, config: Config, sleep: Callable[[float], None]
    ) -> None:
        self._config = config
        self._sleep = sleep
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
        self._found: Server | None = None

    def header(self) -> str:
        """The header in which Admin looks for the token.

        Raises: LoginError if it cannot be asked.
        """
        said = self._config.login.header
        return said or self._public_config().authorization_metadata_key.lower() or _HEADER

    def server(self) -> Server | None:
        """Who hands out tokens, for what; None if Admin needs none.

        Raises: LoginError if it cannot be asked.
        """
        if self._found is not None:
            return self._found
        answer = self._ask(self._server, OAuth2MetadataRequest())
        if answer is None:
            return None
        public = self._public_config()
        self._found = Server(
            issuer=answer.issuer,
            token_url=answer.token_endpoint,
            authorize_url=answer.authorization_endpoint,
            device_url=answer.device_authorization_endpoint,
            methods=tuple(answer.token_endpoint_auth_methods_supported),
            client_id=public.client_id,
            redirect_uri=public.redirect_uri,
            scopes=tuple(public.scopes),
            audience=public.audience,
        )
        return self._found

    def _public_config(self) -> PublicClientAuthConfigResponse:
        with self._lock:
            if self._public is None:
                answer = self._ask(self._client, PublicClientAuthConfigRequest())
                self._public = answer or PublicClientAuthConfigResponse()
            return self._public

    def _ask(self, call: Callable[..., Any], request: Any) -> Any:
        """An answer; None from a server that asks for no login."""
        for tried in range(1, _TRIES + 1):
            try:
                return call(request, timeout=_SECONDS)
            except grpc.RpcError as error:
                code = error.code()
                if code in _NO_LOGIN:
                    return None
                if code not in _PASSING or tried == _TRIES:
                    raise LoginError(
                        f"Flyte Admin at {self._config.endpoint} does not say how to log in: "
                        f"{code.name}: {error.details()}"
                    ) from error
            self._sleep(0.2 * 2**tried)
        raise AssertionError("the last try returns or raises")
