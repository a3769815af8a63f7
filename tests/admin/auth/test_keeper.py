"""One token for many threads, renewed in time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.admin.auth import TokenKeeper
from reconciler.admin.auth.keeper import fresh_seconds
from reconciler.admin.auth.tokens import Token
from tests.fakes import MemoryClock


class Numbered:
    """Hands out t1, t2, …; `none` stands for an Admin that needs none."""

    def __init__(self, lifetime: float | None = None, *, none: bool = False) -> None:
        self.lifetime = lifetime
        self.none = none
        self.given = 0

    def get(self, *, instead_of: str | None = None) -> Token | None:
        self.given += 1
        return None if self.none else Token(f"t{self.given}", self.lifetime)


def test_many_threads_share_one_token() -> None:
    """It is fetched once."""
    source = Numbered()
    keeper = TokenKeeper(source, MemoryClock())

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: keeper.current(), range(50)))

    assert (found, source.given) == ({"t1"}, 1)


def test_it_is_renewed_before_it_ends() -> None:
    """At four fifths of its life."""
    clock = MemoryClock()
    keeper = TokenKeeper(Numbered(lifetime=100), clock)

    tokens = []
    for _ in range(3):
        tokens.append(keeper.current())
        clock.sleep(79)
    assert tokens == ["t1", "t1", "t2"]


def test_a_refused_one_is_renewed_once_for_all_who_held_it() -> None:
    """The second who was refused with it gets what the first fetched."""
    source = Numbered()
    keeper = TokenKeeper(source, MemoryClock())
    held = keeper.current()

    assert [keeper.renewed(held), keeper.renewed(held)] == ["t2", "t2"]
    assert source.given == 2


def test_an_admin_that_needs_none_is_asked_once() -> None:
    """No token, no header, no second question."""
    source = Numbered(none=True)
    keeper = TokenKeeper(source, MemoryClock())

    assert [keeper.current(), keeper.current()] == [None, None]
    assert source.given == 1


@pytest.mark.parametrize(
    ("lifetime", "window", "fresh"),
    [
        (100.0, None, 80.0),
        (100.0, 10.0, 80.0),
        (100.0, 50.0, 50.0),
        (100.0, 300.0, 8.0),
        (None, 10.0, None),
        (0.0, None, None),
        (-5.0, None, None),
    ],
)
def test_how_long_a_token_is_fresh(
    lifetime: float | None, window: float | None, fresh: float | None
) -> None:
    """Four fifths, or until a window before its end; never so short that every call renews."""
    assert fresh_seconds(Token("t", lifetime), window) == fresh


def test_a_token_without_an_end_is_kept() -> None:
    """It is renewed when it is refused."""
    clock = MemoryClock()
    source = Numbered()
    keeper = TokenKeeper(source, clock)
    for _ in range(3):
        keeper.current()
        clock.sleep(1e6)
    assert source.given == 1
