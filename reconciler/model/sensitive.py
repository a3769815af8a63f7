"""Values that must not be shown, and what is shown in their place.

Whoever marks a value as sensitive gets it masked wherever it turns up, however it was spelled on
the way: quoted by JSON or Python, cut in the middle, or one line of several.
"""

import json
import re
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

_CUT = "…"
_RUN = re.compile(r"[A-Za-z0-9]{16,}")  # longer than any word that turns up by chance


class Sensitive:
    """Sensitive texts, numbered from 1 in the order given; equal ones share a number.

    So a reader sees *that* a value changed, and where else it is used, but not what it is.
    """

    # Characters of a sensitive text: shorter ones turn up by chance and could not be masked.
    SHORTEST: ClassVar[int] = 4

    def __init__(self, values: Sequence[str] = ()) -> None:
        self.values = tuple(
            dict.fromkeys(value for value in values if len(value) >= Sensitive.SHORTEST)
        )

    def __bool__(self) -> bool:
        return bool(self.values)

    def __add__(self, other: "Sensitive") -> "Sensitive":
        return Sensitive((*self.values, *other.values))

    def hides(self, text: str) -> bool:
        """Tell whether any spelling of a sensitive value stands in `text`."""
        return any(spelling in text for spelling, _ in self._spellings)

    def mask(self, text: str) -> str:
        """Return `text` with every sensitive value replaced by `(sensitive #N)`."""
        for spelling, name in self._spellings:
            if spelling in text:
                text = text.replace(spelling, name)
        return self._mask_cut(text) if _CUT in text and self.values else text

    @staticmethod
    def spelled(value: str) -> list[str]:
        """Every way in which a text may stand in another one; always in the same order."""
        lines = [
            line for line in value.splitlines() if len(line.strip()) >= 2 * Sensitive.SHORTEST
        ]
        texts = [value, *(lines if len(lines) > 1 or "\n" in value else ())]
        return [
            spelling
            for text in texts
            for spelling in (
                text,
                json.dumps(text, ensure_ascii=False)[1:-1],
                json.dumps(text)[1:-1],
                repr(text)[1:-1],
                " ".join(text.split("\n")).replace("\t", " "),
            )
        ]

    @cached_property
    def _spellings(self) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for number, value in enumerate(self.values, 1):
            spelled = Sensitive.spelled(value)
            # What quotes one value in an error is often quoted once more, by JSON; and a server
            # may repeat it with other letters in the place of odd ones.
            again = (json.dumps(one)[1:-1] for one in spelled)
            for spelling in (*spelled, *again, *_RUN.findall(value)):
                found.setdefault(spelling, f"(sensitive #{number})")
        # Longest first: one value may be part of another.
        return tuple(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))

    def _mask_cut(self, text: str) -> str:
        """Mask what an ellipsis left of a value: its beginning before it, its end behind it."""
        pieces = text.split(_CUT)
        for at in range(len(pieces) - 1):
            for spelling, name in self._spellings:
                before, behind = pieces[at], pieces[at + 1]
                if left := _overlap(before, spelling):
                    pieces[at] = before[:-left] + name
                if right := _overlap(behind[::-1], spelling[::-1]):
                    pieces[at + 1] = name + behind[right:]
        return _CUT.join(pieces)


def _overlap(text: str, spelling: str) -> int:
    """How many of the first characters of `spelling` end `text`; 0 if too few to tell."""
    longest = min(len(text), len(spelling) - 1)
    return next(
        (
            count
            for count in range(longest, Sensitive.SHORTEST - 1, -1)
            if text.endswith(spelling[:count])
        ),
        0,
    )
