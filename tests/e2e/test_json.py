"""With `--json` stdout is for machines: of success, of failure, and of nothing to do."""

import json
from pathlib import Path
from typing import Any

from tests.e2e.between import Between
from tests.e2e.conftest import Cli, Result


def document(result: Result) -> dict[str, Any]:
    """What stdout holds, which must be one document and nothing else."""
    found: dict[str, Any] = json.loads(result.out)
    assert found["format_version"] == "1.0"
    return found


def test_plan_document(cli: Cli, admin: Between, etl: Path) -> None:
    """Actions in order, each after those it depends on."""
    plan = document(cli("plan", etl, "--json"))

    assert plan["type"] == "plan"
    assert plan["summary"]["create"] == 3
    seen: set[str] = set()
    for action in plan["actions"]:
        assert set(action["depends_on"]) <= seen
        seen.add(action["address"])
    assert plan["actions"][-1]["verb"] == "activate"
    assert plan["actions"][0]["origin"]["file"].endswith("etl.yaml")


def test_apply_document(cli: Cli, admin: Between, etl: Path) -> None:
    """Outcomes of all actions; then, with nothing to do, of none."""
    first = cli("apply", etl, "--auto-approve", "--json").last
    second = cli("apply", etl, "--auto-approve", "--json").last

    assert first["type"] == second["type"] == "apply"
    assert first["summary"] == {"done": 4, "failed": 0, "blocked": 0, "skipped": 0}
    assert second["outcomes"] == []
    assert sum(second["plan"]["unchanged"].values()) == 4


def test_validation_document(cli: Cli, etl: Path, here: Path) -> None:
    """Valid or not, with every problem's place."""
    wrong = here / "wrong.yaml"
    wrong.write_text(etl.read_text().replace("container:", "contaner:"))

    assert document(cli("validate", etl, "--json"))["valid"] is True
    result = cli("validate", wrong, "--json")

    assert result.code == 1
    found = document(result)
    assert (found["type"], found["valid"]) == ("validation", False)
    assert found["diagnostics"][0]["origin"]["line"]


def test_failure_is_a_document_too(cli: Cli, etl: Path) -> None:
    """No endpoint, no plan, and still something to parse."""
    result = cli("plan", etl, "--json")

    assert result.code == 1
    assert document(result)["diagnostics"][0]["code"] == "config"


def test_conflict_document(cli: Cli, admin: Between, etl: Path) -> None:
    """Not applicable, and why, field by field."""
    etl.write_text(etl.read_text().replace("spec:", "spec:\n  version: v1", 1))
    cli("apply", etl, "--auto-approve")
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5"))

    result = cli("plan", etl, "--json")

    assert result.code == 1
    plan = document(result)
    assert plan["applicable"] is False
    (conflict,) = plan["conflicts"]
    assert conflict["changes"] == [
        {
            "path": "container.image",
            "before": "ghcr.io/acme/etl:1.4",
            "after": "ghcr.io/acme/etl:1.5",
            "sensitive": False,
        }
    ]
