"""A saved plan as a file: one line that says what it is, a digest, and a compressed message.

Whatever happened to a file on its way, it is used whole or refused whole: a digest over every
byte that follows stands before them.
"""

import hashlib
import os
import secrets
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.message import DecodeError

from reconciler.errors import ReconcilerError
from reconciler.model import Plan
from reconciler.planfile.decode import decode_plan
from reconciler.planfile.encode import encode_plan
from reconciler.planfile.plan_pb2 import PlanFile

FORMAT = 1
_HEADER = b"flyte-reconciler plan\n"
_DIGEST_BYTES = 32
# A plan of 30,000 entities takes a tenth of this; what inflates beyond is no plan of ours.
_MAX_BYTES = 2 << 30


class PlanFileError(ReconcilerError):
    """The file is no saved plan, or was damaged, or was written by another version."""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan and what it was made from.

    `endpoint` is the Admin it was planned against, as it was named; `manifests_digest` is over
    what was declared; `environment` and `workspace` are those it was planned for, "" where there
    is but one; `nonce` makes every saved plan one of its own.
    """

    plan: Plan
    endpoint: str
    tool_version: str
    manifests_digest: bytes = b""
    environment: str = ""
    workspace: str = ""
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def digest(self) -> bytes:
        """What this saved plan is known by: SHA-256 of the message in its file."""
        return hashlib.sha256(_message(self)).digest()


def write_plan(path: Path, saved: SavedPlan) -> None:
    """Write a plan that can be applied; the file appears whole or not at all.

    Raises: PlanFileError for a plan with conflicts, or a place that cannot be written to.
    """
    if saved.plan.conflicts:
        raise PlanFileError("a plan with conflicts cannot be applied, so it is not saved")
    body = zlib.compress(_message(saved), 6)
    content = _HEADER + hashlib.sha256(body).digest() + body
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        os.chmod(partial, 0o600)  # it holds what the manifests hold
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise PlanFileError(f"{path} cannot be written: {error.strerror or error}") from error


def is_plan_file(path: Path) -> bool:
    """Tell whether a file begins as a saved plan does."""
    try:
        with path.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return False


def read_plan(path: Path, *, tool_version: str) -> SavedPlan:
    """Read a saved plan back, exactly as it was written.

    Raises: PlanFileError for a file that is none, is damaged in any way, or was written by
        another version of the tool.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanFileError(f"{path} cannot be read: {error.strerror or error}") from error
    if not content.startswith(_HEADER):
        raise PlanFileError(f"{path} is no saved plan; `reconciler plan --out FILE` writes one")
    start = len(_HEADER) + _DIGEST_BYTES
    body = content[start:]
    if hashlib.sha256(body).digest() != content[len(_HEADER) : start]:
        raise _damaged(path)
    message = _inflated(path, body)
    file = PlanFile()
    try:
        file.ParseFromString(message)
    except DecodeError as error:
        raise _damaged(path) from error
    if file.format != FORMAT or file.tool_version != tool_version:
        raise PlanFileError(
            f"{path} was written by version {file.tool_version} (format {file.format}), and this "
            f"is {tool_version} (format {FORMAT}); plan again"
        )
    return SavedPlan(
        plan=decode_plan(file),
        endpoint=file.endpoint,
        tool_version=file.tool_version,
        manifests_digest=file.manifests_digest,
        environment=file.environment,
        workspace=file.workspace,
        nonce=file.nonce,
    )


def _message(saved: SavedPlan) -> bytes:
    file = encode_plan(saved.plan)
    file.format = FORMAT
    file.tool_version = saved.tool_version
    file.endpoint = saved.endpoint
    file.manifests_digest = saved.manifests_digest
    file.environment = saved.environment
    file.workspace = saved.workspace
    file.nonce = saved.nonce
    return bytes(file.SerializeToString(deterministic=True))


def _inflated(path: Path, compressed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        message = inflater.decompress(compressed, _MAX_BYTES)
    except zlib.error as error:
        raise _damaged(path) from error
    if not inflater.eof or inflater.unused_data:
        raise _damaged(path)
    return message


def _damaged(path: Path) -> PlanFileError:
    return PlanFileError(f"{path} is damaged or cut short, so none of it is used; plan again")
