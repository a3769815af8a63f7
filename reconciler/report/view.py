"""A plan as sections of lines, before any form is chosen: what is said, not how it looks.

New versions and switches are many and alike, so they share a section per kind and place, a line
each. Everything else that changes what is there already gets a section of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from reconciler.model import Action, Change, Conflict, Kind, Plan, Reason, ResourceId, Verb
from reconciler.report.facts import bundle_facts, facts
from reconciler.report.masking import Masks
from reconciler.report.values import change_lines, fields, inline
from reconciler.report.words import WORDS, Symbol, counted, subject, version_move, will

_NAME_COLUMN = 64  # a name longer than this pushes its facts to the right alone
_RECORDS = 20  # named of those that are only adopted or forgotten


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its symbol, its text, and how deep it stands below its section."""

    symbol: Symbol
    text: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A sentence, remarks on it, and lines that show it."""

    title: str
    notes: tuple[str, ...]
    lines: tuple[Line, ...]


def sections(
    plan: Plan, *, verbose: bool = False, masks: Masks | None = None
) -> Iterator[Section]:
    """Yield what the plan does, in its order; what is many and alike together, a line each.

    `verbose` keeps everything apart, with every field of every new version, masked by `masks`.
    """
    by_id = {action.id: action for action in plan}
    for group in _grouped(plan, apart=verbose):
        if len(group) > 1:
            yield _listed(group, by_id)
        elif _is_new(group[0]):
            yield _registered(group[0], verbose=verbose, masks=masks)
        else:
            yield _changed(group[0], by_id, verbose=verbose)
    if plan.backfills:
        # Rarely, and what is launched is told slot by slot.
        from reconciler.report.backfills import backfill_sections

        yield from backfill_sections(plan)


def conflict_section(conflict: Conflict, *, verbose: bool = False) -> Section:
    """Say which fields stand in the way, Admin's value first, and the way out."""
    lines = tuple(
        Line(symbol, text, depth)
        for change in conflict.changes
        for depth, symbol, text in change_lines(change, verbose=verbose)
    )
    place = f"declared in {conflict.origin}; " if conflict.origin else ""
    notes = (f"{place}below, what Flyte Admin holds → what the manifest says",) if lines else ()
    return Section(
        title=f"{subject(conflict.id)} is already registered with other content",
        notes=notes,
        lines=lines,
    )


def _grouped(plan: Iterable[Action], *, apart: bool) -> Iterable[Sequence[Action]]:
    groups: dict[object, list[Action]] = {}
    for action in plan:
        if action.is_launch:
            continue
        together = not apart and (
            _is_new(action)
            or _is_plain_switch(action)
            or action.bundle is not None
            or action.is_record
        )
        place = (action.verb, action.id.kind, action.id.project, action.id.domain)
        groups.setdefault(place if together else action.id, []).append(action)
    return groups.values()


def _is_new(action: Action) -> bool:
    return action.verb is Verb.CREATE and not action.changes


def _is_plain_switch(action: Action) -> bool:
    # Two active versions are a torn switch: that deserves its own words.
    return action.is_switch and not action.changes and action.reason is not Reason.SEVERAL_ACTIVE


def _listed(group: Sequence[Action], by_id: dict[ResourceId, Action]) -> Section:
    names = [_name(action) for action in group]
    column = max((len(name) for name in names if len(name) <= _NAME_COLUMN), default=0)
    symbol = WORDS[group[0].verb].symbol
    lines: Iterator[Line] = (
        Line(symbol, f"{name:{column}}  {_said(action, by_id)}".rstrip())
        for name, action in zip(names, group, strict=True)
    )
    first = group[0]
    if first.is_record and len(group) > _RECORDS:
        # Nothing happens to them: a few tell what they are.
        more = Line(Symbol.NONE, f"… and {len(group) - _RECORDS} more (--verbose names them)")
        lines = chain(islice(lines, _RECORDS), (more,))
    kind = first.id.kind
    if kind is Kind.ACTIVATION and first.is_switch:
        kind = Kind.LAUNCH_PLAN
    place = _place(first.id)
    where = f" in {place}" if place else ""
    what = counted(len(group), kind)
    if kind is Kind.ACTIVATION:
        what = f"the state of {counted(len(group), Kind.LAUNCH_PLAN)}"
    title = f"{what} {WORDS[first.verb].will}{where}"
    return Section(title, (), tuple(lines))


def _registered(action: Action, *, verbose: bool, masks: Masks | None) -> Section:
    title = f"{subject(action.id)} {WORDS[action.verb].will}"
    if not verbose or action.after is None:
        said = _said(action, {}) or _name(action)
        return Section(title, (), (Line(Symbol.ADD, said),))
    every = (Change(path, None, value) for path, value in fields(action.after.canonical))
    shown = map(masks.change, every) if masks is not None else every
    lines = (Line(Symbol.ADD, f"{one.path}: {inline(one.after, verbose=True)}") for one in shown)
    return Section(title, _notes(action), tuple(lines))


def _changed(action: Action, by_id: dict[ResourceId, Action], *, verbose: bool) -> Section:
    lines = [
        Line(symbol, text, depth)
        for change in action.changes
        for depth, symbol, text in change_lines(change, verbose=verbose)
    ]
    if action.is_switch:
        said = f"active version: {_said(action, by_id)}"
        lines.insert(0, Line(WORDS[action.verb].symbol, said))
    if action.bundle is not None:
        said = "; ".join((action.bundle.name, *bundle_facts(action.bundle)))
        lines.append(Line(WORDS[action.verb].symbol, said))
    lines += (
        Line(Symbol.CHANGE, f"dropped by Admin's delete, and written again: {subject(row.id)}")
        for row in action.rewrites
    )
    return Section(f"{subject(action.id)} {will(action)}", _notes(action), tuple(lines))


def _said(action: Action, by_id: dict[ResourceId, Action]) -> str:
    """What is worth a reviewer's eye, on one line."""
    if action.is_record:
        known = action.after or action.before
        return f"{' and '.join(known.active)} active" if known and known.active else ""
    if action.is_switch:
        before, after = version_move(action)
        # What starts to run is known where this very plan registers it.
        version = action.after.active[0] if action.after and action.after.active else ""
        created = by_id.get(action.id.at(version)) if version else None
        told = facts(created.after) if created and created.after else ()
        return "; ".join((f"{before} → {after}", *told))
    if action.bundle is not None:
        return "; ".join(bundle_facts(action.bundle))
    told = facts(action.after) if action.after else ()
    if action.reason is not Reason.ABSENT:
        told = (*told, f"({action.why})")
    return "; ".join(told)


def _notes(action: Action) -> tuple[str, ...]:
    origin = action.after.origin if action.after else None
    notes = (action.why, f"declared in {origin}" if origin else "")
    return ("; ".join(note for note in notes if note),) if any(notes) else ()


def _name(action: Action) -> str:
    id = action.id
    if action.bundle is not None:
        return action.bundle.name
    if id.kind is Kind.PROJECT:
        return id.project
    return f"{id.name}@{id.version}" if id.version else id.name or id.domain


def _place(id: ResourceId) -> str:
    if id.kind is Kind.PROJECT:
        return ""
    return f"{id.project}/{id.domain}" if id.name else id.project
