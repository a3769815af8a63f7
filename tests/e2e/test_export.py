"""A backup of an Admin, and an empty one that is made the same from it."""

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import grpc
import pytest
from flyteidl.service.admin_pb2_grpc import AdminServiceStub

from tests.e2e.between import Between, between
from tests.e2e.conftest import ETL, Cli
from tests.e2e.test_import_live import PLATFORM
from tests.remote.held import listing

SHELVED = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: shelved}
spec: {title: Shelved}
---
""" + ETL.replace("flytesnacks", "shelved")


@pytest.fixture
def filled(cli: Cli, admin: Between, here: Path) -> Between:
    """Two versions of a pipeline, the older one active; settings, names, an archived project."""
    (here / "before").mkdir()
    (here / "before/platform.yaml").write_text(PLATFORM)
    for cron in ("0 7 * * *", "0 6 * * *"):
        (here / "before/etl.yaml").write_text(ETL.replace("0 6 * * *", cron))
        assert cli("apply", "before", "--auto-approve").code == 0
    (here / "shelved.yaml").write_text(SHELVED)
    assert cli("apply", "shelved.yaml", "--auto-approve").code == 0
    (here / "shelved.yaml").write_text(
        SHELVED.split("---")[0].replace("Shelved}", "Shelved, state: archived}")
    )
    assert cli("apply", "shelved.yaml", "--auto-approve").code == 0
    return admin


def held(endpoint: str) -> Mapping[str, str]:
    with grpc.insecure_channel(endpoint) as channel:
        return listing(AdminServiceStub(channel))


@pytest.mark.parametrize("code", [[], ["--with-code"]], ids=str)
def test_an_empty_admin_is_made_the_same(
    cli: Cli, filled: Between, here: Path, monkeypatch: pytest.MonkeyPatch, code: list[str]
) -> None:
    """By `apply`: all versions, states, settings, archived names; of archived projects what is in
    them first."""
    writes = filled.writes
    done = cli("export", "backup", "--versions", "5", *code)
    assert done.code == 0, done.err
    assert filled.writes == writes
    before = held(filled.endpoint)
    assert sum(key.startswith("launch_plans flytesnacks") for key in before) == 2

    with between() as other:
        monkeypatch.setenv("RECONCILER_ADMIN", other.endpoint)
        for folder in ("backup/.archived", "backup"):
            restored = cli("apply", folder, "--auto-approve")
            assert restored.code == 0, restored.out + restored.err

        assert held(other.endpoint) == before
        assert cli("plan", "backup", "--detailed-exitcode").code == 0


def test_one_file_holds_all_of_it(cli: Cli, filled: Between, here: Path) -> None:
    """The same every night that nothing changed."""
    assert cli("export", "one.tgz").code == 0
    assert cli("export", "other.tgz").code == 0

    assert (here / "one.tgz").read_bytes() == (here / "other.tgz").read_bytes()
    with tarfile.open(here / "one.tgz") as tar:
        assert "weather/production/domain.yaml" in tar.getnames()
    assert cli("export", "one.tgz").code == 1


def test_what_was_written_is_told(cli: Cli, filled: Between) -> None:
    """To people on stderr, to machines as a document."""
    told = cli("export", "backup", "-p", "flytesnacks")
    document = json.loads(cli("export", "again", "-p", "flytesnacks", "--json").out)

    assert told.out == ""
    assert "Wrote backup: " in told.err
    assert document["type"] == "exported"
    assert document["counts"]["projects"] == 1
    assert document["changes"] is None


def test_a_project_that_is_not_there_is_an_error(cli: Cli, admin: Between) -> None:
    """And nothing is written."""
    done = cli("export", "backup", "-p", "nowhere")

    assert done.code == 1
    assert "there is no project nowhere" in done.err
    assert not Path("backup").exists()
