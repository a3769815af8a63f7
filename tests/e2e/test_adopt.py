"""What is there already becomes ours: nothing is written to it, and nothing is done twice."""

import json
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

BARE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.etl.yaml"]
"""
WORKSPACE = BARE + "  ledger: {project: flytesnacks, domain: production}\n"
EXAMPLES = Path(__file__).parents[2] / "examples" / "manifests"
# What an apply writes to the ledger: its begin and its end, and once what puts the log away.
BEGIN_AND_END = {"CreateTask": 2}


@pytest.fixture
def workspace(cli: Cli, admin: Between, here: Path) -> Path:
    """An estate applied without a ledger, and a workspace that has one from now on."""
    file = here / "reconciler.yaml"
    file.write_text(BARE)
    (here / "shop.etl.yaml").write_text(ETL)
    assert cli("apply", "--auto-approve").code == 0
    file.write_text(WORKSPACE)
    return file


def writes_since(admin: Between, before: dict[str, int]) -> dict[str, int]:
    """Calls that change something, by method; all of them went to the ledger or they did not."""
    return {
        name: count - before.get(name, 0)
        for name, count in admin.calls.items()
        if name.startswith(("Create", "Update", "Delete", "Register"))
        and count != before.get(name, 0)
    }


def test_a_ledger_takes_over_what_is_there(cli: Cli, admin: Between, workspace: Path) -> None:
    """A plan of adoptions only is one: it says so, and writes a begin and an end."""
    planned = cli("plan", "--detailed-exitcode")
    before = dict(admin.calls)
    applied = cli("apply", "--auto-approve")
    written = writes_since(admin, before)

    assert planned.code == 2
    assert "4 to adopt" in planned.out
    assert applied.code == 0, applied.err
    assert "4 adopted" in applied.out
    assert written.pop("UpdateNamedEntity", 1) == 1
    assert written == BEGIN_AND_END
    assert "apply by" in cli("history").out
    assert "4 adopted" in cli("history").out
    assert "owned: 4" in cli("ledger", "stats").out
    assert cli("plan", "--detailed-exitcode").code == 0


def test_adoptions_are_data(cli: Cli, workspace: Path) -> None:
    """Of an activation also which version."""
    document = json.loads(cli("plan", "--json").out)

    assert document["summary"]["adopt"] == 4
    (switch,) = [one for one in document["actions"] if one["kind"] == "activation"]
    assert switch["verb"] == "adopt"
    assert switch["active"]["before"] == switch["active"]["after"] != []


def test_an_adopted_launch_plan_is_retired_as_any(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """It is ours: once it leaves the manifests it stops firing."""
    cli("apply", "--auto-approve")
    (here / "shop.etl.yaml").write_text("---\n".join(ETL.split("---\n")[:2]))

    result = cli("apply", "--auto-approve")

    assert "1 deactivated" in result.out
    assert "etl.daily" not in cli("get", "launchplans", "--active").out


def test_what_another_workspace_owns_is_not_adopted(
    cli: Cli, admin: Between, workspace: Path
) -> None:
    """Both say the same of it; it stays with whoever had it first, and is no change."""
    cli("apply", "--auto-approve")
    workspace.write_text(WORKSPACE.replace("name: shop", "name: other"))

    planned = cli("plan", "--detailed-exitcode")

    assert planned.code == 0, planned.out
    assert "owned by the workspace shop" in planned.out


def test_what_moves_meanwhile_is_not_adopted(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """A second apply of the same plan has nothing left to adopt: two owners cannot come of it."""
    cli("apply", "--auto-approve")

    again = cli("apply", "--auto-approve")

    assert again.out.splitlines()[-1] == "No changes. Flyte Admin matches the manifests."


def test_all_kinds_are_adopted_once(cli: Cli, admin: Between, here: Path) -> None:
    """Every example: applied without a ledger, adopted with one, and then nothing more."""
    bare = BARE.replace("*.etl.yaml", str(EXAMPLES / "*.yaml"))
    (here / "reconciler.yaml").write_text(bare)
    assert cli("apply", "--auto-approve").code == 0
    (here / "reconciler.yaml").write_text(
        bare + "  ledger: {project: flytesnacks, domain: production}\n"
    )

    assert "to adopt" in cli("plan").out
    assert cli("apply", "--auto-approve").code == 0

    assert cli("plan", "--detailed-exitcode").code == 0, cli("plan").out


def test_what_an_apply_made_needs_no_adopting(cli: Cli, admin: Between, here: Path) -> None:
    """Whatever kind it is, created or updated: Admin holds it as the ledger says."""
    (here / "reconciler.yaml").write_text(
        WORKSPACE.replace("*.etl.yaml", str(EXAMPLES / "*.yaml"))
    )
    assert cli("apply", "--auto-approve").code == 0

    assert cli("plan", "--detailed-exitcode").code == 0, cli("plan").out


def test_some_can_be_adopted_by_name(cli: Cli, admin: Between, workspace: Path) -> None:
    """A kind, a name or a glob; what is ours already is no error."""
    result = cli("adopt", "task:etl.extract", "launchplan:etl.*")

    assert result.code == 0, result.err
    assert "3 adopted" in result.out
    assert "1 to adopt" in cli("plan").out
    assert cli("adopt", "etl.extract").out == "All of it is ours already.\n"


def test_what_cannot_be_adopted_says_why(cli: Cli, admin: Between, workspace: Path) -> None:
    """Not as declared, or not declared at all; nothing is written."""
    manifest = workspace.parent / "shop.etl.yaml"
    manifest.write_text(manifest.read_text().replace("etl:1.4", "etl:1.5"))
    before = admin.writes

    differs = cli("adopt", "launchplan:etl.daily")
    unknown = cli("adopt", "etl.nightly")

    assert differs.code == unknown.code == 1
    assert "cannot be adopted as it is: not in Admin; apply makes it as declared" in differs.err
    assert "etl.nightly names nothing that is declared" in unknown.err
    assert admin.writes == before


def test_adopting_is_no_apply_of_a_commit(cli: Cli, admin: Between, workspace: Path) -> None:
    """The order of commits is about what was applied."""
    cli("adopt", "task:*")

    assert "last commit: unknown" in cli("ledger", "stats").out


def test_what_is_forgotten_stays_as_it_is(
    cli: Cli, admin: Between, workspace: Path, here: Path
) -> None:
    """It is no longer ours, so leaving the manifests does not switch it off."""
    cli("apply", "--auto-approve")
    (here / "shop.etl.yaml").write_text("---\n".join(ETL.split("---\n")[:2]))

    forgotten = cli("forget", "launchplan:etl.daily")

    assert forgotten.code == 0, forgotten.err
    assert "2 forgotten" in forgotten.out
    assert cli("plan", "--detailed-exitcode").code == 0
    assert "etl.daily" in cli("get", "launchplans", "--active").out
    assert "forget by" in cli("history").out
    assert "owned: 2" in cli("ledger", "stats").out


def test_what_is_declared_is_adopted_again(cli: Cli, admin: Between, workspace: Path) -> None:
    """Forgetting says so."""
    cli("apply", "--auto-approve")

    result = cli("forget", "etl.*")

    assert "the next apply adopts again" in result.err
    assert "4 to adopt" in cli("plan").out


def test_only_what_is_ours_can_be_forgotten(cli: Cli, admin: Between, workspace: Path) -> None:
    """And nothing is locked for it."""
    before = admin.writes

    result = cli("forget", "etl.daily")

    assert result.code == 1
    assert "etl.daily names nothing that is ours" in result.err
    assert admin.writes == before


def test_a_saved_plan_adopts_what_is_still_as_it_was(
    cli: Cli, admin: Between, workspace: Path
) -> None:
    """Once; and not what somebody has switched since."""
    assert cli("plan", "--out", "one.plan").code == 0
    assert cli("plan", "--out", "other.plan").code == 0
    file = workspace.parent / "shop.etl.yaml"

    adopted = cli("apply", "one.plan")
    twice = cli("apply", "one.plan")
    file.write_text(ETL.replace("0 6", "0 7"))
    cli("apply", "--auto-approve")
    moved = cli("apply", "other.plan")

    assert adopted.code == 0, adopted.err
    assert "4 adopted" in adopted.out
    assert twice.code == moved.code == 4
    assert "active was" in moved.err
