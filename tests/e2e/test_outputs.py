"""Results beside the text and in its place: Markdown, JUnit, JSON Lines."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from reconciler.report import document_schemas
from tests.e2e.between import Between
from tests.e2e.conftest import Cli

MARKER = "<!-- reconciler -->"


def lines(text: str) -> list[dict[str, Any]]:
    """JSON Lines, each as the schema says."""
    schema = Draft202012Validator(json.loads(document_schemas()["event.json"]))
    found = [json.loads(line) for line in text.splitlines()]
    for line in found:
        schema.validate(line)
    return found


def rolled(cli: Cli, etl: Path) -> None:
    """Apply, and change the image and an environment variable."""
    etl.write_text(etl.read_text().replace("image:", "env: {LEVEL: info}, image:", 1))
    assert cli("apply", etl, "--auto-approve").code == 0
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5").replace("info", "debug"))


def test_a_plan_says_what_it_means_first(cli: Cli, admin: Between, etl: Path) -> None:
    """What will be different of the launch plan that is active, down to its task."""
    rolled(cli, etl)

    out = cli("plan", etl).out

    assert out.index("What will be different:") < out.index("What will be done:")
    assert "~ image" in out
    assert '~ container.env[LEVEL].value: "info" → "debug"' in out
    assert "fires cron" not in out  # its schedule is what it was


def test_effects_cost_one_call_a_switch(cli: Cli, admin: Between, etl: Path) -> None:
    """And nothing once all is as declared."""
    rolled(cli, etl)
    admin.calls.clear()
    cli("plan", etl)
    with_changes = admin.calls["GetWorkflow"]

    cli("apply", etl, "--auto-approve")
    admin.calls.clear()
    cli("plan", etl)

    assert with_changes == 1
    assert admin.calls["GetWorkflow"] == 0


def test_a_saved_plan_is_shown_in_every_form(cli: Cli, admin: Between, etl: Path) -> None:
    """As it was when it was made."""
    rolled(cli, etl)
    planned = cli("plan", "etl.yaml", "--out", "saved.plan", "--markdown-into", "planned.md")

    shown = cli("show", "saved.plan", "--markdown-into", "shown.md", "--junit-into", "shown.xml")

    assert planned.code == 0
    assert "What will be different:" in shown.out
    assert Path("shown.md").read_text() == Path("planned.md").read_text()
    assert ElementTree.parse("shown.xml").getroot()[0].get("failures") == "0"
    assert cli("show", "saved.plan", "--format", "markdown").out.startswith(MARKER)


def test_an_apply_is_told_line_by_line(cli: Cli, admin: Between, etl: Path) -> None:
    """On stdout with --json, and the same into a file beside."""
    result = cli("apply", etl, "--auto-approve", "--json", "--json-into", "apply.jsonl")

    told = lines(result.out)
    kinds = [line["type"] for line in told]
    assert kinds[0] == "version"
    assert kinds.index("planned") < kinds.index("step_start")
    assert any("No ledger" in line["message"] for line in told if line["type"] == "remark")
    assert told[-1]["type"] == "apply"
    ended = [line["outcome"]["address"] for line in told if line["type"] == "step_end"]
    assert sorted(ended) == sorted(one["address"] for one in told[-1]["outcomes"])
    beside = lines(Path("apply.jsonl").read_text())
    assert [line["type"] for line in beside] == kinds
    assert beside[-1] == told[-1]


def test_files_are_written_beside_the_text(cli: Cli, admin: Between, etl: Path) -> None:
    """The text stays what it is; values that tend to be secret are only in it."""
    rolled(cli, etl)

    result = cli(
        *("plan", etl, "--json-into", "p.jsonl"),
        *("--markdown-into", "p.md", "--junit-into", "p.xml"),
    )

    assert '"info" → "debug"' in result.out
    document = lines(Path("p.jsonl").read_text())[-1]
    assert document["type"] == "plan"
    markdown = Path("p.md").read_text()
    assert markdown.startswith(f"{MARKER}\n## Plan\n")
    assert "(sensitive value #1) → (sensitive value #2)" in markdown
    (suite,) = ElementTree.parse("p.xml").getroot()
    assert suite.get("failures") == "0"
    for file in ("p.jsonl", "p.md", "p.xml"):
        assert "debug" not in Path(file).read_text()


@pytest.mark.parametrize(
    ("form", "begins"),
    [("markdown", MARKER), ("junit", "<?xml"), ("json", "{"), ("text", "Actions")],
)
def test_a_form_stands_alone_on_stdout(
    cli: Cli, admin: Between, etl: Path, form: str, begins: str
) -> None:
    """Nothing before it, nothing behind it."""
    out = cli("plan", etl, "--format", form).out

    assert out.startswith(begins)
    assert (form == "text") is out.startswith("Actions are marked")


def test_what_a_workspace_reveals_is_shown(cli: Cli, admin: Between, etl: Path) -> None:
    """By its path, in every document."""
    rolled(cli, etl)
    Path("reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: shop}\nspec:\n"
        "  manifests: [etl.yaml]\n"
        '  reveal: ["container.env[LEVEL].value"]\n'
    )

    markdown = cli("plan", "--format", "markdown").out
    document = json.loads(cli("plan", "--json").out)

    assert '"info" → "debug"' in markdown
    (effect,) = document["effects"]
    changes = [change for part in effect["parts"] for change in part["changes"]]
    assert {"path": "container.env[LEVEL].value", "before": "info", "after": "debug"}.items() <= (
        next(change for change in changes if "env" in change["path"]).items()
    )


def test_a_failure_is_in_every_file(cli: Cli, etl: Path) -> None:
    """No endpoint, no plan: CI has something to show all the same."""
    result = cli(
        *("plan", etl, "--json-into", "p.jsonl"),
        *("--markdown-into", "p.md", "--junit-into", "p.xml"),
    )

    assert result.code == 1
    assert lines(Path("p.jsonl").read_text())[-1]["type"] == "error"
    assert "no endpoint" in Path("p.md").read_text() or "endpoint" in Path("p.md").read_text()
    (suite,) = ElementTree.parse("p.xml").getroot()
    assert suite.get("failures") == "1"


def test_a_file_that_cannot_be_written_is_told_before_anything_is_done(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """An apply that nobody could read about."""
    result = cli("apply", etl, "--auto-approve", "--markdown-into", "no/such/folder.md")

    assert result.code == 1
    assert "no/such/folder.md" in result.err
    assert admin.writes == 0


def test_long_markdown_goes_on_in_further_files(cli: Cli, admin: Between, here: Path) -> None:
    """And what a longer one left behind is taken away."""
    manifest = here / "many.yaml"
    task = (
        "apiVersion: reconciler/v1\nkind: Task\nmetadata: {project: flytesnacks, "
        "domain: development, name: NAME}\nspec:\n  container: {image: acme/etl:1.4}\n"
    )
    manifest.write_text("---\n".join(task.replace("NAME", f"task-{n:04}") for n in range(600)))
    Path("plan-3.md").write_text("mine\n")

    cli("plan", manifest, "--markdown-into", "plan.md", "--markdown-limit", "16000")
    assert Path("plan-2.md").read_text().startswith(MARKER)
    manifest.write_text(task)
    cli("plan", manifest, "--markdown-into", "plan.md", "--markdown-limit", "16000")

    assert not Path("plan-2.md").exists()
    assert Path("plan-3.md").read_text() == "mine\n"


def test_several_environments_share_the_files(cli: Cli, admin: Between, etl: Path) -> None:
    """A heading, a suite, a section each."""
    Path("reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: shop}\nspec:\n"
        "  manifests: [etl.yaml]\n  environments: {dev: {}, prod: {}}\n"
    )

    result = cli(
        *("apply", "-e", "dev", "-e", "prod", "--auto-approve", "--json-into", "a.jsonl"),
        *("--markdown-into", "a.md", "--junit-into", "a.xml"),
    )

    assert result.code == 0
    told = lines(Path("a.jsonl").read_text())
    assert told[-1]["type"] == "applies"
    assert {line["environment"] for line in told[1:-1]} == {"dev", "prod"}
    markdown = Path("a.md").read_text()
    assert "## Apply: environment dev\n" in markdown
    assert "## Apply: environment prod\n" in markdown
    assert len(ElementTree.parse("a.xml").getroot()) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--markdown-limit", "100"),
        ("plan", "--markdown-limit", "sourceforge"),
        ("plan", "--format", "html"),
        ("apply", "--format", "json"),
    ],
)
def test_misuse(cli: Cli, arguments: tuple[str, ...]) -> None:
    """Told before anything is read."""
    assert cli(*arguments).code == 64
