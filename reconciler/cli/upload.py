"""`reconciler upload`."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.listed import session_options, talking
from reconciler.cli.named import place_options
from reconciler.cli.options import json_option, say
from reconciler.cli.writing import writing

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.remote import Remote


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--to",
    "root",
    metavar="FOLDER",
    help="The folder of the store to put them in; files in it are never replaced.  [default: one "
    "that the content names]",
)
@place_options
@json_option
@session_options
def command(
    paths: tuple[Path, ...],
    root: str | None,
    project: str | None,
    domain: str | None,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """Upload files and folders to Flyte Admin's store, and print where each of them lies.

    No credentials of the store are needed: Flyte Admin signs a URL for each file. The same content
    goes to the same place, from every machine, and what is there is not sent again. What is
    printed can be an input of `reconciler launch`.

    \b
    Examples:
      reconciler upload table.parquet
      reconciler upload images/ -p flytesnacks -d development
      reconciler launch etl.daily -i table=$(reconciler upload table.parquet)
    """
    from reconciler.report import FORMAT_VERSION, to_json

    rows = []
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        for path in paths:
            uri, row = _upload(remote, path, root, project, domain)
            rows.append(row)
            if not as_json:
                sys.stdout.write(f"{uri}\n")
                sys.stdout.flush()
    if as_json:
        document = {"format_version": FORMAT_VERSION, "type": "uploaded", "files": rows}
        sys.stdout.write(to_json(document))


def _upload(
    remote: "Remote", path: Path, root: str | None, project: str | None, domain: str | None
) -> tuple[str, dict[str, Any]]:
    from reconciler.report import size

    files, length = _measure(path)
    what = f"{files} file{'s' if files != 1 else ''}, " if path.is_dir() else ""
    say(f"Uploading {path} ({what}{size(length)})")
    start = time.monotonic()
    try:
        with writing(f"{path} is not there, or in part; run the same again to go on."):
            if path.is_dir():
                md5, uri = None, remote.upload_directory(path, project, domain, root)
            else:
                md5, uri = remote.upload_file(path, project, domain, root)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    took = time.monotonic() - start
    say(f"Uploaded {path} in {took:.1f} s")
    return uri, {
        "path": str(path),
        "uri": uri,
        "kind": "directory" if path.is_dir() else "file",
        "files": files,
        "bytes": length,
        "md5": md5.hex() if md5 is not None else None,
        "seconds": round(took, 3),
    }


def _measure(path: Path) -> tuple[int, int]:
    """How many files there are, and their bytes."""
    if not path.is_dir():
        return 1, path.stat().st_size
    files = length = 0
    for folder, _, names in os.walk(path, followlinks=True):
        for name in names:
            try:
                length += os.stat(os.path.join(folder, name)).st_size
            except OSError:
                continue  # the upload says what is wrong with it
            files += 1
    return files, length
