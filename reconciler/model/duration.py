"""Durations as people write them, to protobuf's exact ones.

Two spellings: numbers with units, as Go and Kubernetes have them (`90s`, `1h30m`, `1.5d`), and
ISO 8601 without years and months, whose length is nobody's (`PT1H30M`, `P2DT3H`, `P1W`).
"""

import re
from decimal import Decimal

from google.protobuf.duration_pb2 import Duration

_NANOSECONDS = {
    "w": 604_800_000_000_000,
    "d": 86_400_000_000_000,
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ns": 1,
}
_UNIT = "ms|us|µs|μs|ns|w|d|h|m|s"
_PART = re.compile(rf"([0-9]+(?:\.[0-9]+)?)({_UNIT})")
_WITH_UNITS = re.compile(rf"[+-]?(?:[0-9]+(?:\.[0-9]+)?(?:{_UNIT}))+")
_ISO = re.compile(
    r"""(?P<sign>[+-]?)P
        (?:(?P<w>\d+(?:[.,]\d+)?)W)?
        (?:(?P<d>\d+(?:[.,]\d+)?)D)?
        (?:T(?=\d)
            (?:(?P<h>\d+(?:[.,]\d+)?)H)?
            (?:(?P<m>\d+(?:[.,]\d+)?)M)?
            (?:(?P<s>\d+(?:[.,]\d+)?)S)?
        )?""",
    re.VERBOSE | re.ASCII,
)
# What google.protobuf.Duration may hold: some 10,000 years.
_LONGEST_SECONDS = 315_576_000_000


def parse_duration(text: str) -> Duration:
    """Read a duration, to the nanosecond; finer digits are cut off.

    Raises: ValueError saying how durations are written.
    """
    nanoseconds = _nanoseconds(text.strip())
    if abs(nanoseconds) > _LONGEST_SECONDS * 10**9:
        raise ValueError(f"{text!r} is longer than 10,000 years")
    seconds, rest = divmod(abs(nanoseconds), 10**9)
    sign = -1 if nanoseconds < 0 else 1
    return Duration(seconds=sign * seconds, nanos=sign * rest)


def _nanoseconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    if text == "0":
        return 0
    if _WITH_UNITS.fullmatch(text):
        parts = _PART.findall(text)
        return sign * int(sum(Decimal(number) * _NANOSECONDS[unit] for number, unit in parts))
    iso = _ISO.fullmatch(text)
    if iso is None or not any(iso[unit] for unit in "wdhms"):
        raise ValueError(f"{text!r} is no duration; write for instance 90s, 1h30m or PT1H30M")
    return sign * int(
        sum(
            Decimal(iso[unit].replace(",", ".")) * _NANOSECONDS[unit]
            for unit in "wdhms"
            if iso[unit]
        )
    )
