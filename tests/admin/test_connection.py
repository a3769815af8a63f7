"""The door of the room: cheap to name, whole when opened, closed for good."""

import subprocess
import sys

import pytest

from reconciler.admin import Connection
from reconciler.errors import ReconcilerError
from reconciler.ports import Reader, Writer
from tests.admin.server import ScriptedAdmin


@pytest.mark.parametrize("room", ["config", "admin"])
def test_naming_the_room_loads_nothing_heavy(room: str) -> None:
    """gRPC and YAML load when they are used, so that `--version` and `--help` stay quick."""
    code = (
        f"import sys, reconciler.{room}; print([m for m in ('grpc', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_fulfils_the_ports(admin: Connection) -> None:
    """For the type checker as much as for the reader."""
    reader: Reader = admin.reader
    writer: Writer = admin.writer
    assert not hasattr(reader, "create")
    assert not hasattr(writer, "versions")


def test_closing_is_for_good(server: ScriptedAdmin, admin: Connection) -> None:
    """A closed connection answers with an error, not with silence; closing twice is fine."""
    with admin:
        admin.reader.domains()
    admin.close()
    with pytest.raises((ReconcilerError, ValueError)):
        admin.reader.domains()
