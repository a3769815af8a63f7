"""Attributes from manifests: every field of every type, at every level, each said once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.matchable_resource_pb2 import (
    MatchableResource,
    MatchingAttributes,
    PluginOverride,
)
from flyteidl.admin.project_pb2 import Project
from google.protobuf.message import Message

from reconciler.errors import ManifestError
from reconciler.model import (
    ATTRIBUTE_FIELDS,
    ATTRIBUTE_NUMBERS,
    DesiredState,
    Kind,
    Resource,
    ResourceId,
)
from tests.desired.test_bind import HEAD, Set, a_task, a_workflow
from tests.fakes import DEFAULT_PROJECT as P
from tests.fakes import MemoryAdmin, a_project

D = "development"
EVERYTHING = """\
taskResources:
  defaults: {cpu: 500m, memory: 1Gi, gpu: 0, storage: 1Gi, ephemeralStorage: 2Gi}
  limits: {cpu: 4, memory: 16Gi, gpu: 1, storage: 10Gi, ephemeralStorage: 20Gi}
clusterResources: {projectQuotaCpu: "1000", projectQuotaMemory: 5Ti}
executionQueue: {tags: [gpu, fast]}
executionClusterLabel: {value: europe}
pluginOverrides:
  spark: {plugins: [acme-spark, spark], ifMissing: useDefault}
  dask: {plugins: [acme-dask]}
workflowExecutionConfig:
  maxParallelism: 25
  runAs:
    serviceAccount: etl
    iamRole: "arn:aws:iam::1:role/etl"
    executionIdentity: etl-bot
    oauth2Client: {id: etl, secret: {group: vault, key: oauth, version: "2", mount: env, env: O}}
  secrets: [{group: vault, key: token, version: "1", mount: file, env: TOKEN}]
  tokens:
    - {name: t, client: {id: c}, discoveryEndpoint: "https://d", tokenEndpoint: "https://t"}
  outputLocation: s3://acme/etl
  labels: {team: data}
  annotations: {why: because}
  env: {STAGE: dev}
  interruptible: false
  overwriteCache: true
  executionEnvironments:
    - {nodes: [n0], taskType: actor, name: pool, type: fast, version: "1", extant: {id: a}}
    - {name: made, spec: {size: 3}}
clusterAssignment: {pool: spot}
"""
# Fields of MatchingAttributes that no manifest says, and why.
REFUSED = {
    "flyteidl.admin.MatchingAttributes.quality_of_service": "Admin refuses it at every level",
    "flyteidl.core.OAuth2TokenRequest.type": "it has one value, which is the default",
}


def a_domain(spec: str, *, name: str = D, project: str = P) -> str:
    lines = "\n".join(f"  {line}" for line in spec.splitlines())
    return f"{HEAD}kind: Domain\nmetadata: {{project: {project}, name: {name}}}\nspec:\n{lines}\n"


def indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def rows(desired: DesiredState) -> dict[ResourceId, Resource]:
    return {one.id: one for one in desired if one.id.kind is Kind.ATTRIBUTES}


def fields(descriptor: Any, seen: set[str]) -> Iterator[str]:
    """Every field of a message and of all inside it, but not behind what is refused."""
    if descriptor.full_name in seen or descriptor.full_name.startswith("google.protobuf."):
        return
    seen.add(descriptor.full_name)
    for field in descriptor.fields:
        yield field.full_name
        if field.message_type is not None and field.full_name not in REFUSED:
            yield from fields(field.message_type, seen)


def said(message: Message) -> Iterator[str]:
    """The fields that are there in a message, at any depth; of a map its entries' as well."""
    if message.DESCRIPTOR.full_name.startswith("google.protobuf."):
        return
    for field, value in message.ListFields():
        yield field.full_name
        inner = field.message_type
        if inner is None:
            continue
        if inner.GetOptions().map_entry:
            yield from (one.full_name for one in inner.fields)
            continue
        for one in value if field.is_repeated else (value,):
            yield from said(one)


def test_every_field_can_be_said(tmp_path: Path) -> None:
    """One domain with everything in it says all but what is listed with its reason."""
    desired = Set(tmp_path, a_domain(f"attributes:\n{indented(EVERYTHING)}")).bind()

    spoken = {name for row in rows(desired).values() if row.spec for name in said(row.spec)}
    known = set(fields(MatchingAttributes.DESCRIPTOR, set()))

    assert sorted(known - spoken - set(REFUSED)) == []
    assert sorted(set(REFUSED) - known) == []
    assert {id.facet for id in rows(desired)} == set(ATTRIBUTE_FIELDS)


def test_every_type_that_admin_knows_is_known_here() -> None:
    """But for the one that it refuses."""
    refused = MatchableResource.Value("QUALITY_OF_SERVICE_SPECIFICATION")
    assert set(MatchableResource.values()) - {refused} == set(ATTRIBUTE_NUMBERS.values())
    assert set(ATTRIBUTE_NUMBERS) == set(ATTRIBUTE_FIELDS) == set(Kind.ATTRIBUTES.facets)


def test_levels_are_projects_domains_and_workflows(tmp_path: Path) -> None:
    """A workflow's are said where it is declared, or in its domain if others register it."""
    project = f"{HEAD}kind: Project\nmetadata: {{name: {P}}}\n"
    project += "spec: {attributes: {executionQueue: {tags: [a]}}}"
    label = "attributes: {executionClusterLabel: {value: %s}}"
    desired = Set(
        tmp_path,
        project,
        a_domain(f"{label % 'd'}\nworkflows:\n  others.flow: {{{label % 'w'}}}"),
        a_task(),
        a_workflow(extra=f"  {label % 'own'}"),
    ).bind()

    def id(facet: str, domain: str = "", workflow: str = "") -> ResourceId:
        return ResourceId(Kind.ATTRIBUTES, P, domain, workflow, facet=facet)

    assert set(rows(desired)) == {
        id("executionQueue"),
        id("executionClusterLabel", D),
        id("executionClusterLabel", D, "others.flow"),
        id("executionClusterLabel", D, "etl"),
    }
    spec: Any = rows(desired)[id("executionClusterLabel", D, "etl")].spec
    assert spec.execution_cluster_label.value == "own"


def test_absent_is_a_wish_of_its_own(tmp_path: Path) -> None:
    """Unlike a type that is not named, and unlike an empty one."""
    desired = Set(
        tmp_path, a_domain("attributes: {taskResources: absent, executionQueue: {}}")
    ).bind()

    assert {id.facet: row.spec is None for id, row in rows(desired).items()} == {
        "taskResources": True,
        "executionQueue": False,
    }
    assert all(row.origin and row.origin.line == 5 for row in rows(desired).values())


def test_raw_is_merged_with_what_is_said_in_words(tmp_path: Path) -> None:
    """For what Admin takes and the language does not: a limit that refuses everything."""
    text = "attributes: {taskResources: {limits: {cpu: 2}, raw: {limits: {memory: '-1'}}}}"
    (row,) = rows(Set(tmp_path, a_domain(text)).bind()).values()
    spec: Any = row.spec
    assert spec.task_resource_attributes.limits.cpu == "2"
    assert spec.task_resource_attributes.limits.memory == "-1"


def test_plugin_overrides_have_no_order(tmp_path: Path) -> None:
    """By task type; what is missing fails unless said otherwise."""
    text = "attributes: {pluginOverrides: {b: {plugins: [x]}, a: {ifMissing: useDefault}}}"
    (row,) = rows(Set(tmp_path, a_domain(text)).bind()).values()
    spec: Any = row.spec
    assert [
        (one.task_type, list(one.plugin_id), one.missing_plugin_behavior)
        for one in spec.plugin_overrides.overrides
    ] == [("a", [], PluginOverride.USE_DEFAULT), ("b", ["x"], PluginOverride.FAIL)]


def test_attributes_change_no_version(tmp_path: Path) -> None:
    """They are of the name."""
    plain = Set(tmp_path, a_task(), a_workflow()).bind()
    extra = "  attributes: {executionQueue: {tags: [a]}}"
    with_some = Set(tmp_path, a_task(), a_workflow(extra=extra)).bind()

    assert {id for id in with_some.resources if id.kind.versioned} == {
        id for id in plain.resources if id.kind.versioned
    }


def test_tasks_wait_for_their_limits(tmp_path: Path) -> None:
    """Admin holds them to these when they are registered; workflows and other types do not."""
    both = "attributes: {taskResources: {limits: {cpu: 4}}, executionQueue: {tags: [a]}}"
    desired = Set(tmp_path, a_domain(both), a_task(), a_workflow()).bind()
    limits = ResourceId(Kind.ATTRIBUTES, P, D, facet="taskResources")
    needed = {id.kind for id in desired.resources if limits in desired.needs[id]}
    assert needed == {Kind.TASK}


@pytest.mark.parametrize(
    ("spec", "code", "message"),
    [
        (
            "attributes: {taskResources: {defaults: {cpu: 1}}}",
            "no-limits",
            "lift those of the server",
        ),
        (
            "workflows: {a: {attributes: {clusterAssignment: {pool: x}}}}",
            "without-effect",
            "of projects and domains only",
        ),
    ],
)
def test_what_surprises_is_told(tmp_path: Path, spec: str, code: str, message: str) -> None:
    """Admin takes it all the same."""
    (warning,) = Set(tmp_path, a_domain(spec)).bind().warnings
    assert warning.code == code
    assert message in warning.message
    assert warning.origin is not None
    assert warning.origin.line == 5


def test_one_row_is_said_once(tmp_path: Path) -> None:
    """Twice the same does no harm: every version of a workflow may say it."""
    label = "attributes: {executionClusterLabel: {value: %s}}"
    workflow = a_workflow(extra=f"  {label % 'a'}")
    domain = a_domain(f"workflows: {{etl: {{{label % 'a'}}}}}")
    assert len(rows(Set(tmp_path, a_task(), workflow, domain).bind())) == 1

    other = a_domain("workflows: {etl: {attributes: {executionClusterLabel: absent}}}")
    with pytest.raises(ManifestError, match="contradictory-attributes") as caught:
        Set(tmp_path, a_task(), workflow, other).bind()
    (problem,) = caught.value.diagnostics
    assert "executionClusterLabel of workflow" in problem.message


def test_an_archived_project_takes_no_attributes(tmp_path: Path) -> None:
    """Neither declared so nor found so."""
    spec = "spec: {state: archived, attributes: {executionQueue: absent}}"
    project = f"{HEAD}kind: Project\nmetadata: {{name: other}}\n{spec}"
    with pytest.raises(ManifestError, match="archived-project"):
        Set(tmp_path, project).bind(MemoryAdmin())

    admin = MemoryAdmin()
    admin.put(a_project("other", state=Project.ARCHIVED))
    with pytest.raises(ManifestError, match="archived-project"):
        Set(tmp_path, a_domain("attributes: {executionQueue: {}}", project="other")).bind(admin)
