"""The words, symbols and colours of each verb: one table for every renderer.

Symbols and sentences follow Terraform, with Flyte's own meaning: a version is never changed, so
what others call create is *register* here, and moving an activation is what others call update.
"""

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model import Action, Kind, Reason, ResourceId, Verb


class Symbol(StrEnum):
    """What stands at the start of a line."""

    ADD = "+"
    CHANGE = "~"
    REMOVE = "-"
    UPLOAD = "^"
    OWN = "="
    LAUNCH = ">"
    NONE = " "


@dataclass(frozen=True, slots=True)
class Words:
    """How one verb is spoken of.

    `will` completes "task x …"; `infinitive` "3 to …"; `past` "3 …"; `doing` "task x: …".
    """

    symbol: Symbol
    will: str
    infinitive: str
    past: str
    doing: str


WORDS: dict[Verb, Words] = {
    Verb.CREATE: Words(Symbol.ADD, "will be registered", "register", "registered", "registering"),
    Verb.UPDATE: Words(Symbol.CHANGE, "will be updated in place", "update", "updated", "updating"),
    Verb.ACTIVATE: Words(
        Symbol.CHANGE, "will be activated", "activate", "activated", "activating"
    ),
    Verb.DEACTIVATE: Words(
        Symbol.REMOVE, "will be deactivated", "deactivate", "deactivated", "deactivating"
    ),
    Verb.ARCHIVE: Words(Symbol.REMOVE, "will be archived", "archive", "archived", "archiving"),
    Verb.UNARCHIVE: Words(
        Symbol.CHANGE, "will be unarchived", "unarchive", "unarchived", "unarchiving"
    ),
    Verb.DELETE: Words(Symbol.REMOVE, "will be deleted", "delete", "deleted", "deleting"),
    Verb.UPLOAD: Words(Symbol.UPLOAD, "will be uploaded", "upload", "uploaded", "uploading"),
    Verb.ADOPT: Words(Symbol.OWN, "will be adopted", "adopt", "adopted", "adopting"),
    Verb.FORGET: Words(Symbol.OWN, "will be forgotten", "forget", "forgotten", "forgetting"),
    Verb.LAUNCH: Words(Symbol.LAUNCH, "will be launched", "launch", "launched", "launching"),
}

LEGEND: dict[Symbol, str] = {
    Symbol.ADD: "register",
    Symbol.CHANGE: "update or activate",
    Symbol.REMOVE: "deactivate, archive or delete",
    Symbol.UPLOAD: "upload",
    Symbol.OWN: "adopt or forget: what is ours changes, and nothing in Flyte Admin",
    Symbol.LAUNCH: "launch an execution",
}

# Counted in every summary, zero or not; the others are named only where there are any.
ALWAYS_COUNTED = (Verb.CREATE, Verb.UPDATE, Verb.ACTIVATE, Verb.DEACTIVATE)

_DIGEST = 12  # letters of a bundle's digest that tell it from others
_PLURALS = {Kind.NAMED_ENTITY: "named entities"}


def will(action: Action) -> str:
    """What completes "task x …" for an action."""
    if action.id.kind is Kind.ATTRIBUTES and action.reason is Reason.ABSENT:
        return "will be set"
    return WORDS[action.verb].will


def subject(id: ResourceId) -> str:
    """Name a resource to people, who switch launch plans on and off and know no activations."""
    if id.kind is Kind.BUNDLE:
        return f"{id.kind.word} {id.project}/{id.domain}/{short_digest(id.name)}"
    if id.facet:
        return str(id)
    word = Kind.LAUNCH_PLAN.word if id.kind is Kind.ACTIVATION else id.kind.word
    return f"{word} {id.path}"


def short_digest(digest: str) -> str:
    """The beginning of a code bundle's digest, enough to know it again."""
    return f"{digest[:_DIGEST]}…"


def counted(number: int, kind: Kind) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {kind.word if number == 1 else _PLURALS.get(kind, kind.word + 's')}"


def version_move(action: Action) -> tuple[str, str]:
    """The versions active before and after a switch, `none` for none."""
    before = action.before.active if action.before else ()
    after = action.after.active if action.after else ()
    return " and ".join(before) or "none", " and ".join(after) or "none"
