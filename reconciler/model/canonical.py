"""The canonical form of a message, and the hashes over it.

Two questions, two hashes. `object_hash` answers *would Admin call it identical*: it is Admin's own
digest. `content_hash` answers *which version is this*: it covers the exact bytes a create sends.
"""

import hashlib
import math
from collections.abc import Iterable
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

# Part of every content hash. A change of what is hashed, or how, must change it too.
CONTENT_ENCODING = 1
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_TWO_LETTERS = [first + second for first in _LETTERS for second in _LETTERS]


def to_canonical(message: Message) -> dict[str, Any]:
    """Render a message as the legacy Go jsonpb does, which is what Admin hashes.

    Shape:  lowerCamelCase keys; default scalars and empty lists and maps left out, empty
            sub-messages kept; 64-bit integers as strings; unknown fields ignored.
    Source: admin-contract 3.2 (flyteadmin `util/digests.go`, flytestdlib `pbhash`).
    """
    canonical: dict[str, Any] = MessageToDict(message)
    return canonical


def object_hash(value: Any) -> bytes:
    """Hash a JSON value the way Admin does (`benlaurie/objecthash`).

    Shape:  32 bytes. Key order does not matter, list order does; every number is a double.
    Raises: TypeError for what JSON cannot hold.
    """
    match value:
        case None:
            return _tagged(b"n", b"")
        case bool():
            return _tagged(b"b", b"1" if value else b"0")
        case str():
            return _tagged(b"u", value.encode())
        case int() | float():
            return _tagged(b"f", _normalised(float(value)).encode())
        case list():
            return _tagged(b"l", b"".join(object_hash(item) for item in value))
        case dict():
            pairs = sorted((object_hash(key), object_hash(item)) for key, item in value.items())
            return _tagged(b"d", b"".join(key + item for key, item in pairs))
    raise TypeError(f"{type(value).__name__} is no JSON value")


def content_hash(parts: Iterable[bytes]) -> str:
    """Name content by itself: `a` and 20 base-32 letters of SHA-256 over the parts.

    Each part is preceded by its length, so that no two splits of the same bytes agree.
    """
    sha = hashlib.sha256(CONTENT_ENCODING.to_bytes(4, "big"))
    for part in parts:
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    # Twenty letters are a hundred bits, two letters for each ten of them from the highest on.
    bits = int.from_bytes(sha.digest()[:13], "big") >> 4
    return "a" + "".join([_TWO_LETTERS[bits >> shift & 1023] for shift in range(90, -1, -10)])


def is_content_hash(version: str) -> bool:
    """Tell whether a version has the form that `content_hash` gives."""
    return (
        len(version) == 21
        and version[0] == "a"
        and all(letter in _LETTERS for letter in version[1:])
    )


def _tagged(tag: bytes, content: bytes) -> bytes:
    return hashlib.sha256(tag + content).digest()


def _normalised(number: float) -> str:
    """Sign, exponent, colon, binary mantissa: objecthash's spelling of a double."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "+0:"
    sign = "-" if number < 0 else "+"
    mantissa, exponent = math.frexp(abs(number))
    # frexp gives [0.5, 1); objecthash wants (0.5, 1], so an exact half belongs one step down.
    if mantissa == 0.5:
        mantissa, exponent = 1.0, exponent - 1
    digits = []
    while mantissa:
        if mantissa >= 1:
            digits.append("1")
            mantissa -= 1
        else:
            digits.append("0")
        mantissa *= 2
    return f"{sign}{exponent}:{''.join(digits)}"
