"""What a plan's document says, as blocks of a comment: verdict, breaks, policies, tables.

The document may be anybody's: what is not of its type is not there, and how texts are shown is
for the caller to say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.report.blocks import Block, code, paragraph, table
from reconciler.report.facts import short_version
from reconciler.report.spans import instants
from reconciler.report.words import WORDS

Say = Callable[[str], str]

_RULINGS = {
    "deny": ("CAUTION", "refuses"),
    "require-approval": ("IMPORTANT", "wants an approval"),
    "warn": ("WARNING", "warns"),
}
_ROWS = 40  # of a table, before what is left is only counted


def verdict_of(document: Mapping[str, Any]) -> tuple[str, str]:
    """The verdict in a line, and the mark that stands before it."""
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
    denied = any(
        one.get("ruling") == "deny" and not _text(one, "excused")
        for one in objects(document, "verdicts")
    )
    if denied or objects(document, "obstacles"):
        return f"This would be refused: {told}", "⛔"
    breaking = sum(
        one.get("breaking") is True and one.get("switches") is True
        for one in objects(document, "effects")
    )
    if breaking:
        return (
            f"{told}. {breaking} launch plan{'s' if breaking > 1 else ''} would break callers",
            "⚠️",
        )
    return (told[0].upper() + told[1:], "✅" if not steps else "🔷")


def conflict_texts(document: Mapping[str, Any]) -> Iterator[str]:
    """A text for each version that Admin holds with other content."""
    return (_text(one, "message") for one in objects(document, "conflicts"))


def problem_text(problem: Mapping[str, Any]) -> str:
    """Where, what, the way out, and the code."""
    place = _place(problem)
    hint = f" ({_text(problem, 'hint')})" if _text(problem, "hint") else ""
    return f"{place}{_text(problem, 'message')}{hint} [{_text(problem, 'code')}]"


def _place(one: Mapping[str, Any]) -> str:
    """`file:line: `, as far as it is known."""
    origin = one.get("origin")
    if not isinstance(origin, Mapping) or not _text(origin, "file"):
        return ""
    line = _number(origin.get("line"))
    return f"{_text(origin, 'file')}:{line}: " if line else f"{_text(origin, 'file')}: "


def break_texts(document: Mapping[str, Any]) -> Iterator[str]:
    """What breaks whom: the reviewer's first question."""
    for effect in objects(document, "effects"):
        if effect.get("switches") is not True:
            continue
        for change in objects(effect, "interface"):
            if change.get("breaking") is not True:
                continue
            types = (_text(change, "before"), _text(change, "after"))
            move = " → ".join(one or "none" for one in types)
            yield (
                f"{_text(effect, 'name')}: {_text(change, 'side')} {_text(change, 'name')} "
                f"{move} breaks callers: {_text(change, 'why')}"
            )
        for consumer in objects(effect, "consumers"):
            if consumer.get("breaks") is True:
                where = "in this set" if consumer.get("where") == "set" else "in Flyte Admin"
                yield (
                    f"{_text(consumer, 'address')} {where} uses {_text(effect, 'name')}, stays "
                    f"at {short_version(_text(consumer, 'version'))} and does not fit: "
                    f"{_text(consumer, 'why')}"
                )


def policy_blocks(document: Mapping[str, Any], said: Callable[[str], str]) -> Iterator[Block]:
    """What refuses, what waits for somebody, what is only told; then what does not count."""
    verdicts = objects(document, "verdicts")
    for ruling, (kind, word) in _RULINGS.items():
        counting = (
            f"{_place(one)}policy {_text(one, 'policy')} {word}: {_text(one, 'message')}"
            + (
                f" ({_text(one, 'object').rpartition('@')[0] or _text(one, 'object')})"
                if _text(one, "object")
                else ""
            )
            for one in verdicts
            if _text(one, "ruling") == ruling and not _text(one, "excused")
        )
        yield from alerts(kind, counting, said)
    excused = sum(bool(_text(one, "excused")) for one in verdicts)
    if excused:
        are = "s of policies are" if excused > 1 else " of policies is"
        yield paragraph(f"_{excused} finding{are} exempt._")


def approval_ways(document: Mapping[str, Any]) -> Iterator[Block]:
    """How what waits for an approval is given one, by the policies' names."""
    names = dict.fromkeys(
        _text(one, "policy")
        for one in objects(document, "verdicts")
        if _text(one, "ruling") == "require-approval" and not _text(one, "excused")
    )
    if not names:
        return
    labels = ", ".join(code(f"policy-approved-{name}") for name in [*names][:_ROWS])
    yield paragraph(
        f"_Approved by a label on this request, {labels}; where the forge has no labels, "
        "`ci apply --approve` is given the policy's name._"
    )


def launch_plan_table(document: Mapping[str, Any]) -> Iterator[Block]:
    """Versions, fire times and what changes, what breaks somebody first."""
    effects = sorted(objects(document, "effects"), key=lambda one: one.get("breaking") is not True)
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
    elif objects(effect, "interface"):
        said.append("interface")
    schedule = effect.get("schedule")
    if isinstance(schedule, Mapping) and schedule.get("before") != schedule.get("after"):
        said.append("schedule")
    for key, word in (("images", "image"), ("parts", "part")):
        number = len(objects(effect, key))
        if number:
            said.append(f"{number} {word}{'' if number == 1 else 's'}")
    return ", ".join(said) or "nothing but versions"


def image_table(document: Mapping[str, Any]) -> Iterator[Block]:
    """Which image becomes which, and in how many tasks."""
    tasks: dict[tuple[str, str], set[str]] = {}
    for effect in objects(document, "effects"):
        for image in objects(effect, "images"):
            move = (_text(image, "before"), _text(image, "after"))
            tasks.setdefault(move, set()).add(_text(image, "task"))
    rows = [
        (code(before) or "none", code(after) or "none", str(len(names)))
        for (before, after), names in [*tasks.items()][:_ROWS]
    ]
    if rows:
        yield table(("image", "becomes", "in tasks"), rows)


def alerts(kind: str, messages: Iterable[str], said: Callable[[str], str]) -> Iterator[Block]:
    """Messages as one alert, if there are any."""
    lines = tuple(f"> - {said(message)}\n" for message in messages if message)
    if lines:
        yield Block(lines, f"> [!{kind}]\n", "\n")


# A document may come from anywhere: what is not of its type is not there.


def objects(document: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    """The objects of a list; none if it is something else."""
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
