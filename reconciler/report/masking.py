"""What leaves the terminal without its values.

Nobody ever marked what Admin holds as sensitive. So in documents, which end up as artifacts and
in comments, the values that tend to hold secrets are masked on both sides, unless the workspace
reveals their paths; that they changed, and where, stays visible. On the terminal of the person
who planned only what is marked is masked.

A masked value is numbered, the same value by the same number all through one plan: so a reader
sees whether it changed, and where else it is used, but not what it is.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from reconciler.model import Action, Change, Conflict, Effect, Plan
from reconciler.report.values import MASK, is_masked

# Paths as `plan.compare` spells them: lowerCamelCase, the spec's own wrapper left out; items of
# lists by their position, or in an effect by their name. Names stay readable, of variables and
# inputs alike; only what they hold is hidden.
_ITEM = r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]'
_SECRETIVE = re.compile(
    rf"""
    (^|\.)(
        env{_ITEM}\.value                      # of a container, in a pod too
      | envs\.values{_ITEM}\.value             # of a launch plan
      | config({_ITEM}\.value|\..+)            # of plugins
      | custom\..+                             # of plugins
      | literals\..+                           # inputs, fixed ones too, and outputs
      | parameters\..+\.default               # of an input
      | binding\.(scalar|collection|map)       # of a node's input
      | recipientsEmail\[\d+\]
    )$
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBERED = re.compile(r"\(sensitive value #(\d+)\)")


class Masks:
    """What stands in the place of values in one document.

    Args:
        reveal: Paths that are shown all the same; `*` stands for any part of one name, `**` for
            any number of parts.
        taken: How many numbers are given already, in what is to be rendered.
    """

    def __init__(self, reveal: Sequence[str] = (), *, taken: int = 0) -> None:
        self._numbers: dict[str, int] = {}
        self._taken = taken
        self._reveal = tuple(map(_pattern, reveal))

    @staticmethod
    def of(plan: Plan, reveal: Sequence[str] = ()) -> "Masks":
        """Masks for a plan in which some values may be masked already."""
        texts = (
            text
            for change in changes_of(plan)
            for side in (change.before, change.after)
            for text in _texts(side)
        )
        numbers = (int(found[1]) for text in texts for found in _NUMBERED.finditer(text))
        return Masks(reveal, taken=max(numbers, default=0))

    def mask(self, value: Any) -> Any:
        """What is shown of a sensitive value; None, which is no value, stays None."""
        if value is None or is_masked(value):
            return value
        key = json.dumps(value, sort_keys=True, ensure_ascii=False)
        number = self._numbers.setdefault(key, self._taken + len(self._numbers) + 1)
        return f"{MASK[:-1]} #{number})"

    def marked(self, change: Change) -> Change:
        """The change with its values masked if it is marked as sensitive."""
        if not change.sensitive:
            return change
        return replace(change, before=self.mask(change.before), after=self.mask(change.after))

    def change(self, change: Change) -> Change:
        """The change as a document may hold it; `sensitive` if anything in it is masked."""
        if change.sensitive:
            return self.marked(change)
        if self._is_secretive(change.path):
            before, after = self.mask(change.before), self.mask(change.after)
        else:
            before, after = (self._hidden(s, change.path) for s in (change.before, change.after))
        if (before, after) == (change.before, change.after):
            return change
        return Change(change.path, before, after, sensitive=True)

    def document(self, value: Any) -> Any:
        """JSON of a message as a document may hold it."""
        return self._hidden(value, "")

    def _is_secretive(self, path: str) -> bool:
        if any(pattern.fullmatch(path) for pattern in self._reveal):
            return False
        # A change may lie below the value that is hidden, so every beginning of the path counts.
        return any(_SECRETIVE.search(path[:end]) for end in _ends(path))

    def _hidden(self, value: Any, path: str) -> Any:
        """The same JSON with what its paths call secretive masked, however deep."""
        if _SECRETIVE.search(path) and not any(p.fullmatch(path) for p in self._reveal):
            return self.mask(value)
        if isinstance(value, dict):
            return {key: self._hidden(item, _below(path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._hidden(item, f"{path}[{at}]") for at, item in enumerate(value)]
        return value


def veiled(plan: Plan, masks: Masks, *, for_document: bool) -> Plan:
    """Return a plan to be rendered, its values masked: all that tend to be secret in documents,
    elsewhere those that are marked."""
    mask = masks.change if for_document else masks.marked

    def action(one: Action) -> Action:
        return replace(one, changes=tuple(map(mask, one.changes)))

    def conflict(one: Conflict) -> Conflict:
        return replace(one, changes=tuple(map(mask, one.changes)))

    def effect(one: Effect) -> Effect:
        parts = (replace(part, changes=tuple(map(mask, part.changes))) for part in one.parts)
        return replace(one, parts=tuple(parts))

    return replace(
        plan,
        effects=tuple(map(effect, plan.effects)),
        actions=tuple(map(action, plan.actions)),
        conflicts=tuple(map(conflict, plan.conflicts)),
    )


def changes_of(plan: Plan) -> Iterator[Change]:
    """Every change that a plan tells of."""
    for effect in plan.effects:
        for part in effect.parts:
            yield from part.changes
    for action in plan.actions:
        yield from action.changes
    for conflict in plan.conflicts:
        yield from conflict.changes


def _ends(path: str) -> Iterator[int]:
    """Where a part of a path ends; dots and brackets inside of quoted names end none."""
    quoted = False
    for at, letter in enumerate(path):
        if letter == '"' and path[at - 1 : at] != "\\":
            quoted = not quoted
        elif letter in ".[" and not quoted:
            yield at
    yield len(path)


def _below(path: str, key: str) -> str:
    if not path:
        return key
    return f"{path}{key}" if key.startswith("[") else f"{path}.{key}"


def _pattern(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", glob)
    words = {"*": r"[^.\[\]]*", "**": ".*"}
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts), re.DOTALL)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
