"""What left the manifests: a deleted schedule stops firing, and nothing else is touched."""

from pathlib import Path

import pytest

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.model import Kind, ResourceId
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.etl.yaml"]
  ledger: {project: flytesnacks, domain: production}
"""
LAUNCH_PLAN = ETL.split("---\n")[-1]


@pytest.fixture
def manifests(here: Path) -> Path:
    """A workspace of two files: one with all of an ETL, one with one more launch plan of it."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "base.etl.yaml").write_text(ETL)
    more = here / "more.etl.yaml"
    more.write_text(LAUNCH_PLAN.replace("name: etl.daily}\nspec", "name: etl.more}\nspec", 1))
    return more


def active(cli: Cli, *options: str) -> list[str]:
    """The names of what is active."""
    lines = cli("get", "launchplans", "--active", *options).out.splitlines()
    return [line.split()[2] for line in lines[1:]]


def test_a_deleted_launch_plan_stops_firing(cli: Cli, admin: Between, manifests: Path) -> None:
    """flyte#3109: taken out of the code, it kept firing for ever."""
    assert cli("apply", "--auto-approve").code == 0
    assert active(cli) == ["etl.daily", "etl.more"]
    manifests.unlink()

    planned = cli("plan", "--detailed-exitcode")
    applied = cli("apply", "--auto-approve")

    assert planned.code == 2
    assert "no longer in the manifests" in planned.out
    assert applied.code == 0, applied.err
    assert active(cli) == ["etl.daily"]
    assert cli("plan", "--detailed-exitcode").code == 0


def test_it_can_come_back(cli: Cli, admin: Between, manifests: Path) -> None:
    """Switched off is not deleted: the same version is switched on again, nothing is created."""
    text = manifests.read_text()
    cli("apply", "--auto-approve")
    manifests.unlink()
    cli("apply", "--auto-approve")
    manifests.write_text(text)

    result = cli("apply", "--auto-approve")

    assert "0 registered, 0 updated, 1 activated" in result.out
    assert active(cli) == ["etl.daily", "etl.more"]


def test_no_prune_names_what_goes_on_firing(cli: Cli, admin: Between, manifests: Path) -> None:
    """It is still there, and said to be."""
    cli("apply", "--auto-approve")
    manifests.unlink()

    result = cli("apply", "--auto-approve", "--no-prune")

    assert result.code == 0
    assert "etl.more is no longer in the manifests" in result.out
    assert active(cli) == ["etl.daily", "etl.more"]


def test_unmanaged_is_not_deleted(cli: Cli, admin: Between, manifests: Path) -> None:
    """A launch plan that is declared without a state stays as it is."""
    cli("apply", "--auto-approve")
    manifests.write_text(manifests.read_text().replace("state: active", "state: unmanaged"))

    cli("apply", "--auto-approve")

    assert active(cli) == ["etl.daily", "etl.more"]


def test_some_manifests_retire_nothing(cli: Cli, admin: Between, manifests: Path) -> None:
    """Files that are named on the command line are not all of the workspace."""
    cli("apply", "--auto-approve")

    result = cli("apply", "base.etl.yaml", "--auto-approve")

    assert result.out.splitlines()[-1] == "No changes. Flyte Admin matches the manifests."
    assert active(cli) == ["etl.daily", "etl.more"]


def test_what_is_not_ours_is_left_alone(cli: Cli, admin: Between, manifests: Path) -> None:
    """Applied by another workspace: whatever our manifests say or do not say."""
    workspace = manifests.parent / "reconciler.yaml"
    cli("apply", "--auto-approve")
    workspace.write_text(WORKSPACE.replace("name: shop", "name: other"))
    manifests.unlink()

    assert cli("plan", "--detailed-exitcode").code == 0
    assert active(cli) == ["etl.daily", "etl.more"]


def test_what_someone_moved_by_hand_is_left_alone(
    cli: Cli, admin: Between, manifests: Path
) -> None:
    """We left one version active, and it is another now: a person decided so."""
    cli("apply", "--auto-approve")
    manifests.write_text(manifests.read_text().replace("0 6", "0 7"))
    cli("apply", "--auto-approve")
    config = Config(endpoint=admin.endpoint, source="the test", insecure=True)
    with connect(config) as connection:
        place = ResourceId(Kind.ACTIVATION, "flytesnacks", "development", "etl.more")
        ledger = connection.ledger(project="flytesnacks", domain="production", workspace="shop")
        first = next(
            owned.active
            for record in ledger.records()
            for owned in getattr(record.body, "gained", ())
            if owned.id == place
        )
        connection.writer.set_active(place.at(first), active=True)
    manifests.unlink()

    result = cli("apply", "--auto-approve")

    assert result.code == 0
    assert "stays as it is" in result.out
    assert active(cli) == ["etl.daily", "etl.more"]


def test_switching_off_many_has_to_be_meant(cli: Cli, admin: Between, manifests: Path) -> None:
    """Half of a domain gone is rather a mistake in a glob: exit 3, and a flag to overrule."""
    more = manifests.read_text()
    manifests.write_text(
        "---\n".join(more.replace("etl.more", f"etl.more{n}", 1) for n in range(10))
    )
    cli("apply", "--auto-approve")
    manifests.unlink()

    planned = cli("plan")
    refused = cli("apply", "--auto-approve")
    meant = cli("apply", "--auto-approve", "--allow-many-deactivations")

    assert (planned.code, refused.code, meant.code) == (3, 3, 0)
    assert "10 of 11 active launch plans in flytesnacks/development" in refused.err
    assert active(cli) == ["etl.daily"]


def test_environments_know_nothing_of_each_other(
    cli: Cli, admin: Between, manifests: Path
) -> None:
    """Each has a ledger of its own, though they share its home and an Admin."""
    (manifests.parent / "reconciler.yaml").write_text(
        WORKSPACE + "  environments:\n    dev: {}\n    live: {domains: {development: staging}}\n"
    )
    cli("apply", "--auto-approve", "-e", "dev")
    cli("apply", "--auto-approve", "-e", "live")
    manifests.unlink()

    assert cli("apply", "--auto-approve", "-e", "live").code == 0

    assert active(cli, "-e", "dev") == ["etl.daily", "etl.more", "etl.daily"]


ROW = """\
apiVersion: reconciler/v1
kind: Domain
metadata: {project: flytesnacks, name: development}
spec:
  attributes:
    taskResources:
      defaults: {cpu: "1"}
"""
PROJECT_ROW = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: flytesnacks}
spec:
  attributes:
    taskResources:
      defaults: {cpu: "2"}
"""


def named_entity_states(admin: Between, name: str) -> dict[str, int]:
    """Whether a name is archived (1), by the kind that it is of."""
    with connect(Config(endpoint=admin.endpoint, source="the test", insecure=True)) as connection:
        ids = [
            ResourceId(Kind.NAMED_ENTITY, "flytesnacks", "development", name, facet=facet)
            for facet in ("task", "workflow", "launch_plan")
        ]
        found = connection.reader.named_entities(ids)
    return {id.facet: one.spec.state for id, one in found.items()}  # type: ignore[union-attr]


def test_names_that_left_are_put_away_if_asked(cli: Cli, admin: Between, manifests: Path) -> None:
    """Off first, then archived, all in one apply; then there is nothing to do."""
    cli("apply", "--auto-approve")
    manifests.unlink()

    result = cli("apply", "--auto-approve", "--prune-names")

    assert result.code == 0, result.err
    assert "1 deactivated, 1 archived" in result.out
    assert named_entity_states(admin, "etl.more") == {"launch_plan": 1}
    assert cli("plan", "--prune-names", "--detailed-exitcode").code == 0
    assert "owned: 6" in cli("ledger", "stats").out  # four, the name put away, and its switch


def test_what_comes_back_is_no_longer_archived(cli: Cli, admin: Between, manifests: Path) -> None:
    """The workspace may ask for it once and for all."""
    text = manifests.read_text()
    (manifests.parent / "reconciler.yaml").write_text(WORKSPACE + "  prune: {names: archive}\n")
    cli("apply", "--auto-approve")
    manifests.unlink()
    assert "1 archived" in cli("apply", "--auto-approve").out
    manifests.write_text(text)

    result = cli("apply", "--auto-approve")

    assert "1 unarchived" in result.out, result.err
    assert named_entity_states(admin, "etl.more") == {"launch_plan": 0}
    assert active(cli) == ["etl.daily", "etl.more"]
    assert cli("plan", "--detailed-exitcode").code == 0


def test_attributes_that_left_are_deleted_if_asked(
    cli: Cli, admin: Between, manifests: Path
) -> None:
    """Deleting a project's row takes those of its domains along: they are written again."""
    row = manifests.parent / "project.etl.yaml"
    row.write_text(PROJECT_ROW)
    (manifests.parent / "row.etl.yaml").write_text(ROW)
    assert cli("apply", "--auto-approve").code == 0
    row.unlink()

    kept = cli("apply", "--auto-approve")
    planned = cli("plan", "--prune-attributes")
    deleted = cli("apply", "--auto-approve", "--prune-attributes")

    assert "1 row of attributes of ours left the manifests" in kept.out
    assert "dropped by Admin's delete, and written again" in planned.out
    assert deleted.code == 0, deleted.err
    assert "1 deleted" in deleted.out
    assert cli("plan", "--detailed-exitcode", "--prune-attributes").code == 0
    assert "left the manifests" not in cli("plan").out


def test_attributes_that_somebody_changed_stay(cli: Cli, admin: Between, manifests: Path) -> None:
    """They are not as we left them, so it is not ours to decide."""
    row = manifests.parent / "row.etl.yaml"
    row.write_text(ROW)
    cli("apply", "--auto-approve")
    (manifests.parent / "theirs.yaml").write_text(ROW.replace('cpu: "1"', 'cpu: "3"'))
    (manifests.parent / "reconciler.yaml").rename(manifests.parent / "aside")
    assert cli("apply", "theirs.yaml", "--auto-approve").code == 0
    (manifests.parent / "aside").rename(manifests.parent / "reconciler.yaml")
    row.unlink()

    result = cli("apply", "--auto-approve", "--prune-attributes")

    assert "stays as it is: somebody has changed it since" in result.out
    assert "deleted" not in result.out


def test_a_saved_plan_retires_as_well(cli: Cli, admin: Between, manifests: Path) -> None:
    """Switched off, archived, forgotten: all of it as it was planned."""
    cli("apply", "--auto-approve")
    manifests.unlink()
    assert cli("plan", "--prune-names", "--out", "retire.plan").code == 0

    result = cli("apply", "retire.plan")

    assert result.code == 0, result.err
    assert "1 deactivated, 1 archived" in result.out
    assert cli("plan", "--prune-names", "--detailed-exitcode").code == 0
