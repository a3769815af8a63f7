"""Keys that PostgreSQL's indexes cannot hold.

Names and versions have no length that Admin checks; what ends them is the row of the primary
key's index: a third of a page, after compression of long parts. How far a text shrinks depends
on the text, so PostgreSQL's own compressor is followed, to the byte.

Source: PostgreSQL 15, src/backend/access/common/indextuple.c, access/nbtree/nbtutils.c,
src/common/pg_lzcompress.c.
"""

from collections.abc import Sequence

from reconciler.sandbox.errors import database

_HEADER = 8  # of the row
_MAX_ROW = 8191  # what the row can say of its own length
_MAX_ITEM = 2704  # what a page of a btree of version 4 takes
_COMPRESS_ABOVE = 510  # a 16th of a page, the four bytes of length included
_SHORT = 126  # longer texts have a length of four bytes, and are aligned

_MIN_RATE = 25  # per cent that compression has to save
_FIRST_SUCCESS_BY = 1024
_GOOD_MATCH, _GOOD_DROP = 128, 10
_MAX_MATCH, _MAX_OFFSET = 273, 0x0FFF


def check_key(index: str, texts: Sequence[str], *, integers: int = 0) -> None:
    """Check that a key fits into its index.

    Args:
        index: Its name, for the message.
        texts: The text columns, in the index's order.
        integers: How many four-byte integers stand before them.

    Raises:
        Refusal: UNKNOWN, in PostgreSQL's words.
    """
    encoded = [text.encode() for text in texts]
    if sum(map(len, encoded)) + 8 * len(encoded) + 4 * integers < _COMPRESS_ABOVE:
        return
    size = 4 * integers
    for content in encoded:
        size = _grown(size, content)
    row = -(-(_HEADER + size) // 8) * 8
    if row > _MAX_ROW:
        raise database(f"index row requires {row} bytes, maximum size is {_MAX_ROW}")
    if row > _MAX_ITEM:
        raise database(
            f'index row size {row} exceeds btree version 4 maximum {_MAX_ITEM} for index "{index}"'
        )


def _grown(size: int, content: bytes) -> int:
    """Return the size of a row of `size` with one more text."""
    if len(content) <= _SHORT:
        return size + 1 + len(content)
    aligned = -(-size // 4) * 4
    if len(content) + 4 > _COMPRESS_ABOVE:
        packed = compressed_size(content)
        if packed is not None and packed + 8 < len(content) - 2:
            return aligned + 8 + packed
    return aligned + 4 + len(content)


def compressed_size(content: bytes) -> int | None:
    """Return how many bytes pglz makes of `content`, None if it gives up."""
    limit = len(content) * (100 - _MIN_RATE) // 100
    mask = _hash_size(len(content)) - 1
    signed = [byte - 256 if byte > 127 else byte for byte in content]
    history: dict[int, list[int]] = {}
    written, items, found, at = 0, 0, False, 0
    while at < len(content):
        if written >= limit or (not found and written >= _FIRST_SUCCESS_BY):
            return None
        length = _longest_match(content, signed, at, history, mask)
        if items % 8 == 0:
            written += 1  # a byte that tells texts from references, for the next eight
        items += 1
        if length > 2:
            written += 3 if length > 17 else 2
            found = True
        else:
            written, length = written + 1, 1
        for _ in range(length):
            history.setdefault(_hash(signed, at, mask), []).append(at)
            at += 1
    return written if written < limit else None


def _longest_match(
    content: bytes, signed: list[int], at: int, history: dict[int, list[int]], mask: int
) -> int:
    best, good = 0, _GOOD_MATCH
    earlier = history.get(_hash(signed, at, mask), ())
    for number, start in enumerate(reversed(earlier), 1):
        if at - start >= _MAX_OFFSET:
            break
        if best < 16 or content[at : at + best] == content[start : start + best]:
            length = best if best >= 16 else 0
            while (
                at + length < len(content)
                and content[at + length] == content[start + length]
                and length < _MAX_MATCH
            ):
                length += 1
            best = max(best, length)
        if number < len(earlier):
            if best >= good:
                break
            good -= good * _GOOD_DROP // 100
    return best


def _hash(signed: list[int], at: int, mask: int) -> int:
    if len(signed) - at < 4:
        return signed[at] & mask
    one, two, three, four = signed[at : at + 4]
    return ((one << 6) ^ (two << 4) ^ (three << 2) ^ four) & mask


def _hash_size(length: int) -> int:
    for bound, size in ((128, 512), (256, 1024), (512, 2048), (1024, 4096)):
        if length < bound:
            return size
    return 8192
