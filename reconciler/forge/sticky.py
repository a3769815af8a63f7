"""Keep our comments on a request to one set: found again by a hidden marker, never repeated.

There is no way to write a comment only if there is none yet. So whoever writes looks again, until
nothing is left to do: two runs that created theirs at once both see four then, and agree which
to keep, the oldest ones. Nor is there a way to change a comment only if it is still what was read:
the run of an older commit that is about to write when a newer one's does would overwrite that. It
looks for newer commits and comments right before; the moment that is left is one call long.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.errors import ForgeDeniedError, ForgeError, ForgeMissingError
from reconciler.forge.values import Comment, Fate, Note, Posted

if TYPE_CHECKING:
    from reconciler.forge.forge import Forge

_ROUNDS = 6
_WORD = re.compile(r"[^\s()<>]+")
_LINE = re.compile(r"(?:<!-- |\[//\]: # \()reconciler ([^\n]*?)(?: -->|\))\s*(?:\n|$)")


@dataclass(frozen=True, slots=True)
class _Ours:
    comment: Comment
    words: Mapping[str, str]
    text: str


def post(
    forge: "Forge", number: int, marker: str, pages: Sequence[str], *, facts: Mapping[str, str]
) -> Posted:
    """See `Forge.post`."""
    bodies = [
        _body(forge, marker, page, {"page": f"{at}/{len(pages)}", **facts})
        for at, page in enumerate(pages, start=1)
    ]
    fate = Fate.UNCHANGED
    written: set[tuple[str, str]] = set()
    head = ""
    for _ in range(_ROUNDS):
        # Before the comments: whoever posts for a newer commit in between is seen in them.
        head = _head(forge, number)
        found = list(_ours(forge, number, marker))
        newer = [one for one in found if _rank(one.words, head) > _rank(facts, head)]
        if newer or (head and "commit" in facts and not _is_of(facts["commit"], head)):
            _withdraw(forge, number, found if newer else [], facts)
            return Posted(Fate.OUTDATED, tuple(one.comment.url for one in newer or found))
        try:
            changed = _round(forge, number, found, bodies, written)
        except ForgeMissingError:
            continue  # somebody deleted it just now
        except ForgeError as error:
            if not error.in_doubt:
                raise
            continue  # perhaps it is there: look again
        if changed is None:
            return Posted(fate, tuple(one.comment.url for one in found))
        fate = Fate.CREATED if Fate.CREATED in (changed, fate) else changed
    found = list(_ours(forge, number, marker))
    if len(found) < len(bodies):
        raise ForgeError(f"{forge.title} does not keep our comment on request {number}")
    return Posted(fate, tuple(one.comment.url for one in found))


def read(forge: "Forge", number: int, marker: str) -> Note | None:
    """See `Forge.read`."""
    found = list(_ours(forge, number, marker))
    if not found:
        return None
    pages = tuple(one.text for one in found)
    return Note(pages, found[0].words, tuple(one.comment.url for one in found))


def remove(forge: "Forge", number: int, marker: str) -> int:
    """See `Forge.remove`."""
    found = list(_ours(forge, number, marker))
    for one in found:
        _delete(forge, number, one.comment)
    return len(found)


def _round(
    forge: "Forge",
    number: int,
    found: Sequence[_Ours],
    bodies: Sequence[str],
    written: set[tuple[str, str]],
) -> Fate | None:
    """Bring the comments nearer to `bodies`; None if nothing was left to do."""
    fate: Fate | None = None
    for one, body in zip(found, bodies, strict=False):
        # A forge may keep a text a little differently from how it was sent; once is enough.
        if _same(one.comment.body, body) or (one.comment.id, body) in written:
            continue
        forge.update_comment(number, one.comment, body)
        written.add((one.comment.id, body))
        fate = fate or Fate.UPDATED
    for body in bodies[len(found) :]:
        forge.create_comment(number, body)
        fate = Fate.CREATED
    for one in found[len(bodies) :]:
        _delete(forge, number, one.comment)
        fate = fate or Fate.UPDATED
    return fate


def _delete(forge: "Forge", number: int, comment: Comment) -> None:
    with contextlib.suppress(ForgeMissingError):  # somebody was quicker
        forge.delete_comment(number, comment)


def _ours(forge: "Forge", number: int, marker: str) -> Iterator[_Ours]:
    account = forge.account()
    for comment in sorted(forge.comments(number), key=_age):
        if account and comment.author and comment.author.lower() != account.lower():
            continue  # anybody can write our marker
        line = _LINE.match(comment.body)
        if line is None:
            continue
        first, *rest = line[1].split()
        if first != marker:
            continue
        words = dict(word.partition("=")[::2] for word in rest)
        yield _Ours(comment, words, comment.body[line.end() :].lstrip("\r\n"))


def _age(comment: Comment) -> tuple[str, int, str]:
    number = int(comment.id) if comment.id.isdecimal() else 0
    return comment.at, number, comment.id


def _body(forge: "Forge", marker: str, page: str, words: Mapping[str, str]) -> str:
    if not _WORD.fullmatch(marker):
        raise ValueError(f"{marker!r} is no marker: blanks, brackets and parentheses are not")
    text = forge.dress(page)
    said = {
        **{name: value for name, value in words.items() if _WORD.fullmatch(value)},
        "text": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
    }
    told = " ".join(f"{name}={value}" for name, value in said.items())
    return f"{forge.hide(f'reconciler {marker} {told}')}\n\n{text}"


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _head(forge: "Forge", number: int) -> str:
    """The newest commit of the request; "" if this token may not know."""
    try:
        return forge.pull(number).head
    except (ForgeDeniedError, ForgeMissingError):
        return ""


def _withdraw(
    forge: "Forge", number: int, found: Sequence[_Ours], facts: Mapping[str, str]
) -> None:
    """Delete what this very run has added beside a newer run's comments."""
    for one in found:
        if all(one.words.get(name) == facts.get(name) for name in ("commit", "at", "run")):
            _delete(forge, number, one.comment)


def _rank(words: Mapping[str, str], head: str) -> tuple[bool, str, str]:
    return _is_of(words.get("commit", ""), head), words.get("at", ""), words.get("run", "")


def _is_of(commit: str, head: str) -> bool:
    # One forge shortens commits.
    return bool(head and commit) and (commit.startswith(head) or head.startswith(commit))
