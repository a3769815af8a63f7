"""`reconciler download`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete
from reconciler.cli.listed import session_options, talking
from reconciler.cli.named import NotThere, execution_id, found_execution, place_options
from reconciler.cli.options import json_option

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import ExecutionId
    from reconciler.remote import Remote


@click.command()
@click.argument("source", shell_complete=complete("executions"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The folder to write into.  [default: the current one]",
)
@click.option("--inputs", is_flag=True, help="Of an execution or node its inputs, not outputs.")
@click.option("--node", metavar="NODE", help="Of this node of the execution.")
@click.option("--deck", is_flag=True, help="The node's deck, as HTML.")
@place_options
@json_option
@session_options
def command(
    source: str,
    names: tuple[str, ...],
    folder: Path,
    inputs: bool,
    node: str | None,
    deck: bool,
    project: str | None,
    domain: str | None,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """Download what an execution made, or what lies at a URI, and print the files.

    SOURCE is an execution (then NAME picks some of its outputs), a flyte:// reference, or a URI of
    the store such as s3://bucket/key. Files and datasets are written as such, other values as
    JSON. No credentials of the store are needed: Flyte Admin signs a URL for each file. A file
    appears only when all of it is there.

    \b
    Examples:
      reconciler download f3a9c0d2 -o results
      reconciler download f3a9c0d2 report -o results
      reconciler download f3a9c0d2 --node n1 --inputs
      reconciler download flyte://v1/flytesnacks/development/f3a9c0d2/n0/o
      reconciler download s3://bucket/data/table.parquet -o data
    """
    if deck and (not node or inputs or names):
        raise click.UsageError("--deck is of a --node, and of nothing else")
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        if "://" in source and not source.startswith(("http://", "https://")):
            if names or inputs or node:
                raise click.UsageError("NAME, --inputs and --node are of an execution")
            files = _fetched(remote, source, folder)
        else:
            id = execution_id(source, remote, project, domain)
            found_execution(remote, id.to_identifier())
            if deck:
                files = [_deck(remote, id, node or "", folder)]
            else:
                given = _literals(remote, id, node, inputs=inputs)
                if not given:
                    what = f"{node} of {id}" if node else id
                    sys.stderr.write(f"{what} has no {'inputs' if inputs else 'outputs'}.\n")
                files = _fetched(remote, _picked(given, names), folder)
    _tell(files, as_json=as_json)


def _fetched(remote: "Remote", data: Any, folder: Path) -> Sequence[Path]:
    try:
        return remote.download(data, folder)
    except (TypeError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _literals(
    remote: "Remote", id: "ExecutionId", node: str | None, *, inputs: bool
) -> Mapping[str, Any]:
    """The inputs or outputs, by name.

    Raises: NotDoneError for outputs of what is not over, or went wrong.
    """
    if node is None:
        execution = remote.fetch_execution(id.project, id.domain, id.name)
        found: Mapping[str, Any] = (execution.inputs if inputs else execution.outputs).literals
        return found
    from flyteidl.core.identifier_pb2 import NodeExecutionIdentifier

    data = remote.browser.node_data(
        NodeExecutionIdentifier(node_id=node, execution_id=id.to_identifier())
    )
    return dict(data["inputs" if inputs else "outputs"].literals)


def _picked(given: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    from reconciler.manifest import did_you_mean

    for name in names:
        if name not in given:
            raise NotThere(f"there is no {name}; {did_you_mean(name, list(given))}")
    return {name: given[name] for name in names} if names else given


def _deck(remote: "Remote", id: "ExecutionId", node: str, folder: Path) -> Path:
    content: bytes = remote.deck(node, id.name, id.project, id.domain)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{node}.deck.html"
    file.write_bytes(content)
    return file


def _tell(files: Sequence[Path], *, as_json: bool) -> None:
    from reconciler.report import FORMAT_VERSION, printable, to_json

    if not as_json:
        for file in files:
            sys.stdout.write(f"{printable(str(file))}\n")
        return
    rows = [{"path": str(file), "bytes": file.stat().st_size} for file in files]
    document = {"format_version": FORMAT_VERSION, "type": "downloaded", "files": rows}
    sys.stdout.write(to_json(document))
