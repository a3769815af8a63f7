"""`reconciler get …`: what Flyte Admin holds, as a table or a document."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completing import complete
from reconciler.cli.get_executions import executions, nodes, signals, task_executions
from reconciler.cli.listed import (
    Form,
    all_forms,
    asked_for,
    asked_options,
    reveal_option,
    session_options,
    talking,
    write_rows,
    write_whole,
)
from reconciler.cli.named import (
    NotThere,
    entity_name,
    not_there,
    place_options,
)

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import Kind
    from reconciler.remote import Asked, Remote

_ALIASES = {
    "task": "tasks",
    "workflow": "workflows",
    "wf": "workflows",
    "launchplan": "launchplans",
    "launch-plan": "launchplans",
    "launch-plans": "launchplans",
    "lp": "launchplans",
    "execution": "executions",
    "exec": "executions",
    "node": "nodes",
    "task-execution": "task-executions",
    "attempts": "task-executions",
    "project": "projects",
    "domain": "domains",
    "attribute": "attributes",
    "signal": "signals",
}


class _Kinds(click.Group):
    """Takes a kind in the singular, too."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, _ALIASES.get(cmd_name, cmd_name))


@click.group(cls=_Kinds)
def command() -> None:
    """List what Flyte Admin holds, or show one thing in full.

    \b
    Examples:
      reconciler get launchplans --active
      reconciler get tasks -p flytesnacks -d development -o wide
      reconciler get tasks etl.extract                   its versions
      reconciler get tasks etl.extract@v1 -o json        one of them in full
      reconciler get executions --filter phase=FAILED --limit 20
      reconciler get nodes f3a9c0d2
    """


@command.command("tasks")
@click.argument("name", required=False, shell_complete=complete("tasks"))
@place_options
@click.option("--version", metavar="VERSION", default="", help="This one in full.")
@click.option("--latest", is_flag=True, help="The newest version of NAME in full.")
@click.option("--all-versions", is_flag=True, help="Every version, not the newest of each name.")
@asked_options
@reveal_option
@all_forms
@session_options
def tasks(**given: Any) -> None:
    """List tasks: the newest version of each name, or all versions of NAME.

    NAME@VERSION, --version and --latest show one in full, as YAML or JSON.
    """
    _entities("TASK", **given)


@command.command("workflows")
@click.argument("name", required=False, shell_complete=complete("workflows"))
@place_options
@click.option("--version", metavar="VERSION", default="", help="This one in full.")
@click.option("--latest", is_flag=True, help="The newest version of NAME in full.")
@click.option("--all-versions", is_flag=True, help="Every version, not the newest of each name.")
@asked_options
@reveal_option
@all_forms
@session_options
def workflows(**given: Any) -> None:
    """List workflows: the newest version of each name, or all versions of NAME.

    NAME@VERSION, --version and --latest show one in full, as YAML or JSON, its tasks included.
    """
    _entities("WORKFLOW", **given)


@command.command("launchplans")
@click.argument("name", required=False, shell_complete=complete("launchplans"))
@place_options
@click.option("--active", is_flag=True, help="Only the versions that are active.")
@click.option("--version", metavar="VERSION", default="", help="This one in full.")
@click.option("--latest", is_flag=True, help="The newest version of NAME in full.")
@click.option("--all-versions", is_flag=True, help="Every version, not one of each name.")
@asked_options
@reveal_option
@all_forms
@session_options
def launchplans(**given: Any) -> None:
    """List launch plans.

    Of each name the version that is active, or else (without --active) the newest; of NAME all
    versions. NAME@VERSION, --version and --latest show one in full, and NAME with --active the
    one that is active.

    \b
    Examples:
      reconciler get launchplans --active
      reconciler get launchplans -p flytesnacks -d development
      reconciler get launchplans --active --json
      reconciler get launchplans --filter workflow=etl.daily --all-versions
    """
    _entities("LAUNCH_PLAN", **given)


def _entities(
    kind_name: str,
    *,
    name: str | None,
    project: str | None,
    domain: str | None,
    version: str,
    latest: bool,
    all_versions: bool,
    filters: tuple[str, ...],
    sort: str,
    limit: int | None,
    reveal: bool,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
    active: bool = False,
) -> None:
    from reconciler.model import Kind
    from reconciler.report import LISTINGS

    kind = Kind[kind_name]
    if (version or latest) and not name:
        raise click.UsageError("--version and --latest are of a NAME")
    if active:
        filters = (*filters, "state=active")
    cut = limit or None
    asked = asked_for(filters, sort, cut)
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        if not name:
            rows = _every(remote, kind, project, domain, asked, active, all_versions)
        else:
            wanted = entity_name(name, remote, project, domain)
            version = version or wanted.version
            one = latest or (active and not version)
            if version or one:
                message = _one(remote, kind, wanted, version, asked)
                write_whole(
                    message,
                    form,
                    kind=kind.slug,
                    name=LISTINGS[f"{kind.slug}s"].name(message),
                    reveal=reveal,
                )
                return
            rows = _versions(remote, kind, wanted, asked)
        write_rows(rows, LISTINGS[f"{kind.slug}s"], form, limit=cut)


def _every(
    remote: "Remote",
    kind: "Kind",
    project: str | None,
    domain: str | None,
    asked: "Asked",
    active: bool,
    all_versions: bool,
) -> Iterator[Any]:
    """Versions of every name, one of each unless all are wanted."""
    if kind.name == "LAUNCH_PLAN" and not all_versions and not _narrowed(asked, active):
        found = remote.launch_plans(project=project, domain=domain, active_only=active)
        return iter(found[: asked.limit])
    places = remote.browser.places(project, domain)
    if all_versions or active:
        return remote.browser.all_versions(kind, places, asked)
    return remote.browser.newest(kind, places, asked)


def _narrowed(asked: "Asked", active: bool) -> bool:
    """Whether more is asked than `--active` says."""
    return bool(asked.sort) or len(asked.filters) > (1 if active else 0)


def _versions(remote: "Remote", kind: "Kind", wanted: Any, asked: "Asked") -> Iterator[Any]:
    """Versions of a name; an error if it has none at all."""
    found = remote.browser.versions(kind, wanted.place, wanted.name, asked)
    first = next(found, None)
    if first is not None:
        yield first
        yield from found
    elif not asked.filters:
        raise not_there(remote, kind, wanted)


def _one(remote: "Remote", kind: "Kind", wanted: Any, version: str, asked: "Asked") -> Any:
    """One version in full.

    Raises: NotThere, saying what is near.
    """
    from dataclasses import replace

    from reconciler.errors import NotFoundError

    if not version:
        newest = replace(asked, limit=1)
        row = next(remote.browser.versions(kind, wanted.place, wanted.name, newest), None)
        if row is None:
            if any(one.startswith("state") for one in asked.filters):
                raise NotThere(f"no version of {kind.word} {wanted} is active")
            raise not_there(remote, kind, wanted)
        version = row.id.version
    try:
        return remote.browser.entity(kind, wanted.place, wanted.name, version)
    except NotFoundError:
        raise not_there(remote, kind, replace(wanted, version=version)) from None


@command.command("projects")
@asked_options
@all_forms
@session_options
def projects(
    filters: tuple[str, ...],
    sort: str,
    limit: int | None,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """List projects; archived ones with `--filter state=archived`."""
    from reconciler.report import LISTINGS

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        rows = remote.browser.projects(asked_for(filters, sort, limit or None))
        write_rows(rows, LISTINGS["projects"], form, limit=limit or None)


@command.command("domains")
@all_forms
@session_options
def domains(
    form: Form, environments: tuple[str, ...], workspaces: tuple[str, ...], parallelism: int
) -> None:
    """List domains, which the server's configuration names."""
    from reconciler.report import LISTINGS

    with talking(environments, workspaces, parallelism=parallelism) as remote:
        write_rows(remote.browser.domains(), LISTINGS["domains"], form, limit=None)


@command.command("attributes")
@click.argument("facets", nargs=-1, metavar="[ATTRIBUTE]...", shell_complete=complete("facets"))
@click.option("-p", "--project", metavar="NAME", shell_complete=complete("projects"))
@click.option("-d", "--domain", metavar="NAME", shell_complete=complete("domains"))
@all_forms
@session_options
def attributes(
    facets: tuple[str, ...],
    project: str | None,
    domain: str | None,
    form: Form,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    parallelism: int,
) -> None:
    """List what projects, domains and workflows have of attributes: resources, queues and more.

    \b
    Examples:
      reconciler get attributes
      reconciler get attributes taskResources -p flytesnacks
    """
    from reconciler.manifest import did_you_mean
    from reconciler.model import ATTRIBUTE_NUMBERS
    from reconciler.report import LISTINGS

    for facet in facets:
        if facet not in ATTRIBUTE_NUMBERS:
            hint = did_you_mean(facet, list(ATTRIBUTE_NUMBERS))
            raise click.BadParameter(f"there is no attribute {facet!r}; {hint}")
    with talking(environments, workspaces, parallelism=parallelism) as remote:
        rows = (
            row
            for row in remote.browser.attributes(facets)
            if (project is None or row.project == project)
            and (domain is None or row.domain == domain)
        )
        write_rows(rows, LISTINGS["attributes"], form, limit=None)


for _command in (executions, nodes, task_executions, signals):
    command.add_command(_command)
