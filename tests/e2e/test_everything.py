"""One of everything that manifests have words for, registered with a Flyte Admin."""

from pathlib import Path

import pytest

from tests.desired.test_every_field import EVERYTHING
from tests.e2e.between import Between
from tests.e2e.conftest import Cli


@pytest.mark.parametrize("version", ["auto", "v1"])
def test_admin_takes_everything_that_can_be_said(
    cli: Cli, here: Path, admin: Between, version: str
) -> None:
    """As it was planned: the second time there is nothing to do.

    Versions of one's own are read back and compared field by field.
    """
    text = EVERYTHING.read_text().replace(
        "project: p, domain: d", "project: flytesnacks, domain: development"
    )
    text = text.replace("\nspec:\n", f"\nspec:\n  version: {version}\n")
    (here / "everything.yaml").write_text(text)

    first = cli("apply", here / "everything.yaml", "--auto-approve")
    writes = admin.writes
    second = cli("apply", here / "everything.yaml", "--auto-approve")

    assert first.code == 0, first.out + first.err
    assert "Apply complete!" in first.out
    assert second.out.splitlines()[-1] == "No changes. Flyte Admin matches the manifests."
    assert admin.writes == writes
