"""Authentication: whose tokens are good, and what they allow.

It is there only with `server.security.useAuth`; the authorization server that hands tokens out is
in `http.oauth`.
"""

from reconciler.sandbox.auth.gate import FROM_HTTP, Gate, Identity
from reconciler.sandbox.auth.settings import (
    DEVICE_GRANT,
    AuthSettings,
    AuthSettingsError,
    Client,
    read_settings,
)
from reconciler.sandbox.auth.tokens import MissingLibraryError, TokenError, TokenKey

__all__ = [
    "DEVICE_GRANT",
    "FROM_HTTP",
    "AuthSettings",
    "AuthSettingsError",
    "Client",
    "Gate",
    "Identity",
    "MissingLibraryError",
    "TokenError",
    "TokenKey",
    "read_settings",
]
