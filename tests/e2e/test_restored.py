"""An Admin that was restored from a backup, or whose ledger somebody damaged."""

import json
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
"""
TABLES = ("tasks", "workflows", "launch_plans", "named_entity_metadata", "description_entities")


class Backup:
    """What an Admin's database holds at one time."""

    def __init__(self, admin: Between) -> None:
        self.admin = admin
        with admin.store.read() as session:
            self.rows = {
                table: [tuple(row) for row in session.all(f"SELECT * FROM {table}")]
                for table in TABLES
            }

    def restore(self) -> None:
        """Bring it all back, and lose what came since."""
        with self.admin.store.write() as session:
            session.run("PRAGMA defer_foreign_keys = ON")
            for table in reversed(TABLES):
                session.run(f"DELETE FROM {table}")
            for table, rows in self.rows.items():
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    session.run(f"INSERT INTO {table} VALUES ({marks})", row)


@pytest.fixture(autouse=True)
def workspace(here: Path, etl: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECONCILER_ACTOR", "alice")
    file = here / "reconciler.yaml"
    file.write_text(WORKSPACE)
    return file


def apply(cli: Cli, etl: Path, image: str = "etl:1.4") -> None:
    etl.write_text(ETL.replace("etl:1.4", image))
    assert cli("apply", "--auto-approve").code == 0


def drop_ledger_entry(admin: Between, serial: int) -> None:
    """What only somebody with the database can do."""
    with admin.store.write() as session:
        session.run(
            "DELETE FROM tasks WHERE name LIKE 'reconciler.ledger.%' AND version = ?",
            (f"{serial:010}",),
        )


def test_a_plan_says_that_admin_is_older_than_what_was_seen(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """And the next apply makes everything as declared, as on any day."""
    apply(cli, etl)
    backup = Backup(admin)
    apply(cli, etl, "etl:1.5")
    assert "restored" not in cli("plan").err
    backup.restore()

    planned = cli("plan", "--detailed-exitcode")
    applied = cli("apply", "--auto-approve")

    assert planned.code == 2
    assert "the ledger ends with entry 2" in planned.err
    assert "has seen entry 4: Flyte Admin was restored from a backup" in planned.err
    assert applied.code == 0, applied.err
    assert cli("plan", "--detailed-exitcode").code == 0


def test_a_saved_plan_that_is_ahead_of_the_log_is_refused(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """Exit 4, although what it touches happens to be as it was."""
    apply(cli, etl)
    backup = Backup(admin)
    apply(cli, etl, "etl:1.5")
    etl.write_text(ETL.replace("etl:1.4", "etl:1.6"))
    assert cli("plan", "--out", "ahead.plan").code == 0
    backup.restore()

    result = cli("apply", "ahead.plan")

    assert result.code == 4
    assert "made at entry 4 of the ledger, which ends with entry 2" in result.err


def test_a_log_that_grew_again_is_another_one(cli: Cli, admin: Between, etl: Path) -> None:
    """By the digest of the entry that the plan was made at."""
    apply(cli, etl)
    backup = Backup(admin)
    apply(cli, etl, "etl:1.5")
    etl.write_text(ETL.replace("etl:1.4", "etl:1.6"))
    assert cli("plan", "--out", "ahead.plan").code == 0
    backup.restore()
    for image in ("etl:1.7", "etl:1.5"):
        apply(cli, etl, image)

    result = cli("apply", "ahead.plan")

    assert result.code == 4
    assert "does not hold that one" in result.err


def test_what_is_gone_is_registered_again_and_said(cli: Cli, admin: Between, etl: Path) -> None:
    """The ledger survived and what it tells of did not."""
    apply(cli, etl)
    with admin.store.write() as session:
        session.run("DELETE FROM launch_plans")

    planned = cli("plan")

    assert "the ledger says that we registered launch plan" in planned.out
    assert "restored from a backup" in planned.out


def test_rebuilding_adopts_what_is_there(cli: Cli, admin: Between, etl: Path) -> None:
    """And forgets what is not as the ledger says; nothing but the ledger is written."""
    apply(cli, etl)
    with admin.store.write() as session:
        session.run("UPDATE launch_plans SET state = 0")
    etl.write_text("---\n".join(ETL.split("---\n")[:2]))
    before = admin.calls.copy()

    result = cli("ledger", "rebuild")

    assert result.code == 0, result.err
    assert "1 to forget" in result.out
    written = admin.calls - before
    assert written["CreateTask"] == 2
    assert not written["UpdateLaunchPlan"] + written["CreateLaunchPlan"]
    assert "rebuild by alice" in cli("history").out
    assert "owned: 3" in cli("ledger", "stats").out
    assert "No changes" in cli("plan").out


def test_rebuilding_what_is_right_changes_nothing(cli: Cli, admin: Between, etl: Path) -> None:
    """All is ours, and as we left it."""
    apply(cli, etl)

    result = cli("ledger", "rebuild")

    assert result.code == 0, result.err
    assert "owned: 4" in cli("ledger", "stats").out


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_damaged_log_can_be_built_anew(
    cli: Cli, admin: Between, etl: Path, missing: int
) -> None:
    """Whichever entry is missing: from then on it works, and only what is old does not verify."""
    for image in ("etl:1.4", "etl:1.5"):
        apply(cli, etl, image)
    drop_ledger_entry(admin, missing)
    broken = cli("plan")

    rebuilt = cli("ledger", "rebuild")

    assert broken.code == 1
    assert rebuilt.code == 0, rebuilt.err
    assert "Warning: the log is damaged" in rebuilt.err
    assert cli("plan", "--detailed-exitcode").code == 0
    apply(cli, etl, "etl:1.6")
    assert "lock: free" in cli("ledger", "stats").out or cli("ledger", "stats").code == 1
    assert cli("ledger", "verify").code == 1


def test_an_entry_of_nonsense_can_be_passed(cli: Cli, admin: Between, etl: Path) -> None:
    """The newest one, too."""
    apply(cli, etl)
    with admin.store.write() as session:
        session.run(
            "UPDATE tasks SET closure = (SELECT closure FROM tasks WHERE name = 'etl.extract') "
            "WHERE name LIKE 'reconciler.ledger.%' AND version = '0000000002'"
        )
    assert cli("plan").code == 1

    result = cli("ledger", "rebuild")

    assert result.code == 0, result.err
    assert "4 adopted" in result.out
    assert cli("plan", "--detailed-exitcode").code == 0


def test_an_older_machine_says_nothing(cli: Cli, admin: Between, etl: Path, here: Path) -> None:
    """What was never seen cannot be missed; a cache that is none is no error."""
    apply(cli, etl)
    (here / "home" / ".cache" / "reconciler" / "ledgers.json").write_text("[]")

    result = cli("plan", "--json")

    assert result.code == 0
    assert "restored" not in result.err
    assert json.loads(result.out)["type"] == "plan"
