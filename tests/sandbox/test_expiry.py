"""How long signed URLs are good, and how Go prints a duration."""

from datetime import timedelta

import pytest
from flyteidl.service import dataproxy_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.expiry import download_expiry, go_duration, upload_expiry

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1.5µs"),
        (1_500_000, "1.5ms"),
        (10**9, "1s"),
        (61_500_000_000, "1m1.5s"),
        (3600 * 10**9, "1h0m0s"),
        (-(3661 * 10**9 + 1), "-1h1m1.000000001s"),
        (2**63 - 1, "2562047h47m16.854775807s"),
    ],
)
def test_durations_read_as_gos(nanoseconds: int, text: str) -> None:
    """The largest unit that fits below a second, all of them above."""
    assert go_duration(nanoseconds) == text


@given(st.integers(-(2**63), 2**63 - 1))
@settings(derandomize=True, max_examples=200)
def test_nothing_is_lost_in_print(nanoseconds: int) -> None:
    """The units add up to what was printed."""
    sizes = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "µs": 1000, "ns": 1}
    text = go_duration(abs(nanoseconds))
    total, digits = 0, ""
    while text:
        unit = next((u for u in ("ms", "µs", "ns", "h", "m", "s") if text.startswith(u)), "")
        if not unit:
            digits, text = digits + text[0], text[1:]
            continue
        whole, _, fraction = digits.partition(".")
        total += int(whole) * sizes[unit]
        total += int(fraction or "0") * sizes[unit] // 10 ** len(fraction)
        digits, text = "", text[len(unit) :]

    assert total == abs(nanoseconds)
    assert go_duration(-abs(nanoseconds)).lstrip("-") == go_duration(abs(nanoseconds))


def upload(seconds: int, nanos: int = 0) -> dataproxy_pb2.CreateUploadLocationRequest:
    request = dataproxy_pb2.CreateUploadLocationRequest()
    request.expires_in.seconds, request.expires_in.nanos = seconds, nanos
    return request


def test_an_hour_is_the_most_and_the_default() -> None:
    """To the nanosecond; uploads may ask for less than nothing, downloads may not."""
    assert upload_expiry(dataproxy_pb2.CreateUploadLocationRequest(), HOUR) == 3600 * 10**9
    assert upload_expiry(upload(3600), HOUR) == 3600 * 10**9
    assert upload_expiry(upload(-5), HOUR) == -5 * 10**9
    with pytest.raises(Refusal, match=r"\[1h0m0.000000001s\] cannot exceed .* \[1h0m0s\]"):
        upload_expiry(upload(3600, 1), HOUR)
    with pytest.raises(ValueError, match="should not less than 0"):
        download_expiry(upload(0, -1), HOUR)


@pytest.mark.parametrize("parts", [(315576000001, 0), (0, 10**9), (1, -1), (-1, 1)])
def test_what_is_no_duration(parts: tuple[int, int]) -> None:
    """Too long, too fine, or of two minds."""
    with pytest.raises(Refusal, match="is invalid"):
        upload_expiry(upload(*parts), HOUR)
    with pytest.raises(ValueError, match="is invalid"):
        download_expiry(upload(*parts), HOUR)
