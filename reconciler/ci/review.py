"""Whether what would be applied is what was reviewed.

What was reviewed is what the request's comment says it was: a digest of the steps, and hidden
below it the steps themselves, so that a difference can be told. Fewer steps are no difference:
the rest is done already. More are, and so is any other step.
"""

import base64
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.ci.steps import step_digests, steps_digest
from reconciler.forge import Note
from reconciler.model import Action, Plan

HIDDEN_ROOM = 9_000
"""Bytes of a comment that the hidden steps may take; of more only the digest is kept."""
_LINE = re.compile(r"reconciler-steps ([A-Za-z0-9+/=]+)")
_MOST = 2_000_000  # bytes that hidden steps may unpack to


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The plan that a reviewer saw: its `digest`, and its steps by theirs, where they were kept;
    `commit` what it was made of, `where` to read it."""

    digest: str
    steps: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What would be done and was not reviewed, and what was reviewed and is not to be done."""

    digest: str
    added: tuple[str, ...]
    gone: tuple[str, ...]
    is_listed: bool = True


def hidden_steps(plan: Plan) -> str:
    """The steps of a plan as one word for a hidden line; "" if they would not fit there."""
    lines = [f"{digest} {name}" for digest, name in named_steps(plan).items()]
    packed = base64.b64encode(zlib.compress("\n".join(lines).encode(), 9)).decode()
    return f"reconciler-steps {packed}" if len(packed) < HIDDEN_ROOM - 100 else ""


def reviewed_in(note: Note) -> Reviewed | None:
    """What a comment of ours says was planned; None if that was no plan, or is hearsay."""
    digest = note.facts.get("steps", "")
    if not digest or "by" in note.facts:
        return None
    steps = _unpacked("\n".join(note.pages))
    if steps_digest(steps) != digest:
        steps = {}
    where = note.urls[0] if note.urls else ""
    return Reviewed(digest, steps, note.facts.get("commit", ""), where)


def reviewed_steps(steps: Sequence[str], commit: str) -> Reviewed:
    """What an artifact says was planned, whose steps have no names."""
    return Reviewed(steps_digest(steps), dict.fromkeys(steps, ""), commit, "its artifact")


def difference(plan: Plan, reviewed: Reviewed) -> Difference | None:
    """What differs; None if all that would be done was reviewed."""
    steps = named_steps(plan)
    digest = steps_digest(steps)
    if digest == reviewed.digest or not steps.keys() - reviewed.steps.keys():
        return None
    added = tuple(name for one, name in steps.items() if one not in reviewed.steps)
    gone = tuple(name for one, name in reviewed.steps.items() if one not in steps and name)
    return Difference(digest, added, gone, is_listed=bool(reviewed.steps))


def named_steps(plan: Iterable[Action]) -> dict[str, str]:
    """The steps of a plan in its order: their digests, and what they are called."""
    return {
        step_digests((one,))[0]: f"{one.verb} {one.id.address}" for one in plan if one.verb.writes
    }


def _unpacked(text: str) -> dict[str, str]:
    found = _LINE.search(text)
    if found is None:
        return {}
    try:
        packed = base64.b64decode(found[1], validate=True)
        lines = zlib.decompressobj().decompress(packed, _MOST).decode().splitlines()
    except (ValueError, zlib.error):
        return {}
    return {digest: name for digest, _, name in (line.partition(" ") for line in lines)}
