"""Carry out one action and say what came of it."""

from dataclasses import replace

from flyteidl.admin.common_pb2 import NamedEntityMetadata

from reconciler.apply.attributes import set_attributes
from reconciler.apply.uploads import Uploads
from reconciler.errors import AdminError, ReconcilerError, VersionConflictError
from reconciler.model import Action, Conflict, Kind, Outcome, Resource, Status, Verb
from reconciler.ports import Created, Reader, Writer


def take_step(action: Action, *, reader: Reader, writer: Writer, uploads: Uploads) -> Outcome:
    """Do what `action` says to one resource. Never raises for what Admin answers."""
    try:
        if action.verb is Verb.UPLOAD:
            return uploads.upload(action)
        if action.verb is Verb.CREATE:
            return _create(action, reader=reader, writer=writer, uploads=uploads)
        if action.id.kind is Kind.ATTRIBUTES:
            return set_attributes(action, reader=reader, writer=writer)
        if action.id.kind is Kind.NAMED_ENTITY and action.verb is Verb.UPDATE:
            return _describe(action, reader=reader, writer=writer)
        writer.update(_wanted(action))
        return Outcome(action, Status.DONE, applied=True, settled=True)
    except ReconcilerError as error:
        if isinstance(error, AdminError) and error.in_doubt:
            return _read_back(action, error, reader)
        return Outcome(action, Status.FAILED, message=_text(error), error=error)


def _create(action: Action, *, reader: Reader, writer: Writer, uploads: Uploads) -> Outcome:
    wanted = _wanted(action)
    try:
        answer = writer.create(uploads.placed(wanted))
    except VersionConflictError:
        # Different to Admin may yet be the same to us: packaged in another folder.
        found = _read(wanted, reader)
        if found is None or not wanted.agrees_with(found):
            raise
        return Outcome(action, Status.DONE, settled=True, existed=True)
    if answer in (Created.NEW, Created.RECOVERED):
        return Outcome(action, Status.DONE, applied=True, settled=True)
    if answer is Created.IDENTICAL:
        return Outcome(action, Status.DONE, settled=True, existed=True)
    return _compared(action, wanted, reader)


def _describe(action: Action, *, reader: Reader, writer: Writer) -> Outcome:
    """Give a name its description. Admin takes the state with it, so that is read at the last
    moment: whoever archived the name since the plan keeps it archived."""
    wanted = _wanted(action)
    found = reader.named_entities([wanted.id]).get(wanted.id)
    if found is not None:
        metadata, known = NamedEntityMetadata(), found.spec
        assert isinstance(wanted.spec, NamedEntityMetadata)
        assert isinstance(known, NamedEntityMetadata)
        metadata.description, metadata.state = wanted.spec.description, known.state
        if metadata == known:
            return Outcome(action, Status.DONE, settled=True, existed=True)
        wanted = replace(wanted, spec=metadata)
    writer.update(wanted)
    return Outcome(action, Status.DONE, applied=True, settled=True)


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
    if wanted.id.kind is Kind.ATTRIBUTES:
        return reader.attributes([wanted.id.facet]).get(wanted.id)
    if wanted.id.kind is Kind.NAMED_ENTITY:
        return reader.named_entities([wanted.id]).get(wanted.id)
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
    return f"{error.status}: {error.text}" if isinstance(error, AdminError) else str(error)
