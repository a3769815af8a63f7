"""What the documentation shows can be copied, and does what it says."""

import re
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.main import COMMANDS
from reconciler.manifest import KINDS
from tests.e2e.between import Between
from tests.e2e.conftest import Cli

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = ROOT / "examples" / "manifests"


def blocks(page: Path) -> list[str]:
    """The manifests that a page shows; archives and folders of code are no text to copy."""
    found = re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    code = ("kind: Package", "kind: CodeBundle")
    return [text for text in found if "apiVersion" in text and not any(k in text for k in code)]


def test_manifests_of_the_reference_are_one_valid_set(
    cli: Cli, here: Path, admin: Between
) -> None:
    """Copied together into a folder, they can be planned."""
    (here / "manifests").mkdir()
    for number, text in enumerate(blocks(ROOT / "docs" / "manifests.md")):
        name = "reconciler.yaml" if "kind: Workspace" in text else f"manifests/{number}.yaml"
        (here / name).write_text(text)

    assert cli("validate").err == ""
    planned = cli("plan")

    assert planned.code == 0, planned.err
    assert "Plan: 5 to register, 7 to update, 1 to activate" in planned.out


def test_every_kind_is_in_the_reference() -> None:
    """A new kind is not forgotten."""
    text = (ROOT / "docs" / "manifests.md").read_text()

    assert [kind for kind in KINDS if f"kind: {kind}\n" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every file that a page links to is there."""
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text())

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_readme_names_every_command_and_exit_code() -> None:
    """Its tables are complete."""
    text = (ROOT / "README.md").read_text()

    assert [name for name in COMMANDS if f"| `reconciler {name}" not in text] == []
    assert [code for code in Exit if f"| {code.value} |" not in text] == []


def test_examples_apply_twice(cli: Cli, admin: Between) -> None:
    """The second time there is nothing to do."""
    first = cli("apply", EXAMPLES, "--auto-approve")
    writes = admin.writes
    second = cli("apply", EXAMPLES, "--auto-approve")

    assert first.code == 0, first.out + first.err
    assert "Apply complete!" in first.out
    assert second.out.splitlines()[-1] == "No changes. Flyte Admin matches the manifests."
    assert admin.writes == writes
    assert "active" in cli("get", "launchplans", "--active").out
