"""Times and lengths of time as people say them."""

from collections.abc import Sequence
from datetime import UTC, datetime

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def span(seconds: int) -> str:
    """A length of time in its two largest units: `5 hours 30 minutes`."""
    parts = []
    rest = abs(seconds)
    for word, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {word}" if count == 1 else f"{count} {word}s")
    return " ".join(parts[:2]) or "0 seconds"


def instant(time: str) -> str:
    """One time and its offset from UTC: `2026-03-08 02:30 -05:00`."""
    moment = _moment(time)
    if moment is None:
        return time
    return f"{_clock(moment)} {moment.isoformat()[-6:]}" if moment.utcoffset() else _utc(moment)


def instants(times: Sequence[str]) -> str:
    """Times of one zone, and where that is not UTC the first also in UTC."""
    moments = [_moment(time) for time in times]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(moments) or not known:
        return ", ".join(times)
    said = ", ".join(map(_clock, known))
    if not any(moment.utcoffset() for moment in known):
        return f"{said} UTC"
    return f"{said} ({_utc(known[0])})"


def _utc(moment: datetime) -> str:
    return f"{_clock(moment.astimezone(UTC))} UTC"


def _moment(time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(time)
    except ValueError:  # a rate may reach years that no calendar has
        return None


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" + (f":{moment:%S}" if moment.second else "")
