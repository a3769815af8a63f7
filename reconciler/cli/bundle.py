"""`reconciler bundle …`: the code that tasks run, looked at and built without any Admin."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, paths_argument, program_options, settings

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.choice import Choice
    from reconciler.model import CodeFolder

# A bundle's name as people call it, and the folder that it is of.
Named = tuple[str, "CodeFolder"]


@click.group()
@program_options
def command() -> None:
    """See and build the code bundles that tasks run.

    \b
    Examples:
      reconciler bundle ls
      reconciler bundle build src/ -o code.tar.gz
    """


@command.command("ls", cls=ChoosingCommand)
@paths_argument
@choice_options
@json_option
@program_options
def ls(
    paths: tuple[Path, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    as_json: bool,
) -> int:
    """Say which files a bundle takes, and which rule took or left each.

    PATH is a folder of code, listed as a bundle without any patterns of its own, or a file of
    manifests with a CodeBundle; without any, those of reconciler.yaml are listed.

    \b
    Examples:
      reconciler bundle ls
      reconciler bundle ls src/
      reconciler bundle ls manifests/code.yaml --json
    """
    from reconciler.remote import list_code, read_code
    from reconciler.report import Listed, bundles_as_json, bundles_as_text

    options = settings()
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )
    found = []
    for name, folder in dict.fromkeys(_bundles(paths, chosen)):
        listing = list_code(folder)
        code = None if listing.problems else read_code(folder)
        found.append(Listed(name, folder, listing, code))
    if as_json:
        sys.stdout.write(bundles_as_json(found))
    else:
        sys.stdout.write(bundles_as_text(found, color=options.colors(sys.stdout)))
    return Exit.ERROR if any(one.listing.problems for one in found) else Exit.OK


@command.command("build", cls=ChoosingCommand)
@paths_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the archive.",
)
@click.option("--name", metavar="NAME", help="Of the CodeBundle, if there are several.")
@choice_options
@program_options
def build(
    paths: tuple[Path, ...],
    output: Path,
    name: str | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> None:
    """Write the archive that apply would upload.

    The same files give the same bytes on every machine with the same compressor, and the same
    digest whatever the compressor.

    \b
    Examples:
      reconciler bundle build src/ -o code.tar.gz
      reconciler bundle build --name etl -o code.tar.gz
    """
    from reconciler.errors import ConfigError
    from reconciler.remote import build_code

    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )
    named = dict.fromkeys(_bundles(paths, chosen))
    fitting = [one for one in named if name is None or one[0].rpartition("/")[2] == name]
    if len(fitting) != 1:
        names = ", ".join(label for label, _ in named)
        what = "several bundles" if fitting else f"no bundle {name}"
        raise ConfigError(f"there is {what}; choose with --name: {names}")
    ((_, folder),) = fitting
    code, archive = build_code(folder, output)
    sys.stdout.write(
        f"Wrote {archive.path}: {code.files:,} files, {archive.size:,} bytes\n{code.digest}\n"
    )


def _bundles(paths: tuple[Path, ...], chosen: "Choice") -> Iterator[Named]:
    """What the line names: folders as they are, files for the CodeBundles in them.

    Raises: ConfigError if there is no bundle at all.
    """
    from reconciler.cli.session import find_units, manifests
    from reconciler.errors import ConfigError
    from reconciler.model import CodeFolder
    from reconciler.remote import code_folders

    plain = [path for path in paths if path.is_dir()]
    yield from ((str(path), CodeFolder(str(path))) for path in plain)
    files = tuple(path for path in paths if not path.is_dir())
    if plain and not files:
        return
    found = [
        ("/".join(manifest.place), folder)
        for unit in find_units(chosen, everywhere=True)
        for manifest, folder in code_folders(manifests(files, unit))
    ]
    if not found:
        raise ConfigError("no CodeBundle is declared; name a folder to see it as one")
    yield from found
