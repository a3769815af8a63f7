"""`reconciler import …`: what Flyte Admin holds and what other tools keep, as manifests."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.options import (
    admin_option,
    json_option,
    parallelism_option,
    program_options,
    say,
    settings,
)

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from collections.abc import Sequence

    from flyteidl.admin.launch_plan_pb2 import LaunchPlan

    from reconciler.remote import Form

_write_option = click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the manifests into FILE, which must not exist, instead of printing them.",
)


@click.group()
def command() -> None:
    """Write manifests from what Flyte Admin holds, or other tools keep.

    \b
    Examples:
      reconciler import attributes attributes/*.yaml
      reconciler import live --write manifests/
      reconciler import live --activation-only --write manifests/active.yaml
    """


@command.command("attributes")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@_write_option
@program_options
def attributes(files: tuple[Path, ...], target: Path | None) -> int:
    """Make manifests of flytectl's attribute files.

    FILE is what `flytectl update task-resource-attribute --attrFile FILE` and its like read, and
    what `flytectl get … --attrFile FILE` writes. Which type a file is of, its fields tell. Nothing
    is asked of Flyte Admin: `reconciler plan` shows what would change there.

    \b
    Examples:
      reconciler import attributes attributes/*.yaml
      reconciler import attributes cra.yaml tra.yaml --write manifests/attributes.yaml
    """
    from reconciler.cli.exits import Exit
    from reconciler.errors import ManifestError
    from reconciler.remote import attributes_as_manifests
    from reconciler.report import diagnostics_as_text

    try:
        text = attributes_as_manifests(files)
    except ManifestError as error:
        colors = settings().colors(sys.stderr)
        sys.stderr.write(diagnostics_as_text(error.diagnostics, color=colors))
        return Exit.ERROR
    return _written(text, target)


@command.command("live", cls=ChoosingCommand)
@click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The folder to write to, which must be empty or not there; with --activation-only a "
    "file, and without it the manifests are printed.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["yaml", "packages"]),
    default="yaml",
    show_default=True,
    help="Say it in YAML wherever that means exactly what is there; or leave tasks, workflows and "
    "launch plans in packages, byte for byte.",
)
@click.option(
    "--activation-only",
    is_flag=True,
    help="Only which version of each launch plan is active.",
)
@click.option("-p", "--project", metavar="NAME", help="Only of this project.")
@click.option("-d", "--domain", metavar="NAME", help="Only of this domain.")
@environment_option
@workspace_option
@json_option
@admin_option
@parallelism_option
@program_options
def live(
    target: Path | None,
    form: str,
    activation_only: bool,
    project: str | None,
    domain: str | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    as_json: bool,
    parallelism: int,
) -> int:
    """Make manifests of what Flyte Admin holds, of which a plan changes nothing.

    Of each launch plan the version that is active, or else the newest, with every workflow and
    task that it is made of, under the versions they have; projects, domains, attributes,
    descriptions and archived names. Before anything is written it is planned: exit 2 if that plan
    is not empty, with what it would change. `reconciler adopt` then makes it yours.

    With --activation-only a document for each launch plan with an active version: the version and
    `state: active`, and nothing of what it is, so that whoever registers it goes on doing that.

    \b
    Examples:
      reconciler import live --write manifests/
      reconciler import live -p flytesnacks -d production --as packages --write manifests/
      reconciler import live --activation-only --write manifests/active.yaml
    """
    from reconciler.cli.session import connected, find_unit

    if target is None and not activation_only:
        raise click.UsageError(
            "pass --write FOLDER for everything, or --activation-only for what is active"
        )
    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    with connected(settings(), unit, parallelism=parallelism) as (remote, _):
        if not activation_only:
            assert target is not None
            from reconciler.cli.export import tell

            found = remote.import_live(
                target,
                project=project,
                domain=domain,
                form=cast("Form", form),
            )
            return tell(found, kind="imported", as_json=as_json)
        active = remote.launch_plans(project=project, domain=domain, active_only=True)
    return _activation_only(active, target)


def _activation_only(active: "Sequence[LaunchPlan]", target: Path | None) -> int:
    from reconciler.remote import active_as_manifests

    text, remarks = active_as_manifests(active)
    for remark in remarks:
        say(f"Warning: {remark}")
    if not text:
        say("No launch plan is active there.")
    return _written(text, target)


def _written(text: str, target: Path | None) -> int:
    """Print what was made, or write it into a file that is not there yet."""
    from reconciler.cli.exits import Exit
    from reconciler.errors import ConfigError

    if target is None:
        sys.stdout.write(text)
        return Exit.OK
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigError(f"{target} exists already, so nothing was written") from error
    except OSError as error:
        raise ConfigError(f"cannot write {target}: {error.strerror or error}") from error
    say(f"Wrote {target}")
    return Exit.OK
