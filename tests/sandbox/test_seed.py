"""Projects to begin with."""

from pathlib import Path

import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.seed import SeedError, load_seed
from tests.sandbox.calls import Client

SEED = """\
projects:
  - risk
  - id: fraud
    name: Fraud detection
    description: Owned by the fraud team
    labels: {team: fraud}
    state: archived
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "projects.yaml"
    path.write_text(SEED)
    return path


def test_a_sandbox_begins_with_them(file: Path, tmp_path: Path) -> None:
    """Beside its own; at the next start they are brought to what the file then says."""
    options = Options(data=str(tmp_path / "s.sqlite"), seed=str(file))
    sandbox = options.sandbox()
    projects = {
        project.id: project
        for project in Client.of(sandbox)("ListProjects", {"filters": "ne(state,9)"}).projects
    }
    sandbox.stop()

    assert set(projects) == {"flytesnacks", "risk", "fraud"}
    assert projects["risk"].name == "risk"
    fraud = projects["fraud"]
    assert (fraud.name, fraud.description, fraud.state) == (
        "Fraud detection",
        "Owned by the fraud team",
        fraud.ARCHIVED,
    )
    assert dict(fraud.labels.values) == {"team": "fraud"}

    file.write_text("projects: [{id: fraud, description: Someone else's}]")
    sandbox = options.sandbox()
    fraud = Client.of(sandbox)("GetProject", {"id": "fraud"})
    sandbox.stop()
    assert (fraud.description, fraud.state) == ("Someone else's", fraud.ACTIVE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("projects: {a: 1}", "projects: expected a list"),
        ("- risk", "expected one key, projects"),
        ("projects: [{name: x}]", r"projects\[0\]: expected an id"),
        ("projects: [risk, {id: a, owner: b}]", r"projects\[1\]: unknown owner; known are id,"),
        ("projects: [{id: 5}]", r"projects\[0\].id: expected a text, not 5"),
        ("projects: [{id: a, state: gone}]", "expected active or archived, not gone"),
        ("projects: [{id: a, labels: [x]}]", "labels: expected an object"),
        ("projects: [", "projects.yaml: while parsing"),
    ],
)
def test_files_that_make_no_sense(file: Path, text: str, message: str) -> None:
    """Are refused with the place."""
    file.write_text(text)

    with pytest.raises(SeedError, match=message):
        load_seed(file)


def test_what_admin_refuses_is_refused(file: Path) -> None:
    """By its own rules for project ids."""
    file.write_text("projects: [Not_A_Label]")

    with pytest.raises(SeedError, match="project Not_A_Label: invalid project id"):
        Options(seed=str(file)).sandbox()
