"""What drifted as SARIF 2.1.0: remarks on the manifests' lines, for whoever collects those.

A run of the tool for each environment, told apart by `automationDetails`; a result for each thing
that drifted, with a fingerprint by which the next run's is known to be the same.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.model import Diagnostic, Drift, DriftKind, DriftReport, Origin, Severity
from reconciler.report.diagnostics import to_json
from reconciler.report.drift import TITLES, WAYS_OUT, drift_for_documents, notes
from reconciler.report.drift_ways import drift_items, way_back
from reconciler.report.style import one_line

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_KINDS = tuple(DriftKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One environment of one workspace: what drifted there, or why nobody could look.

    Attributes: `file` at whose first line stands what no manifest says; `listed` the workspace's
    name in a list of several; `reveal` paths of values that are shown.
    """

    workspace: str
    environment: str
    found: DriftReport | Sequence[Diagnostic]
    file: str
    listed: str = ""
    reveal: Sequence[str] = ()


def drift_as_sarif(compared: Sequence[Compared], *, version: str, top: Path) -> str:
    """Render what was compared, a run each.

    Args:
        version: Of the program.
        top: The repository, from which files are named.
    """
    runs = [_run(one, version, _Places(top, one.file)) for one in compared]
    return to_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs})


class _Places:
    """Where results stand."""

    def __init__(self, top: Path, beside: str) -> None:
        self._top = os.path.realpath(top)
        self._beside = beside

    def of(self, origin: Origin | None) -> list[dict[str, Any]]:
        found = origin or Origin(self._beside, 1)
        path = os.path.relpath(os.path.realpath(found.file), self._top)
        if path.startswith(os.pardir) and origin is not None:
            return self.of(None)
        region = {"startLine": max(found.line, 1)}
        if found.column:
            region["startColumn"] = found.column
        uri = "/".join(_quoted(part) for part in Path(path).parts)
        artifact = {"uri": uri, "uriBaseId": "%SRCROOT%"}
        return [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]


def _run(one: Compared, version: str, places: "_Places") -> dict[str, Any]:
    found = one.found
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "flyte-reconciler",
                "version": version,
                "semanticVersion": version,
                "rules": [_rule(kind) for kind in _KINDS],
            }
        },
        "automationDetails": {
            "id": "/".join(("reconciler-drift", one.workspace, one.environment, ""))
        },
        "columnKind": "unicodeCodePoints",
        "results": [],
    }
    if isinstance(found, DriftReport):
        shown = drift_for_documents(found, one.reveal)
        run["results"] = [
            _result(drift, mark, one, places)
            for drift, mark in zip(shown.drifts, drift_items(found), strict=True)
        ]
        unread = [_notification(text, "warning") for text in found.unread]
    else:
        unread = [_problem(problem, places) for problem in found]
    is_whole = isinstance(found, DriftReport)
    run["invocations"] = [{"executionSuccessful": is_whole, "toolExecutionNotifications": unread}]
    return run


def _rule(kind: DriftKind) -> dict[str, Any]:
    return {
        "id": f"drift/{kind}",
        "name": "".join(word.title() for word in kind.split("-")),
        "shortDescription": {"text": f"{TITLES[kind]}."},
        "help": {"text": f"{WAYS_OUT[kind]}."},
        "defaultConfiguration": {"level": _level(kind)},
    }


def _level(kind: DriftKind) -> str:
    return "note" if kind is DriftKind.PENDING else "warning"


def _result(drift: Drift, mark: str, one: Compared, places: _Places) -> dict[str, Any]:
    command = way_back(drift, environment=one.environment, workspace=one.listed)
    said = [drift.message, *notes(drift), *([f"to take it back: {command}"] if command else ())]
    return {
        "ruleId": f"drift/{drift.kind}",
        "ruleIndex": _KINDS.index(drift.kind),
        "level": _level(drift.kind),
        "message": {"text": "; ".join(one_line(text) for text in said)},
        "locations": places.of(drift.origin),
        "partialFingerprints": {"reconcilerDrift/v1": mark},
    }


def _problem(problem: Diagnostic, places: _Places) -> dict[str, Any]:
    level = "error" if problem.severity is Severity.ERROR else "warning"
    return {**_notification(problem.message, level), "locations": places.of(problem.origin)}


def _notification(text: str, level: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": one_line(text)}}


def _quoted(part: str) -> str:
    from urllib.parse import quote

    return quote(part)
