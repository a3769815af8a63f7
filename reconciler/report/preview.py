"""What merging a request does, as the one comment that a reviewer reads.

The verdict comes first, then what it means, and folded below it how. It is rendered from the
plan's document: so a comment that is made of another job's artifact, in which anything may stand,
is made by the same code, with every text in it shown as code.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.model import Action, Diagnostic, Plan
from reconciler.report.as_json import plan_body
from reconciler.report.blocks import (
    LIMITS,
    Block,
    code,
    documents,
    folded,
    paragraph,
    plain,
    table,
)
from reconciler.report.diagnostics import diagnostic_as_data
from reconciler.report.effects import effect_sections
from reconciler.report.masking import Masks, veiled
from reconciler.report.preview_document import (
    alerts,
    approval_ways,
    break_texts,
    conflict_texts,
    image_table,
    launch_plan_table,
    objects,
    policy_blocks,
    problem_text,
    verdict_of,
)
from reconciler.report.style import one_line
from reconciler.report.view import Line, Section, conflict_section, sections
from reconciler.report.words import WORDS, Symbol, subject

_MARKS = {Symbol.ADD: "+", Symbol.REMOVE: "-", Symbol.CHANGE: "!"}
_PAGES = 5  # comments that one environment may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A launch plan that can be tried out: `page` in the console, `command` that launches it."""

    name: str
    page: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFacts:
    """What is known about a preview beside its plan.

    Attributes: `title` what it is of: `workspace etl, environment production`; `commit` what was
    planned; `at` when, in words; `digest` of what it does; `entry` of the ledger it builds upon,
    "" without one; `run_url` where the run is read; `stale` why it may no longer be what happens;
    `remarks` what else a reviewer has to know; `trials` what can be launched before it is merged.
    """

    title: str = ""
    commit: str = ""
    at: str = ""
    digest: str = ""
    entry: str = ""
    run_url: str = ""
    stale: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class Apart:
    """Steps of the plan that are not this request's doing, and why they are in it."""

    why: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A preview before it is cut into pages: `verdict` is one line of plain text."""

    verdict: str
    blocks: tuple[Block, ...] = field(repr=False)
    head: str = ""

    def pages(self, limit: int | None = LIMITS["github"]) -> tuple[str, ...]:
        """As comments of at most so many bytes; None for one document."""
        return documents(self.blocks, limit=limit, head=self.head, most=_PAGES)

    def with_stale(self, stale: Sequence[str]) -> "Preview":
        """The same with reasons why it may not be what happens, below the verdict."""
        verdict, *rest = self.blocks
        return replace(self, blocks=(verdict, *alerts("WARNING", stale, plain), *rest))


def preview_of(
    plan: Plan,
    facts: PreviewFacts,
    *,
    apart: Sequence[Apart] = (),
    reveal: Sequence[str] = (),
    body: Mapping[str, Any] | None = None,
) -> Preview:
    """The preview of a plan.

    Args:
        plan: What the request itself does; sensitive values masked already.
        apart: What an apply does beside it.
        body: The plan's document, if there is one already: it is not cheap.
    """
    masks = Masks.of(plan, reveal)
    shown = veiled(plan, masks, for_document=True)
    document = body if body is not None else plan_body(plan, reveal=reveal)
    details = [
        *approval_ways(document),
        *map(_section, effect_sections(shown)),
        *map(_section, sections(shown)),
        *(_section(conflict_section(one)) for one in shown.conflicts),
        *(block for one in apart for block in _apart(one)),
    ]
    return _preview(
        document, facts, details, said=plain, others=sum(len(a.actions) for a in apart)
    )


def failed_preview(problems: Sequence[Diagnostic], facts: PreviewFacts) -> Preview:
    """The preview of what cannot be planned: everything that is wrong."""
    return _failed([diagnostic_as_data(one) for one in problems], facts, said=plain)


def untrusted_preview(document: Mapping[str, Any], text: str, facts: PreviewFacts) -> Preview:
    """A preview of what another job left: a plan's document or that of errors, and its text.

    Whatever stands in it is shown as code: no link, no mention, no markup of theirs.

    Raises: ValueError for a document that is none.
    """
    if not isinstance(document, Mapping):
        raise ValueError("the document is no object")
    if document.get("type") != "plan":
        return _failed(objects(document, "diagnostics"), facts, said=code)
    lines = text.splitlines()
    details = [folded("the plan, as the request's own job printed it", lines)] if lines else []
    return _preview(document, facts, details, said=code)


def difference_as_markdown(
    *,
    added: Sequence[str],
    gone: Sequence[str],
    ways: str,
    digest: str,
    title: str,
    is_reviewed: bool,
    limit: int | None = LIMITS["github"],
) -> tuple[str, ...]:
    """Why a merge was not applied: what would be done and was not reviewed.

    Args:
        added, gone: Steps by name, as far as they are known.
        ways: How it is approved, in words.
    """
    why = (
        "What would be done is not what was reviewed."
        if is_reviewed
        else "Nobody has reviewed what would be done."
    )
    blocks = [
        paragraph(f"⛔ **Nothing was written. {why}**"),
        paragraph(f"To apply plan {code(digest[:12])} all the same, {plain(ways)}."),
    ]
    lines = [*(f"+ {one_line(one)}" for one in added), *(f"- {one_line(one)}" for one in gone)]
    if lines:
        blocks.append(folded("more than was reviewed (+), and less (-)", lines))
    return documents(blocks, limit=limit, head=f"## {plain(title)}\n\n", most=_PAGES)


def _preview(
    document: Mapping[str, Any],
    facts: PreviewFacts,
    details: Iterable[Block],
    *,
    said: Callable[[str], str],
    others: int = 0,
) -> Preview:
    verdict, mark = verdict_of(document)
    blocks = [
        paragraph(f"{mark} **{plain(verdict)}**"),
        *_notices(facts),
        *alerts("CAUTION", conflict_texts(document), said),
        *alerts("CAUTION", map(problem_text, objects(document, "obstacles")), said),
        *alerts("CAUTION", break_texts(document), said),
        *policy_blocks(document, said),
        *launch_plan_table(document),
        *image_table(document),
        *alerts("NOTE", map(problem_text, objects(document, "warnings")), said),
    ]
    if others:
        blocks.append(
            paragraph(
                f"_{others} more step{'s' if others > 1 else ''} of an apply "
                f"{'are' if others > 1 else 'is'} not this request's doing, and listed last._"
            )
        )
    blocks += [*_trials(facts.trials), *details, *_foot(facts)]
    return Preview(verdict=verdict, blocks=tuple(blocks), head=_head(facts))


def _failed(
    problems: Sequence[Mapping[str, Any]], facts: PreviewFacts, *, said: Callable[[str], str]
) -> Preview:
    number = len(problems)
    verdict = f"This cannot be planned: {number} problem{'' if number == 1 else 's'}"
    blocks = (
        paragraph(f"⛔ **{verdict}**"),
        *_notices(facts),
        *alerts("CAUTION", map(problem_text, problems), said),
        *_foot(facts),
    )
    return Preview(verdict=verdict, blocks=blocks, head=_head(facts))


def _head(facts: PreviewFacts) -> str:
    return f"## Plan: {plain(facts.title)}\n\n" if facts.title else "## Plan\n\n"


def _notices(facts: PreviewFacts) -> Iterator[Block]:
    yield from alerts("WARNING", facts.stale, plain)
    yield from alerts("NOTE", facts.remarks, plain)


def _trials(trials: Sequence[Trial]) -> Iterator[Block]:
    """What is registered already, for whoever wants to see it run."""
    if not trials:
        return
    rows = [(code(one.name), f"[console]({one.page})") for one in trials]
    yield table(("try it out; nothing there starts by itself", ""), rows)
    commands = [f"$ {one.command}" for one in trials]
    yield folded("commands that launch it", commands, language="console")


def _section(section: Section) -> Block:
    notes = [f"# {one_line(note)}" for note in section.notes]
    return folded(plain(section.title), [*notes, *map(_line, section.lines)])


def _line(line: Line) -> str:
    return f"{_MARKS.get(line.symbol, ' ')} {'    ' * line.depth}{one_line(line.text)}".rstrip()


def _apart(apart: Apart) -> Iterator[Block]:
    lines = [
        f"{_MARKS.get(WORDS[one.verb].symbol, ' ')} {one_line(subject(one.id))} "
        f"{WORDS[one.verb].will}: {one_line(one.why)}"
        for one in apart.actions
    ]
    yield folded(f"{len(lines)} not of this request: {plain(apart.why)}", lines)


def _foot(facts: PreviewFacts) -> Iterator[Block]:
    parts = []
    if facts.commit:
        parts.append(f"commit {code(facts.commit[:12])}")
    if facts.digest:
        parts.append(f"plan {code(facts.digest[:12])}")
    if facts.entry:
        parts.append(f"ledger entry {plain(facts.entry)}")
    if facts.at:
        parts.append(plain(facts.at))
    if facts.run_url and not set(facts.run_url) & set(" ()<>\n"):
        parts.append(f"[run]({facts.run_url})")
    if parts:
        yield paragraph(" · ".join(parts))
