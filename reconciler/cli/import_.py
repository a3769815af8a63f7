"""`reconciler import …`: what other tools keep, as manifests."""

import sys
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.options import (
    admin_option,
    parallelism_option,
    program_options,
    say,
    settings,
)

_write_option = click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the manifests into FILE, which must not exist, instead of printing them.",
)


@click.group()
def command() -> None:
    """Write manifests from what other tools keep.

    \b
    Examples:
      reconciler import attributes attributes/*.yaml
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
    "--activation-only",
    is_flag=True,
    help="Only which version of each launch plan is active. Has to be given: it is all that can "
    "be imported.",
)
@click.option("-p", "--project", metavar="NAME", help="Only of this project.")
@click.option("-d", "--domain", metavar="NAME", help="Only of this domain.")
@_write_option
@environment_option
@workspace_option
@admin_option
@parallelism_option
@program_options
def live(
    activation_only: bool,
    project: str | None,
    domain: str | None,
    target: Path | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> int:
    """Make manifests of what is active in Flyte Admin.

    A document for each launch plan with an active version: the version and `state: active`, and
    nothing of what it is, so that whoever registers it goes on doing that. `reconciler plan` then
    finds all of it as declared; with a ledger it is adopted, and nothing is written to it.

    \b
    Examples:
      reconciler import live --activation-only --write manifests/active.yaml
      reconciler import live --activation-only -p flytesnacks -d production
    """
    from reconciler.cli.session import connected, find_unit
    from reconciler.remote import active_as_manifests

    if not activation_only:
        raise click.UsageError("pass --activation-only: nothing else can be imported from Admin")
    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    with connected(settings(), unit, parallelism=parallelism) as (remote, _):
        found = remote.launch_plans(project=project, domain=domain, active_only=True)
    text, remarks = active_as_manifests(found)
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
