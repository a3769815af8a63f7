"""How tasks, workflows, launch plans and executions are named on the command line.

A version of something: `NAME`, `NAME@VERSION`, `PROJECT/DOMAIN/NAME@VERSION`. An execution: its
name, `PROJECT/DOMAIN/NAME`, the URL that the console shows, or a `flyte://v1/…` reference to data
of it. Where no project and domain are said, `-p` and `-d`, else the configuration's.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.completing import complete

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import ExecutionId, Kind
    from reconciler.remote import Remote

Command = TypeVar("Command", bound=Callable[..., Any])

_CONSOLE = re.compile(r"projects/([^/?#]+)/domains/([^/?#]+)/executions/([^/?#]+)")
_DATA = re.compile(r"flyte://v1/([^/]+)/([^/]+)/([^/]+)(?:/(.*))?")


_RECENT = 200  # executions among which one with nearly that name is looked for


class NotThere(click.ClickException):
    """What was named is not there; the message says what is."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a place, and the version, if one was said."""

    project: str
    domain: str
    name: str
    version: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.project, self.domain

    def __str__(self) -> str:
        path = f"{self.project}/{self.domain}/{self.name}"
        return f"{path}@{self.version}" if self.version else path


def place_options(command: Command) -> Command:
    """Add `-p` and `-d`."""
    for option in (
        click.option(
            "-d",
            "--domain",
            metavar="NAME",
            shell_complete=complete("domains"),
            help="The domain, where a name says none.  [default: the configuration's]",
        ),
        click.option(
            "-p",
            "--project",
            metavar="NAME",
            shell_complete=complete("projects"),
            help="The project, where a name says none.  [default: the configuration's]",
        ),
    ):
        command = option(command)
    return command


def entity_name(text: str, remote: "Remote", project: str | None, domain: str | None) -> Name:
    """Read how a task, workflow or launch plan is named.

    Raises: click.BadParameter for what names none.
    """
    name, at, version = text.partition("@")
    parts = name.split("/", 2)
    if len(parts) == 3:
        project, domain, name = parts
    project, domain = project or remote.default_project, domain or remote.default_domain
    if not (name and project and domain) or (at and not version):
        raise click.BadParameter(f"{text!r} is no NAME, NAME@VERSION or PROJECT/DOMAIN/NAME")
    return Name(project, domain, name, version)


def execution_id(
    text: str, remote: "Remote", project: str | None, domain: str | None
) -> "ExecutionId":
    """Read how an execution is named.

    Raises: click.BadParameter for what names none.
    """
    from reconciler.model import ExecutionId

    if found := _CONSOLE.search(text) or _DATA.fullmatch(text):
        return ExecutionId(*found.groups()[:3])
    try:
        return ExecutionId.parse(
            text,
            project=project or remote.default_project,
            domain=domain or remote.default_domain,
        )
    except ValueError as error:
        raise click.BadParameter(
            f"{error}, the console's URL, or flyte://v1/PROJECT/DOMAIN/NAME/…"
        ) from error


def found_execution(remote: "Remote", id: Any) -> Any:
    """An execution as Admin holds it.

    Raises: NotThere, saying which are near.
    """
    from reconciler.errors import NotFoundError
    from reconciler.manifest import did_you_mean
    from reconciler.remote import Asked

    try:
        return remote.browser.execution(id)
    except NotFoundError:
        recent = remote.browser.executions([(id.project, id.domain)], Asked(limit=_RECENT))
        names = [row.id.name for row in recent]
        said = f"there is no execution {id.project}/{id.domain}/{id.name}"
        hint = did_you_mean(id.name, names) if names else "none ever ran there"
        raise NotThere(f"{said}; {hint}" if hint else said) from None


def not_there(remote: "Remote", kind: "Kind", wanted: Name) -> NotThere:
    """The error for a task, workflow or launch plan that is not there: what is near it."""
    from reconciler.manifest import did_you_mean

    said = f"there is no {kind.word} {wanted}"
    found = remote.browser.near(kind, wanted.name)
    elsewhere = [place for place, name in found if name == wanted.name]
    if wanted.place in elsewhere:
        return NotThere(
            f"{said}: no such version; `reconciler get {_PLURALS[kind.name]} "
            f"{wanted.project}/{wanted.domain}/{wanted.name}` lists those that are"
        )
    if elsewhere:
        places = ", ".join(f"{p}/{d}/{wanted.name}" for p, d in sorted(elsewhere)[:5])
        return NotThere(f"{said}; there is {places}")
    here = {name for place, name in found if place == wanted.place}
    if not here:
        return NotThere(f"{said}; there is none in {wanted.project}/{wanted.domain} at all")
    hint = did_you_mean(wanted.name, sorted(here))
    return NotThere(f"{said}; {hint}" if hint else said)


_PLURALS = {"TASK": "tasks", "WORKFLOW": "workflows", "LAUNCH_PLAN": "launchplans"}
