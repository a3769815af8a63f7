"""A sandbox that asks for tokens, by flyteadmin's own configuration."""

import bcrypt
import pytest

from reconciler.sandbox import SandboxConfig, parse_config
from reconciler.sandbox.auth import DEVICE_GRANT

SECRET = "s3cret +%&"
SCOPES = ["all", "offline", "access_token"]
CALLBACK = "http://localhost:53593/callback"


@pytest.fixture(scope="module")
def config() -> SandboxConfig:
    """Two confidential clients and a public one."""
    hashed = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()
    confidential = {
        "client_secret": hashed,
        "grant_types": ["client_credentials", "refresh_token"],
        "response_types": ["token"],
    }
    clients = {
        "machine": {**confidential, "id": "machine", "scopes": SCOPES},
        "narrow": {**confidential, "id": "narrow", "scopes": ["offline"]},
        "flytectl": {
            "id": "flytectl",
            "public": True,
            "grant_types": ["authorization_code", "refresh_token", DEVICE_GRANT],
            "response_types": ["code", "token"],
            "redirect_uris": [CALLBACK],
            "scopes": SCOPES,
        },
    }
    return parse_config(
        {
            "server": {"security": {"useAuth": True}},
            "auth": {"appAuth": {"selfAuthServer": {"staticClients": clients}}},
        }
    )
