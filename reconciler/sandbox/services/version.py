"""Which Admin this is."""

import time
from datetime import UTC, datetime
from typing import Any

from flyteidl.admin import version_pb2

from reconciler.sandbox.dispatch import Call, Table

VERSION = "v1.16.8"  # of the flyteadmin whose answers these are

# As in Admin, whose build time is that of the process's start unless a build says otherwise.
_STARTED = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d %H:%M:%S.%f +0000 UTC")

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("GetVersion", transformed=False)
def get_version(call: Call, request: Any) -> Any:
    """Return the version; its capital letters are the message's own."""
    return version_pb2.GetVersionResponse(
        control_plane_version=version_pb2.Version(
            Build="unknown", Version=VERSION, BuildTime=_STARTED
        )
    )
