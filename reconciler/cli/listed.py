"""Options of commands that list, and how rows are written in the form that was asked for."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import click

from reconciler.cli.choice import choice, environment_option, workspace_option
from reconciler.cli.options import (
    Settings,
    admin_option,
    parallelism_option,
    program_options,
    say,
    settings,
)

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from google.protobuf.message import Message

    from reconciler.remote import Asked, Remote
    from reconciler.report import Listing

Command = TypeVar("Command", bound=Callable[..., Any])
Form = Literal["table", "wide", "name", "json", "yaml"]


def form_options(*forms: Form, default: Form) -> Callable[[Command], Command]:
    """Add `-o` and `--json`, its short form."""

    def add(command: Command) -> Command:
        for option in (
            click.option(
                "--json",
                "as_json",
                is_flag=True,
                expose_value=False,
                callback=_keep_json,
                is_eager=True,
                help="The same as -o json.",
            ),
            click.option(
                "-o",
                "--output",
                "form",
                type=click.Choice(forms),
                callback=_form(default),
                help=f"In what form.  [default: {default}; of one thing in full: yaml]"
                if "table" in forms
                else f"In what form.  [default: {default}]",
            ),
        ):
            command = option(command)
        return command

    return add


def all_forms(command: Command) -> Command:
    """Add `-o` and `--json` of commands that list."""
    return form_options("table", "wide", "name", "json", "yaml", default="table")(command)


def asked_options(command: Command) -> Command:
    """Add `--filter`, `--sort` and `--limit`."""
    for option in (
        click.option(
            "--limit",
            type=click.IntRange(min=0),
            metavar="N",
            help="At most so many; 0 for all.",
        ),
        click.option(
            "--sort",
            metavar="[-]FIELD",
            default="",
            help="Sort by a field, with - the greatest first: -created_at.",
        ),
        click.option(
            "--filter",
            "filters",
            multiple=True,
            metavar="FILTER",
            help="Only what this is true of: FIELD=VALUE, !=, <, <=, >, >=, FIELD~PART, "
            "'FIELD in A,B'; several must all be.",
        ),
    ):
        command = option(command)
    return command


def session_options(command: Command) -> Command:
    """Add what every command takes that talks to one Admin."""
    for option in (
        program_options,
        parallelism_option,
        admin_option,
        workspace_option,
        environment_option,
    ):
        command = option(command)
    return command


reveal_option = click.option(
    "--show-values",
    "reveal",
    is_flag=True,
    help="Show the values of environment variables, inputs and plugin configuration, too, which "
    "tend to hold secrets.",
)


def asked_for(filters: tuple[str, ...], sort: str, limit: int | None) -> "Asked":
    """What the options ask a list for.

    Raises: click.BadParameter for a filter that is none.
    """
    from reconciler.remote import Asked

    asked = Asked(filters, sort, limit)
    try:
        asked.conditions({})
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--filter") from error
    return asked


@contextmanager
def talking(
    environments: tuple[str, ...] = (), workspaces: tuple[str, ...] = (), *, parallelism: int = 10
) -> "Iterator[Remote]":
    """Talk to the Admin that is meant; what the workspace marks as sensitive is masked."""
    from reconciler.cli.session import connected, find_unit

    options = settings()
    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    options.hide(unit.sensitive)
    with connected(options, unit, parallelism=parallelism) as (remote, _):
        yield remote
        if refused := remote.browser.refused:
            places = ", ".join(f"{project}/{domain}" for project, domain in refused)
            say(f"Not all is told: {places} may not be read")


def write_rows(rows: Iterable[Any], listing: "Listing", form: Form, *, limit: int | None) -> None:
    """Write what a list has, as it comes where the form allows."""
    from reconciler.manifest import to_yaml
    from reconciler.report import one_line, to_json

    counted = _Counted(rows)
    if form == "name":
        for row in counted:
            sys.stdout.write(one_line(listing.name(row)) + "\n")
    elif form == "json":
        sys.stdout.write(to_json(listing.document(counted)))
    elif form == "yaml":
        sys.stdout.write(to_yaml([listing.document(counted)], plain=True))
    else:
        color = settings().colors(sys.stdout)
        now = time.time_ns()
        for line in listing.table(counted, now=now, wide=form == "wide", color=color):
            sys.stdout.write(line)
    if limit is not None and counted.number == limit:
        say(f"Stopped after {limit}: there may be more; --limit 0 lists all")


def write_whole(
    message: "Message",
    form: Form,
    *,
    kind: str,
    name: str,
    reveal: bool,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write one thing in full."""
    from reconciler.manifest import to_yaml
    from reconciler.report import in_full, to_json

    if form == "name":
        sys.stdout.write(name + "\n")
        return
    document = in_full(message, kind=kind, reveal=reveal, **(more or {}))
    if form == "json":
        sys.stdout.write(to_json(document))
        return
    shown = {key: value for key, value in document.items() if key not in _HEAD}
    sys.stdout.write(to_yaml([shown], plain=True))


_HEAD = ("format_version", "type")


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.number += 1
            yield row


def _keep_json(context: click.Context, option: click.Parameter, value: bool) -> bool:
    if value:
        context.find_root().ensure_object(Settings).outputs.format = "json"
    return value


def _form(default: Form) -> Callable[[click.Context, click.Parameter, str | None], Form]:
    def keep(context: click.Context, option: click.Parameter, value: str | None) -> Form:
        outputs = context.find_root().ensure_object(Settings).outputs
        if value not in (None, "json") and outputs.format == "json":
            raise click.BadParameter("--json says another form")
        if value == "json":
            outputs.format = "json"
        return cast(Form, value or ("json" if outputs.format == "json" else default))

    return keep
