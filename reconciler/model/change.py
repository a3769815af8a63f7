"""One field that differs: the smallest thing a plan speaks of."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its path (dots, list positions or names in brackets) and both values as JSON.

    None stands for an absent field; `sensitive` values are masked by every renderer.
    """

    path: str
    before: Any
    after: Any
    sensitive: bool = False
