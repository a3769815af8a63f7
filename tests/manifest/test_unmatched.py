"""An override that is about nothing is told, for what it should have changed goes on unchanged."""

from pathlib import Path

import pytest

from reconciler.manifest import unmatched_overrides
from reconciler.model import Severity
from tests.manifest.settings import TASK, loaded, settled, workspace
from tests.manifest.test_rules import PLAN

SET = "set: {spec: {labels: {a: b}}}"


def told(folder: Path, *matches: str, manifests: str = TASK) -> list[str]:
    rules = "\n".join(f"      - {{match: {match}, {SET}}}" for match in matches)
    path = workspace(folder, f"environments:\n  dev:\n    overrides:\n{rules}\n", manifests)
    setting = settled(path, "dev").setting
    found = list(unmatched_overrides(loaded(path, "dev"), setting))
    assert all(one.severity is Severity.WARNING for one in found)
    return [str(one).replace(f"{path.parent}/", "") for one in found]


def test_what_is_about_something_is_not_told(tmp_path: Path) -> None:
    """Even if it changes nothing, or another override changes the same again."""
    assert told(tmp_path, "{kind: Task}", "{name: fetch}", "{}") == []


def test_each_that_is_about_nothing_is_told_at_its_line(tmp_path: Path) -> None:
    """With what comes near."""
    (found,) = told(tmp_path, "{kind: Task}", "{name: fetsh}")

    line = (tmp_path / "reconciler.yaml").read_text().splitlines().index(
        f"        - {{match: {{name: fetsh}}, {SET}}}"
    ) + 1
    assert found.startswith(f"reconciler.yaml:{line}:")
    assert "the override is about none of the manifests" in found
    assert "no name fits fetsh; did you mean fetch?" in found
    assert found.endswith("[unmatched-override]")


@pytest.mark.parametrize(
    ("match", "hint"),
    [
        ("{kind: Project}", "no kind fits Project; there is only Task"),
        ("{id: weather/development/fetsh}", "did you mean weather/development/fetch?"),
        ("{id: Task/weather/*/fetsh}", "no id fits Task/weather/*/fetsh; did you mean Task/"),
        ("{project: whether}", "no project fits whether; did you mean weather?"),
        ("{domain: [prod, live]}", "no domain fits prod, live; there is only development"),
        ("{kind: Task, name: fetch, labels: {team: x}}", "but nothing fits all of them"),
    ],
)
def test_the_hint_names_the_part_that_nothing_fits(tmp_path: Path, match: str, hint: str) -> None:
    """The first of them; where each fits something else, that is said."""
    (found,) = told(tmp_path, match)

    assert hint in found


def test_labels_are_those_before_any_override(tmp_path: Path) -> None:
    """As overrides themselves see a document."""
    assert told(tmp_path, "{labels: {team: data}}", manifests=PLAN) == []
