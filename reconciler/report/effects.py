"""What a plan means, as sections of lines: what will be different of each launch plan.

An everyday merge changes the same of many launch plans, and the first registration of many has
nothing to compare with: what is alike shares a section, a line each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from reconciler.model import (
    Consumer,
    Effect,
    Firing,
    InterfaceChange,
    Kind,
    Oddity,
    Part,
    Plan,
    ScheduleEffect,
    Slot,
)
from reconciler.report.facts import short_version
from reconciler.report.spans import instant, instants, span
from reconciler.report.values import change_lines
from reconciler.report.view import Line, Section
from reconciler.report.words import Symbol, counted, subject

_NAMES = 4  # names listed one by one; more are only counted
_ROWS = 40  # names of alike launch plans, a line each
_SLOTS = 3
_IMAGES = ("container.image",)
_SCHEDULE = "entityMetadata.schedule."
# A part and its lines → the launch plan under which it was told first.
_Told = dict[tuple[Kind, str, str, str, tuple[Line, ...]], str]
_ODD = {
    Oddity.LOST: "is missed by the switch: the former schedule no longer runs it, the new one "
    "has none before",
    Oddity.DOUBLE: "comes soon after a run of the former schedule, so it runs twice",
    Oddity.GAP: "is lost when the clocks change",
    Oddity.OVERLAP: "runs twice when the clocks change",
}


def effect_sections(plan: Plan, *, verbose: bool = False) -> Iterator[Section]:
    """Yield what the plan means, in its order, what breaks somebody first.

    Shape: effects that say nothing beyond the steps themselves have no section.
    """
    told: _Told = {}
    for group in _grouped(plan.effects, apart=verbose):
        if _is_plain(group[0]):
            yield _fires(group)
        elif len(group) > 1:
            yield _alike(group, verbose=verbose)
        else:
            lines = tuple(_lines(group[0], told, verbose=verbose))
            if lines:
                yield Section(_title(group[0]), _notes(group[0]), lines)


def headline(effect: Effect) -> str:
    """What changes, in a few words: `2 images, 3 parts, schedule, breaks callers`."""
    said = []
    if effect.breaks:
        said.append("breaks callers")
    elif effect.interface:
        said.append("interface")
    if effect.schedule is not None and (effect.schedule.differs or effect.schedule.restart):
        said.append("schedule" if effect.schedule.differs else "clock restarts")
    if effect.images:
        said.append(_count(len({(i.before, i.after) for i in effect.images}), "image"))
    for kind in (Kind.LAUNCH_PLAN, Kind.WORKFLOW, Kind.TASK):
        number = sum(part.kind is kind for part in effect.parts)
        if number:
            said.append(counted(number, kind))
    return ", ".join(said) or "nothing but versions"


def _grouped(effects: Iterable[Effect], *, apart: bool) -> Iterable[Sequence[Effect]]:
    groups: dict[object, list[Effect]] = {}
    for effect in sorted(effects, key=lambda effect: not effect.breaks):
        if _says_nothing(effect):
            continue
        place = (effect.id.project, effect.id.domain)
        key: object = effect.id
        if not apart and _is_plain(effect):
            key = (place, bool(effect.active_after))
        elif not apart and not effect.interface and not _is_scheduled(effect):
            key = (place, effect.switches, effect.notes, _signature(effect))
        groups.setdefault(key, []).append(effect)
    return groups.values()


def _says_nothing(effect: Effect) -> bool:
    return not (effect.parts or effect.interface or effect.notes or _is_scheduled(effect))


def _is_scheduled(effect: Effect) -> bool:
    """Whether anything becomes of its schedule."""
    schedule = effect.schedule
    return schedule is not None and (schedule.differs or schedule.restart is not None)


def _is_plain(effect: Effect) -> bool:
    """Nothing to compare with: it starts to fire, or fires no more."""
    schedule = effect.schedule
    return (
        schedule is not None
        and (schedule.before is None or not effect.active_after)
        and not (effect.active_before and effect.active_after)
        and not effect.notes
        and not schedule.slots
    )


def _signature(effect: Effect) -> object:
    """What changes, whatever it is called that it changes in."""
    changes = {
        (part.kind, change.path, repr(change.before), repr(change.after))
        for part in effect.parts
        for change in part.changes
        if not _is_image(change.path)
    }
    images = {(image.before, image.after) for image in effect.images}
    bare = any(not part.changes for part in effect.parts)
    return effect.id if bare else (frozenset(changes), frozenset(images))


def _fires(group: Sequence[Effect]) -> Section:
    first = group[0]
    starts = bool(first.active_after)
    symbol = Symbol.ADD if starts else Symbol.REMOVE
    column = max(len(effect.id.name) for effect in group)
    lines = []
    for effect in group:
        assert effect.schedule is not None
        firing = effect.schedule.after if starts else effect.schedule.before
        assert firing is not None
        times = "next" if starts else "else next"
        said = f"{firing.text}; {times} {_next(firing)}"
        lines.append(Line(symbol, f"{effect.id.name:{column}}  {said}"))
    place = f"{first.id.project}/{first.id.domain}"
    verb = "will fire" if starts else "will fire no more"
    return Section(f"{counted(len(group), Kind.LAUNCH_PLAN)} {verb} in {place}", (), tuple(lines))


def _alike(group: Sequence[Effect], *, verbose: bool) -> Section:
    first = group[0]
    place = f"{first.id.project}/{first.id.domain}"
    lines: list[Line] = []
    column = max(len(effect.id.name) for effect in group[:_ROWS])
    for effect in group[:_ROWS]:
        lines.append(Line(Symbol.CHANGE, f"{effect.id.name:{column}}  {_move(effect)}"))
    if len(group) > _ROWS:
        lines.append(Line(Symbol.NONE, f"… and {len(group) - _ROWS} more"))
    lines += _shared(group, verbose=verbose)
    when = "" if first.switches else ", if they were activated"
    title = f"{counted(len(group), Kind.LAUNCH_PLAN)} in {place}: the same changes in each{when}"
    return Section(title, _notes(first), tuple(lines))


def _shared(group: Sequence[Effect], *, verbose: bool) -> Iterator[Line]:
    images: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    where: defaultdict[tuple[Kind, tuple[Line, ...]], dict[str, None]] = defaultdict(dict)
    for effect in group:
        for image in effect.images:
            images[image.before, image.after][image.task] = None
        for part in effect.parts:
            lines = tuple(_changes(part, depth=1, verbose=verbose))
            if lines:
                where[part.kind, lines][part.path] = None
    yield from _images(images)
    for (kind, lines), paths in where.items():
        yield Line(Symbol.CHANGE, f"in {_some(tuple(paths), kind.word)}")
        yield from lines


def _title(effect: Effect) -> str:
    if effect.switches:
        return f"{subject(effect.id)} changes, {_move(effect)}"
    return f"{subject(effect.id)} would change if it were activated, {_move(effect)}"


def _move(effect: Effect) -> str:
    before = " and ".join(map(short_version, effect.active_before)) or "none"
    return f"{before} → {short_version(effect.active_after) or 'none'}"


def _notes(effect: Effect) -> tuple[str, ...]:
    return effect.notes


def _lines(effect: Effect, told: _Told, *, verbose: bool) -> Iterator[Line]:
    yield from (line for change in effect.interface for line in _interface(change))
    yield from _consumers(effect.consumers)
    if effect.schedule is not None and (_is_scheduled(effect) or verbose):
        yield from _schedule(effect.schedule)
    images: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for image in effect.images:
        name = f"{image.task} ({image.container})" if image.container else image.task
        images[image.before, image.after][name] = None
    yield from _images(images)
    for part in effect.parts:
        yield from _part(part, effect, told, verbose=verbose)


def _interface(change: InterfaceChange) -> Iterator[Line]:
    symbol = Symbol.CHANGE
    if change.before is None:
        symbol = Symbol.ADD
    elif change.after is None:
        symbol = Symbol.REMOVE
    types = [side for side in (change.before, change.after) if side is not None]
    said = " → ".join(dict.fromkeys(types))
    word = "BREAKS callers" if change.breaking else "breaks nobody"
    yield Line(symbol, f"{change.side} {change.name}: {said} ({change.why}; {word})")


def _consumers(consumers: Sequence[Consumer]) -> Iterator[Line]:
    for consumer in consumers:
        where = "in this set" if consumer.in_set else "in Flyte Admin"
        goes_on = f"goes on with {short_version(consumer.version)}"
        fits = f"but cannot move on: {consumer.why}" if consumer.breaks else "and could move on"
        yield Line(Symbol.NONE, f"used by {consumer.id} {where}, {goes_on}, {fits}", 1)


def _schedule(schedule: ScheduleEffect) -> Iterator[Line]:
    before, after = schedule.before, schedule.after
    symbol = Symbol.ADD if before is None else Symbol.REMOVE if after is None else Symbol.CHANGE
    texts = [side.text for side in (before, after) if side is not None]
    yield Line(symbol, f"fires {' → '.join(dict.fromkeys(texts))}")
    if before is not None:
        yield Line(Symbol.NONE, f"now next  {_next(before)}", 1)
    if after is not None:
        yield Line(Symbol.NONE, f"then next {_next(after)}", 1)
    restart = schedule.restart
    if restart is not None and restart.elapsed is not None and restart.remaining is not None:
        yield Line(
            Symbol.NONE,
            f"the clock starts anew: {span(restart.elapsed)} of {span(restart.period)} have "
            f"passed and are lost; it would have fired in {span(restart.remaining)}",
            1,
        )
    elif restart is not None:
        yield Line(Symbol.NONE, f"the clock of {span(restart.period)} starts anew", 1)
    yield from _slots(schedule.slots)


def _slots(slots: Sequence[Slot]) -> Iterator[Line]:
    found: defaultdict[Oddity, list[str]] = defaultdict(list)
    for slot in slots:
        found[slot.oddity].append(slot.at)
    for oddity, times in found.items():
        more = f" and {len(times) - _SLOTS} more," if len(times) > _SLOTS else ""
        said = ", ".join(map(instant, times[:_SLOTS]))
        yield Line(Symbol.NONE, f"{said}{more} {_ODD[oddity]}", 1)


def _next(firing: Firing) -> str:
    if not firing.next:
        return firing.problem or "never"
    said = instants(firing.next)
    return f"{said}, if that is the scheduler's zone" if firing.assumed else said


def _images(images: dict[tuple[str, str], dict[str, None]]) -> Iterator[Line]:
    for (before, after), tasks in images.items():
        move = f"{before} → {after}" if before else after
        symbol = Symbol.CHANGE if before else Symbol.ADD
        yield Line(symbol, f"image {move} in {_some(tuple(tasks), 'task')}")


def _part(part: Part, effect: Effect, told: _Told, *, verbose: bool) -> Iterator[Line]:
    name = f"{part.kind} {part.path}"
    if part.unread:
        yield Line(Symbol.CHANGE, f"{name}  {part.before} → {part.after}, not compared")
        return
    if not part.before or not part.after:
        symbol, word = (Symbol.ADD, "new in it") if part.after else (Symbol.REMOVE, "gone from it")
        version = short_version(part.after or part.before)
        yield Line(symbol, f"{name}@{version}  {word}")
        return
    lines = list(_changes(part, depth=1, verbose=verbose))
    if not lines:
        return  # its image or schedule, told above
    key = (part.kind, part.path, part.before, part.after, tuple(lines))
    if key in told and not verbose:
        yield Line(Symbol.CHANGE, f"{name}  as in {told[key]} above")
        return
    told.setdefault(key, effect.id.name)
    yield Line(Symbol.CHANGE, name)
    yield from lines


def _changes(part: Part, *, depth: int, verbose: bool) -> Iterator[Line]:
    for change in part.changes:
        if not verbose and (_is_image(change.path) or change.path.startswith(_SCHEDULE)):
            continue
        for deeper, symbol, text in change_lines(change, verbose=verbose):
            yield Line(symbol, text, depth + deeper)


def _is_image(path: str) -> bool:
    return path in _IMAGES or (path.startswith("k8sPod.") and path.endswith("].image"))


def _some(paths: Sequence[str], word: str) -> str:
    """Name a few, count the rest: `3 tasks: a, b, c`."""
    names = [path.rsplit("/", 1)[-1] for path in paths]
    if len(names) == 1:
        return f"{word} {names[0]}"
    if len(names) <= _NAMES:
        return f"{len(names)} {word}s: {', '.join(names)}"
    return f"{len(names)} {word}s: {', '.join(names[:_NAMES])}, …"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
