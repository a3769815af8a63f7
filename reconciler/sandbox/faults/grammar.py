"""Bad days as texts, for command lines and test markers.

    text     = rule { ";" rule }
    rule     = key "=" value { "," key "=" value }
    seed     = whole number; at most once in the whole text, 0 if it is not said
    methods  = pattern { "|" pattern }: for which RPCs the rule is; all, if it does not say
    latency  = delay [ "@" chance ]
    delay    = duration                 always this
             | duration "~" duration    normal: mean ~ standard deviation
             | duration ".." duration   uniform: from .. to
             | "exp:" duration          exponential, with this mean
    unavailable, exhausted, deadline, lost_answer, duplicate, shift_pages, torn_activation
             = chance
    chance   = a number from 0 to 1, or a percentage: 0.05, 5%
    duration = a number with one of the units us, ms, s, m
    expire_tokens = how many calls a token is good for
    deny_project  = project { "|" project }

Blanks count nowhere. `rules` says what each of them does.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2

from reconciler.sandbox.config_file import ConfigError
from reconciler.sandbox.faults.day import Faults
from reconciler.sandbox.faults.latency import Latency, Shape
from reconciler.sandbox.faults.rules import CHANCES, Rule, matches

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(us|ms|s|m)")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class FaultsError(ConfigError):
    """A text that describes no bad day; the message says what was expected."""


def parse_faults(text: str) -> Faults:
    """Return the bad day that a text describes, for instance `seed=42,unavailable=5%`.

    Raises:
        FaultsError: It describes none.
    """
    seed: int | None = None
    rules = []
    for part in text.split(";"):
        values: dict[str, Any] = {}
        for key, value in _pairs(part):
            if key == "seed":
                if seed is not None:
                    raise FaultsError("chaos: the seed is said twice")
                seed = _whole(key, value)
                continue
            read = _READERS.get(key)
            if read is None:
                raise FaultsError(f"chaos: {_unknown(key, [*_READERS, 'seed'])}")
            if key in values:
                raise FaultsError(f"chaos: {key} is said twice in one rule")
            values[key] = read(key, value)
        if values.keys() == {"methods"}:
            raise FaultsError(f"chaos: a rule for {value} says nothing that befalls it")
        if values:
            rules.append(Rule(**values))
    return Faults(*rules, seed=seed or 0)


def _pairs(rule: str) -> Iterator[tuple[str, str]]:
    for part in rule.split(","):
        if not part.strip():
            continue
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise FaultsError(f"chaos: {part.strip()!r} is not key=value")
        yield key, value


def _whole(key: str, value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        number = -1
    if number < 0:
        raise FaultsError(f"chaos: {key}={value}: expected a whole number, for instance 42")
    return number


def _chance(key: str, value: str) -> float:
    number, percent = value.removesuffix("%"), value.endswith("%")
    try:
        chance = float(number) / (100 if percent else 1)
    except ValueError:
        chance = -1.0
    if not 0 <= chance <= 1:
        raise FaultsError(f"chaos: {key}={value}: expected a chance, for instance 0.05 or 5%")
    return chance


def _latency(key: str, value: str) -> Latency:
    delay, at, chance = value.partition("@")
    share = _chance(key, chance) if at else 1.0
    try:
        if delay.startswith("exp:"):
            return Latency(Shape.EXPONENTIAL, _seconds(delay[4:]), chance=share)
        for mark, shape in (("..", Shape.UNIFORM), ("~", Shape.NORMAL)):
            if mark in delay:
                first, _, second = delay.partition(mark)
                return Latency(shape, _seconds(first), _seconds(second), share)
        return Latency(Shape.FIXED, _seconds(delay), chance=share)
    except ValueError as exc:
        raise FaultsError(
            f"chaos: {key}={value}: {exc}; expected 20ms, 20ms~5ms (mean ~ deviation), "
            "5ms..80ms or exp:20ms, and @5% behind it if not every call is meant"
        ) from None


def _seconds(text: str) -> float:
    read = _DURATION.fullmatch(text.strip())
    if read is None:
        raise ValueError(f"{text!r} is no duration in us, ms, s or m")
    return float(read[1]) * _UNITS[read[2]]


def _names(key: str, value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split("|") if name.strip())


def _methods(key: str, value: str) -> tuple[str, ...]:
    patterns = _names(key, value)
    known = _rpcs()
    for pattern in patterns:
        if not any(matches(rpc, pattern) for rpc in known):
            methods = sorted({rpc.rpartition("/")[2] for rpc in known})
            raise FaultsError(f"chaos: {key}={value}: no RPC; {_unknown(pattern, methods)}")
    return patterns


def _rpcs() -> list[str]:
    files = (admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2)
    return [
        f"{service.full_name}/{method.name}"
        for file in files
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    ]


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"unknown {name}; did you mean {near[0]}?"
    return f"unknown {name}; known are {', '.join(known)}"


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "methods": _methods,
    "latency": _latency,
    **dict.fromkeys(CHANCES, _chance),
    "expire_tokens": _whole,
    "deny_project": _names,
}
