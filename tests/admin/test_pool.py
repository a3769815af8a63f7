"""Many calls at once, bounded, in order, and done with at the first failure."""

import threading

import pytest

from reconciler.admin.pool import Pool


def test_results_keep_the_order_of_the_items() -> None:
    """However the calls overtake each other."""
    pool = Pool(4)
    first_waits = threading.Event()

    def work(n: int) -> int:
        if n == 0:
            first_waits.wait(10)
        if n == 3:
            first_waits.set()
        return n * n

    assert pool.map(work, range(8)) == [n * n for n in range(8)]
    pool.close()


def test_never_more_at_once_than_agreed() -> None:
    """Three workers meet at a barrier that a fourth would break."""
    pool = Pool(3)
    together = threading.Barrier(3)
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def work(n: int) -> None:
        with lock:
            running.append(n)
            most.append(len(running))
        together.wait(10)
        with lock:
            running.remove(n)

    pool.map(work, range(9))
    assert max(most) == 3
    pool.close()


def test_the_first_failure_ends_it() -> None:
    """What has not begun never does, and the error is the caller's."""
    pool = Pool(1)
    begun: list[int] = []

    def work(n: int) -> None:
        begun.append(n)
        if n == 2:
            raise LookupError("two")

    with pytest.raises(LookupError, match="two"):
        pool.map(work, range(1000))
    assert len(begun) < 1000
    pool.close()


def test_nothing_to_do_is_nothing() -> None:
    """No items, no threads, no waiting."""
    pool = Pool(2)
    assert pool.map(str, []) == []
    pool.close()


def test_at_least_one() -> None:
    """No parallelism means nothing would ever be done."""
    with pytest.raises(ValueError, match="at least 1"):
        Pool(0)
