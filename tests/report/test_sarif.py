"""What drifted as SARIF, held to the schema that OASIS publishes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.model import Diagnostic, Origin, Severity
from reconciler.report import Compared, drift_as_sarif
from tests.report.test_drift import CHANGED, MOVED, QUIET, REPORT

# OASIS's schema (2.1.0-rtm.5) as npm's @microsoft/jest-sarif carries it, without descriptions.
SCHEMA = json.loads((Path(__file__).parent / "published/sarif-2.1.0.json").read_text())


def told(*reports: Any, top: Path = Path()) -> Any:
    """The log, once the schema has accepted it."""
    compared = [
        Compared(workspace=workspace, environment=environment, found=found, file="reconciler.yaml")
        for workspace, environment, found in reports
    ]
    text = drift_as_sarif(compared, version="1.2.3", top=top)
    document = json.loads(text)
    jsonschema.validate(document, SCHEMA)
    return document


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_thing_stands_on_its_line() -> None:
    """What no manifest says stands beside them: a forge shows no remark without a file."""
    (run,) = told(("shop", "production", REPORT))["runs"]

    moved, changed = run["results"]
    assert moved["ruleId"] == "drift/activated"
    place = moved["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "daily.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 31, "startColumn": 1}
    assert "left so by #42 of alice" in moved["message"]["text"]
    assert "--overwrite-moved flytesnacks/development/daily" in moved["message"]["text"]
    beside = changed["locations"][0]["physicalLocation"]
    assert (beside["artifactLocation"]["uri"], beside["region"]["startLine"]) == (
        "reconciler.yaml",
        1,
    )


def test_files_are_named_from_the_repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever in it the workspace is."""
    inside = here / "flyte jobs"
    inside.mkdir()
    monkeypatch.chdir(inside)

    (run,) = told(("shop", "", REPORT), top=here)["runs"]

    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in run["results"]
    ]
    assert uris == ["flyte%20jobs/daily.yaml", "flyte%20jobs/reconciler.yaml"]


def test_every_environment_is_a_run_of_its_own() -> None:
    """So that a forge closes what is gone of one without touching the other."""
    runs = told(("shop", "dev", QUIET), ("shop", "production", REPORT))["runs"]

    assert [run["automationDetails"]["id"] for run in runs] == [
        "reconciler-drift/shop/dev/",
        "reconciler-drift/shop/production/",
    ]
    assert [len(run["results"]) for run in runs] == [0, 2]
    assert all(run["invocations"][0]["executionSuccessful"] for run in runs)


def test_the_same_drift_has_the_same_fingerprint() -> None:
    """Beside others as well, and whenever it is found."""
    (alone,) = told(("shop", "", QUIET.__class__((MOVED,), 1, QUIET.at)))["runs"]
    (both,) = told(("shop", "", REPORT))["runs"]

    marks = [one["partialFingerprints"] for one in both["results"]]
    assert alone["results"][0]["partialFingerprints"] == marks[0]
    assert marks[0] != marks[1]
    assert CHANGED.changes


def test_what_could_not_be_compared_is_told() -> None:
    """As a run that did not succeed, which is not a run without results."""
    problem = Diagnostic("bad", "no such field", Origin("a.yaml", 3, 2), severity=Severity.ERROR)

    (run,) = told(("shop", "production", [problem]))["runs"]

    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    (said,) = invocation["toolExecutionNotifications"]
    assert said["message"]["text"] == "no such field"
    assert said["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
