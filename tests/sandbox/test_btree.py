"""Keys end where an index of PostgreSQL ends."""

import hashlib

import pytest

from reconciler.sandbox import Refusal
from reconciler.sandbox.btree import check_key, compressed_size
from tests.sandbox.calls import PD, Client


def noise(length: int) -> str:
    """A text that does not compress."""
    blocks = (hashlib.sha256(str(n).encode()).hexdigest() for n in range(length // 64 + 1))
    return "".join(blocks)[:length]


def test_a_key_that_does_not_compress_ends_at_a_third_of_a_page() -> None:
    """The message has the row's size, rounded up, and the index."""
    with pytest.raises(Refusal) as refused:
        check_key("launch_plans_pkey", ["flytesnacks", "development", "long", noise(3840)])

    assert refused.value.message == (
        "failed database operation with index row size 3888 exceeds btree version 4 maximum "
        '2704 for index "launch_plans_pkey"'
    )


def test_a_key_that_no_row_could_hold_has_another_text() -> None:
    """Beyond 8191 bytes not even the row can be made."""
    with pytest.raises(Refusal, match="index row requires 9000 bytes, maximum size is 8191"):
        check_key("workflows_pkey", ["flytesnacks", "development", noise(8960), "v1"])


def test_what_repeats_itself_may_be_longer() -> None:
    """Compression happens first."""
    check_key("tasks_pkey", ["flytesnacks", "development", "n" * 10_000, "v1"])


@pytest.mark.parametrize("length", [0, 1, 31, 127, 509])
def test_short_keys_are_never_a_matter(length: int) -> None:
    """Nothing to be compressed, nothing too long."""
    check_key("tasks_pkey", ["p", "d", noise(length), noise(length)])


def test_compression_gives_up_on_noise() -> None:
    """It looks at a kilobyte, finds nothing, and leaves it."""
    assert compressed_size(noise(4000).encode()) is None
    assert compressed_size(b"ab" * 2000) is not None


def test_a_task_with_such_a_key_is_not_there(call: Client) -> None:
    """The insert fails as a whole."""
    with pytest.raises(Refusal, match="tasks_pkey"):
        call.task(noise(3000))

    assert not call("ListTaskIds", {**PD, "limit": 1}).entities
