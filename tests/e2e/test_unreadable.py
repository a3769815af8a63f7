"""One of five projects is closed to whoever applies: the others go on, and all is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.conftest import ETL, Cli

PROJECTS = ("alpha", "beta", "gamma", "delta", "epsilon")
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.etl.yaml"]
  ledger: {project: flytesnacks, domain: production}
"""
PROJECT = "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: NAME}\n"


@pytest.fixture
def manifests(here: Path) -> Path:
    """A workspace of five projects with an ETL each."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "projects.etl.yaml").write_text(
        "---\n".join(PROJECT.replace("NAME", name) for name in PROJECTS)
    )
    for name in PROJECTS:
        (here / f"{name}.etl.yaml").write_text(ETL.replace("flytesnacks", name))
    return here


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch, manifests: Path, cli: Cli) -> Iterator[EmbeddedAdmin]:
    """An Admin that has all of it, from one who may see everything."""
    with embedded_admin(chaos="seed=1,deny_project=gamma") as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", f"http://{admin.endpoint}")
        with admin.faults.calm():
            assert cli("apply", "--auto-approve").code == 0
        yield admin


def change(manifests: Path) -> None:
    """A new image everywhere."""
    for file in manifests.glob("*.etl.yaml"):
        file.write_text(file.read_text().replace(":1.4", ":1.5"))


def test_a_closed_scope_has_to_be_accepted(
    cli: Cli, applied: EmbeddedAdmin, manifests: Path
) -> None:
    """Or a missing permission would look like a change of everything."""
    change(manifests)

    plan, apply = cli("plan"), cli("apply", "--auto-approve")

    assert (plan.code, apply.code) == (3, 3)
    assert "gamma/development may not be read" in plan.out
    assert "--allow-unreadable" in apply.err


def test_the_others_are_applied(cli: Cli, applied: EmbeddedAdmin, manifests: Path) -> None:
    """Exit 5, for one was left out; nothing of it was touched, and the rest is as declared."""
    change(manifests)

    first = cli("apply", "--auto-approve", "--allow-unreadable")
    second = cli("apply", "--auto-approve", "--allow-unreadable")

    assert first.code == 5, first.err
    assert "8 registered" not in second.out
    assert "12 registered, 0 updated, 4 activated" in first.out
    assert second.code == 5
    assert "No changes" in second.out
    with applied.faults.calm():
        rest = cli("apply", "--auto-approve")
    assert (rest.code, "3 registered, 0 updated, 1 activated" in rest.out) == (0, True)


def test_nothing_is_retired_there(cli: Cli, applied: EmbeddedAdmin, manifests: Path) -> None:
    """What left the manifests meanwhile stays on where nobody may look."""
    (manifests / "gamma.etl.yaml").unlink()
    (manifests / "beta.etl.yaml").unlink()

    result = cli("apply", "--auto-approve", "--allow-unreadable")

    assert result.code == 5, result.err
    assert "1 deactivated" in result.out
    with applied.faults.calm():
        assert "gamma" in cli("get", "launchplans", "--active").out


def test_nothing_to_do_for_who_may_nothing(
    cli: Cli, applied: EmbeddedAdmin, manifests: Path
) -> None:
    """Exit 7, if the only scope there is is closed."""
    assert cli("plan", "gamma.etl.yaml").code == 7
