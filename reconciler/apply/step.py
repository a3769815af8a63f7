"""Carry out one action and say what came of it."""

from reconciler.errors import AdminError, ReconcilerError
from reconciler.model import Action, Conflict, Outcome, Resource, Status, Verb
from reconciler.ports import Created, Reader, Writer


def take_step(action: Action, *, reader: Reader, writer: Writer) -> Outcome:
    """Do what `action` says to one resource. Never raises for what Admin answers."""
    try:
        if action.verb is Verb.CREATE:
            return _create(action, reader=reader, writer=writer)
        writer.update(_wanted(action))
        return Outcome(action, Status.DONE, applied=True, settled=True)
    except ReconcilerError as error:
        if isinstance(error, AdminError) and error.in_doubt:
            return _read_back(action, error, reader)
        return Outcome(action, Status.FAILED, message=_text(error), error=error)


def _create(action: Action, *, reader: Reader, writer: Writer) -> Outcome:
    wanted = _wanted(action)
    answer = writer.create(wanted)
    if answer in (Created.NEW, Created.RECOVERED):
        return Outcome(action, Status.DONE, applied=True, settled=True)
    if answer is Created.IDENTICAL:
        return Outcome(action, Status.DONE, settled=True, existed=True)
    return _compared(action, wanted, reader)


def _compared(action: Action, wanted: Resource, reader: Reader) -> Outcome:
    """Somebody else created it at the same moment: only reading tells whether it is the same."""
    found = _read(wanted, reader)
    if found is not None and wanted.agrees_with(found):
        return Outcome(action, Status.DONE, settled=True, existed=True)
    conflict = Conflict(wanted.id, (), wanted.origin)
    message = f"{conflict.id} was registered by someone else meanwhile, with other content"
    return Outcome(action, Status.FAILED, message=f"{message}; plan again to see how it differs")


def _read_back(action: Action, error: AdminError, reader: Reader) -> Outcome:
    """The answer was lost, perhaps after the write: what Admin holds now decides."""
    wanted = _wanted(action)
    try:
        found = _read(wanted, reader)
    except ReconcilerError:
        message = f"{_text(error)}; it may have been written: run apply again"
        return Outcome(action, Status.FAILED, message=message, error=error)
    if found is not None and wanted.agrees_with(found):
        return Outcome(action, Status.DONE, applied=True, settled=True)
    return Outcome(action, Status.FAILED, message=_text(error), error=error)


def _read(wanted: Resource, reader: Reader) -> Resource | None:
    if not wanted.id.kind.versioned:
        return reader.projects([wanted.id.project]).get(wanted.id.project)
    found = reader.versions([wanted.id]).get(wanted.id)
    if found is not None and not found.complete:
        return reader.workflows([wanted.id]).get(wanted.id)
    return found


def _wanted(action: Action) -> Resource:
    assert action.after is not None, f"{action.verb} of {action.id} without a goal"
    return action.after


def _text(error: ReconcilerError) -> str:
    # What the action was about is said already; Admin's own words are what is new.
    return f"{error.code}: {error.text}" if isinstance(error, AdminError) else str(error)
