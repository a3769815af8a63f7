"""From an Admin that others filled to manifests that a plan finds nothing to do about."""

import json
from pathlib import Path

import pytest

from reconciler.remote import Config, Remote
from tests.desired.test_every_field import EVERYTHING
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

PLATFORM = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: weather}
spec: {title: Weather, description: rain, labels: {team: sky}}
---
apiVersion: reconciler/v1
kind: Domain
metadata: {project: weather, name: production}
spec:
  attributes:
    executionQueue: {tags: [critical]}
    taskResources: {defaults: {cpu: "1"}, limits: {cpu: "2", memory: 1Gi}}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: weather, domain: production, name: old, description: gone, archived: true}
spec:
  description: {short: adds, long: {text: "# adds\\n", format: markdown}}
  container: {image: "ghcr.io/acme/etl@sha256:1111"}
"""


@pytest.fixture
def estate(cli: Cli, admin: Between, here: Path) -> Between:
    """Two projects, one of them with everything that can be said of places and names."""
    (here / "before").mkdir()
    (here / "before/etl.yaml").write_text(ETL)
    (here / "before/platform.yaml").write_text(PLATFORM)
    assert cli("apply", "before", "--auto-approve").code == 0
    return admin


@pytest.mark.parametrize("form", ["yaml", "packages"])
def test_a_plan_of_what_was_imported_is_empty(
    cli: Cli, estate: Between, here: Path, form: str
) -> None:
    """In either form; importing writes nothing to Admin."""
    writes = estate.writes

    done = cli("import", "live", "--as", form, "--write", "live")

    assert done.code == 0, done.err
    assert "A plan of it changes nothing." in done.err
    assert estate.writes == writes
    assert cli("plan", "live", "--detailed-exitcode").code == 0
    assert cli("fmt", "--check", "live").code == 0
    names = {str(path.relative_to(here / "live")) for path in (here / "live").rglob("*.yaml")}
    places = {"flytesnacks/project.yaml", "weather/project.yaml", "weather/production/domain.yaml"}
    assert places <= names
    assert ("flytesnacks/development/launch-plans.yaml" in names) is (form == "yaml")


@pytest.mark.parametrize("form", ["yaml", "packages"])
def test_everything_that_can_be_said_is_imported(
    cli: Cli, admin: Between, here: Path, form: str
) -> None:
    """One of everything that manifests have words for comes back, and means the same."""
    text = EVERYTHING.read_text().replace(
        "project: p, domain: d", "project: flytesnacks, domain: development"
    )
    (here / "everything.yaml").write_text(text)
    assert cli("apply", "everything.yaml", "--auto-approve").code == 0

    done = cli("import", "live", "--as", form, "--write", "live", "--json")

    assert done.code == 0, done.err
    assert json.loads(done.out)["changes"] == []
    assert cli("plan", "live", "--detailed-exitcode").code == 0


def test_what_is_imported_says_what_people_look_for(cli: Cli, estate: Between, here: Path) -> None:
    """Schedules, inputs and what is active are there to be read and changed."""
    assert cli("import", "live", "--write", "live").code == 0

    text = (here / "live/flytesnacks/development/launch-plans.yaml").read_text()
    domain = (here / "live/weather/production/domain.yaml").read_text()

    for said in ("cron: 0 6 * * *", "day: monday", "state: active"):
        assert said in text
    assert "raw:" not in text
    for said in ("executionQueue", "memory: 1Gi", "archived: true", "description: gone"):
        assert said in domain
    (here / "live/flytesnacks/development/launch-plans.yaml").write_text(
        text.replace("0 6 * * *", "0 7 * * *").replace("version:", "version: again #", 1)
    )
    assert "0 7 * * *" in cli("plan", "live", "--verbose").out


def test_what_was_imported_can_be_adopted(cli: Cli, estate: Between, here: Path) -> None:
    """With a ledger it is owned, and still nothing is written to what it is about."""
    cli("import", "live", "-p", "flytesnacks", "-d", "development", "--write", "live")
    (here / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: etl}\n"
        "spec: {manifests: [live], ledger: {project: flytesnacks, domain: production}}\n"
    )

    done = cli("adopt", "*")

    assert done.code == 0, done.out + done.err
    assert cli("plan", "--detailed-exitcode").code == 0
    assert cli("drift").code == 0


def test_one_domain_is_imported_without_its_project(cli: Cli, estate: Between, here: Path) -> None:
    """Which belongs to whoever has the others, too."""
    done = cli("import", "live", "-p", "weather", "-d", "production", "--write", "live", "--json")
    document = json.loads(done.out)

    assert document["type"] == "imported"
    assert document["changes"] == []
    assert document["counts"]["projects"] == 0
    assert {path.name for path in (here / "live").iterdir()} == {"weather"}
    assert not (here / "live/weather/project.yaml").exists()


def test_what_no_rule_allows_is_imported_as_it_is(cli: Cli, admin: Between, here: Path) -> None:
    """A schedule that never fires is somebody's, and its manifest says why it may be there."""
    text = ETL.replace("0 6 * * *", "0 6 31 2 *").replace("\n  state: active", "")
    text = text.replace(
        "name: etl.daily}\nspec:\n  workflow",
        "name: etl.daily, lint: {ignore: [{code: cron-never-fires, reason: old}]}}\n"
        "spec:\n  workflow",
    )
    (here / "etl.yaml").write_text(text)
    assert cli("apply", "etl.yaml", "--auto-approve").code == 0

    done = cli("import", "live", "--write", "live")

    assert done.code == 0, done.err
    assert "cron-never-fires" in "".join(
        path.read_text() for path in (here / "live").rglob("*.yaml")
    )


def test_nobody_has_to_know_where_it_lies(cli: Cli, estate: Between, here: Path) -> None:
    """From Python it is the same."""
    config = Config.for_endpoint(estate.endpoint, insecure=True, environ={})
    with Remote(config) as remote:
        found = remote.import_live(here / "live")

    assert found.changes == ()
    assert found.counts["active"] == 1


def test_of_an_archived_project_only_that_is_imported(
    cli: Cli, estate: Between, here: Path
) -> None:
    """Nothing can be registered there, so nothing in it can be declared; it is told."""
    project = PLATFORM.split("---")[0].replace("weather", "shelved")
    (here / "shelved.yaml").write_text(project + "---\n" + ETL.replace("flytesnacks", "shelved"))
    assert cli("apply", "shelved.yaml", "--auto-approve").code == 0
    (here / "shelved.yaml").write_text(project.replace("title", "state: archived, title"))
    assert cli("apply", "shelved.yaml", "--auto-approve").code == 0

    done = cli("import", "live", "--write", "live")

    assert done.code == 0, done.err
    assert "project shelved is archived" in done.err
    assert "state: archived" in (here / "live/shelved/project.yaml").read_text()
    assert [*(here / "live/shelved").iterdir()] == [here / "live/shelved/project.yaml"]
