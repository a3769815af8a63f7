"""Adopt and forget: nothing is written to what it is about, but it has to be as planned."""

from collections.abc import Iterator, Sequence

from reconciler.apply.left import as_left
from reconciler.errors import ReconcilerError
from reconciler.model import Action, Outcome, Status, Verb, claims_of
from reconciler.ports import Reader


def take_records(actions: Sequence[Action], reader: Reader) -> Iterator[Outcome]:
    """Yield what came of each: done, unless it is no longer as the plan found it.

    Cost: a few lists for all together; versions never change, and are not read again.
    """
    mutable = [a for a in actions if a.verb is Verb.ADOPT and not a.id.kind.versioned]
    try:
        found = {owned.id for owned in as_left(claims_of(mutable), reader)} if mutable else set()
    except ReconcilerError as error:
        yield from (
            Outcome(action, Status.FAILED, message=str(error), error=error) for action in actions
        )
        return
    moved = {action.id for action in mutable} - found
    for action in actions:
        if action.id in moved:
            message = "it is no longer as it was when planned: plan again"
            yield Outcome(action, Status.FAILED, message=message)
        else:
            yield Outcome(action, Status.DONE, settled=True)
