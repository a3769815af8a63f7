"""What Admin holds is kept in a file, and requests are planned against that without Admin."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli
from tests.e2e.pipeline import WORKSPACE
from tests.forge.fake import TOKEN

SECRET = "hunter2-in-the-environment"
WITH_SECRETS = ETL.replace(
    "args: [extract,", f"env: {{PASSWORD: {SECRET}}}, args: [extract,"
).replace("inputs: {day: monday}", f"inputs: {{day: {SECRET}}}")


@pytest.fixture
def workspace(here: Path, admin: Between, cli: Cli) -> Path:
    """A workspace that is applied, and of which there is a snapshot."""
    (here / "manifests").mkdir()
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "manifests/etl.yaml").write_text(WITH_SECRETS)
    assert cli("apply", "--auto-approve").code == 0
    done = cli("ci", "snapshot", "--out", "snapshot.json")
    assert done.code == 0, done.err
    return here


@pytest.fixture
def alone(workspace: Path, admin: Between, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, where no Admin is named or could be reached."""
    monkeypatch.delenv("RECONCILER_ADMIN")
    return workspace


def test_what_is_applied_plans_to_nothing(alone: Path, cli: Cli) -> None:
    """Without any Admin; and the plan says what it was made against, and how old that is."""
    done = cli("plan", "--against", "snapshot.json", "--detailed-exitcode")

    assert done.code == 0, done.out + done.err
    assert re.search(r"planned against a snapshot of 20\d\d-.* UTC, \d+ s old", done.out)
    assert "No changes" in done.out


def test_a_change_means_the_same_as_against_admin(
    workspace: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same steps, and the same effects: images, schedules, interface, versions."""
    changed = WITH_SECRETS.replace("etl:1.4", "etl:1.5").replace("0 6", "30 5")
    changed = changed.replace("{day: str}", "{day: str, region: str}")
    changed = changed.replace("from: inputs.day}", "from: inputs.day}, region: hamburg")
    changed = changed.replace(f"{{day: {SECRET}}}", f"{{day: {SECRET}, region: hamburg}}")
    (workspace / "manifests/etl.yaml").write_text(changed)
    there = json.loads(cli("plan", "--json").out)
    monkeypatch.delenv("RECONCILER_ADMIN")
    done = cli("plan", "--json", "--against", "snapshot.json")
    alone = json.loads(done.out)

    assert done.code == 0, done.err
    assert [one["code"] for one in alone["warnings"]] == ["snapshot", "secret-in-env"]
    steps = [{k: v for k, v in one.items() if k != "changes"} for one in alone["actions"]]
    assert steps == [{k: v for k, v in one.items() if k != "changes"} for one in there["actions"]]
    (mine,), (theirs,) = alone["effects"], there["effects"]
    for key in ("active", "images", "schedule", "interface", "consumers"):
        assert mine[key] == theirs[key], key
    assert [(p["kind"], p["path"]) for p in mine["parts"]] == [
        (p["kind"], p["path"]) for p in theirs["parts"]
    ]


def test_what_left_the_manifests_is_retired(alone: Path, cli: Cli) -> None:
    """The ledger's memory comes with it."""
    kept = "---".join(WITH_SECRETS.split("---")[:2])
    (alone / "manifests/etl.yaml").write_text(kept)

    done = cli("plan", "--against", "snapshot.json")

    assert "etl.daily will be deactivated" in done.out


def test_it_holds_no_secret_values(workspace: Path) -> None:
    """Neither in plain text nor encoded."""
    import base64

    text = (workspace / "snapshot.json").read_text()
    found = json.loads(text)
    outlines = [
        base64.b64decode(row["outline"])
        for row in (*found["resources"], *found["active"])
        if "outline" in row
    ]

    assert any(b"PASSWORD" in one for one in outlines)
    assert SECRET not in text
    assert not any(SECRET.encode() in one for one in outlines)


def test_a_secret_that_changes_is_a_change(alone: Path, cli: Cli) -> None:
    """Of which nothing is shown."""
    file = alone / "manifests/etl.yaml"
    file.write_text(WITH_SECRETS.replace(f"PASSWORD: {SECRET}", "PASSWORD: another-secret"))

    done = cli("plan", "--against", "snapshot.json")

    assert "3 to register" in done.out
    assert SECRET not in done.out


def test_a_snapshot_of_something_else_is_refused(alone: Path, cli: Cli) -> None:
    """And what is no snapshot at all."""
    (alone / "reconciler.yaml").write_text(WORKSPACE.replace("etl-team", "ads-team"))
    other = cli("plan", "--against", "snapshot.json")
    (alone / "no.json").write_text('{"type": "plan"}')
    none = cli("plan", "--against", "no.json")

    assert (other.code, none.code) == (1, 1)
    assert "is a snapshot of etl-team, and this is ads-team" in other.err
    assert "no.json is no snapshot" in none.err
    assert cli("plan", "--against", "no.json", "--out", "x.plan").code == 64


def test_a_preview_needs_no_admin(alone: Path, cli: Cli) -> None:
    """And tells the request how old the snapshot is."""
    (alone / "manifests/etl.yaml").write_text(WITH_SECRETS.replace("etl:1.4", "etl:1.5"))

    done = cli("ci", "preview", "--against", "snapshot.json", "--artifacts", "out")

    assert done.code == 0, done.err
    assert "etl:1.5" in done.out
    assert TOKEN not in done.out
    plan = json.loads((alone / "out/default/plan.json").read_text())
    assert plan["warnings"][0]["code"] == "snapshot"
    assert not (alone / "out/default/plan.saved").exists()
