"""Reasons for which a lawful plan is rather a mistake, and how many is many."""

from dataclasses import dataclass
from enum import StrEnum


class Guard(StrEnum):
    """The code of an obstacle by which a plan is refused, mostly until a flag overrules it."""

    MANY_DEACTIVATED = "many-deactivated"
    MANY_ARCHIVED = "many-archived"
    MANY_DELETED = "many-deleted"
    MANY_REVERTED = "many-reverted"
    MANY_LAUNCHED = "many-launched"
    EMPTY_SET = "empty-set"
    PROTECTED = "protected"
    MOVED_BY_HAND = "moved-by-hand"
    UNREADABLE = "unreadable-scope"
    FOREIGN = "foreign-owner"

    @property
    def flag(self) -> str:
        """The option that overrules it, whose name says what that risks; "" if none does."""
        return _FLAGS.get(self, "")


_FLAGS = {
    Guard.MANY_DEACTIVATED: "--allow-many-deactivations",
    Guard.MANY_ARCHIVED: "--allow-many-archivals",
    Guard.MANY_DELETED: "--allow-many-deletions",
    Guard.MANY_REVERTED: "--allow-many-reverts",
    Guard.MANY_LAUNCHED: "--allow-many-launches",
    Guard.EMPTY_SET: "--allow-empty",
    Guard.PROTECTED: "--allow-protected",
    Guard.MOVED_BY_HAND: "--overwrite-moved",
    Guard.UNREADABLE: "--allow-unreadable",
}

GUARDS = frozenset(guard.value for guard in Guard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What a workspace says about its guards.

    Attributes: more than `share` of at least `fewest` objects of a kind in a project-domain are
    many, and so are more executions of one backfill than `launches`; `protect` are globs of
    `project/domain/name`, or of names, that are protected whatever their manifests say, and when
    they have none.
    """

    share: float = 0.3
    fewest: int = 10
    launches: int = 1000
    protect: tuple[str, ...] = ()
