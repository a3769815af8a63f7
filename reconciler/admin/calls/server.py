"""The server itself, its data proxy, and who is asking: request in, answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.admin import rpc
from reconciler.admin.calls.call import Calling

if TYPE_CHECKING:  # what a command does not call, it does not load
    from flyteidl.admin.version_pb2 import (
        GetVersionRequest,
        GetVersionResponse,
    )
    from flyteidl.service.auth_pb2 import (
        OAuth2MetadataRequest,
        OAuth2MetadataResponse,
        PublicClientAuthConfigRequest,
        PublicClientAuthConfigResponse,
    )
    from flyteidl.service.dataproxy_pb2 import (
        CreateDownloadLinkRequest,
        CreateDownloadLinkResponse,
        CreateDownloadLocationRequest,
        CreateDownloadLocationResponse,
        CreateUploadLocationRequest,
        CreateUploadLocationResponse,
        GetDataRequest,
        GetDataResponse,
    )
    from flyteidl.service.identity_pb2 import (
        UserInfoRequest,
        UserInfoResponse,
    )


class ServerCalls(Calling):
    """The server itself, its data proxy, and who is asking."""

    def get_version(self, request: GetVersionRequest) -> GetVersionResponse:
        """What Admin says of its build; UNKNOWN texts where that does not say."""
        return self._call(rpc.GET_VERSION, request)

    def create_upload_location(
        self, request: CreateUploadLocationRequest
    ) -> CreateUploadLocationResponse:
        """A signed URL to put one file to, and the address where it will lie."""
        return self._call(rpc.CREATE_UPLOAD_LOCATION, request)

    def create_download_location(
        self, request: CreateDownloadLocationRequest
    ) -> CreateDownloadLocationResponse:
        """A signed URL to get one file of the store from."""
        return self._call(rpc.CREATE_DOWNLOAD_LOCATION, request)

    def create_download_link(
        self, request: CreateDownloadLinkRequest
    ) -> CreateDownloadLinkResponse:
        """Signed URLs of what a node left behind: its deck."""
        return self._call(rpc.CREATE_DOWNLOAD_LINK, request)

    def get_data(self, request: GetDataRequest) -> GetDataResponse:
        """What a `flyte://v1/…` reference stands for: literals, or signed URLs."""
        return self._call(rpc.GET_DATA, request)

    def get_oauth2_metadata(self, request: OAuth2MetadataRequest) -> OAuth2MetadataResponse:
        """Where tokens are to be had; asked without one."""
        return self._call(rpc.GET_OAUTH2_METADATA, request)

    def get_public_client_config(
        self, request: PublicClientAuthConfigRequest
    ) -> PublicClientAuthConfigResponse:
        """As which client a person logs in; asked without a token."""
        return self._call(rpc.GET_PUBLIC_CLIENT_CONFIG, request)

    def user_info(self, request: UserInfoRequest) -> UserInfoResponse:
        """Who Admin takes the caller for."""
        return self._call(rpc.USER_INFO, request)
