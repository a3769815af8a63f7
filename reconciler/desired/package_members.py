"""One file of a package → the task, workflow or launch plan it is.

Kinds are told by the suffix and proved by parsing, since proto3 reads almost anything as almost
anything; order and names of the files mean nothing, the identifiers inside do. The same messages
are taken as protobuf JSON, and as YAML of it.

Source: flytekit `tools/serialize_extras.py`; flytectl `cmd/register`.
"""

import json
import re
from functools import partial
from typing import Any, Protocol

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.identifier_pb2 import Identifier, ResourceType
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from reconciler.desired.member import Member, Spec
from reconciler.desired.package_files import PackageError, shown
from reconciler.manifest import read_yaml
from reconciler.model import Diagnostic, Kind, identifiers

MESSAGES: dict[Kind, Any] = {
    Kind.TASK: TaskSpec,
    Kind.WORKFLOW: WorkflowSpec,
    Kind.LAUNCH_PLAN: LaunchPlan,
}
_NUMBERS = {"1": Kind.TASK, "2": Kind.WORKFLOW, "3": Kind.LAUNCH_PLAN}
_TYPES = {
    Kind.TASK: ResourceType.TASK,
    Kind.WORKFLOW: ResourceType.WORKFLOW,
    Kind.LAUNCH_PLAN: ResourceType.LAUNCH_PLAN,
}
_PLACES = {
    "flyteidl.core.TaskNode.reference_id": ResourceType.TASK,
    "flyteidl.core.WorkflowNode.launchplan_ref": ResourceType.LAUNCH_PLAN,
    "flyteidl.core.WorkflowNode.sub_workflow_ref": ResourceType.WORKFLOW,
}
_NAME = re.compile(r".*?(?:_([123]))?\.(pb|json|ya?ml)", re.DOTALL)
# What the reader of protobuf JSON raises besides its own errors.
_NOT_IT = (TypeError, AttributeError, KeyError, RecursionError, OverflowError)
_SUFFIXES = "`_1.pb` for a task, `_2.pb` for a workflow, `_3.pb` for a launch plan"


def is_member(name: str) -> bool:
    """Tell whether a file is one that holds an entity, by its name."""
    return _NAME.fullmatch(name.rpartition("/")[2]) is not None


def member_of(name: str, content: bytes) -> Member:
    """Read one file of a package.

    Raises: PackageError if it is no task, workflow or launch plan, or not the one it says.
    """
    file = shown(name)
    found = _NAME.fullmatch(name.rpartition("/")[2])
    if found is None:
        raise PackageError([f"{file}: is no task, workflow or launch plan; remove it"])
    number, form = found.groups()
    parse: Parse = _from_protobuf if form == "pb" else partial(_from_text, form=form)
    if number is None:
        member = _told_by_content(file, content, parse)
    else:
        member = _told_by_number(file, content, parse, _NUMBERS[number])
    if member.kind is not Kind.LAUNCH_PLAN and member.spec.description.HasField("id"):
        # Admin describes the entity under its own id, whatever stands here: it is no reference.
        member.spec.description.ClearField("id")
    _complete_types(member)
    if not all(id.name for id in identifiers(member.spec)):
        raise PackageError([f"{file}: refers to something that has no name"])
    return member


def _told_by_number(file: str, content: bytes, parse: "Parse", kind: Kind) -> Member:
    try:
        spec = parse(MESSAGES[kind], content)
    except ValueError as error:
        raise PackageError([f"{file}: is no {kind}: {error}"]) from error
    member = Member(file, kind, spec)
    if not _is_one(member):
        raise PackageError([f"{file}: is no {kind}, whatever its suffix says"])
    return member


def _told_by_content(file: str, content: bytes, parse: "Parse") -> Member:
    """The one kind that all of the content makes sense for: no field unknown, the id its own."""
    found: list[Member] = []
    for kind, message_type in MESSAGES.items():
        try:
            member = Member(file, kind, parse(message_type, content))
        except ValueError:
            continue
        if _is_one(member) and not _has_unknown(member):
            found.append(member)
    typed = [one for one in found if one.id.resource_type == _TYPES[one.kind]]
    if len(typed or found) != 1:
        raise PackageError([f"{file}: cannot tell what it is; end its name with {_SUFFIXES}"])
    return (typed or found)[0]


def _is_one(member: Member) -> bool:
    # Unknown fields are no sign of the wrong kind, newer SDKs add some: but none in an id, which
    # is what another kind's message looks like where this one has its id.
    id = member.id
    return (
        bool(id.name)
        and "\0" not in id.name
        and id.resource_type in (_TYPES[member.kind], ResourceType.UNSPECIFIED)
        and not len(UnknownFieldSet(id))
        and (member.kind is not Kind.LAUNCH_PLAN or _is_workflow(member.spec.spec.workflow_id))
    )


def _is_workflow(id: Identifier) -> bool:
    return bool(id.name) and id.resource_type in (ResourceType.WORKFLOW, ResourceType.UNSPECIFIED)


def _complete_types(member: Member) -> None:
    """Say of every reference what it refers to, where only its place says so. Works in place.

    flytekit always says it; who writes JSON by hand may not.
    """
    if member.id.resource_type == ResourceType.UNSPECIFIED:
        member.id.resource_type = _TYPES[member.kind]
    if member.kind is Kind.LAUNCH_PLAN:
        member.spec.spec.workflow_id.resource_type = ResourceType.WORKFLOW
    elif member.kind is Kind.WORKFLOW:
        for template in member.spec.sub_workflows:
            if template.id.resource_type == ResourceType.UNSPECIFIED:
                template.id.resource_type = ResourceType.WORKFLOW
        for id in identifiers(member.spec):
            if id.resource_type == ResourceType.UNSPECIFIED:
                _complete_references(member.spec)
                return


def _complete_references(message: Message) -> None:
    for field, value in message.ListFields():
        inner = field.message_type
        if inner is None or inner.GetOptions().map_entry:
            continue
        for item in value if field.is_repeated else (value,):
            if not isinstance(item, Identifier):
                _complete_references(item)
            elif item.resource_type == ResourceType.UNSPECIFIED:
                item.resource_type = _PLACES.get(field.full_name, ResourceType.UNSPECIFIED)


def _has_unknown(member: Member) -> bool:
    messages = [member.spec]
    if member.kind is not Kind.LAUNCH_PLAN:
        messages.append(member.spec.template)
    return any(len(UnknownFieldSet(message)) for message in messages)


class Parse(Protocol):
    """Content as a message of one type; ValueError if it is none."""

    def __call__(self, message_type: Any, content: bytes) -> Spec: ...


def _from_protobuf(message_type: Any, content: bytes) -> Spec:
    message = message_type()
    try:
        message.ParseFromString(content)
    except (DecodeError, RecursionError) as error:
        raise ValueError("its bytes are none") from error
    return message


def _from_text(message_type: Any, content: bytes, *, form: str) -> Spec:
    value = _json(content) if form == "json" else _yaml(content)
    if not isinstance(value, dict):
        raise ValueError("it is no mapping")
    message: Message = message_type()
    try:
        return json_format.ParseDict(value, message)
    except (*_NOT_IT, json_format.Error) as error:
        raise ValueError(" ".join(str(error).split())) from error


def _json(content: bytes) -> Any:
    try:
        return json.loads(content.decode(), object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it says a key twice")
    return found


def _yaml(content: bytes) -> Any:
    problems: list[Diagnostic] = []
    values = [value for _, value in read_yaml(content, "", problems)]
    if problems:
        place = problems[0].origin
        raise ValueError(f"{problems[0].message} (line {place.line if place else 1})")
    if len(values) != 1:
        raise ValueError("a file holds one document")
    return values[0]
