"""git's index in two files: a shared one, and what changed since in the other.

Source: git `Documentation/gitformat-index.txt`, "Split index"; `ewah/ewah_io.c` for the bitmaps.
"""

from collections.abc import Iterator, Sequence

# A path, and whether it may be executed.
Listed = tuple[bytes, bool]

_WORD = 64
_RUN_BITS = 32


def merged(shared: Sequence[Listed], own: Sequence[Listed], bitmaps: bytes) -> Iterator[Listed]:
    """Yield what both files list together.

    Args:
        own: Of the file that is not shared: first what replaces entries of the shared one, without
            names, then what is new.
        bitmaps: Which entries of the shared file are gone, and which are replaced.

    Raises: ValueError for bitmaps that are none, IndexError for such as are cut off.
    """
    gone: set[int] = set()
    replaced: set[int] = set()
    if bitmaps:
        gone, end = _places(bitmaps, 0, len(shared))
        replaced, _ = _places(bitmaps, end, len(shared))
    if len(own) < len(replaced):
        raise ValueError("it replaces more than it lists")
    rest = iter(own)
    for place, listed in enumerate(shared):
        name, executable = listed
        if place in replaced:
            other, executable = next(rest)
            name = other or name
        if place not in gone:
            yield name, executable
    yield from rest


def _places(data: bytes, start: int, count: int) -> tuple[set[int], int]:
    """The places of the set bits in a compressed bitmap, and where it ends."""
    words = int.from_bytes(_taken(data, start + 4, 4), "big")
    here, end = start + 8, start + 8 + 8 * words
    places: set[int] = set()
    place = 0
    while here < end:
        # Words that are all alike, and then some that are as they are.
        head = int.from_bytes(_taken(data, here, 8), "big")
        here += 8
        run = head >> 1 & (1 << _RUN_BITS) - 1
        if head & 1:
            places.update(range(place, min(place + run * _WORD, count)))
        place += run * _WORD
        for _ in range(head >> 1 + _RUN_BITS):
            word = int.from_bytes(_taken(data, here, 8), "big")
            here += 8
            places.update(place + bit for bit in range(_WORD) if word >> bit & 1)
            place += _WORD
    if places and max(places) >= count:
        raise ValueError("it speaks of more than the shared one lists")
    return places, end + 4


def _taken(data: bytes, start: int, length: int) -> bytes:
    found = data[start : start + length]
    if len(found) < length:
        raise IndexError("a bitmap is cut off")
    return found
