"""Which Admin this is."""

import time
from datetime import UTC, datetime
from typing import Any

from flyteidl.admin import version_pb2

from reconciler.sandbox.dispatch import Call, Table

UNKNOWN = "unknown"  # what a build says that was told nothing about itself

# Such a build was made when its process started.
_STARTED = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d %H:%M:%S.%f +0000 UTC")

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("GetVersion", transformed=False)
def get_version(call: Call, request: Any) -> Any:
    """Return the version; its capital letters are the message's own."""
    return version_pb2.GetVersionResponse(
        control_plane_version=version_pb2.Version(
            Build=UNKNOWN, Version=UNKNOWN, BuildTime=_STARTED
        )
    )
