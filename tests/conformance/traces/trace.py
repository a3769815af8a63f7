"""Recorded traces: what pyflyte, flytekit and flytectl asked of a flyteadmin, and its answers.

A case is a setup, then commands; a command has its exit status and the calls it made, in the
order of arrival. Texts that differ between any two runs (names of executions, versions and code
bundles that a client makes up) are recorded as placeholders, `{{execution1}}`. What stands for
one is whatever the first such text turns out to be; from then on it is the same everywhere.

Repetitions of refused calls are recorded: flytekit sends each of them four times.
"""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.replay import RECORDINGS, differences

HERE = RECORDINGS / "traces"
SOURCES = HERE / "src"

Json = Any

_PLACEHOLDER = re.compile(r"\{\{((?:execution|version|fast|root|md5_|random)\d+)\}\}")
_DIGEST = "<sha256>"  # stands for an answer that is too long to be kept


@dataclass(frozen=True)
class Command:
    """One command of a client, and what it did.

    Attributes:
        step: `argv` or `python` (a script), `cwd` below the sources, `files` to write, `env`.
        calls: `{call, request, code, response | message, details}`, uploads left out.
    """

    step: Mapping[str, Json] = field(repr=False)
    exit: int
    calls: tuple[Mapping[str, Json], ...] = field(repr=False)

    @property
    def client(self) -> str:
        """The program: `pyflyte`, `flytectl` or `python`."""
        return str(self.step["argv"][0]) if "argv" in self.step else "python"


@dataclass(frozen=True)
class Case:
    """One line of the recording."""

    name: str
    setup: tuple[Mapping[str, Json], ...] = field(repr=False)
    commands: tuple[Command, ...] = field(repr=False)


def load() -> list[Case]:
    """Return every case."""
    fixtures = _read("fixtures.json.gz")
    cases = []
    for line in _read_text("traces.jsonl.gz").splitlines():
        raw = json.loads(line)
        commands = [
            Command(
                {key: value for key, value in step.items() if key != "result"},
                step["result"]["exit"],
                tuple(each for each in step["result"]["rpcs"] if "call" in each),
            )
            for step in raw["commands"]
        ]
        setup = tuple(_expanded(raw.get("setup", ()), fixtures))
        cases.append(Case(raw["name"], setup, tuple(commands)))
    return cases


def _expanded(setup: Json, fixtures: Json) -> Iterator[Mapping[str, Json]]:
    """Put a fixture's calls where it is named, in the version that is asked for."""
    for step in setup:
        if "fixture" not in step:
            yield step
            continue
        for call in fixtures[step["fixture"]]:
            text = json.dumps(call)
            if "version" in step:
                text = text.replace('"version": "v1"', f'"version": {json.dumps(step["version"])}')
            yield json.loads(text)


def _read(name: str) -> Json:
    return json.loads(_read_text(name))


def _read_text(name: str) -> str:
    with gzip.open(Path(HERE, name), "rt", encoding="utf-8") as lines:
        return lines.read()


class Placeholders:
    """What stands for what in one run of a case."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def fill(self, value: Json) -> Json:
        """Put texts in the place of placeholders; make one up for those that have none yet."""
        if isinstance(value, str):
            return _PLACEHOLDER.sub(
                lambda found: self._known.setdefault(found[1], _made_up(found[1])), value
            )
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {self.fill(key): self.fill(item) for key, item in value.items()}
        return value

    def learn(self, recorded: Json, actual: Json) -> None:
        """Note what stands for placeholders that are met for the first time."""
        if isinstance(recorded, str) and isinstance(actual, str):
            self._learn_text(recorded, actual)
        elif isinstance(recorded, list) and isinstance(actual, list):
            for one, other in zip(recorded, actual, strict=False):
                self.learn(one, other)
        elif isinstance(recorded, dict) and isinstance(actual, dict):
            for key in recorded.keys() & actual.keys():
                self.learn(recorded[key], actual[key])

    def _learn_text(self, recorded: str, actual: str) -> None:
        new = [name for name in _PLACEHOLDER.findall(recorded) if name not in self._known]
        if not new:
            return
        pattern, end = "", 0
        for found in _PLACEHOLDER.finditer(recorded):
            known = self._known.get(found[1])
            pattern += re.escape(recorded[end : found.start()])
            pattern += "(.+?)" if known is None else re.escape(known)
            end = found.end()
        met = re.fullmatch(pattern + re.escape(recorded[end:]), actual, re.DOTALL)
        if met:
            self._known.update(zip(new, met.groups(), strict=True))


def _made_up(name: str) -> str:
    """Make up a text of the kind that a placeholder stands for."""
    kind = name.rstrip("0123456789")
    digest = hashlib.md5(name[len(kind) :].encode(), usedforsecurity=False).digest()
    return {
        "md5_": base64.b64encode(digest).decode(),
        "root": base64.b32encode(digest).decode(),
        "fast": f"fast{digest.hex()}",
        "execution": f"a{digest.hex()[:19]}",
        "version": digest.hex()[:22],
        "random": digest.hex(),
    }[kind]


def call_differences(
    recorded: Mapping[str, Json], actual: Mapping[str, Json], placeholders: Placeholders
) -> list[str]:
    """Say where a call and its answer are not as recorded.

    What no two servers share does not count: signed URLs, versions of servers, and the order of
    a list that was asked for without one.
    """
    for key in ("request", "response"):
        placeholders.learn(recorded.get(key), actual.get(key))
    wanted, found = placeholders.fill(dict(recorded)), dict(actual)
    for side in (wanted, found):
        _sort_upstream(side["request"])
        _settle(side)
    if wanted.get("response") == "<any>":
        found["response"] = "<any>"
    return list(differences(wanted, found))


def _settle(call: dict[str, Json]) -> None:
    response = call.get("response")
    if not isinstance(response, dict):
        return
    if call["call"].endswith("GetVersion") or _DIGEST in response:
        call["response"] = "<any>"
    elif ".List" in call["call"] and "sort_by" not in call["request"]:
        call["response"] = {key: _sorted(value) for key, value in response.items()}
    else:
        call["response"] = _without_signatures(response)


def _sorted(value: Json) -> Json:
    if not isinstance(value, list):
        return value
    without_times = [
        {key: part for key, part in item.items() if key != "closure"} for item in value
    ]
    order = sorted(range(len(value)), key=lambda i: json.dumps(without_times[i], sort_keys=True))
    return [value[index] for index in order]


def _without_signatures(value: Json) -> Json:
    if isinstance(value, list):
        return [_without_signatures(item) for item in value]
    if isinstance(value, dict):
        return {
            key: "<any>" if key == "signed_url" else _without_signatures(item)
            for key, item in value.items()
        }
    return value


def _sort_upstream(value: Json) -> None:
    """Sort `upstream_node_ids`, which flytekit takes from a set."""
    if isinstance(value, dict):
        value.get("upstream_node_ids", []).sort()
        for item in value.values():
            _sort_upstream(item)
    elif isinstance(value, list):
        for item in value:
            _sort_upstream(item)


def in_order(calls: list[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    """Sort each run of CreateTask calls: flytekit sends them at the same time."""
    ordered: list[Mapping[str, Json]] = []
    run: list[Mapping[str, Json]] = []
    for call in [*calls, {"call": ""}]:
        if call["call"] == "AdminService.CreateTask":
            run.append(call)
            continue
        ordered += sorted(run, key=lambda each: str(each["request"]["id"]["name"]))
        run = []
        ordered.append(call)
    return ordered[:-1]
