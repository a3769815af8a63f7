"""Where to get a token, and whose one's own is.

Both services exist only with authentication on.

Source: `flyteadmin/auth/authzserver/metadata_provider.go` and `auth/user_info_provider.go`.
"""

from typing import Any

from flyteidl.service import auth_pb2, identity_pb2
from google.protobuf import json_format

from reconciler.sandbox.auth import DEVICE_GRANT, Gate, Identity
from reconciler.sandbox.dispatch import Call, Table

metadata = Table("flyteidl.service.AuthMetadataService", transformed=False)
identity = Table("flyteidl.service.IdentityService", transformed=False)
TABLES = (metadata, identity)

_USER_FIELDS = (
    "subject", "name", "preferred_username", "given_name", "family_name", "email", "picture",
)  # fmt: skip


@metadata.handles("GetOAuth2Metadata")
def get_oauth2_metadata(call: Call, request: Any) -> Any:
    """Describe the authorization server, as RFC 8414 does."""
    gate: Gate = call.facts["gate"]
    host = next((value for name, value in call.metadata if name == "x-forwarded-host"), "")
    base = gate.public_url(host)
    grants = ["client_credentials", "refresh_token", "authorization_code"]
    devices = gate.settings.devices
    return auth_pb2.OAuth2MetadataResponse(
        issuer=gate.issuer(host),
        authorization_endpoint=f"{base}/oauth2/authorize",
        token_endpoint=f"{base}/oauth2/token",
        jwks_uri=f"{base}/oauth2/jwks",
        code_challenge_methods_supported=["S256"],
        response_types_supported=["code", "token", "code token"],
        grant_types_supported=[*grants, DEVICE_GRANT] if devices else grants,
        scopes_supported=["all"],
        token_endpoint_auth_methods_supported=["client_secret_basic"],
        device_authorization_endpoint=f"{base}/oauth2/device" if devices else "",
    )


@metadata.handles("GetPublicClientConfig")
def get_public_client_config(call: Call, request: Any) -> Any:
    """Tell command line clients how to log in."""
    settings = call.facts["gate"].settings
    return auth_pb2.PublicClientAuthConfigResponse(
        client_id=settings.client_id,
        redirect_uri=settings.redirect_uri,
        scopes=settings.scopes,
        authorization_metadata_key=settings.grpc_header,
        audience=settings.audience,
    )


@identity.handles("UserInfo")
def user_info(call: Call, request: Any) -> Any:
    """Return what the caller's token says about them."""
    found: Identity = call.facts["identity"]
    known = {name: str(found.user_info.get(name) or "") for name in _USER_FIELDS}
    answer = identity_pb2.UserInfoResponse(**known)
    if found.claims:
        json_format.ParseDict(dict(found.claims), answer.additional_claims)
    return answer
