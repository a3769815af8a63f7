"""Plan → message, field by field."""

import json
from typing import Any

from reconciler.errors import PlanFileError
from reconciler.model import (
    Action,
    Bundle,
    CodeFolder,
    CodePickle,
    Diagnostic,
    Origin,
    Plan,
    Resource,
    ResourceId,
)
from reconciler.planfile import plan_pb2 as pb
from reconciler.planfile.packed import pack
from reconciler.planfile.plain import to_plain


def encode_plan(plan: Plan) -> pb.PlanFile:
    """Return the message for a plan, but for conflicts and obstacles, which no saved one has."""
    return pb.PlanFile(
        actions=[_action(action) for action in plan],
        unchanged={kind.slug: count for kind, count in plan.unchanged.items()},
        warnings=[_diagnostic(warning) for warning in plan.warnings],
        effects=[_json(to_plain(effect)) for effect in plan.effects],
        backfills=[_json(to_plain(table)) for table in plan.backfills],
        verdicts=[_json(to_plain(verdict)) for verdict in plan.verdicts],
    )


def _action(action: Action) -> pb.Action:
    return pb.Action(
        verb=action.verb,
        id=_id(action.id),
        reason=action.reason,
        why=action.why,
        changes=[
            pb.Change(
                path=change.path,
                before=_json(change.before),
                after=_json(change.after),
                sensitive=change.sensitive,
            )
            for change in action.changes
        ],
        before=_resource(action.before) if action.before else None,
        after=_resource(action.after) if action.after else None,
        needs=[_id(need) for need in action.needs],
        bundle=_bundle(action.bundle) if action.bundle else None,
        rewrites=[_resource(one) for one in action.rewrites],
    )


def _id(id: ResourceId) -> pb.ResourceId:
    return pb.ResourceId(
        kind=id.kind.slug,
        project=id.project,
        domain=id.domain,
        name=id.name,
        version=id.version,
        facet=id.facet,
    )


def _resource(resource: Resource) -> pb.Resource:
    return pb.Resource(
        id=_id(resource.id),
        spec=pack(resource.spec) if resource.spec is not None else None,
        request=pack(resource.request) if resource.request is not None else None,
        origin=_origin(resource.origin),
        incomplete=not resource.complete,
        active=resource.active,
        content_addressed=resource.content_addressed,
        bundles=[_bundle(bundle) for bundle in resource.bundles],
        unsaid=sorted(resource.unsaid),
        since=resource.since,
        outline=resource.outline,
    )


def _bundle(bundle: Bundle) -> pb.Bundle:
    message = pb.Bundle(
        project=bundle.project,
        domain=bundle.domain,
        name=bundle.name,
        digest=bundle.code.digest,
        files=bundle.code.files,
        size=bundle.code.size,
    )
    source = bundle.source
    if isinstance(source, CodeFolder):
        message.folder.root = source.root
        message.folder.include.extend(source.include)
        message.folder.exclude.extend(source.exclude)
        message.folder.ignore_files.extend(source.ignore_files)
        message.folder.max_bytes = source.max_bytes
    elif isinstance(source, CodePickle):
        raise PlanFileError(
            f"{bundle.name} was pickled in this process, and no file could bring that back; "
            "register it from here"
        )
    else:
        message.archive.package = source.package
        message.archive.member = source.member
        message.archive.known_as.extend(source.known_as)
        message.archive.url = source.url
        message.archive.sha256 = source.sha256
    return message


def _origin(origin: Origin | None) -> pb.Origin | None:
    if origin is None:
        return None
    return pb.Origin(file=origin.file, line=origin.line, column=origin.column)


def _diagnostic(diagnostic: Diagnostic) -> pb.Diagnostic:
    return pb.Diagnostic(
        code=diagnostic.code,
        message=diagnostic.message,
        origin=_origin(diagnostic.origin),
        hint=diagnostic.hint,
        severity=diagnostic.severity,
    )


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
