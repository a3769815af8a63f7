"""A saved plan as a file: one line that says what it is, a digest, and a compressed message.

Whatever happened to a file on its way, it is used whole or refused whole: a digest over every
byte that follows stands before them.
"""

import hashlib
import os
import tempfile
import zlib
from pathlib import Path

from google.protobuf.message import DecodeError

from reconciler.errors import PlanFileError
from reconciler.planfile.plan_pb2 import PlanFile
from reconciler.planfile.saved import FORMAT, SavedPlan, understood

_HEADER = b"flyte-reconciler plan\n"
_DIGEST_BYTES = 32
# A plan of 30,000 entities takes a tenth of this; what inflates beyond is no plan of ours.
_MAX_BYTES = 2 << 30


def write_plan(path: Path, saved: SavedPlan) -> None:
    """Write a saved plan; the file appears whole or not at all, and only its owner may read it.

    Raises: PlanFileError for a place that cannot be written to.
    """
    body = zlib.compress(saved.message, 6)
    content = _HEADER + hashlib.sha256(body).digest() + body
    try:
        # Made so that nobody else can read it, not even while it is written.
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with open(handle, "wb") as file:
                file.write(content)
            os.replace(partial, path)
        except BaseException:
            os.unlink(partial)
            raise
    except OSError as error:
        raise PlanFileError(f"{path} cannot be written: {error.strerror or error}") from error


def is_plan_file(path: Path) -> bool:
    """Tell whether a file begins as a saved plan does, or is one that was damaged right there."""
    try:
        with path.open("rb") as file:
            return _begins(file.read(len(_HEADER)))
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
        if _begins(content):
            raise _damaged(path)
        raise PlanFileError(f"{path} is no saved plan; `reconciler plan --out FILE` writes one")
    start = len(_HEADER) + _DIGEST_BYTES
    body = content[start:]
    if hashlib.sha256(body).digest() != content[len(_HEADER) : start]:
        raise _damaged(path)
    message = _inflated(path, body)
    try:
        file = PlanFile.FromString(message)
        if file.format != FORMAT or file.tool_version != tool_version:
            raise PlanFileError(
                f"{path} was written by version {file.tool_version} (format {file.format}), and "
                f"this is {tool_version} (format {FORMAT}); plan again"
            )
        return understood(message)
    except (DecodeError, ValueError, TypeError, LookupError, ArithmeticError, OSError) as error:
        raise PlanFileError(f"{path} holds no plan that this program has written") from error


def _begins(content: bytes) -> bool:
    """Whether this is the first line, or its beginning, or most of it: no manifest is."""
    same = sum(one == other for one, other in zip(content, _HEADER, strict=False))
    return bool(content) and (_HEADER.startswith(content) or 2 * same > len(_HEADER))


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
