"""Write the Python modules of our own messages: `make protos`, and the test that they are current.

The check of the protobuf runtime's version is left out of what protoc writes: it would demand the
very major version that generated the module, and these messages use nothing that differs.
"""

import re
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).parent
# A stub lives with its only reader.
READERS = {
    "reconciler/plan/v1/plan.proto": "reconciler/planfile/plan_pb2",
    "reconciler/ledger/v1/ledger.proto": "reconciler/admin/ledger/ledger_pb2",
}
_VERSION_CHECK = re.compile(
    r"from google\.protobuf import runtime_version as _runtime_version\n"
    r"|_runtime_version\.ValidateProtobufRuntimeVersion\(.*?\n\)\n"
    r"|# Protobuf Python Version: [^\n]*\n",
    re.DOTALL | re.MULTILINE,
)


def generate() -> dict[str, str]:
    """Return the content of every generated file by its path in the repository.

    Raises: RuntimeError if protoc refuses a file.
    """
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        options = [f"-I{PROTOS}", f"--python_out={folder}", f"--pyi_out={folder}"]
        include = Path(protoc.__file__).parent / "_proto"
        if protoc.main(["protoc", *options, f"-I{include}", *READERS]):
            raise RuntimeError("protoc refused the files above")
        for proto, stub in READERS.items():
            for suffix in (".py", ".pyi"):
                written = Path(folder, proto.removesuffix(".proto") + f"_pb2{suffix}")
                # protoc's own annotations are not strict ones.
                head = "# mypy: ignore-errors\n" if suffix == ".pyi" else ""
                files[stub + suffix] = head + _VERSION_CHECK.sub("", written.read_text())
    return files


if __name__ == "__main__":
    for path, text in generate().items():
        (PROTOS.parent / path).write_text(text)
    sys.exit(0)
