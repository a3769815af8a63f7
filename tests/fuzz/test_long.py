"""The same by the hundred thousand, in chunks; `make test-long` tells how many, and the worst."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.fuzz.families import FAMILIES
from tests.fuzz.family import CHUNK, Family, run


@pytest.mark.long
@pytest.mark.parametrize(
    ("family", "chunk"),
    [
        pytest.param(family, chunk, id=f"{family}-{chunk}")
        for family in FAMILIES
        for chunk in family.chunks
    ],
)
def test_many(
    family: Family,
    chunk: int,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Never a traceback, a second or 200 MB."""
    number = min(CHUNK, family.many - chunk * CHUNK)
    census = run(family, tmp_path, number=number, first=chunk + 1)
    record_property("fuzz", {"family": family.name, **asdict(census)})
    assert census.inputs == number
