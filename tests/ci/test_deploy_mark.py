"""A version in a preview domain says whose it is, and until when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.ci.deploy_mark import mark_of, read_mark, repository_digest

COMMIT = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"
VERSIONS = st.text("abcdef0123456789.-pr", min_size=1, max_size=30)


@given(VERSIONS, st.integers(1, 10**9), st.integers(1, 8784))
def test_what_is_marked_is_read_back(version: str, number: int, hours: int) -> None:
    """Whatever the version before it looks like."""
    mark = mark_of(number=number, repository="acme/etl", commit=COMMIT, hours=hours)

    assert read_mark(f"{version}{mark.suffix}") == mark


@pytest.mark.parametrize(
    "version",
    [
        "v1",
        "v1-pr7",
        "fix-pr7-in-prod",
        "-pr7-9f86d0-1a2b3c4d5e-72h",
        "v1-pr7-9f86d0-1a2b3c4d5e-72h-rc1",
        "v1-pr0-9f86d0-1a2b3c4d5e-72h",
    ],
)
def test_what_nobody_marked_is_nobodys(version: str) -> None:
    """Versions that people make up are not taken for a preview's."""
    assert read_mark(version) is None


def test_repositories_are_told_apart() -> None:
    """By their names, however the forge writes them."""
    mark = mark_of(number=7, repository="Acme/ETL", commit=COMMIT, hours=1)

    assert mark.is_of(7, repository_digest("acme/etl"))
    assert not mark.is_of(7, repository_digest("acme/ads"))
    assert not mark.is_of(8, repository_digest("acme/etl"))


def test_it_expires_when_its_hours_are_over() -> None:
    """Counted from when it was registered."""
    mark = mark_of(number=7, repository="acme/etl", commit=COMMIT, hours=72)
    at = datetime(2026, 3, 1, tzinfo=UTC)

    assert not mark.has_expired(at, at + timedelta(hours=71, minutes=59))
    assert mark.has_expired(at, at + timedelta(hours=72))


def test_a_commit_must_be_one() -> None:
    """It becomes part of a version."""
    with pytest.raises(ValueError, match="no commit"):
        mark_of(number=7, repository="acme/etl", commit="main; rm", hours=72)
