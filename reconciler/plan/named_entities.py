"""What the versions of a name share: its description, and whether it is archived.

Admin leaves a description that is sent empty, and always takes the state; so both are sent, what
the manifests do not say as Admin holds it.

Source: admin-contract 6 (flyteadmin `named_entity_manager.go`).
"""

from dataclasses import replace
from typing import Any

from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    NamedEntityMetadata,
)

from reconciler.model import Action, Diagnostic, Reason, Resource, Severity, Verb
from reconciler.plan.compare import compare


def decide_named_entity(
    desired: Resource, observed: Resource | None, *, is_created: bool
) -> tuple[Action | Diagnostic, ...]:
    """Return what takes a name to what is declared of it, and what nothing can bring about.

    Args:
        observed: What Admin holds; None if the name has no version yet.
        is_created: The plan registers a version of the name.
    """
    if observed is None and not is_created:
        return (_unknown(desired),)
    found: Any = observed.spec if observed else NamedEntityMetadata()
    wanted: Any = desired.spec
    steps: list[Action | Diagnostic] = []
    if found.description and not wanted.description and "description" not in desired.unsaid:
        steps.append(_uncleared(desired, found.description))
    metadata = NamedEntityMetadata(
        description=wanted.description or found.description, state=found.state
    )
    # Whoever made the name, a system too: only archived is archived.
    archived = found.state == NAMED_ENTITY_ARCHIVED
    if "state" not in desired.unsaid and archived != (wanted.state == NAMED_ENTITY_ARCHIVED):
        metadata.state = wanted.state
    after = replace(desired, spec=metadata)
    changes = compare(observed or Resource(desired.id, spec=NamedEntityMetadata()), after)
    if not changes:
        return tuple(steps)
    verb, reason, why = Verb.UPDATE, Reason.DIFFERS, "described otherwise in Admin"
    if not found.description:
        why = "not described in Admin"
    if metadata.state != found.state:
        if metadata.state == NAMED_ENTITY_ACTIVE:
            verb, reason, why = Verb.UNARCHIVE, Reason.ARCHIVED, "archived in Admin"
        else:
            verb, reason, why = Verb.ARCHIVE, Reason.NOT_ARCHIVED, "to be archived"
    step = Action(
        verb=verb,
        id=desired.id,
        reason=reason,
        why=why,
        changes=changes,
        before=observed,
        after=after,
    )
    return (step, *steps)


def _unknown(desired: Resource) -> Diagnostic:
    return Diagnostic(
        "unknown-name",
        f"there is no {_called(desired)}, so there is nothing to describe or archive",
        desired.origin,
        "Admin knows a name once it has a version: register one, or take this out",
        Severity.WARNING,
    )


def _uncleared(desired: Resource, description: str) -> Diagnostic:
    return Diagnostic(
        "cannot-clear",
        f"Admin cannot clear the description of {_called(desired)}; it stays {description!r}",
        desired.origin,
        "write another one, or leave it out",
        Severity.WARNING,
    )


def _called(desired: Resource) -> str:
    id = desired.id
    return f"{id.facet.replace('_', ' ')} {id.project}/{id.domain}/{id.name}"
