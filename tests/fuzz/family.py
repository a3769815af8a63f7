"""A family of inputs made wrong: how they are made, and what becomes of each.

The short form runs a few of every family; the long form all of them, in chunks that several
processes can share. A chunk is told by its seed, and the same seed makes the same inputs.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.bounds import Census, Judge

# Another number makes other inputs.
FIRST_SEED = int(os.environ.get("FUZZ_SEED", "0"))
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Family:
    """Inputs of one sort.

    Attributes:
        inputs: Makes them.
        check: Takes one, and a folder to write into, and has it judged once or more often.
        few, many: How many the short form takes, and the long form.
    """

    name: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Judge, Any, Path], object]
    few: int
    many: int

    @property
    def chunks(self) -> range:
        return range(-(-self.many // CHUNK))

    def __str__(self) -> str:
        return self.name


def run(family: Family, folder: Path, *, number: int, first: int = 0) -> Census:
    """Make so many inputs of a family and judge them.

    Args:
        first: Added to the seed.

    Raises: what the first one raises that is neither valid nor refused in good order, shrunk to
        the least input that does.
    """
    judge = Judge()

    @seed(FIRST_SEED + first)
    @settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=False,
    )
    @given(family.inputs)
    def every_one(value: Any) -> None:
        judge.census.inputs += 1
        family.check(judge, value, folder)

    every_one()
    return judge.census
