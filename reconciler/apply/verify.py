"""Make exactly the declared version active, and prove it by reading.

Admin's flip takes no lock and switches off at most one other version, so clients that flip one
name at once leave several versions active. Therefore: look whether the world is still the
planned one, flip, read every active version of the name back, and repair until it is right.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from reconciler.errors import ReconcilerError
from reconciler.model import Action, Outcome, ResourceId, Status
from reconciler.ports import Reader, Writer

# Each round switches off what should not be on. Losing this often means that someone keeps
# flipping the same name against us.
ROUNDS = 5

Active = Mapping[ResourceId, Collection[str]]


def read_active(actions: Sequence[Action], reader: Reader) -> Active:
    """Read the active versions under each action's name, in a few calls for all of them."""
    ids = [action.id for action in actions]
    found = reader.active(ids)
    return {id: {plan.id.version for plan in found.get(id, ())} for id in ids}


def moved(action: Action, active: Collection[str]) -> Outcome | None:
    """Return the outcome of an action whose precondition no longer holds, or None to go on."""
    planned = set(action.before.active) if action.before else set()
    if set(active) == _wanted(action):
        return Outcome(action, Status.DONE, settled=True, existed=True)
    if set(active) != planned:
        was, now = _named(planned), _named(active)
        message = f"when planned {was} active, now {now}: somebody moved it; plan again"
        return Outcome(action, Status.FAILED, message=message)
    return None


def flip(action: Action, active: Collection[str], writer: Writer) -> ReconcilerError | None:
    """Bring the name one round nearer to what is declared; return what Admin refused, if it did.

    An error is not yet a failure: an answer may be lost after the switch was thrown, and reading
    back tells.
    """
    wanted = _wanted(action)
    try:
        # What is to run is switched on first, so that no moment is without an active version.
        for version in sorted(wanted - set(active)):
            writer.set_active(action.id.at(version), active=True)
            active = wanted | (set(active) if len(active) > 1 else set())
        for version in sorted(set(active) - wanted):
            writer.set_active(action.id.at(version), active=False)
    except ReconcilerError as error:
        return error
    return None


def settle(
    actions: Sequence[Action],
    errors: Mapping[ResourceId, ReconcilerError | None],
    *,
    reader: Reader,
    writer: Writer,
    stopped: Callable[[], bool],
) -> list[Outcome]:
    """Read back what the flips led to, repairing what is not as declared.

    Shape: one outcome an action. Cost: one reading (a few calls) a round for all names together;
        the first round is usually the last.
    """
    last: dict[ResourceId, ReconcilerError | None] = dict(errors)
    outcomes: list[Outcome] = []
    open_actions = list(actions)
    for round in range(ROUNDS):
        try:
            active = read_active(open_actions, reader)
        except ReconcilerError as error:
            return outcomes + [
                _unproven(action, last[action.id], error) for action in open_actions
            ]
        wrong = [action for action in open_actions if active[action.id] != _wanted(action)]
        outcomes += [
            Outcome(action, Status.DONE, applied=True, settled=True)
            for action in open_actions
            if active[action.id] == _wanted(action)
        ]
        # A refusal with nothing torn is final: repeating the refused call would change nothing.
        refused = [a for a in wrong if last[a.id] is not None and _untouched(a, active[a.id])]
        outcomes += [_refused(action, last[action.id]) for action in refused]
        open_actions = [action for action in wrong if action not in refused]
        if not open_actions or stopped() or round == ROUNDS - 1:
            break
        for action in open_actions:
            last[action.id] = flip(action, active[action.id], writer)
    return outcomes + [_unsettled(action, active[action.id]) for action in open_actions]


def _wanted(action: Action) -> set[str]:
    return set(action.after.active) if action.after else set()


def _untouched(action: Action, active: Collection[str]) -> bool:
    return set(active) == (set(action.before.active) if action.before else set())


def _named(versions: Collection[str]) -> str:
    return ", ".join(sorted(versions)) if versions else "none was"


def _refused(action: Action, error: ReconcilerError | None) -> Outcome:
    return Outcome(action, Status.FAILED, message=str(error), error=error)


def _unproven(action: Action, flipped: ReconcilerError | None, error: ReconcilerError) -> Outcome:
    message = f"switched, but reading it back failed: {error}; run apply again to make sure"
    return Outcome(
        action, Status.FAILED, applied=flipped is None, message=message, error=flipped or error
    )


def _unsettled(action: Action, active: Collection[str]) -> Outcome:
    now, wanted = _named(active), _named(_wanted(action))
    message = f"{now} active after {ROUNDS} rounds, wanted {wanted}: somebody else keeps moving it"
    return Outcome(action, Status.FAILED, applied=True, message=message)
