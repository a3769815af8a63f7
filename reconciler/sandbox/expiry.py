"""How long a signed URL is good: what clients ask, what is allowed, and how Admin prints it.

Uploads and downloads are checked by different functions, in different words and with different
gaps: an upload may ask for no time at all, which only the signer refuses.

Source: `flyteadmin/dataproxy/service.go`, CreateUploadLocation and validateDuration.
"""

from datetime import timedelta
from typing import Any

from reconciler.compiler import go_text
from reconciler.sandbox.errors import invalid

_MAX_DURATION = 315576000000
_MAX_NANOSECONDS = 2**63 - 1
_SECOND, _MINUTE, _HOUR = 10**9, 60 * 10**9, 3600 * 10**9
_FRACTIONS = (("ms", 10**6), ("µs", 10**3), ("ns", 1))


def upload_expiry(request: Any, limit: timedelta) -> int:
    """Return for how many nanoseconds an upload may be signed; the limit if nothing is asked.

    Raises:
        Refusal: INVALID_ARGUMENT: no duration, or longer than `limit`.
    """
    most = _of_delta(limit)
    if not request.HasField("expires_in"):
        return most
    if not _is_valid(request.expires_in):
        raise invalid(f"expiresIn [{go_text(request.expires_in)}] is invalid")
    given = _nanoseconds(request.expires_in)
    if given > most:
        raise invalid(
            f"expiresIn [{go_duration(given)}] cannot exceed max allowed expiration "
            f"[{go_duration(most)}]"
        )
    return given


def download_expiry(request: Any, limit: timedelta) -> int:
    """Return for how many nanoseconds a download may be signed; the limit if nothing is asked.

    Raises:
        ValueError: No duration, negative, or longer than `limit`; in Admin's words.
    """
    most = _of_delta(limit)
    if not request.HasField("expires_in"):
        return most
    if not _is_valid(request.expires_in):
        raise ValueError(f"input duration [{go_text(request.expires_in)}] is invalid")
    given = _nanoseconds(request.expires_in)
    if given < 0:
        raise ValueError(f"input duration [{go_duration(given)}] should not less than 0")
    if given > most:
        raise ValueError(
            f"input duration [{go_duration(given)}] cannot exceed max allowed expiration "
            f"[{go_duration(most)}]"
        )
    return given


def go_duration(nanoseconds: int) -> str:
    """Return a duration as Go prints it: `1h0m0.5s`, `1.5ms`, `0s`.

    Source: Go's `time.Duration.String`.
    """
    sign, left = "-" if nanoseconds < 0 else "", abs(nanoseconds)
    if left == 0:
        return "0s"
    if left < _SECOND:
        unit, size = next((unit, size) for unit, size in _FRACTIONS if left >= size)
        return f"{sign}{_decimal(left, size)}{unit}"
    hours, left = divmod(left, _HOUR)
    minutes, left = divmod(left, _MINUTE)
    text = f"{hours}h" if hours else ""
    text += f"{minutes}m" if hours or minutes else ""
    return f"{sign}{text}{_decimal(left, _SECOND)}s"


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    fraction = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)


def _is_valid(duration: Any) -> bool:
    seconds, nanos = duration.seconds, duration.nanos
    in_range = abs(seconds) <= _MAX_DURATION and abs(nanos) < _SECOND
    return in_range and not (seconds < 0 < nanos or nanos < 0 < seconds)


def _nanoseconds(duration: Any) -> int:
    """Return a Go duration, which holds no more than 292 years."""
    whole = int(duration.seconds) * _SECOND + int(duration.nanos)
    return max(-_MAX_NANOSECONDS - 1, min(_MAX_NANOSECONDS, whole))


def _of_delta(delta: timedelta) -> int:
    return delta // timedelta(microseconds=1) * 1000
