"""Switch one launch plan version on or off, if it is not as it is to be."""

from typing import TYPE_CHECKING

from reconciler.errors import NotFoundError, RegistrationError
from reconciler.model import Action, Plan, Reason, Resource, ResourceId, Status, Verb

if TYPE_CHECKING:
    from reconciler.remote.remote import Remote


def switch(remote: "Remote", id: ResourceId, *, active: bool) -> None:
    """Make a version active or inactive; nothing is sent if it is so.

    Raises: NotFoundError if there is no such version; RegistrationError if it did not come true;
        AdminError or UnreachableError.
    """
    reader = remote._connection.reader
    if not reader.versions([id]):
        raise NotFoundError(f"there is no {id}", method="UpdateLaunchPlan", subject=str(id))
    found = tuple(sorted(one.id.version for one in reader.active([id.activation])[id.activation]))
    wanted = (id.version,) if active else tuple(one for one in found if one != id.version)
    if found == wanted:
        return
    if len(wanted) > 1:
        # Torn, and only one of several is to go: no plan says that.
        remote._connection.writer.set_active(id, active=False)
        return
    step = Action(
        verb=Verb.ACTIVATE if active else Verb.DEACTIVATE,
        id=id.activation,
        reason=Reason.ASKED,
        why="asked for",
        before=Resource(id.activation, active=found),
        after=Resource(id.activation, active=wanted),
    )
    (outcome,) = remote.apply(Plan((step,))).outcomes
    if outcome.status is not Status.DONE:
        raise RegistrationError([f"{step.verb} {id}: {outcome.message or outcome.error}"])
