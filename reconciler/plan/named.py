"""Which things somebody means by a name that is typed: for adopting, forgetting, handing over."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from reconciler.errors import LedgerError
from reconciler.model import Plan, ResourceId
from reconciler.plan.select import Pattern, Thing

_WILD = set("*?[")


def named(names: Sequence[str], ids: Iterable[ResourceId], *, what: str) -> list[ResourceId]:
    """Return those of `ids` that the names mean, sorted.

    Args:
        names: Globs over names, or over `project/domain/name`, with `kind:` before them if only
            one kind is meant. What is no glob means things of one place.
        what: What the ids are, for the message: "ours".

    Raises: ConfigError for what is no pattern; LedgerError for a name that means nothing, or
        things of several places.
    """
    of: dict[Thing, list[ResourceId]] = {}
    for id in ids:
        of.setdefault(Thing.of(id), []).append(id)
    found: set[ResourceId] = set()
    for name in names:
        meant = _meant(name, of)
        if not meant:
            raise LedgerError(f"{name} names nothing that is {what}")
        found |= {id for thing in meant for id in of[thing]}
    return sorted(found)


def only(plan: Plan, ids: Collection[ResourceId]) -> Plan:
    """The plan with the steps of these things, and nothing else."""
    return Plan(tuple(action for action in plan if action.id in ids))


def _meant(name: str, of: Mapping[Thing, Sequence[ResourceId]]) -> set[Thing]:
    pattern = Pattern.parse(name)
    things = pattern.find(of, {})
    places = sorted({"/".join(thing.place) for thing in things})
    if len(places) > 1 and not _WILD & set(pattern.glob):
        raise LedgerError(f"{name} may be any of {', '.join(places)}; say which")
    return things
