"""Everything that Flyte can hold can be said: in words, raw, or it is refused with a reason.

The descriptors of flyteidl are walked, so a field that a newer one brings fails here until there
are words for it, or a line below.
"""

from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import Labels, NamedEntityMetadata
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.project_pb2 import Project
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import WorkflowTemplate
from google.protobuf.message import Message
from pydantic import TypeAdapter

from reconciler.desired import bind, declare
from reconciler.desired.raw import merge
from reconciler.manifest import REFUSED, SAID_ELSEWHERE, load
from reconciler.manifest.models.raw import RawLaunchPlan, RawTask, RawWorkflow

EVERYTHING = Path(__file__).with_name("everything.yaml")
ROOTS = (TaskSpec, WorkflowSpec, LaunchPlanSpec)
# What there are no words for, and why not.
RAW: dict[str, str] = {
    **dict.fromkeys(
        (
            "flyteidl.admin.LaunchPlanSpec.role",
            "flyteidl.admin.LaunchPlanSpec.auth",
            "flyteidl.admin.LaunchPlanSpec.auth_role",
            "flyteidl.admin.Auth.assumable_iam_role",
            "flyteidl.admin.Auth.kubernetes_service_account",
            "flyteidl.admin.AuthRole.assumable_iam_role",
            "flyteidl.admin.AuthRole.kubernetes_service_account",
        ),
        "deprecated: runAs says it",
    ),
    "flyteidl.admin.Schedule.cron_expression": "deprecated, and cannot be activated",
    "flyteidl.admin.CronSchedule.offset": "Admin ignores it",
    "flyteidl.core.Container.config": "deprecated: config says it",
    "flyteidl.core.Parameter.required": "Admin itself requires what has no default",
    "flyteidl.core.Scalar.generic": "structs are msgpack, as flytekit writes them",
    "flyteidl.core.BindingData.union": "the declared type's own variant is bound",
    "flyteidl.core.UnionInfo.targetType": "the declared type's own variant is bound",
    **dict.fromkeys(
        (
            "flyteidl.core.BindingData.offloaded_metadata",
            "flyteidl.core.Literal.hash",
            "flyteidl.core.Literal.metadata",
            "flyteidl.core.Literal.offloaded_metadata",
            "flyteidl.core.LiteralOffloadedMetadata.inferred_type",
            "flyteidl.core.LiteralOffloadedMetadata.size_bytes",
            "flyteidl.core.LiteralOffloadedMetadata.uri",
        ),
        "what programs keep about a value, not people",
    ),
    **dict.fromkeys(
        (
            "flyteidl.core.Variable.artifact_partial_id",
            "flyteidl.core.Variable.artifact_tag",
            "flyteidl.core.ArtifactBindingData.bind_to_time_partition",
            "flyteidl.core.ArtifactBindingData.partition_key",
            "flyteidl.core.ArtifactBindingData.time_transform",
            "flyteidl.core.ArtifactID.artifact_key",
            "flyteidl.core.ArtifactID.partitions",
            "flyteidl.core.ArtifactID.time_partition",
            "flyteidl.core.ArtifactID.version",
            "flyteidl.core.ArtifactKey.domain",
            "flyteidl.core.ArtifactKey.name",
            "flyteidl.core.ArtifactKey.org",
            "flyteidl.core.ArtifactKey.project",
            "flyteidl.core.ArtifactTag.artifact_key",
            "flyteidl.core.ArtifactTag.value",
            "flyteidl.core.InputBindingData.var",
            "flyteidl.core.LabelValue.input_binding",
            "flyteidl.core.LabelValue.runtime_binding",
            "flyteidl.core.LabelValue.static_value",
            "flyteidl.core.LabelValue.time_value",
            "flyteidl.core.LabelValue.triggered_binding",
            "flyteidl.core.Partitions.value",
            "flyteidl.core.TimePartition.granularity",
            "flyteidl.core.TimePartition.value",
            "flyteidl.core.TimeTransform.op",
            "flyteidl.core.TimeTransform.transform",
        ),
        "artifacts, which the open Admin keeps but never looks at",
    ),
}
# Fields that no manifest can say at all, neither in words nor raw.
UNSAYABLE: dict[str, str] = {
    "flyteidl.admin.DescriptionEntity.id": "Admin names the description after what it describes",
    "flyteidl.core.OAuth2TokenRequest.type": "it has one value, which is the default",
}
SAMPLES: dict[str, Any] = {
    "google.protobuf.Struct": {"a": 1},
    "google.protobuf.Duration": "1s",
    "google.protobuf.Timestamp": "2026-01-01T00:00:00Z",
    "google.protobuf.BoolValue": True,
}


def fields(descriptor: Any, seen: set[str]) -> Iterator[Any]:
    """Every field of a message and of all inside it, but not behind what is refused."""
    if descriptor.full_name in seen or descriptor.full_name.startswith("google.protobuf."):
        return
    seen.add(descriptor.full_name)
    for field in descriptor.fields:
        if descriptor.GetOptions().map_entry:
            if field.name == "value" and field.message_type is not None:
                yield from fields(field.message_type, seen)
            continue
        yield field
        if field.message_type is not None and field.full_name not in REFUSED:
            yield from fields(field.message_type, seen)


def said(message: Message) -> Iterator[str]:
    """The names of all fields that are there in a message, at any depth."""
    if message.DESCRIPTOR.full_name.startswith("google.protobuf."):
        return
    for field, value in message.ListFields():
        yield field.full_name
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inside = [one for one in value.values() if isinstance(one, Message)]
        else:
            inside = list(value) if field.is_repeated else [value]
        for one in inside:
            yield from said(one)


@cache
def all_fields() -> dict[str, Any]:
    seen: set[str] = set()
    return {field.full_name: field for root in ROOTS for field in fields(root.DESCRIPTOR, seen)}


@cache
def in_words() -> frozenset[str]:
    desired = bind(declare(load([EVERYTHING])), None)
    requests: list[Any] = [one.request for one in desired if one.id.kind.versioned]
    return frozenset(name for request in requests for name in said(request))


def paths_from(root: Any) -> dict[str, list[Any]]:
    """The shortest way from a message to each field inside it, as a list of fields."""
    ways: dict[str, list[Any]] = {}
    waiting: deque[tuple[Any, list[Any]]] = deque([(root.DESCRIPTOR, [])])
    seen: set[str] = set()
    while waiting:
        descriptor, way = waiting.popleft()
        if descriptor.full_name in seen or descriptor.full_name.startswith("google.protobuf."):
            continue
        seen.add(descriptor.full_name)
        for field in descriptor.fields:
            if field.full_name in REFUSED or (field.full_name in SAID_ELSEWHERE and not way):
                continue
            ways.setdefault(field.full_name, [*way, field])
            inside = field.message_type
            if inside is not None and inside.GetOptions().map_entry:
                inside = inside.fields_by_name["value"].message_type
            if inside is not None:
                waiting.append((inside, [*way, field]))
    return ways


def as_json(way: list[Any]) -> dict[str, Any]:
    """Protobuf JSON in which the last field of `way` is said."""
    field, *rest = way
    inside = field.message_type
    is_map = inside is not None and inside.GetOptions().map_entry
    if is_map:
        inside = inside.fields_by_name["value"].message_type
    if rest:
        value: Any = as_json(rest)
    elif is_map and inside is None:
        value = "text"
    elif inside is not None:
        value = SAMPLES.get(inside.full_name, {})
    elif field.enum_type is not None:
        value = field.enum_type.values[-1].name
    else:
        value = {field.CPPTYPE_BOOL: True, field.CPPTYPE_STRING: "YQ=="}.get(field.cpp_type, 1)
    if is_map:
        return {field.json_name: {"key": value}}
    return {field.json_name: [value] if field.is_repeated else value}


def test_every_field_has_words_or_a_reason_to_have_none() -> None:
    """One example with everything in it says all that is not listed here."""
    spoken, listed = in_words(), {*RAW, *UNSAYABLE, *REFUSED}

    assert sorted(set(all_fields()) - spoken - listed) == []
    # And a field for which words were found leaves the list.
    assert sorted(spoken & {*RAW, *UNSAYABLE}) == []
    assert sorted(listed - set(all_fields())) == []


def test_what_has_no_words_can_be_given_raw() -> None:
    """Each field on the list is taken, and arrives."""
    ways = [
        (TypeAdapter(kind), root, paths_from(root))
        for kind, root in (
            (RawTask, TaskTemplate),
            (RawWorkflow, WorkflowTemplate),
            (RawLaunchPlan, LaunchPlanSpec),
        )
    ]

    for name in RAW:
        reader, root, way = next((r, m, w[name]) for r, m, w in ways if name in w)
        message = root()
        assert list(merge(message, reader.validate_python(as_json(way)).message)) == []
        assert name in set(said(message)), name


@pytest.mark.parametrize("name", [*REFUSED, *SAID_ELSEWHERE])
def test_what_is_refused_has_a_reason(name: str) -> None:
    """It names a field that there is; the reason ends up in the message."""
    assert name in all_fields()
    assert {**REFUSED, **SAID_ELSEWHERE}[name]


# Of places and names, what no manifest says.
BESIDE: dict[str, str] = {
    "flyteidl.admin.Project.domains": "domains are the server's own configuration",
    "flyteidl.admin.Project.org": "Admin keeps no organisations",
}
PLACES = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: p}
spec: {title: Title, description: what for, labels: {team: data}, state: archived}
---
apiVersion: reconciler/v1
kind: Domain
metadata: {project: q, name: d}
spec: {tasks: {t: {description: what for, archived: true}}}
"""


def test_every_field_of_projects_and_names_has_words(tmp_path: Path) -> None:
    """Or a reason to have none. Attributes are held to the same in `test_attributes`."""
    file = tmp_path / "places.yaml"
    file.write_text(PLACES)
    spoken = {
        name
        for one in bind(declare(load([file])), None)
        if one.spec is not None
        for name in said(one.spec)
    }

    known = {
        field.full_name
        for root in (Project, NamedEntityMetadata, Labels)
        for field in root.DESCRIPTOR.fields
    }
    assert sorted(known - spoken - set(BESIDE)) == []
    assert sorted(spoken & set(BESIDE)) == []
    assert sorted(set(BESIDE) - known) == []
