"""What setting and deleting attributes takes: Admin's cascades, and the order they ask for.

Admin cannot delete one row alone: at a project it drops every row below, at a domain those of its
workflows, of the type in question. And it merges plugin overrides instead of replacing them, at
times into the wrong row. Where a step has to delete, everything that it drops is written again
by the step itself; the rows are named in the plan, and other steps keep out of its way.

Source: admin-contract 8.3 and 8.5 (flyteadmin `resource_manager.go`, `resource_repo.go`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes

from reconciler.model import (
    ATTRIBUTE_FIELDS,
    PLUGIN_OVERRIDES,
    Action,
    Kind,
    Reason,
    Resource,
    ResourceId,
    Verb,
    is_below,
    must_drop,
)
from reconciler.plan.compare import compare


def decide_attributes(desired: Resource, observed: Resource | None) -> tuple[Action, ...]:
    """Return what takes one row to what is declared of it; neighbours are `cascaded`'s work.

    Args:
        desired: Attributes, or no spec where there is to be no such row.
        observed: The row as Admin lists it; None if there is none.
    """
    if desired.spec is None:
        if observed is None:
            return ()
        return (delete(observed, Reason.UNWANTED, "declared absent", after=desired),)
    if observed is not None and observed.digest == desired.digest:
        return ()
    changes = compare(observed or _empty(desired.id), desired)
    if observed is None:
        reason, why = Reason.ABSENT, "not set in Admin"
    else:
        count = len(changes)
        reason = Reason.DIFFERS
        why = "1 field differs" if count == 1 else f"{count} fields differ"
    return (
        Action(
            verb=Verb.UPDATE,
            id=desired.id,
            reason=reason,
            why=why,
            changes=changes,
            before=observed,
            after=desired,
        ),
    )


def delete(
    observed: Resource, reason: Reason, why: str, *, after: Resource | None = None
) -> Action:
    """The step that removes a row, whoever wants it gone."""
    return Action(
        verb=Verb.DELETE,
        id=observed.id,
        reason=reason,
        why=why,
        changes=compare(observed, _empty(observed.id)),
        before=observed,
        after=after or Resource(observed.id),
    )


def cascaded(actions: Iterable[Action], rows: Mapping[ResourceId, Resource]) -> list[Action]:
    """Complete the steps that delete by the rows they drop, and put them in order.

    Args:
        actions: All of a plan; steps of other kinds come back as they are.
        rows: Every row that Admin holds of the types that `actions` touch.

    Shape: deletes stand after the deletes below them, so that what is to go is not written again;
        every other step of a row after the step that drops it.
    """
    found = list(actions)
    attributes = {action.id: action for action in found if action.id.kind is Kind.ATTRIBUTES}
    if not attributes:
        return found
    family: defaultdict[tuple[str, str], list[ResourceId]] = defaultdict(list)
    for id in sorted({*rows, *attributes}):
        family[id.facet, id.project].append(id)
    deleted = {id for id, action in attributes.items() if action.verb is Verb.DELETE}
    dropping: dict[ResourceId, tuple[Resource, ...]] = {}
    for id, action in attributes.items():
        related = {row: rows[row] for row in family[id.facet, id.project] if row in rows}
        if must_drop(id, None if id in deleted else action.after, related):
            below = (row for row in related if is_below(row, id) and row not in deleted)
            dropping[id] = tuple(related[row] for row in below)
    waits: dict[ResourceId, tuple[ResourceId, ...]] = {}
    for id in attributes:
        relatives = [one for one in family[id.facet, id.project] if one in attributes]
        waits[id] = tuple(
            one for one in relatives if _waits(id, one, deleted=deleted, dropping=dropping)
        )
    return [
        replace(
            action,
            rewrites=dropping.get(action.id, ()),
            needs=(*action.needs, *waits.get(action.id, ())),
        )
        for action in found
    ]


def _waits(
    id: ResourceId,
    other: ResourceId,
    *,
    deleted: Collection[ResourceId],
    dropping: Collection[ResourceId],
) -> bool:
    if id in dropping and other in deleted and is_below(other, id):
        return True
    # The older row of overrides is the one that Admin finds: a domain's must be made first.
    return id not in deleted and is_below(id, other) and (other in dropping or _merges(other))


def _merges(id: ResourceId) -> bool:
    """Tell whether an update of this row may end up in one below."""
    return id.facet == PLUGIN_OVERRIDES and not id.name


def _empty(id: ResourceId) -> Resource:
    spec = MatchingAttributes()
    getattr(spec, ATTRIBUTE_FIELDS[id.facet]).SetInParent()
    return Resource(id, spec=spec)
