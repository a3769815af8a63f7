"""`reconciler fmt`."""

import difflib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from reconciler.cli.choice import choice, workspace_option
from reconciler.cli.exits import Exit
from reconciler.cli.options import paths_argument, program_options, settings


@click.command()
@paths_argument
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Show what changes.")
@workspace_option
@program_options
def command(paths: tuple[Path, ...], check: bool, diff: bool, workspaces: tuple[str, ...]) -> int:
    """Write manifests in one form.

    Keys are put in the order of the reference, levels are indented by two, blank lines are
    evened out. Comments are kept, and what a file means never changes; a document with anchors
    or tags is left as it is. Names of changed files are printed.

    Without PATH: everything that reconciler.yaml names, itself and what it includes, too. In a
    folder all YAML files at any depth, but for folders that are workspaces of their own. With -
    as PATH, standard input is written to standard output.

    \b
    Examples:
      reconciler fmt
      reconciler fmt --check --diff             in CI: exit 1 if a file would change
      reconciler fmt manifests/etl.yaml
      reconciler fmt - < manifest.yaml
    """
    from reconciler.errors import ConfigError, ManifestError
    from reconciler.manifest import format_text
    from reconciler.model import Diagnostic

    changed = False
    problems: list[Diagnostic] = []
    for name, data in _files(paths, workspaces):
        try:
            text = format_text(data, name)
        except ManifestError as error:
            problems += error.diagnostics
            continue
        differs = text.encode() != data
        changed |= differs
        if name == "stdin" and not (check or diff):
            sys.stdout.write(text)
        elif differs:
            _tell(name, data, text, diff=diff)
            if not check and name != "stdin":
                try:
                    _replace(Path(name), text)
                except OSError as error:
                    raise ConfigError(f"cannot write {name}: {error.strerror}") from error
    if problems:
        raise ManifestError(problems)
    return Exit.ERROR if check and changed else Exit.OK


def _files(paths: Sequence[Path], workspaces: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Every file to format, once; without a path those of the workspaces."""
    from reconciler.errors import ConfigError, ManifestError
    from reconciler.manifest import manifest_files
    from reconciler.model import Diagnostic

    problems: list[Diagnostic] = []
    ignore: tuple[str, ...] = ()
    if paths:
        own, others = _named(paths)
    else:
        own, others, ignore = _of_workspaces(workspaces)
    names = [*own, *manifest_files(others, problems, ignore=ignore)]
    if problems:
        raise ManifestError(problems)
    seen: set[Path] = set()
    for name in names:
        if name != "stdin":
            if (file := Path(name).resolve()) in seen:
                continue
            seen.add(file)
        try:
            data = sys.stdin.buffer.read() if name == "stdin" else Path(name).read_bytes()
        except OSError as error:
            raise ConfigError(f"cannot read {name}: {error.strerror}") from error
        yield name, data


def _named(paths: Sequence[Path]) -> tuple[list[str], list[str | Path]]:
    """Workspace files among `paths` and in their folders, and where manifests are looked for."""
    from reconciler.cli.session import WORKSPACE_FILE
    from reconciler.manifest import LISTING_FILE

    own: list[str] = []
    others: list[str | Path] = []
    for path in paths:
        if path.name == WORKSPACE_FILE:
            own.append(str(path))
            continue
        others.append(path)
        inside = (path / name for name in (LISTING_FILE, WORKSPACE_FILE))
        own += [str(file) for file in inside if file.is_file()]
    return own, others


def _of_workspaces(names: tuple[str, ...]) -> tuple[list[str], list[str | Path], tuple[str, ...]]:
    """The files that make the workspaces, where their manifests are, and what they ignore."""
    from reconciler.cli.session import find_units, manifest_paths
    from reconciler.manifest import LISTING_FILE, workspace_files

    own = [LISTING_FILE] if os.path.isfile(LISTING_FILE) and not names else []
    others: list[str | Path] = []
    ignore: tuple[str, ...] = ()
    for unit in find_units(choice(workspaces=names, environ={}), everywhere=True):
        others += manifest_paths((), unit)
        if unit.workspace is not None:
            own += map(str, workspace_files(unit.workspace.origin.file))
            ignore += unit.workspace.ignored
    return own, others, ignore


def _tell(name: str, data: bytes, text: str, *, diff: bool) -> None:
    from reconciler.report import Style, printable

    if not diff:
        sys.stdout.write(f"{name}\n")
        return
    style = Style(settings().colors(sys.stdout))
    before = data.decode("utf-8-sig").splitlines(keepends=True)
    for line in difflib.unified_diff(before, text.splitlines(keepends=True), name, name):
        paint = {"+": style.green, "-": style.red, "@": style.cyan}.get(line[:1], str)
        sys.stdout.write(f"{paint(printable(line.rstrip(chr(10))))}\n")


def _replace(path: Path, text: str) -> None:
    """Write a file as a whole, with the mode it had; a link stays one."""
    target = path.resolve()
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    os.chmod(temporary, target.stat().st_mode & 0o7777)
    os.replace(temporary, target)
