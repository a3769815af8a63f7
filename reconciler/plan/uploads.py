"""Which code must be uploaded before what is to be registered can name its address."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.model import Action, Reason, ResourceId, Verb, bundles_in


def with_uploads(actions: Iterable[Action]) -> list[Action]:
    """Put an upload before the first action that sends a bundle's address, and link them.

    What exists already is not sent, so its code is not uploaded. Whether the code itself is
    in the store already only the store knows, and is asked when the upload's turn comes.
    """
    planned: set[ResourceId] = set()
    return [step for action in actions for step in _steps(action, planned)]


def _steps(action: Action, planned: set[ResourceId]) -> Iterator[Action]:
    wanted = action.after
    if action.verb is not Verb.CREATE or wanted is None or wanted.request is None:
        yield action
        return
    sent = bundles_in(wanted.request, wanted.bundles)
    for bundle in sent:
        if bundle.id not in planned:
            planned.add(bundle.id)
            why = f"runs in {wanted.id}"
            yield Action(Verb.UPLOAD, bundle.id, Reason.NEEDED, why, bundle=bundle)
    needs = sorted({*action.needs, *(bundle.id for bundle in sent)})
    yield replace(action, needs=tuple(needs)) if sent else action
