"""Play a recorded scenario against an Admin and say where its answers differ.

A scenario is a list of steps on an Admin that holds nothing but the project `flytesnacks`. A step
calls an RPC, makes an HTTP request or waits; it carries the answer that flyteadmin v1.16.8 gave.
Answers are compared as JSON. What no two servers share is written there in another way:

    "<timestamp>" "<duration>" "<any>"   any timestamp, any duration, anything
    "<starts>TEXT"                       a text that begins with TEXT
    {"<unordered>": [...]}               this list, in whatever order
    {{name}}                             what an earlier step saved under this name

Runs of blanks count as one blank: Go chooses, build by build, how many its texts have.
"""

import base64
import gzip
import importlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from google.protobuf import descriptor_pool, json_format, message_factory

# Whatever may travel in an Any must be known before the first answer is read.
for _name in (
    "flyteidl.service.admin_pb2",
    "flyteidl.service.auth_pb2",
    "flyteidl.service.dataproxy_pb2",
    "flyteidl.service.identity_pb2",
    "flyteidl.service.signal_pb2",
    "google.rpc.error_details_pb2",
):
    importlib.import_module(_name)

RECORDINGS = Path(__file__).with_name("recordings")

Json = Any


class Headers(Protocol):
    """Headers of an HTTP answer, found in any letter case."""

    def get(self, name: str, /) -> str | None:
        """Return the value of one, None if there is none."""


_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DURATION = re.compile(r"-?\d+(\.\d+)?s")
_BLANKS = re.compile("[ \u00a0]+")
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_PATH_PART = re.compile(r"`([^`]*)`|([^.`]+)")


@dataclass(frozen=True)
class Scenario:
    """One line of a recording."""

    name: str
    area: str
    profile: str
    about: str
    steps: tuple[Mapping[str, Json], ...] = field(repr=False)

    @property
    def id(self) -> str:
        """Area and name: unique among all recordings."""
        return f"{self.area}: {self.name}"


class Target(Protocol):
    """An Admin that answers.

    Attributes:
        store: Base URL of its object store.
        http_endpoint: host:port of its gateway.
    """

    store: str
    http_endpoint: str

    def rpc(
        self, method: str, payload: bytes, metadata: Mapping[str, str], timeout: float
    ) -> tuple[str, bytes | str, list[Any]]:
        """Call; return the code and then the answer's bytes, or message and details."""

    def http(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Headers, bytes]:
        """Request; return status, headers and body."""


def load(area: str = "*") -> list[Scenario]:
    """Return the recorded scenarios of one area, or of all."""
    scenarios = []
    for path in sorted(RECORDINGS.glob(f"{area}.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                raw = json.loads(line)
                scenarios.append(
                    Scenario(
                        raw["name"],
                        path.name.removesuffix(".jsonl.gz"),
                        raw.get("profile", "default"),
                        raw.get("about", ""),
                        tuple(raw["steps"]),
                    )
                )
    return scenarios


def replay(scenario: Scenario, target: Target) -> list[str]:
    """Play every step; return what differs, nothing if all is as recorded."""
    variables: dict[str, Json] = {"store": target.store, "http": target.http_endpoint}
    found: list[str] = []
    for number, step in enumerate(scenario.steps, 1):
        where = f"step {number} {_title(step)}"
        try:
            answer = perform(step, target, variables)
        except Exception as exc:  # e.g. nothing to save: later steps would make no sense
            return [*found, f"{where}: {type(exc).__name__}: {exc}"]
        expected = step.get("answer")
        if expected is None:
            continue
        answer = _named(answer, variables)
        if step.get("loose"):
            kept = "code" if "call" in step else "status"
            expected, answer = {kept: expected[kept]}, {kept: answer[kept]}
        found += [f"{where} {text}" for text in differences(expected, answer)]
    return found


def differences(expected: Json, actual: Json, path: str = "") -> Iterator[str]:
    """Yield a line for each place where `actual` is not what `expected` allows."""
    if isinstance(expected, str) and _mask_allows(expected, actual):
        return
    if isinstance(expected, dict) and expected.keys() == {"<unordered>"}:
        yield from _unordered_differences(expected["<unordered>"], actual, path)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            here = f"{path}.{key}"
            if key not in actual:
                yield f"{here}: missing, expected {_short(expected[key])}"
            elif key not in expected:
                yield f"{here}: unexpected {_short(actual[key])}"
            else:
                yield from differences(expected[key], actual[key], here)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield f"{path}: expected {_short(expected)}, got {_short(actual)}"


def _mask_allows(expected: str, actual: Json) -> bool:
    if expected == "<any>":
        return True
    if not isinstance(actual, str):
        return False
    if expected == "<timestamp>" and _TIMESTAMP.fullmatch(actual):
        return True
    if expected == "<duration>" and _DURATION.fullmatch(actual):
        return True
    if expected.startswith("<starts>") and actual.startswith(expected.removeprefix("<starts>")):
        return True
    return _BLANKS.sub(" ", expected) == _BLANKS.sub(" ", actual)


def _unordered_differences(expected: list[Json], actual: Json, path: str) -> Iterator[str]:
    left = list(actual) if isinstance(actual, list) else [actual]
    for item in expected:
        fitting = next((other for other in left if not any(differences(item, other))), None)
        if fitting is None:
            yield f"{path}: no item like {_short(item)}"
            return
        left.remove(fitting)
    if left:
        yield f"{path}: unexpected items {_short(left)}"


def _short(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)[:600]


def _title(step: Mapping[str, Json]) -> str:
    if "call" in step:
        return str(step["call"])
    if "http" in step:
        return f"{step['http']['method']} {step['http'].get('path') or step['http'].get('url')}"
    return "sleep"


def perform(step: Mapping[str, Json], target: Target, variables: dict[str, Json]) -> Json:
    """Do one step; return its answer, and keep in `variables` what it saves."""
    if "sleep" in step:
        time.sleep(step["sleep"])
        return {}
    ready = _filled({key: value for key, value in step.items() if key != "answer"}, variables)
    answer = _call(ready, target) if "call" in ready else _request(ready["http"], target)
    for name, path in step.get("save", {}).items():
        variables[name] = _at(answer, path)
    return answer


def _call(step: Mapping[str, Json], target: Target) -> Json:
    service, name = step["call"].split(".")
    pool = descriptor_pool.Default()
    method = pool.FindServiceByName(f"flyteidl.service.{service}").methods_by_name[name]
    if "request_b64" in step:
        payload = base64.b64decode(step["request_b64"])
    else:
        request = message_factory.GetMessageClass(method.input_type)()
        payload = json_format.ParseDict(step.get("request", {}), request).SerializeToString()
    code, answer, details = target.rpc(
        f"/flyteidl.service.{service}/{name}",
        payload,
        step.get("metadata", {}),
        step.get("timeout", 30),
    )
    if isinstance(answer, bytes):
        response = message_factory.GetMessageClass(method.output_type).FromString(answer)
        return {"code": code, "response": _as_json(response)}
    refusal: dict[str, Json] = {"code": code, "message": answer}
    if details:
        refusal["details"] = [_as_json(detail) for detail in details]
    return refusal


def _as_json(message: Any) -> Json:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def _request(wanted: Mapping[str, Json], target: Target) -> Json:
    url = wanted.get("url") or f"http://{target.http_endpoint}{wanted['path']}"
    body = wanted.get("body")
    data: bytes | None = None
    if "body_b64" in wanted:
        data = base64.b64decode(wanted["body_b64"])
    elif isinstance(body, str):
        data = body.encode()
    elif body is not None:
        data = json.dumps(body).encode()
    headers = {
        name: value
        for name, value in (wanted.get("headers") or {}).items()
        if name.lower() != "content-length"  # the client's own business
    }
    status, received, raw = target.http(wanted["method"], url, headers, data)
    answer: dict[str, Json] = {"status": status}
    kept = {name: received.get(name) for name in wanted.get("keep_headers", ())}
    if any(value is not None for value in kept.values()):
        answer["headers"] = {name: value for name, value in kept.items() if value is not None}
    if not wanted.get("ignore_body"):
        try:
            answer["json"] = json.loads(raw)
        except ValueError:
            answer["text"] = raw.decode("utf-8", "replace")
    return answer


def _filled(value: Json, variables: Mapping[str, Json]) -> Json:
    """Put variables in; a text that is one variable and nothing else takes its type too."""
    if isinstance(value, str):
        alone = _VARIABLE.fullmatch(value)
        if alone and alone[1] in variables:
            return variables[alone[1]]
        return _VARIABLE.sub(lambda found: str(variables.get(found[1], found[0])), value)
    if isinstance(value, list):
        return [_filled(item, variables) for item in value]
    if isinstance(value, dict):
        return {_filled(k, variables): _filled(v, variables) for k, v in value.items()}
    return value


def _named(value: Json, variables: Mapping[str, Json]) -> Json:
    """Put {{name}} in the place of saved texts, the longest first."""
    texts: dict[str, str] = {}
    for name, text in variables.items():
        if _worth_naming(text):
            texts.setdefault(text, name)
    if isinstance(value, str):
        for text in sorted(texts, key=len, reverse=True):
            value = value.replace(text, "{{" + texts[text] + "}}")
        return value
    if isinstance(value, list):
        return [_named(item, variables) for item in value]
    if isinstance(value, dict):
        return {_named(k, variables): _named(v, variables) for k, v in value.items()}
    return value


def _worth_naming(text: Json) -> bool:
    return isinstance(text, str) and len(text) >= 4


def _at(value: Json, path: str) -> Json:
    """Return what is at a dotted path; a part with dots in it stands in backticks."""
    for quoted, plain in _PATH_PART.findall(path):
        value = value[int(quoted or plain)] if isinstance(value, list) else value[quoted or plain]
    return value
