"""What merging a request does, as the one comment that a reviewer reads.

The verdict comes first, then what it means, and folded below it how. It is rendered from the
plan's document: so a comment that is made of another job's artifact, in which anything may stand,
is made by the same code, with every text in it shown as code.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from reconciler.report.facts import short_version
from reconciler.report.masking import Masks, veiled
from reconciler.report.spans import instants
from reconciler.report.style import one_line
from reconciler.report.view import Line, Section, conflict_section, sections
from reconciler.report.words import WORDS, Symbol, subject

_MARKS = {Symbol.ADD: "+", Symbol.REMOVE: "-", Symbol.CHANGE: "!"}
_ROWS = 40  # of a table, before what is left is only counted
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
        return _failed(_list(document, "diagnostics"), facts, said=code)
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
    verdict, mark = _verdict(document)
    blocks = [
        paragraph(f"{mark} **{plain(verdict)}**"),
        *_notices(facts),
        *_alerts("CAUTION", _conflicts(document), said),
        *_alerts("CAUTION", map(_problem, _list(document, "obstacles")), said),
        *_alerts("CAUTION", _breaks(document), said),
        *_policies(document, said),
        *_launch_plans(document),
        *_images(document),
        *_alerts("NOTE", map(_problem, _list(document, "warnings")), said),
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
        *_alerts("CAUTION", map(_problem, problems), said),
        *_foot(facts),
    )
    return Preview(verdict=verdict, blocks=blocks, head=_head(facts))


def _head(facts: PreviewFacts) -> str:
    return f"## Plan: {plain(facts.title)}\n\n" if facts.title else "## Plan\n\n"


def _verdict(document: Mapping[str, Any]) -> tuple[str, str]:
    counts = document.get("summary")
    counts = counts if isinstance(counts, Mapping) else {}
    steps = [
        f"{number} to {WORDS[verb].infinitive}"
        for verb in WORDS
        if (number := _number(counts.get(str(verb))))
    ]
    told = ", ".join(steps) or "no changes"
    unchanged = _number(counts.get("unchanged"))
    if unchanged:
        told += f"; {unchanged} unchanged"
    conflicts = _number(counts.get("conflicts"))
    if conflicts:
        return f"This cannot be applied: {conflicts} conflicting; {told}", "⛔"
    if _list(document, "obstacles"):
        return f"This would be refused: {told}", "⛔"
    breaking = sum(
        one.get("breaking") is True and one.get("switches") is True
        for one in _list(document, "effects")
    )
    if breaking:
        return (
            f"{told}. {breaking} launch plan{'s' if breaking > 1 else ''} would break callers",
            "⚠️",
        )
    return (told[0].upper() + told[1:], "✅" if not steps else "🔷")


def _notices(facts: PreviewFacts) -> Iterator[Block]:
    yield from _alerts("WARNING", facts.stale, plain)
    yield from _alerts("NOTE", facts.remarks, plain)


def _trials(trials: Sequence[Trial]) -> Iterator[Block]:
    """What is registered already, for whoever wants to see it run."""
    if not trials:
        return
    rows = [(code(one.name), f"[console]({one.page})") for one in trials]
    yield table(("try it out; nothing there starts by itself", ""), rows)
    commands = [f"$ {one.command}" for one in trials]
    yield folded("commands that launch it", commands, language="console")


def _conflicts(document: Mapping[str, Any]) -> Iterator[str]:
    return (_text(one, "message") for one in _list(document, "conflicts"))


def _problem(problem: Mapping[str, Any]) -> str:
    origin = problem.get("origin")
    place = ""
    if isinstance(origin, Mapping) and _text(origin, "file"):
        line = _number(origin.get("line"))
        place = f"{_text(origin, 'file')}:{line}: " if line else f"{_text(origin, 'file')}: "
    hint = f" ({_text(problem, 'hint')})" if _text(problem, "hint") else ""
    return f"{place}{_text(problem, 'message')}{hint} [{_text(problem, 'code')}]"


def _breaks(document: Mapping[str, Any]) -> Iterator[str]:
    """What breaks whom: the reviewer's first question."""
    for effect in _list(document, "effects"):
        if effect.get("switches") is not True:
            continue
        for change in _list(effect, "interface"):
            if change.get("breaking") is not True:
                continue
            types = (_text(change, "before"), _text(change, "after"))
            move = " → ".join(one or "none" for one in types)
            yield (
                f"{_text(effect, 'name')}: {_text(change, 'side')} {_text(change, 'name')} "
                f"{move} breaks callers: {_text(change, 'why')}"
            )
        for consumer in _list(effect, "consumers"):
            if consumer.get("breaks") is True:
                where = "in this set" if consumer.get("where") == "set" else "in Flyte Admin"
                yield (
                    f"{_text(consumer, 'address')} {where} uses {_text(effect, 'name')}, stays "
                    f"at {short_version(_text(consumer, 'version'))} and does not fit: "
                    f"{_text(consumer, 'why')}"
                )


def _policies(document: Mapping[str, Any], said: Callable[[str], str]) -> Iterator[Block]:
    verdicts = [
        f"{_text(one, 'policy') or _text(one, 'name')}: {_text(one, 'verdict')} "
        f"{_text(one, 'message')}"
        for one in _list(document, "policies")
    ]
    yield from _alerts("IMPORTANT", verdicts, said)


def _launch_plans(document: Mapping[str, Any]) -> Iterator[Block]:
    effects = sorted(_list(document, "effects"), key=lambda one: one.get("breaking") is not True)
    rows = [_row(one) for one in effects[:_ROWS]]
    if not rows:
        return
    if len(effects) > _ROWS:
        rows.append((f"_… and {len(effects) - _ROWS} more_", "", "", "", ""))
    yield table(("launch plan", "active now", "will be", "fires next", "what changes"), rows)


def _row(effect: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    active = effect.get("active")
    active = active if isinstance(active, Mapping) else {}
    before, after = (
        " and ".join(code(short_version(one)) for one in _texts(active, side)) or "none"
        for side in ("before", "after")
    )
    if effect.get("switches") is not True:
        after = f"{after} (not activated)"
    place = "/".join(_text(effect, part) for part in ("project", "domain", "name"))
    return code(place), before, after, _fires(effect), _headline(effect)


def _fires(effect: Mapping[str, Any]) -> str:
    schedule = effect.get("schedule")
    if not isinstance(schedule, Mapping):
        return ""
    sides = [schedule.get(side) for side in ("before", "after")]
    texts = [_text(one, "schedule") if isinstance(one, Mapping) else "" for one in sides]
    after = sides[1]
    if not isinstance(after, Mapping):
        return f"no more (was {code(texts[0])})"
    told = code(texts[1]) if texts[0] in ("", texts[1]) else f"{code(texts[0])} → {code(texts[1])}"
    times = _texts(after, "next")
    try:
        following = instants(times[:3])
    except ValueError:
        following = ""
    return f"{told}: {code(following or _text(after, 'problem') or 'never')}"


def _headline(effect: Mapping[str, Any]) -> str:
    said = []
    if effect.get("breaking") is True:
        said.append("**breaks callers**")
    elif _list(effect, "interface"):
        said.append("interface")
    schedule = effect.get("schedule")
    if isinstance(schedule, Mapping) and schedule.get("before") != schedule.get("after"):
        said.append("schedule")
    for key, word in (("images", "image"), ("parts", "part")):
        number = len(_list(effect, key))
        if number:
            said.append(f"{number} {word}{'' if number == 1 else 's'}")
    return ", ".join(said) or "nothing but versions"


def _images(document: Mapping[str, Any]) -> Iterator[Block]:
    tasks: dict[tuple[str, str], set[str]] = {}
    for effect in _list(document, "effects"):
        for image in _list(effect, "images"):
            move = (_text(image, "before"), _text(image, "after"))
            tasks.setdefault(move, set()).add(_text(image, "task"))
    rows = [
        (code(before) or "none", code(after) or "none", str(len(names)))
        for (before, after), names in [*tasks.items()][:_ROWS]
    ]
    if rows:
        yield table(("image", "becomes", "in tasks"), rows)


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


def _alerts(kind: str, messages: Iterable[str], said: Callable[[str], str]) -> Iterator[Block]:
    lines = tuple(f"> - {said(message)}\n" for message in messages if message)
    if lines:
        yield Block(lines, f"> [!{kind}]\n", "\n")


# A document may come from anywhere: what is not of its type is not there.


def _list(document: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    found = document.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _texts(document: Mapping[str, Any], key: str) -> Sequence[str]:
    found = document.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _text(document: Mapping[str, Any], key: str) -> str:
    found = document.get(key)
    return found if isinstance(found, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
