"""A plan as people read it on a terminal or in a CI log: Terraform's symbols and sentences."""

from collections.abc import Iterator

from reconciler.model import Kind, Plan
from reconciler.report.diagnostics import warning_lines
from reconciler.report.effects import effect_sections
from reconciler.report.masking import Masks, veiled
from reconciler.report.style import Style, one_line
from reconciler.report.unbuilt import without_unknown
from reconciler.report.view import Line, Section, conflict_section, sections
from reconciler.report.words import ALWAYS_COUNTED, LEGEND, WORDS, counted

NO_CHANGES = "No changes. Flyte Admin matches the manifests."


def plan_as_text(
    plan: Plan, *, color: bool = False, verbose: bool = False, masks: Masks | None = None
) -> str:
    """Render a plan: what it means, what it does, problems, and the summary as the last line.

    Shape: lines ended by newlines. Without `verbose` a new version is one line and long values
        are shortened; with it every field of every new version is listed and nothing is cut.

    Args:
        masks: For a text that more people read than who plans: what stands in the place of all
            that tends to be secret. Without, only what is marked is masked.
    """
    style = Style(color)
    lines: list[str] = []
    plan = veiled(plan, masks or Masks.of(plan), for_document=masks is not None)
    meant = list(effect_sections(plan, verbose=verbose))
    found = list(sections(plan, verbose=verbose, masks=masks))
    if found:
        lines += _legend(plan, style)
    if meant:
        lines += [style.bold("What will be different:"), ""]
    for section in meant:
        lines += _section(section, style)
    if meant:
        lines += [style.bold("What will be done:"), ""]
    for section in found:
        lines += _section(section, style)
    if plan.warnings:
        lines += [*warning_lines(plan.warnings, style), ""]
    if plan.obstacles:
        lines += [*warning_lines(plan.obstacles, style), ""]
    if plan.verdicts:
        from reconciler.report.policies import verdict_lines

        lines += [style.bold("Policies:"), *verdict_lines(plan.verdicts, style), ""]
    for conflict in plan.conflicts:
        lines += _conflict(conflict_section(conflict, verbose=verbose), style)
    if plan.is_empty:
        if any(plan.unchanged.values()):
            lines += [_unchanged(plan), ""]
        lines.append(style.bold(style.green(nothing(plan))))
    else:
        lines.append(style.bold("Plan: ") + summary(plan))
    return without_unknown("\n".join(lines) + "\n", plan)


def summary(plan: Plan) -> str:
    """Count what a plan does: `3 to register, 1 to update, …, 12 unchanged.`"""
    counts = plan.counts()
    parts = [
        f"{counts[verb]} to {words.infinitive}"
        for verb, words in WORDS.items()
        if counts[verb] or verb in ALWAYS_COUNTED
    ]
    parts.append(f"{sum(plan.unchanged.values())} unchanged")
    if plan.conflicts:
        parts.append(f"{len(plan.conflicts)} in conflict")
    return ", ".join(parts) + "."


def nothing(plan: Plan) -> str:
    """What is said of a plan without a step: that all is well, or what is to be waited for."""
    if not plan.backfills:
        return NO_CHANGES
    from reconciler.report.backfills import in_progress

    if plan.obstacles:
        return "Nothing can be done before what is told above is mended."
    slots = in_progress(plan)
    if not slots:
        return NO_CHANGES
    return (
        f"Nothing to do now: {slots:,} slot{' is' if slots == 1 else 's are'} under way or wait."
    )


def _legend(plan: Plan, style: Style) -> list[str]:
    used = {WORDS[action.verb].symbol for action in plan}
    entries = [
        f"  {style.symbol(symbol)} {meaning}"
        for symbol, meaning in LEGEND.items()
        if symbol in used
    ]
    if not entries:
        return []
    return ["Actions are marked with these symbols:", *entries, ""]


def _section(section: Section, style: Style) -> Iterator[str]:
    yield f"  {style.bold(f'# {one_line(section.title)}')}"
    for note in section.notes:
        yield f"  {style.dim(f'# ({one_line(note)})')}"
    yield from (_line(line, style) for line in section.lines)
    yield ""


def _line(line: Line, style: Style) -> str:
    indent = "  " + "    " * line.depth
    return f"{indent}{style.symbol(line.symbol)} {one_line(line.text)}".rstrip()


def _conflict(section: Section, style: Style) -> Iterator[str]:
    yield f"{style.bold(style.red('Error:'))} {style.bold(one_line(section.title))}"
    for note in section.notes:
        yield f"  {style.dim(f'# ({one_line(note)})')}"
    yield from (_line(line, style) for line in section.lines)
    yield "  A version cannot be changed in Flyte Admin. Give the manifest a new version, or"
    yield "  `version: auto`, which is a new version whenever the content is new."
    yield ""


def _unchanged(plan: Plan) -> str:
    kinds = [counted(number, kind) for kind, number in _by_rank(plan) if number]
    return f"{sum(plan.unchanged.values())} unchanged: {', '.join(kinds)}."


def _by_rank(plan: Plan) -> list[tuple[Kind, int]]:
    return sorted(plan.unchanged.items(), key=lambda item: item[0].rank)
