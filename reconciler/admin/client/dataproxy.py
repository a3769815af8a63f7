"""Signed URLs to upload and download by, data by its `flyte://` URL, and who is asking."""

from datetime import timedelta
from typing import Any

from flyteidl.admin.event_pb2 import (
    NodeExecutionEventRequest,
    NodeExecutionEventResponse,
    TaskExecutionEventRequest,
    TaskExecutionEventResponse,
    WorkflowExecutionEventRequest,
    WorkflowExecutionEventResponse,
)
from flyteidl.core.identifier_pb2 import NodeExecutionIdentifier, WorkflowExecutionIdentifier
from flyteidl.service.auth_pb2 import (
    OAuth2MetadataRequest,
    OAuth2MetadataResponse,
    PublicClientAuthConfigRequest,
    PublicClientAuthConfigResponse,
)
from flyteidl.service.dataproxy_pb2 import (
    ARTIFACT_TYPE_DECK,
    CreateDownloadLinkRequest,
    CreateDownloadLinkResponse,
    CreateDownloadLocationRequest,
    CreateDownloadLocationResponse,
    CreateUploadLocationRequest,
    CreateUploadLocationResponse,
    GetDataRequest,
    GetDataResponse,
)
from flyteidl.service.identity_pb2 import UserInfoRequest, UserInfoResponse
from google.protobuf.duration_pb2 import Duration

from reconciler.admin.client.base import Based
from reconciler.admin.client.ids import node_execution_id


class DataProxy(Based):
    """Data beside executions; and the rest: logins, identity, the engine's events."""

    def get_upload_signed_url(
        self,
        project: str,
        domain: str,
        content_md5: bytes | None = None,
        filename: str | None = None,
        expires_in: timedelta | None = None,
        filename_root: str | None = None,
        add_content_md5_metadata: bool = True,
        *,
        org: str = "",
    ) -> CreateUploadLocationResponse:
        """A URL to PUT one object to, the headers to send with it, and its address for others.

        Args:
            content_md5: The 16 bytes; without a `filename_root` they are the folder.
            filename: Of the object; None for one that Admin makes up.
            expires_in: How long the URL is good, up to an hour; None for an hour.
            filename_root: The folder.
            add_content_md5_metadata: Keep the digest beside the object.

        Raises: AlreadyExistsError if a file of that folder and name has other content.
        """
        request = CreateUploadLocationRequest(
            project=project,
            domain=domain,
            content_md5=content_md5,
            filename=filename,
            expires_in=_duration(expires_in),
            filename_root=filename_root,
            add_content_md5_metadata=add_content_md5_metadata,
            org=org,
        )
        return self.calls.create_upload_location(request)

    def get_download_signed_url(
        self, native_url: str, expires_in: timedelta | None = None
    ) -> CreateDownloadLocationResponse:
        """A URL to GET an object by, given its address in the store; it need not exist."""
        request = CreateDownloadLocationRequest(
            native_url=native_url, expires_in=_duration(expires_in)
        )
        return self.calls.create_download_location(request)

    def get_download_artifact_signed_url(
        self,
        node_id: str,
        project: str,
        domain: str,
        name: str,
        artifact_type: int = ARTIFACT_TYPE_DECK,
        expires_in: timedelta | None = None,
    ) -> CreateDownloadLinkResponse:
        """A URL to GET what a node shows of itself: its deck.

        Args:
            name: Of the execution.

        Raises: NotFoundError if the node has no deck.
        """
        execution = WorkflowExecutionIdentifier(project=project, domain=domain, name=name)
        node = NodeExecutionIdentifier(node_id=node_id, execution_id=execution)
        request = CreateDownloadLinkRequest(
            artifact_type=artifact_type,
            node_execution_id=node_execution_id(node),
            expires_in=_duration(expires_in),
        )
        return self.calls.create_download_link(request)

    def get_data(self, flyte_uri: str) -> GetDataResponse:
        """What lies at a `flyte://v1/…` URL: a map of literals, a literal, or signed URLs."""
        return self.calls.get_data(GetDataRequest(flyte_url=flyte_uri))

    def create_upload_location(
        self, create_upload_location_request: CreateUploadLocationRequest
    ) -> CreateUploadLocationResponse:
        """`get_upload_signed_url` by Admin's own message."""
        return self.calls.create_upload_location(create_upload_location_request)

    def create_download_location(
        self, create_download_location_request: CreateDownloadLocationRequest
    ) -> CreateDownloadLocationResponse:
        """`get_download_signed_url` by Admin's own message."""
        return self.calls.create_download_location(create_download_location_request)

    def create_download_link(
        self, create_download_link_request: CreateDownloadLinkRequest
    ) -> CreateDownloadLinkResponse:
        """`get_download_artifact_signed_url` by Admin's own message."""
        return self.calls.create_download_link(create_download_link_request)

    def user_info(self) -> UserInfoResponse:
        """Who is asking. Raises: UnimplementedError if Admin asks nobody to log in."""
        return self.calls.user_info(UserInfoRequest())

    def get_oauth2_metadata(self) -> OAuth2MetadataResponse:
        """Where to get a token. Raises: UnimplementedError if Admin asks nobody to log in."""
        return self.calls.get_oauth2_metadata(OAuth2MetadataRequest())

    def get_public_client_config(self) -> PublicClientAuthConfigResponse:
        """How to ask for a token. Raises: UnimplementedError if Admin asks nobody to log in."""
        return self.calls.get_public_client_config(PublicClientAuthConfigRequest())

    def create_workflow_event(
        self, request: WorkflowExecutionEventRequest
    ) -> WorkflowExecutionEventResponse:
        """Say that an execution came to another phase: what the engine does."""
        return self.calls.create_workflow_event(request)

    def create_node_event(self, request: NodeExecutionEventRequest) -> NodeExecutionEventResponse:
        """Say that a node came to another phase: what the engine does."""
        return self.calls.create_node_event(request)

    def create_task_event(self, request: TaskExecutionEventRequest) -> TaskExecutionEventResponse:
        """Say that an attempt came to another phase: what the engine does."""
        return self.calls.create_task_event(request)


def _duration(value: timedelta | None) -> Any:
    if value is None:
        return None
    duration = Duration()
    duration.FromTimedelta(value)
    return duration
