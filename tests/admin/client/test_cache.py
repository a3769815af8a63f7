"""What never changes is asked for once, whoever asks."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flyteidl.admin.project_pb2 import Project

from reconciler.admin.client.cache import Cache
from reconciler.errors import NotFoundError


def project(size: int = 0) -> Project:
    return Project(id="x" * size)


def test_the_second_time_costs_nothing() -> None:
    """And nobody can change what another is given."""
    cache, asked = Cache(), []
    for _ in range(3):
        found = cache.get("a", lambda: asked.append(1) or project(3))  # type: ignore[func-returns-value]
        assert found.id == "xxx"
        found.id = "spoilt"
    assert len(asked) == 1


def test_what_fails_is_asked_again() -> None:
    """It may be there by then."""
    cache = Cache()

    def fail() -> Project:
        raise NotFoundError("not yet")

    for _ in range(2):
        with pytest.raises(NotFoundError):
            cache.get("a", fail)
    assert cache.get("a", project) == project()


def test_it_holds_as_many_bytes_as_it_may() -> None:
    """The least used goes first; what is too large alone is never kept."""
    cache = Cache(limit=400)

    def fail() -> Project:
        raise AssertionError("it was there")

    for key in "abc":
        cache.put(key, project(100))
    cache.get("a", fail)
    cache.put("d", project(100))
    assert cache.size <= 400
    cache.get("a", fail)
    assert cache.get("b", lambda: project(1)).id == "x"
    cache.put("huge", project(500))
    assert cache.get("huge", project) == project()
    cache.clear()
    assert cache.size == 0


def test_threads_that_want_the_same_wait_for_one_call() -> None:
    """Sixteen at once, one call; also if it fails."""
    cache, asked, begun = Cache(), [], threading.Event()

    def ask() -> Project:
        asked.append(1)
        begun.wait(10)
        return project(7)

    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(cache.get, "a", ask) for _ in range(16)]
        begun.set()
        found = [future.result() for future in futures]
    assert found == [project(7)] * 16
    assert len({id(one) for one in found}) == 16
    assert len(asked) == 1
