"""`reconciler import …`: what other tools keep, as manifests."""

import sys
from pathlib import Path

import click

from reconciler.cli.options import program_options, say, settings


@click.group()
def command() -> None:
    """Write manifests from what other tools keep.

    \b
    Examples:
      reconciler import attributes attributes/*.yaml
    """


@command.command("attributes")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the manifests into FILE, which must not exist, instead of printing them.",
)
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
    from reconciler.errors import ConfigError, ManifestError
    from reconciler.remote import attributes_as_manifests
    from reconciler.report import diagnostics_as_text

    try:
        text = attributes_as_manifests(files)
    except ManifestError as error:
        colors = settings().colors(sys.stderr)
        sys.stderr.write(diagnostics_as_text(error.diagnostics, color=colors))
        return Exit.ERROR
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
