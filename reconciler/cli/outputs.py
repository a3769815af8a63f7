"""Results in other forms than text: on stdout in its place, or into files beside it.

    plan --format markdown | json | junit       one of them on stdout, and nothing else there
    --json-into FILE                            JSON Lines: what happens, the result as last line
    --markdown-into FILE                        as many files as a comment's limit asks for
    --junit-into FILE
    --html-into FILE                            a page to open in a browser, of all sections

A command notes what comes about (`planned`, `applied`, events) with one object and need not know
who wants to read it. Values are masked in all of them.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeVar, cast

import click

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.session import Unit
    from reconciler.model import (
        ApplyReport,
        Diagnostic,
        DriftReport,
        Event,
        Plan,
        Record,
        ResourceId,
        Run,
    )
    from reconciler.remote import Remote
    from reconciler.report import Events, HtmlPart, Suite

Format = Literal["text", "markdown", "json", "junit"]
Command = TypeVar("Command", bound=Callable[..., Any])

_FILES = {
    "json": "Write what happens into FILE as JSON Lines; the last line is the result.",
    "markdown": "Write a comment for a forge into FILE; if it is too long for one, also into "
    "FILE-2 and so on.",
    "junit": "Write a report into FILE that CI systems show as tests.",
    "html": "Write a page into FILE that needs nothing else: open it in a browser to search "
    "changes, see their fields side by side, dependencies, schedules and the ledger.",
}

_SCHEDULES = 50  # of a plan, whose latest executions a page shows


@dataclass(slots=True)
class Outputs:
    """Who wants to read what a command comes to, and in what form.

    Attributes: `format` what stdout holds; `streams` that its JSON is JSON Lines, told while it
    happens; `into` files by their format; `limit` bytes of a Markdown document; `mask` takes
    sensitive values out of whatever is written.
    """

    format: Format = "text"
    streams: bool = False
    into: dict[str, Path] = field(default_factory=dict)
    limit: int | None = None
    mask: Callable[[str], str] = str
    _pages: list[tuple[str, ...]] = field(default_factory=list)
    _suites: "list[Suite]" = field(default_factory=list)
    _parts: "list[HtmlPart]" = field(default_factory=list)
    _records: "Sequence[Record]" = ()
    _runs: "Mapping[ResourceId, Sequence[Run]]" = field(default_factory=dict)
    _lines: "list[Events]" = field(default_factory=list)
    _file: IO[str] | None = None
    _is_open: bool = False

    @property
    def is_text(self) -> bool:
        """Whether stdout is for people."""
        return self.format == "text"

    @property
    def wants_json(self) -> bool:
        """Whether anybody reads a JSON document."""
        return self.format == "json" or "json" in self.into

    def open(self) -> None:
        """Open the files before anything is done: what cannot be told had better not happen.

        Raises: OSError for a file that cannot be written.
        """
        if self._is_open:
            return
        self._is_open = True
        for file in self.into.values():
            file.open("a").close()
        from reconciler import __version__, report

        if "json" in self.into:
            self._file = self.into["json"].open("w", encoding="utf-8")
            self._lines.append(report.Events(self._write_file, now=_now))
        if self.streams and self.format == "json":
            self._lines.append(report.Events(_write_stdout, now=_now))
        for lines in self._lines:
            lines.opened(__version__)

    def section(self, *, workspace: str, environment: str) -> None:
        """Say what comes next is about, where a command works on several."""
        for lines in self._lines:
            lines.section(workspace=workspace, environment=environment)

    def remember(self, remote: "Remote", unit: "Unit", plan: "Plan | None" = None) -> None:
        """Read what a page shows beside what comes next, if one is written: the ledger's log, and
        what ran lately of the schedules of a plan, of so many as is worth a list each."""
        if "html" not in self.into:
            return
        from reconciler.errors import AdminError

        if unit.home is not None:
            self._records = remote.ledger_of(unit.home).reader().records()
        active = (effect for effect in plan.effects if effect.active_before) if plan else ()
        scheduled = [one.id for one in active if one.schedule and one.schedule.before]
        # What may not be read is left out: it is no part of the result.
        with suppress(AdminError):
            since = _now() - timedelta(days=14)
            self._runs = remote.scheduled_runs(scheduled[:_SCHEDULES], since=since)

    def planned(self, shown: "Plan") -> None:
        """Tell those who follow what is going to be done."""
        for lines in self._lines:
            lines.planned(shown)

    def event(self, event: "Event") -> None:
        """Tell those who follow that a step began or ended."""
        for lines in self._lines:
            lines(event)

    def remark(self, text: str) -> None:
        """Tell those who follow what a person reads on stderr."""
        for lines in self._lines:
            lines.remark(text)

    def plan(self, unit: "Unit | None", shown: "Plan", *, at: datetime | None = None) -> str:
        """Note a plan as a result; return its JSON document, "" if nobody reads one.

        Args:
            at: When it was made, if that is not now.
        """
        # Of its forms only those are loaded that somebody reads.
        from reconciler import report

        title, reveal = _titled("Plan", unit), _reveal(unit)
        if self._wants("markdown"):
            pages = report.plan_as_markdown(shown, title=title, limit=self._page, reveal=reveal)
            self._pages.append(pages)
        if self._wants("junit"):
            self._suites.append(report.plan_as_suite(shown, name=title, reveal=reveal))
        self._add_part(title, plan=shown, reveal=reveal, now=at)
        if unit is not None and _notifies(unit):
            from reconciler.cli.notifying import tell_of_plan

            tell_of_plan(unit, shown)
        return report.plan_as_json(shown, reveal=reveal) if self.wants_json else ""

    def applied(self, unit: "Unit", shown: "Plan", report: "ApplyReport") -> str:
        """Note what an apply did; return its JSON document, "" if nobody reads one."""
        from reconciler.report import report_as_json, report_as_markdown, report_as_suite

        title, reveal = _titled("Apply", unit), _reveal(unit)
        if self._wants("markdown"):
            self._pages.append(
                report_as_markdown(shown, report, title=title, limit=self._page, reveal=reveal)
            )
        if self._wants("junit"):
            self._suites.append(report_as_suite(report, name=title))
        self._add_part(title, plan=shown, report=report, reveal=reveal)
        if _notifies(unit):
            from reconciler.cli.notifying import tell_of_apply

            tell_of_apply(unit, shown, report)
        return report_as_json(shown, report, reveal=reveal) if self.wants_json else ""

    def drifted(self, unit: "Unit", report: "DriftReport") -> str:
        """Note what drifted; return its JSON document, "" if nobody reads one."""
        from reconciler.report import drift_as_json, drift_as_markdown, drift_as_suite

        title, reveal = _titled("Drift", unit), _reveal(unit)
        if self._wants("markdown"):
            self._pages.append(
                drift_as_markdown(report, title=title, limit=self._page, reveal=reveal)
            )
        if self._wants("junit"):
            self._suites.append(drift_as_suite(report, name=title))
        self._add_part(title, drift=report, reveal=reveal)
        return drift_as_json(report, reveal=reveal) if self.wants_json else ""

    def tried(self, suite: "Suite") -> None:
        """Note what became of tests."""
        if self._wants("junit"):
            self._suites.append(suite)

    def failed(self, problems: "Sequence[Diagnostic]", title: str = "") -> str:
        """Note why there is no result; return that as a JSON document."""
        from reconciler.report import errors_as_json, errors_as_markdown, errors_as_suite

        name = title or "Error"
        if self._wants("markdown"):
            self._pages.append(errors_as_markdown(problems, title=name, limit=self._page))
        if self._wants("junit"):
            self._suites.append(errors_as_suite(problems, name=name))
        self._add_part(name, problems=problems)
        return errors_as_json(problems)

    def finish(self, document: str) -> None:
        """Write the result to whoever wants it: stdout, unless it holds text, and the files.

        Args:
            document: The JSON of the whole command.
        """
        self.open()
        for lines in self._lines:
            lines.ended(document)
        # Whatever is said from now on is too late for who follows.
        self._lines.clear()
        if self.format == "json" and not self.streams:
            sys.stdout.write(document)
        elif self.format == "markdown":
            sys.stdout.write("".join(self._documents()))
        elif self.format == "junit":
            sys.stdout.write(self._junit())
        if "markdown" in self.into:
            self._write_pages(self.into["markdown"])
        if "junit" in self.into:
            self.into["junit"].write_text(self.mask(self._junit()), encoding="utf-8")
        if "html" in self.into and self._parts:
            from reconciler.report import html_page

            self.into["html"].write_text(html_page(self._parts, now=_now()), encoding="utf-8")
        if self._file is not None:
            self._file.close()

    def last_words(self, document: str) -> None:
        """Write the result straight to the descriptors: the process is about to be gone."""
        from reconciler.report import as_line

        line = self.mask(as_line(json.loads(document)))
        if self.format == "json":
            os.write(1, line.encode())
        if self._file is not None:
            os.write(self._file.fileno(), line.encode())

    @property
    def _page(self) -> int | None:
        return self.limit if "markdown" in self.into else None

    def _wants(self, format: str) -> bool:
        return format == self.format or format in self.into

    def _documents(self) -> list[str]:
        """The pages of all sections, together where they fit into one; each is whole."""
        from reconciler.report import MARKER

        found: list[str] = []
        for page in (page for pages in self._pages for page in pages):
            more = page.removeprefix(f"{MARKER}\n")
            size = len(found[-1].encode()) + len(more.encode()) if found else 0
            if found and (self._page is None or size <= self._page):
                found[-1] += more
            else:
                found.append(page)
        return found

    def _add_part(self, title: str, *, now: datetime | None = None, **shown: Any) -> None:
        if "html" not in self.into:
            return
        from reconciler.report import html_part

        records, self._records = self._records, ()
        runs, self._runs = self._runs, {}
        part = html_part(
            title=title, now=now or _now(), history=records, runs=runs, mask=self.mask, **shown
        )
        self._parts.append(part)

    def _junit(self) -> str:
        from reconciler.report import suites_as_junit

        return suites_as_junit(self._suites)

    def _write_pages(self, file: Path) -> None:
        documents = self._documents()
        for path, document in zip(_numbered(file), documents, strict=False):
            path.write_text(self.mask(document), encoding="utf-8")
        for path in _left_over(file, len(documents)):
            path.unlink()

    def _write_file(self, line: str) -> None:
        assert self._file is not None
        self._file.write(self.mask(line))
        self._file.flush()


def output_options(
    *, formats: bool = False, streams: bool = False
) -> Callable[[Command], Command]:
    """Add the options for files beside the text.

    Args:
        formats: Also `--format`, for commands that print one result.
        streams: `--json` of this command is JSON Lines, told while it happens.
    """

    def add(command: Command) -> Command:
        if streams:
            command = _streaming(command)
        for format, text in reversed([*_FILES.items()]):
            command = click.option(
                f"--{format}-into",
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE",
                expose_value=False,
                callback=_keep_file,
                help=text,
            )(command)
        command = click.option(
            "--markdown-limit",
            default="github",
            metavar="FORGE|BYTES",
            show_default=True,
            expose_value=False,
            callback=_keep_limit,
            help="How long one Markdown file may be: github, gitlab, gitea, bitbucket, azure, "
            "or a number.",
        )(command)
        if formats:
            command = click.option(
                "--format",
                type=click.Choice(["text", "markdown", "json", "junit"]),
                expose_value=False,
                callback=_keep_format,
                help="What to print.  [default: text]",
            )(command)
        return command

    return add


def _streaming(command: Command) -> Command:
    @wraps(command)
    def told(*args: Any, **parameters: Any) -> Any:
        _outputs(click.get_current_context()).streams = True
        return command(*args, **parameters)

    return cast(Command, told)


def _outputs(context: click.Context) -> Outputs:
    outputs: Outputs = context.find_root().obj.outputs
    return outputs


def _keep_file(context: click.Context, option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        _outputs(context).into[(option.name or "").removesuffix("_into")] = value


def _keep_format(context: click.Context, option: click.Parameter, value: Format | None) -> None:
    if value is not None:
        _outputs(context).format = value


def _keep_limit(context: click.Context, option: click.Parameter, value: str) -> None:
    from reconciler.report import LIMITS, SMALLEST

    limit = LIMITS.get(value)
    if limit is None:
        if not value.isdecimal():
            raise click.BadParameter(f"{value} is no number, and none of {', '.join(LIMITS)}")
        limit = int(value)
        if limit < SMALLEST:
            raise click.BadParameter(f"{value} is too little: {SMALLEST} bytes are the least")
    _outputs(context).limit = limit


def _titled(word: str, unit: "Unit | None") -> str:
    return f"{word}: {unit.title}" if unit is not None and unit.title else word


def _reveal(unit: "Unit | None") -> Sequence[str]:
    return unit.workspace.revealed if unit is not None and unit.workspace else ()


def _notifies(unit: "Unit") -> bool:
    return unit.workspace is not None and bool(unit.workspace.spec.notifications)


def _numbered(file: Path) -> Iterator[Path]:
    """`plan.md`, `plan-2.md`, …"""
    number = 1
    while True:
        yield file if number == 1 else file.with_name(f"{file.stem}-{number}{file.suffix}")
        number += 1


def _left_over(file: Path, written: int) -> Iterator[Path]:
    """Parts that an earlier and longer run left, which would be taken for this one's."""
    from reconciler.report import MARKER

    for number, path in enumerate(_numbered(file), start=1):
        if number <= max(written, 1):
            continue
        try:
            with path.open(encoding="utf-8") as part:
                is_ours = part.readline().rstrip("\n") == MARKER
        except (OSError, UnicodeDecodeError):
            return
        if not is_ours:
            return
        yield path


def _write_stdout(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


def _now() -> datetime:
    return datetime.now(UTC)
