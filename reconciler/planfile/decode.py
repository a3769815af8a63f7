"""Message → Plan, the inverse of `encode`; only messages that a plan can hold are unpacked."""

import json
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityMetadata
from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanSpec
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.admin.project_pb2 import Project
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message

from reconciler.model import (
    Action,
    Bundle,
    Change,
    Code,
    CodeArchive,
    CodeFolder,
    Diagnostic,
    Kind,
    Origin,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Severity,
    Verb,
)
from reconciler.planfile import plan_pb2 as pb

_KINDS = {kind.slug: kind for kind in Kind}
_MESSAGES: dict[str, Any] = {
    message.DESCRIPTOR.full_name: message
    for message in (
        CompiledTask,
        CompiledWorkflowClosure,
        LaunchPlan,
        LaunchPlanSpec,
        MatchingAttributes,
        NamedEntityMetadata,
        Project,
        TaskSpec,
        WorkflowSpec,
    )
}


def decode_plan(file: pb.PlanFile) -> Plan:
    """Return the plan that `encode_plan` was given.

    Raises: ValueError or KeyError for a message that no `encode_plan` wrote.
    """
    return Plan(
        actions=tuple(_action(action) for action in file.actions),
        unchanged={_KINDS[slug]: count for slug, count in file.unchanged.items()},
        warnings=tuple(_diagnostic(warning) for warning in file.warnings),
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
    return Resource(
        _id(resource.id),
        spec=_unpacked(resource.spec) if resource.HasField("spec") else None,
        request=_unpacked(resource.request) if resource.HasField("request") else None,
        origin=_origin(resource.origin) if resource.HasField("origin") else None,
        complete=not resource.incomplete,
        active=tuple(resource.active),
        content_addressed=resource.content_addressed,
        bundles=tuple(_bundle(bundle) for bundle in resource.bundles),
        unsaid=frozenset(resource.unsaid),
    )


def _unpacked(packed: AnyMessage) -> Message:
    message: Message = _MESSAGES[packed.TypeName()]()
    message.ParseFromString(packed.value)
    return message


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
        source = CodeArchive(package=bundle.archive.package, member=bundle.archive.member)
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
