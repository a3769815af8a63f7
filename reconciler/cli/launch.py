"""`reconciler launch`."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete
from reconciler.cli.launching import may_run, new_execution_options, tell_launched
from reconciler.cli.listed import reveal_option, session_options, talking
from reconciler.cli.named import Name, entity_name, not_there, place_options
from reconciler.cli.options import json_lines_option, say, settings
from reconciler.cli.writing import writing

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.remote import Remote

_KINDS = {"launch_plan": "LAUNCH_PLAN", "workflow": "WORKFLOW", "task": "TASK"}


def _pairs(what: str) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], Any]:
    def read(
        context: click.Context, option: click.Parameter, values: tuple[str, ...]
    ) -> dict[str, str]:
        found: dict[str, str] = {}
        for value in values:
            name, equals, text = value.partition("=")
            if not equals or not name:
                raise click.BadParameter(f"{value!r} is no {what}")
            if name in found:
                raise click.BadParameter(f"{name} is given twice")
            found[name] = text
        return found

    return read


def _place(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[str, str] | None:
    if value is None:
        return None
    project, slash, domain = value.partition("/")
    if not (project and slash and domain) or "/" in domain:
        raise click.BadParameter(f"{value!r} is no PROJECT/DOMAIN")
    return project, domain


@click.command()
@click.argument("name_of_what", metavar="NAME[@VERSION]", shell_complete=complete("runnable"))
@place_options
@click.option(
    "-i",
    "--input",
    "texts",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs("NAME=VALUE"),
    help="An input, read by its declared type; files and folders of this machine are uploaded.",
)
@click.option(
    "--inputs-file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Inputs by name, in YAML or JSON; - for standard input. -i wins over it.",
)
@click.option("--version", metavar="VERSION", help="As NAME@VERSION.")
@click.option(
    "--latest", is_flag=True, help="The newest version, not the active one of a launch plan."
)
@click.option("--task", "kind", flag_value="task", help="NAME is of a task.")
@click.option(
    "--workflow",
    "kind",
    flag_value="workflow",
    help="NAME is of a workflow: its own launch plan of the same version is launched.",
)
@click.option(
    "--in",
    "there",
    metavar="PROJECT/DOMAIN",
    callback=_place,
    help="Where it is to run.  [default: where it is registered]",
)
@click.option(
    "--env-var",
    "envs",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs("NAME=VALUE"),
    help="An environment variable of all its tasks.",
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs("NAME=VALUE"),
    help="A label of its own; any replaces those of the launch plan.",
)
@click.option(
    "--annotation",
    "annotations",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs("NAME=VALUE"),
    help="An annotation of its own; any replaces those of the launch plan.",
)
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="By which it can be found.")
@click.option(
    "--overwrite-cache", is_flag=True, help="Compute everything anew, and store it in the cache."
)
@click.option(
    "--interruptible/--no-interruptible",
    default=None,
    help="Whether tasks may run where they can be evicted.  [default: as they say]",
)
@click.option("--cluster-pool", metavar="NAME", help="Where it runs.")
@click.option("--cluster-label", metavar="LABEL", help="Clusters with this label.")
@click.option(
    "--max-parallelism", type=click.IntRange(min=1), metavar="N", help="Task nodes at once."
)
@click.option("--service-account", metavar="NAME", help="As whom it runs in Kubernetes.")
@click.option(
    "--raw-output", metavar="PREFIX", help="Where files and datasets go: s3://bucket/folder."
)
@click.option(
    "--no-notifications", is_flag=True, help="Send none, not even the launch plan's own."
)
@new_execution_options
@click.option(
    "--dry-run", is_flag=True, help="Check everything, show what would be sent, and send nothing."
)
@reveal_option
@json_lines_option
@session_options
def command(
    name_of_what: str,
    project: str | None,
    domain: str | None,
    texts: dict[str, str],
    inputs_file: Path | None,
    version: str | None,
    latest: bool,
    kind: str | None,
    there: tuple[str, str] | None,
    name: str | None,
    name_prefix: str | None,
    waited: bool,
    watched: bool,
    every: float | None,
    timeout: float | None,
    dry_run: bool,
    reveal: bool,
    as_json: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
    **options: Any,
) -> int:
    """Run a launch plan, a workflow or a task.

    Of a launch plan the version that is active, or else the newest. Inputs are read by the types
    that are declared: 3, true, 2026-01-31, now - 1d, 90s, JSON for lists, maps and structs, URIs
    or paths for files. All that is wrong with them is said at once, and then nothing is sent.
    Prints the execution as PROJECT/DOMAIN/NAME, and its page in the console.

    Run again with the same --name it changes nothing: an execution of that name is the one that
    was launched, or it is an error.

    Exits with 0 once it is launched; with --wait or --watch if it succeeded, else with 1. Ctrl-C
    while it waits leaves it running.

    \b
    Examples:
      reconciler launch etl.daily -i day=2026-01-31 --watch
      reconciler launch etl.daily@v3 --inputs-file inputs.yaml --name etl-2026-01-31
      reconciler launch --task etl.extract -i day=yesterday --wait --timeout 1h
      reconciler launch etl.daily -i table=./table.parquet --dry-run
    """
    if name and name_prefix:
        raise click.UsageError("--name and --name-prefix exclude each other")
    if latest and version:
        raise click.UsageError("--latest and --version exclude each other")
    prefix, colon, rest = name_of_what.partition(":")
    if colon and prefix in _KINDS and kind in (None, prefix):  # as `Remote.execute` takes it
        kind, name_of_what = prefix, rest
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        wanted = entity_name(name_of_what, remote, project, domain)
        if wanted.version and (version or latest):
            raise click.UsageError(f"{name_of_what} says a version already")
        launch = _prepared(
            remote,
            wanted,
            kind or "launch_plan",
            version="latest" if latest else (version or wanted.version or None),
            texts=texts,
            values=_values(inputs_file),
            options=_options(**options),
        )
        place = there or wanted.place
        if dry_run:
            request = launch.request(
                project=place[0], domain=place[1], name=name, prefix=name_prefix
            )
            _show(request, reveal=reveal)
            return 0
        with writing(may_run("launched", name)):
            execution = launch.send(
                project=place[0], domain=place[1], name=name, prefix=name_prefix
            )
        return tell_launched(
            remote, execution, waited=waited, watched=watched, every=every, timeout=timeout
        )


def _prepared(
    remote: "Remote",
    wanted: Name,
    kind: str,
    *,
    version: str | None,
    texts: Mapping[str, str],
    values: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Any:
    """What is launched; if it is not there, an error that says what is near."""
    from dataclasses import replace

    from reconciler.errors import NotFoundError
    from reconciler.model import Kind

    try:
        return remote.prepare_launch(
            f"{kind}:{wanted.project}/{wanted.domain}/{wanted.name}",
            project=wanted.project,
            domain=wanted.domain,
            version=version,
            texts=texts,
            values=values,
            options=options,
            now=datetime.now(UTC),
        )
    except NotFoundError as error:
        if getattr(error, "__notes__", None):
            raise click.ClickException(f"{error}; {error.__notes__[0]}") from error
        missing = replace(wanted, version="" if version == "latest" else version or "")
        raise _nearest(remote, Kind[_KINDS[kind]], missing) from None


def _nearest(remote: "Remote", kind: Any, missing: Name) -> Exception:
    """What else the name could have meant: a task, a workflow, or something near."""
    from reconciler.model import Kind

    error = not_there(remote, kind, missing)
    for other, flag in ((Kind.TASK, "--task"), (Kind.WORKFLOW, "--workflow")):
        near = remote.browser.near(other, missing.name) if other is not kind else ()
        if (missing.place, missing.name) in near:
            return type(error)(
                f"there is no {kind.word} {missing}, but a {other.word} of that name: add {flag}"
            )
    return error


def _values(file: Path | None) -> Mapping[str, Any]:
    """The inputs of a file.

    Raises: ManifestError for what is no YAML; click.BadParameter for what is no mapping.
    """
    if file is None:
        return {}
    from reconciler.errors import ManifestError
    from reconciler.manifest import read_yaml
    from reconciler.model import Diagnostic

    shown = "standard input" if str(file) == "-" else str(file)
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    problems: list[Diagnostic] = []
    found = [value for _, value in read_yaml(data, shown, problems)]
    if problems:
        raise ManifestError(problems)
    if not found:
        return {}
    if len(found) != 1 or not isinstance(found[0], dict):
        raise click.BadParameter(f"{shown} is no mapping of inputs, name to value")
    return found[0]


def _options(
    *,
    envs: dict[str, str],
    labels: dict[str, str],
    annotations: dict[str, str],
    tags: tuple[str, ...],
    overwrite_cache: bool,
    interruptible: bool | None,
    cluster_pool: str | None,
    cluster_label: str | None,
    max_parallelism: int | None,
    service_account: str | None,
    raw_output: str | None,
    no_notifications: bool,
) -> dict[str, Any]:
    """The flags as `Options` has them; None for what nobody said."""
    return {
        "envs": envs or None,
        "labels": labels or None,
        "annotations": annotations or None,
        "tags": list(tags) or None,
        "overwrite_cache": overwrite_cache or None,
        "interruptible": interruptible,
        "cluster_pool": cluster_pool,
        "execution_cluster_label": cluster_label,
        "max_parallelism": max_parallelism,
        "security_context": service_account,
        "raw_output_data_config": raw_output,
        "disable_notifications": no_notifications or None,
    }


def _show(request: Any, *, reveal: bool) -> None:
    from reconciler.cli.listed import write_whole

    # Whoever reads the text has written the inputs; a document may end up anywhere.
    if settings().json:
        write_whole(request, "json", kind="request", name="", reveal=reveal)
    else:
        write_whole(request, "yaml", kind="request", name="", reveal=True)
    say("Nothing was sent.")
