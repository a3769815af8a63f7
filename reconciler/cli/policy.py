"""`reconciler policy …`: what plans are judged by; to be listed, tried and tested."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit
from reconciler.cli.options import (
    admin_option,
    json_option,
    paths_argument,
    program_options,
    settings,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.planning import planning_options

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.cli.session import Unit
    from reconciler.model import PlanOptions, Policy


@click.group()
def command() -> None:
    """Judge plans by rules of your own, in CEL or Rego.

    `policies` of reconciler.yaml names files and folders. Every plan is judged by them, and once
    more when it is applied: what they deny is not written, and neither is what a policy cannot
    judge because it is broken.

    \b
    Examples:
      reconciler policy ls -e production
      reconciler policy test policies/
      reconciler policy input > plan.json       what policies are given to see
      reconciler policy eval plan.json
    """


@command.command("ls", cls=ChoosingCommand)
@choice_options
@json_option
@program_options
def ls(
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    as_json: bool,
) -> None:
    """List the policies of an environment, and where they are written.

    \b
    Examples:
      reconciler policy ls
      reconciler policy ls -e production --json     with parameters and exemptions
    """
    from reconciler.report import policies_as_json, policies_as_text

    unit = _unit(environments, workspaces, variables, variable_files)
    policies = _policies(unit, None)
    if as_json:
        sys.stdout.write(policies_as_json(policies))
    else:
        sys.stdout.write(policies_as_text(policies, color=settings().colors(sys.stdout)))


@command.command("input", cls=ChoosingCommand)
@paths_argument
@planning_options
@choice_options
@admin_option
@program_options
def show_input(
    paths: tuple[Path, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    planning: "PlanOptions",
) -> None:
    """Plan, and print what policies are given to see: JSON.

    That is what `plan --json` prints, and with each step its `object`: all of what is to be there,
    as Flyte's own messages spell it. Values that tend to be secret are masked.

    \b
    Examples:
      reconciler policy input | jq '.actions[] | {address, object}'
    """
    from dataclasses import replace

    from reconciler.cli.ledgered import read_head
    from reconciler.cli.planning import make_plan
    from reconciler.cli.session import connected, manifests
    from reconciler.report import policy_document, to_json, without_secrets

    unit = _unit(environments, workspaces, variables, variable_files)
    options = settings()
    options.hide(unit.sensitive)
    with connected(options, unit) as (remote, _):
        head = read_head(remote, unit)
        plan = make_plan(remote, unit, manifests(paths, unit), planning, paths=paths, head=head)
    shown = without_secrets(replace(plan, verdicts=()), unit.sensitive)
    reveal = unit.workspace.revealed if unit.workspace else ()
    sys.stdout.write(to_json(policy_document(shown, reveal=reveal)))


@command.command("eval", cls=ChoosingCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--policies",
    "folder",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="A file or folder of policies, in the place of those of reconciler.yaml.",
)
@click.option("--now", metavar="TIME", help="What time it is to be, RFC 3339.  [default: now]")
@choice_options
@json_option
@program_options
def evaluate(
    file: Path,
    folder: Path | None,
    now: str | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    as_json: bool,
) -> int:
    """Judge the plan in FILE, which `policy input` or `plan --json` printed. Exit 3 if denied.

    \b
    Examples:
      reconciler policy eval plan.json
      reconciler policy eval plan.json --policies policies/freeze.yaml --now 2026-12-24T10:00:00Z
    """
    from reconciler.remote import judge_document, read_plan_document
    from reconciler.report import verdicts_as_json, verdicts_as_text

    document = read_plan_document(file)
    unit = None
    if folder is None or environments or Path("reconciler.yaml").exists():
        unit = _unit(environments, workspaces, variables, variable_files)
    verdicts = judge_document(
        document,
        _policies(unit, folder),
        now=_moment(now),
        environment=unit.environment if unit else "",
        workspace=unit.workspace.metadata.name if unit and unit.workspace else "",
    )
    if as_json:
        sys.stdout.write(verdicts_as_json(verdicts))
    else:
        sys.stdout.write(verdicts_as_text(verdicts, color=settings().colors(sys.stdout)))
    return Exit.REFUSED if any(one.refuses for one in verdicts) else Exit.OK


@command.command("test")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@json_option
@output_options(formats=True)
@program_options
def test(paths: tuple[Path, ...], as_json: bool) -> int:
    """Run the tests of policies; exit 1 if any fails.

    They are in *_test.yaml, and the test_ rules of *_test.rego.

    A case is a plan, given as JSON or as manifests and what Flyte Admin holds before, and all
    verdicts that there should be. Without PATH: the paths that reconciler.yaml names.

    \b
    Examples:
      reconciler policy test
      reconciler policy test policies/images_test.yaml
      reconciler policy test --junit-into policies.xml
    """
    from reconciler.cli.policy_plans import planned
    from reconciler.remote import find_policy_tests, run_policy_tests
    from reconciler.report import trials_as_json, trials_as_suite, trials_as_text

    options = settings()
    options.outputs.open()
    files = find_policy_tests(paths or _said_paths())
    trials = list(run_policy_tests(files, planned=planned))
    options.outputs.tried(trials_as_suite(trials))
    if options.outputs.is_text:
        sys.stdout.write(trials_as_text(trials, color=options.colors(sys.stdout)))
    options.outputs.finish(trials_as_json(trials))
    return Exit.OK if all(one.passed for one in trials) else Exit.ERROR


def _said_paths() -> "Sequence[Path]":
    """The paths of all policies of the workspace, in any environment."""
    from reconciler.cli.choice import Choice
    from reconciler.cli.session import find_one_workspace
    from reconciler.errors import ConfigError

    workspace = find_one_workspace(Choice())
    specs = [
        *workspace.spec.policies,
        *(one for env in workspace.spec.environments.values() for one in env.policies),
    ]
    if not specs:
        raise ConfigError("reconciler.yaml names no policies; name files or folders with tests")
    # Beside a file lie its tests.
    paths = [workspace.folder / one.path for one in specs]
    return list(dict.fromkeys(one.parent if one.is_file() else one for one in paths))


def _unit(
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> "Unit":
    from reconciler.cli.session import find_unit

    return find_unit(
        choice(
            environments=environments,
            workspaces=workspaces,
            variables=variables,
            variable_files=variable_files,
        )
    )


def _policies(unit: "Unit | None", folder: Path | None) -> "Sequence[Policy]":
    from reconciler.cli.judging import policies_of
    from reconciler.errors import ManifestError
    from reconciler.manifest import read_policies
    from reconciler.model import Diagnostic

    if folder is None:
        return policies_of(unit) if unit is not None else ()
    problems: list[Diagnostic] = []
    found = list(read_policies(folder, problems))
    if problems:
        raise ManifestError(problems)
    return found


def _moment(text: str | None) -> "datetime":
    from datetime import UTC, datetime

    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text} is no time such as 2026-12-24T10:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
