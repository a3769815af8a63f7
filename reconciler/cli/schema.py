"""`reconciler schema`: what a manifest may say and documents do, for editors and checks."""

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
    help="Write every schema into FOLDER, a file each, instead of printing one.",
)
@program_options
def command(kind: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of KIND, or of a file of manifests of any kind.

    KIND may also be plan, apply or event: what `plan --json`, `apply --json` and each line of
    `--json-into` hold.

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
    from reconciler.report import document_schemas

    files = {**schema_files(), **document_schemas()}
    if folder is not None:
        if kind is not None:
            raise click.UsageError("--write writes every kind: name no KIND with it")
        try:
            write_schemas(folder)
            for name, text in document_schemas().items():
                (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"cannot write {folder}: {error.strerror or error}") from error
        for name in files:
            sys.stdout.write(f"Wrote {folder / name}\n")
        return
    schemas = {name.removesuffix(".json"): text for name, text in files.items()}
    wanted = kind or "manifest"
    found = {name.lower(): text for name, text in schemas.items()}.get(wanted.lower())
    if found is None:
        hint = did_you_mean(wanted, schemas)
        raise click.UsageError(f"there is no kind {wanted}{f' ({hint})' if hint else ''}")
    sys.stdout.write(found)
