"""Decide the one step a single resource needs.

The planner's whole policy on one page. It sees a resource as written and as found, and nothing
of its neighbours: order is `planner`'s work.
"""

from reconciler.model import Action, Conflict, Diagnostic, Kind, Reason, Resource, Verb
from reconciler.plan.attributes import decide_attributes
from reconciler.plan.compare import compare
from reconciler.plan.complete import completed, registered
from reconciler.plan.named_entities import decide_named_entity


def decide(
    *, desired: Resource, observed: Resource | None, is_created: bool = False
) -> tuple[Action | Conflict | Diagnostic, ...]:
    """Return what takes `observed` to `desired`: nothing if they agree.

    Args:
        desired: The resource as the manifests want it.
        observed: The same id as read from Admin; None if Admin holds nothing under it.
        is_created: Of a named entity: the plan registers a version of that name.

    Shape: diagnostics are warnings of what is wanted and no call can bring about.
    """
    if desired.id.kind is Kind.ACTIVATION:
        return _switch(desired, observed)
    if desired.id.kind is Kind.ATTRIBUTES:
        return decide_attributes(desired, observed)
    if desired.id.kind is Kind.NAMED_ENTITY:
        return decide_named_entity(desired, observed, is_created=is_created)
    if desired.id.kind is Kind.DOMAIN:
        # Server configuration: there, or a problem of the manifests that binding has told.
        return ()
    if observed is None:
        why, after = "not in Admin", registered(desired)
        return (
            Action(verb=Verb.CREATE, id=desired.id, reason=Reason.ABSENT, why=why, after=after),
        )
    if desired.id.kind.versioned:
        return _immutable(desired, observed)
    return _mutable(desired, observed)


def _immutable(desired: Resource, observed: Resource) -> tuple[Conflict, ...]:
    if not observed.complete:
        # Only its existence is known. A version that is its own content's hash needs no more;
        # of others `planner` warns.
        return ()
    changes = compare(observed, desired)
    return (Conflict(desired.id, changes, desired.origin),) if changes else ()


def _mutable(desired: Resource, observed: Resource) -> tuple[Action, ...]:
    desired = completed(desired, observed)
    changes = compare(observed, desired)
    if not changes:
        return ()
    verb, reason, why = Verb.UPDATE, Reason.DIFFERS, _differing(len(changes))
    states = [change for change in changes if change.path == "state"]
    if states:
        # The message leaves the default state out, so an active one has no `state` at all.
        if states[0].after is None:
            verb, reason, why = Verb.UNARCHIVE, Reason.ARCHIVED, "archived in Admin"
        else:
            verb, reason, why = Verb.ARCHIVE, Reason.NOT_ARCHIVED, "to be archived"
    return (
        Action(
            verb=verb,
            id=desired.id,
            reason=reason,
            why=why,
            changes=changes,
            before=observed,
            after=desired,
        ),
    )


def _differing(count: int) -> str:
    return "1 field differs" if count == 1 else f"{count} fields differ"


def _switch(desired: Resource, observed: Resource | None) -> tuple[Action, ...]:
    """State is of the name: exactly the declared version is to be active, or none."""
    found = observed.active if observed else ()
    if found == desired.active:
        return ()
    if not desired.active:
        verb, reason = Verb.DEACTIVATE, Reason.STILL_ACTIVE
        why = f"{' and '.join(found)} active, none wanted"
    elif not found:
        verb, reason, why = Verb.ACTIVATE, Reason.NONE_ACTIVE, "no version is active"
    elif len(found) > 1:
        verb, reason = Verb.ACTIVATE, Reason.SEVERAL_ACTIVE
        why = f"{len(found)} versions are active at once: {', '.join(found)}"
    else:
        verb, reason, why = Verb.ACTIVATE, Reason.OTHER_ACTIVE, f"{found[0]} is active"
    return (
        Action(verb=verb, id=desired.id, reason=reason, why=why, before=observed, after=desired),
    )
