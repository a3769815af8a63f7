"""`reconciler schema`: what a manifest may say, for editors and for checks elsewhere."""

import sys
from pathlib import Path

import click

from reconciler.cli.options import program_options


@click.command()
@click.argument("kind", required=False)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write the schema of every kind into FOLDER, a file each, instead of printing one.",
)
@program_options
def command(kind: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of KIND, or of a file of manifests of any kind.

    Editors check and complete manifests that start with a line such as
    `# yaml-language-server: $schema=schemas/manifest.json`.

    \b
    Examples:
      reconciler schema LaunchPlan
      reconciler schema > manifest.json
      reconciler schema --write schemas
    """
    from reconciler.errors import ConfigError
    from reconciler.manifest import did_you_mean, schema_files, write_schemas

    if folder is not None:
        if kind is not None:
            raise click.UsageError("--write writes every kind: name no KIND with it")
        try:
            write_schemas(folder)
        except OSError as error:
            raise ConfigError(f"cannot write {folder}: {error.strerror or error}") from error
        for name in schema_files():
            sys.stdout.write(f"Wrote {folder / name}\n")
        return
    schemas = {name.removesuffix(".json"): text for name, text in schema_files().items()}
    wanted = kind or "manifest"
    found = {name.lower(): text for name, text in schemas.items()}.get(wanted.lower())
    if found is None:
        hint = did_you_mean(wanted, schemas)
        raise click.UsageError(f"there is no kind {wanted}{f' ({hint})' if hint else ''}")
    sys.stdout.write(found)
