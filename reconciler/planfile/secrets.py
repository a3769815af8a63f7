"""Sensitive values as a file may know them: which variable, and a hash of each text in it.

The hash is keyed with the file's own random bytes, so equal values in two files look different,
and slow, so that guessing what stands behind one takes long.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.model import Sensitive

_ROUNDS = 100_000

# By name, `var.NAME` or `env.NAME`: every text in the value.
Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Secret:
    """A sensitive variable by its name, and each text of its value as number and hash."""

    name: str
    texts: tuple[tuple[int, bytes], ...]

    def is_value(self, texts: Sequence[str], nonce: bytes) -> bool:
        """Tell whether these are the texts that were hashed."""
        return len(texts) == len(self.texts) and all(
            hmac.compare_digest(_hash(text, nonce), hashed)
            for text, (_, hashed) in zip(texts, self.texts, strict=True)
        )


def numbered(values: Values) -> dict[str, int]:
    """Number the texts as `Sensitive` does, so that everybody masks them by the same number."""
    texts = [text for texts in values.values() for text in texts]
    return {text: number for number, text in enumerate(Sensitive(texts).values, 1)}


def hashed(values: Values, used: set[int], nonce: bytes) -> Iterator[Secret]:
    """Yield those of the variables that have a text with one of the numbers `used`."""
    numbers = numbered(values)
    for name, texts in values.items():
        if any(numbers.get(text) in used for text in texts):
            found = tuple((numbers.get(text, 0), _hash(text, nonce)) for text in texts)
            yield Secret(name, found)


def _hash(text: str, nonce: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), nonce, _ROUNDS)
