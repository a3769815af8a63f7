"""One command in several environments and workspaces: a section each, and an exit code each."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from reconciler.cli import failures
from reconciler.cli.exits import Exit, for_error, worst
from reconciler.cli.options import Settings
from reconciler.cli.session import Unit
from reconciler.cli.telemetry import section
from reconciler.report import FORMAT_VERSION, Style, to_json


@dataclass(frozen=True, slots=True)
class Result:
    """How one section ended, and its JSON document if anybody reads one; text was written."""

    code: int
    document: str = ""


def run_sections(
    units: Sequence[Unit],
    work: Callable[[Unit], Result],
    settings: Settings,
    *,
    kind: str,
    stop_early: bool = False,
) -> int:
    """Do `work` for each unit and return the gravest exit code.

    A single unit is the command itself: its document is the command's, its errors are raised.
    Of several, each has a heading, or with `--json` a part of one document; an error ends its own
    section only, unless `stop_early` leaves out what comes after the first that failed.

    Args:
        kind: `type` of the document that holds the parts.
    """
    outputs = settings.outputs
    outputs.open()
    if len(units) == 1:
        settings.hide(units[0].sensitive)
        with told_of(units[0]):
            result = work(units[0])
        outputs.finish(result.document)
        return result.code
    results: list[tuple[Unit, Result]] = []
    for at, unit in enumerate(units):
        _head(unit, settings, first=at == 0)
        outputs.section(workspace=unit.listed, environment=unit.environment)
        results.append((unit, _attempt(unit, work, settings)))
        if stop_early and results[-1][1].code not in (Exit.OK, Exit.CHANGES):
            break
    code = worst(result.code for _, result in results)
    skipped = units[len(results) :]
    if outputs.is_text:
        _foot(results, skipped, settings)
    outputs.finish(_document(kind, code, results, skipped) if outputs.wants_json else "")
    return code


def _attempt(unit: Unit, work: Callable[[Unit], Result], settings: Settings) -> Result:
    try:
        settings.hide(unit.sensitive)
        with told_of(unit):
            return work(unit)
    except Exception as error:
        if not failures.is_ours(error):
            raise
        failures.tell(error, settings)
        document = settings.outputs.failed(failures.diagnostics(error), unit.title)
        return Result(for_error(error), document)


def told_of(unit: Unit) -> AbstractContextManager[None]:
    """What happens within is told to a collector as being about this unit."""
    name = unit.workspace.metadata.name if unit.workspace else ""
    return section(workspace=name, environment=unit.environment)


def _head(unit: Unit, settings: Settings, *, first: bool) -> None:
    # Where stdout is a document's, who reads the remarks wants to know whose they are.
    stream = sys.stdout if settings.outputs.is_text else sys.stderr
    style = Style(settings.colors(stream))
    stream.write(f"{'' if first else chr(10)}{style.bold(f'── {unit.title} ──')}\n")
    stream.flush()
    settings.admin_named = ""


def _foot(
    results: Sequence[tuple[Unit, Result]], skipped: Sequence[Unit], settings: Settings
) -> None:
    style = Style(settings.colors(sys.stdout))
    titles = [unit.title for unit, _ in results] + [unit.title for unit in skipped]
    width = max(map(len, titles))
    lines = [f"{unit.title:{width}}  exit {result.code}" for unit, result in results]
    lines += [f"{unit.title:{width}}  not started" for unit in skipped]
    sys.stdout.write(f"\n{style.bold('── all ──')}\n" + "".join(f"{line}\n" for line in lines))


def _document(
    kind: str,
    code: int,
    results: Sequence[tuple[Unit, Result]],
    skipped: Sequence[Unit],
) -> str:
    """Shape: `sections` in order: workspace and environment (null where there is one only),
    exit_code (null if not started), result: the document the command alone would print."""
    parts = [
        {**_named(unit), "exit_code": int(result.code), "result": json.loads(result.document)}
        for unit, result in results
    ]
    parts += [{**_named(unit), "exit_code": None, "result": None} for unit in skipped]
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": kind,
            "exit_code": int(code),
            "sections": parts,
        }
    )


def _named(unit: Unit) -> dict[str, str | None]:
    return {"workspace": unit.listed or None, "environment": unit.environment or None}
