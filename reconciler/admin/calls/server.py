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
        return self._call(rpc.GET_VERSION, request)

    def create_upload_location(
        self, request: CreateUploadLocationRequest
    ) -> CreateUploadLocationResponse:
        return self._call(rpc.CREATE_UPLOAD_LOCATION, request)

    def create_download_location(
        self, request: CreateDownloadLocationRequest
    ) -> CreateDownloadLocationResponse:
        return self._call(rpc.CREATE_DOWNLOAD_LOCATION, request)

    def create_download_link(
        self, request: CreateDownloadLinkRequest
    ) -> CreateDownloadLinkResponse:
        return self._call(rpc.CREATE_DOWNLOAD_LINK, request)

    def get_data(self, request: GetDataRequest) -> GetDataResponse:
        return self._call(rpc.GET_DATA, request)

    def get_oauth2_metadata(self, request: OAuth2MetadataRequest) -> OAuth2MetadataResponse:
        return self._call(rpc.GET_OAUTH2_METADATA, request)

    def get_public_client_config(
        self, request: PublicClientAuthConfigRequest
    ) -> PublicClientAuthConfigResponse:
        return self._call(rpc.GET_PUBLIC_CLIENT_CONFIG, request)

    def user_info(self, request: UserInfoRequest) -> UserInfoResponse:
        return self._call(rpc.USER_INFO, request)
