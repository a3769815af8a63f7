"""One set of manifests in several environments, and several workspaces of one repository."""

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: etl-team}
spec:
  manifests: [etl.yaml]
  scopes: [flytesnacks]
  variables:
    tag: {type: string, default: "1.4"}
  environments:
    dev:
      admin: {endpoint: "sandbox:dev.sqlite"}
      overrides: [{match: {kind: LaunchPlan}, set: {spec: {state: inactive}}}]
    production:
      admin: {endpoint: "sandbox:production.sqlite"}
      domains: {development: production}
"""


@pytest.fixture
def workspace(here: Path) -> Path:
    (here / "etl.yaml").write_text(ETL.replace("etl:1.4", "etl:${var.tag}"))
    (here / "reconciler.yaml").write_text(WORKSPACE)
    return here


def test_one_flag_takes_a_set_to_an_environment(cli: Cli, workspace: Path) -> None:
    """There under its own domain, and schedules are switched on in production only."""
    for environment in ("dev", "production"):
        applied = cli("apply", "-e", environment, "--auto-approve")
        assert applied.code == 0, applied.err

    active = json.loads(cli("get", "launchplans", "--active", "-e", "production", "--json").out)

    assert [one["domain"] for one in active["launch_plans"]] == ["production"]
    assert "etl.daily" not in cli("get", "launchplans", "--active", "-e", "dev").out
    assert "(from reconciler.yaml, environment dev)" in cli("plan", "-e", "dev").err
    assert cli("plan", "-e", "dev", "--detailed-exitcode").code == 0


def test_versions_are_the_same_in_every_environment(cli: Cli, workspace: Path) -> None:
    """What is the same there is the same version, so it can be recognised."""
    versions = []
    for environment in ("dev", "production"):
        plan = json.loads(cli("plan", "-e", environment, "--json").out)
        actions = [one for one in plan["actions"] if one["kind"] != "activation"]
        versions.append({(one["kind"], one["name"]): one["version"] for one in actions})

    assert versions[0] == versions[1]


def test_a_chosen_environments_endpoint_wins_over_the_shells(
    cli: Cli, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says production must not end up elsewhere; --admin is as explicit, so it wins."""
    monkeypatch.setenv("RECONCILER_ADMIN", "sandbox:elsewhere.sqlite")

    assert "sandbox:production.sqlite" in cli("plan", "-e", "production").err
    assert "sandbox:x.sqlite" in cli("plan", "-e", "production", "--admin", "sandbox:x.sqlite").err


def test_several_environments_have_a_section_and_a_code_each(cli: Cli, workspace: Path) -> None:
    """The gravest decides; an error in one keeps none of the others from being planned."""
    cli("apply", "-e", "dev", "--auto-approve")

    done = cli("plan", "-e", "dev", "-e", "production", "--detailed-exitcode")

    assert done.code == 2
    assert done.out.splitlines()[0] == "── environment dev ──"
    assert "No changes." in done.out
    assert done.out.splitlines()[-3:] == [
        "── all ──",
        "environment dev         exit 0",
        "environment production  exit 2",
    ]


def test_json_of_several_is_one_document(cli: Cli, workspace: Path) -> None:
    """With the document of each, also of one that failed."""
    (workspace / "reconciler.yaml").write_text(
        WORKSPACE.replace("  environments:", "    need: string\n  environments:").replace(
            "      domains:", "      variables: {need: x}\n      domains:"
        )
    )

    done = cli("plan", "-e", "dev", "-e", "production", "--json")
    document = json.loads(done.out)

    assert done.code == 1
    assert document["type"] == "plans"
    assert document["exit_code"] == 1
    assert [(one["environment"], one["exit_code"]) for one in document["sections"]] == [
        ("dev", 1),
        ("production", 0),
    ]
    failed, planned = (one["result"] for one in document["sections"])
    assert failed["type"] == "error"
    assert failed["diagnostics"][0]["code"] == "unset-variable"
    assert planned["type"] == "plan"
    assert "the variable need has no value" in done.err


def test_apply_stops_at_the_first_environment_that_fails(cli: Cli, workspace: Path) -> None:
    """What comes later may be production."""
    (workspace / "reconciler.yaml").write_text(
        WORKSPACE.replace("state: inactive", "state: inactvie")
    )

    done = cli("apply", "-e", "dev", "-e", "production", "--auto-approve", "--json")
    document = done.last

    assert done.code == 1
    assert [one["exit_code"] for one in document["sections"]] == [1, None]
    assert not (workspace / "production.sqlite").exists()


def test_validate_checks_every_environment(cli: Cli, workspace: Path) -> None:
    """Unless some are named; plan wants to be told."""
    done = cli("validate")
    assert done.code == 0
    assert "── environment production ──" in done.out

    assert "environment" not in cli("validate", "-e", "dev").out
    refused = cli("plan")
    assert refused.code == 1
    assert "name one by -e: dev, production" in refused.err


def test_values_are_taken_in_the_order_of_the_line(cli: Cli, workspace: Path) -> None:
    """Across --var and --var-file."""
    (workspace / "v.yaml").write_text("tag: from-file\n")

    def image(*options: str) -> str:
        out = cli("plan", "-e", "dev", "--verbose", *options).out
        return next(line for line in out.splitlines() if "container.image" in line)

    assert 'etl:1.4"' in image()
    assert 'etl:from-file"' in image("--var", "tag=a", "--var-file", "v.yaml")
    assert 'etl:a"' in image("--var-file", "v.yaml", "--var", "tag=a")
    assert 'etl:b"' in image("--var", "tag=a", "--var=tag=b")


def test_values_without_a_workspace_are_refused(cli: Cli, here: Path) -> None:
    """Nothing declares what they are for."""
    (here / "etl.yaml").write_text(ETL)

    assert "there is none here" in cli("validate", "etl.yaml", "--var", "a=b").err
    assert "there is none here" in cli("validate", "etl.yaml", "-e", "dev").err


SECRET = (
    'correct horse\tbattery "staple" and a good deal more than is ever shown on one line of text'
)


@pytest.mark.parametrize("options", [[], ["--verbose"], ["--json"]], ids=str)
def test_sensitive_values_are_never_printed(
    cli: Cli, workspace: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    """New, changed, or repeated by whoever refuses it; numbered, so that a change is seen."""
    (workspace / "reconciler.yaml").write_text(
        WORKSPACE.replace(
            "  environments:", "    token: {type: string, sensitive: true}\n  environments:"
        )
    )
    text = ETL.replace(
        'image: "ghcr.io/acme/etl:1.4"',
        'image: x, env: {TOKEN: "${var.token}", T: "a${var.token}"}',
    ).replace("day: monday", 'day: "${var.token}"')
    (workspace / "etl.yaml").write_text(
        text.replace("spec:\n  inputs", "spec:\n  version: v1\n  inputs", 1)
    )
    monkeypatch.setenv("RECONCILER_VAR_token", SECRET)

    first = cli("apply", "-e", "dev", "--auto-approve", *options)
    assert first.code == 0, first.err
    monkeypatch.setenv("RECONCILER_VAR_token", SECRET.upper())
    conflict = cli("plan", "-e", "dev", *options)
    assert conflict.code == 1
    assert "(sensitive #1)" in conflict.out
    wrong = text.replace("image: x", 'image: x, retrise: "${var.token}"')
    (workspace / "etl.yaml").write_text(wrong)
    refused = cli("validate", "-e", "dev")

    for shown in (first, conflict, refused):
        both = (shown.out + shown.err).lower()
        assert "horse" not in both
        assert "staple" not in both


def test_workspaces_of_a_repository_go_in_order(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, or those that are named; paths are seen from where one stands."""
    for name, documents in (
        ("platform", ETL.split("---\n")[:1]),
        ("team", ETL.split("---\n")[1:]),
    ):
        (here / name).mkdir()
        (here / name / "reconciler.yaml").write_text(
            "apiVersion: reconciler/v1\nkind: Workspace\n"
            f"metadata: {{name: {name}}}\nspec: {{manifests: [m.yaml]}}\n"
        )
        (here / name / "m.yaml").write_text("---\n".join(documents))
    workflow = here / "team/m.yaml"
    workflow.write_text(
        workflow.read_text().replace("{name: etl.extract}", "{name: etl.extract, version: latest}")
    )
    (here / "reconciler.workspaces.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspaces\nspec: {workspaces: [platform, team]}\n"
    )
    monkeypatch.setenv("RECONCILER_ADMIN", "sandbox:flyte.sqlite")

    applied = cli("apply", "--auto-approve")

    assert applied.code == 0, applied.err
    assert applied.out.index("── workspace platform ──") < applied.out.index(
        "── workspace team ──"
    )
    assert cli("plan", "--detailed-exitcode").code == 0
    named = cli("plan", "--workspace", "team")
    assert "──" not in named.out
    assert named.code == 0
    assert "lists no workspace taem" in cli("plan", "--workspace", "taem").err


def test_an_override_that_is_about_nothing_is_told(cli: Cli, workspace: Path) -> None:
    """By whatever reads the whole set; of a part of it nothing can be said."""
    file = workspace / "reconciler.yaml"
    file.write_text(file.read_text().replace("{kind: LaunchPlan}", "{name: etl.dayly}"))

    told = "reconciler.yaml:12:20: warning: the override is about none of the manifests"
    hint = "no name fits etl.dayly; did you mean etl.daily?"
    for command in ("validate", "plan"):
        whole = cli(command, "-e", "dev")
        assert whole.code == 0
        assert told in whole.out + whole.err
        assert hint in whole.out + whole.err
        part = cli(command, "etl.yaml", "-e", "dev")
        assert told not in part.out + part.err
    warnings = json.loads(cli("plan", "-e", "dev", "--json").out)["warnings"]
    assert "unmatched-override" in {one["code"] for one in warnings}
