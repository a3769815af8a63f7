"""What is made wrong is an error with a place or a valid set, soon: a few inputs of every sort."""

from pathlib import Path

import pytest

from tests.fuzz.families import FAMILIES
from tests.fuzz.family import Family, run


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_a_few(family: Family, tmp_path: Path) -> None:
    """Never a traceback, a second or 200 MB; what is drawn, planned and formatted is as well."""
    assert run(family, tmp_path, number=family.few).inputs == family.few


def test_the_long_form_takes_a_hundred_thousand() -> None:
    """Manifests and archives, about half of each."""
    assert sum(family.many for family in FAMILIES) >= 100_000
