"""Message → Plan, the inverse of `encode`; only messages that a plan can hold are unpacked."""

import json

from reconciler.model import (
    Action,
    Bundle,
    Change,
    Code,
    CodeArchive,
    CodeFolder,
    Diagnostic,
    Effect,
    Kind,
    Origin,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Severity,
    SlotTable,
    Verb,
    Verdict,
)
from reconciler.planfile import plan_pb2 as pb
from reconciler.planfile.packed import unpack
from reconciler.planfile.plain import from_plain

_KINDS = {kind.slug: kind for kind in Kind}


def decode_plan(file: pb.PlanFile) -> Plan:
    """Return the plan that `encode_plan` was given.

    Raises: ValueError, TypeError, KeyError or DecodeError for a message that no `encode_plan`
        wrote.
    """
    return Plan(
        actions=tuple(_action(action) for action in file.actions),
        unchanged={_KINDS[slug]: count for slug, count in file.unchanged.items()},
        warnings=tuple(_diagnostic(warning) for warning in file.warnings),
        effects=tuple(from_plain(Effect, json.loads(effect)) for effect in file.effects),
        backfills=tuple(from_plain(SlotTable, json.loads(one)) for one in file.backfills),
        verdicts=tuple(from_plain(Verdict, json.loads(one)) for one in file.verdicts),
    )


def _action(action: pb.Action) -> Action:
    return Action(
        verb=Verb(action.verb),
        id=_id(action.id),
        reason=Reason(action.reason),
        why=action.why,
        changes=tuple(
            Change(
                path=change.path,
                before=json.loads(change.before),
                after=json.loads(change.after),
                sensitive=change.sensitive,
            )
            for change in action.changes
        ),
        before=_resource(action.before) if action.HasField("before") else None,
        after=_resource(action.after) if action.HasField("after") else None,
        needs=tuple(_id(need) for need in action.needs),
        bundle=_bundle(action.bundle) if action.HasField("bundle") else None,
        rewrites=tuple(_resource(one) for one in action.rewrites),
    )


def _id(id: pb.ResourceId) -> ResourceId:
    return ResourceId(
        _KINDS[id.kind],
        project=id.project,
        domain=id.domain,
        name=id.name,
        version=id.version,
        facet=id.facet,
    )


def _resource(resource: pb.Resource) -> Resource:
    found = Resource(
        _id(resource.id),
        spec=unpack(resource.spec) if resource.HasField("spec") else None,
        request=unpack(resource.request) if resource.HasField("request") else None,
        origin=_origin(resource.origin) if resource.HasField("origin") else None,
        complete=not resource.incomplete,
        active=tuple(resource.active),
        content_addressed=resource.content_addressed,
        bundles=tuple(_bundle(bundle) for bundle in resource.bundles),
        unsaid=frozenset(resource.unsaid),
        since=resource.since if resource.HasField("since") else None,
        outline=resource.outline,
    )
    return found.known_by(resource.digest) if resource.digest else found


def _bundle(bundle: pb.Bundle) -> Bundle:
    source: CodeFolder | CodeArchive
    if bundle.WhichOneof("source") == "folder":
        folder = bundle.folder
        source = CodeFolder(
            root=folder.root,
            include=tuple(folder.include),
            exclude=tuple(folder.exclude),
            ignore_files=tuple(folder.ignore_files),
            max_bytes=folder.max_bytes,
        )
    else:
        archive = bundle.archive
        source = CodeArchive(
            package=archive.package,
            member=archive.member,
            known_as=tuple(archive.known_as),
            url=archive.url,
            sha256=archive.sha256,
        )
    return Bundle(
        project=bundle.project,
        domain=bundle.domain,
        name=bundle.name,
        code=Code(digest=bundle.digest, files=bundle.files, size=bundle.size),
        source=source,
    )


def _origin(origin: pb.Origin) -> Origin:
    return Origin(file=origin.file, line=origin.line, column=origin.column)


def _diagnostic(diagnostic: pb.Diagnostic) -> Diagnostic:
    return Diagnostic(
        code=diagnostic.code,
        message=diagnostic.message,
        origin=_origin(diagnostic.origin) if diagnostic.HasField("origin") else None,
        hint=diagnostic.hint,
        severity=Severity(diagnostic.severity),
    )
