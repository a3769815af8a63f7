"""Sets of manifests, bound offline or against an Admin in memory."""

from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.project_pb2 import Project

from reconciler.desired import bind, declare, needs
from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.model import DesiredState, Kind, Resource, ResourceId, is_content_hash
from reconciler.observed import look_up, observe
from reconciler.plan import make_plan
from tests.fakes import MemoryAdmin, MemoryReader, a_project

HEAD = "apiVersion: reconciler/v1\n"
PLACE = "{project: flytesnacks, domain: development, name: %s}"


def a_task(name: str = "etl.load", *, image: str = "ghcr.io/acme/etl:1", extra: str = "") -> str:
    return f"""{HEAD}kind: Task
metadata: {PLACE % name}
spec:
  inputs: {{day: datetime, size: int}}
  outputs: {{rows: "list[int]"}}
  container: {{image: "{image}", command: [load]}}
{extra}"""


def a_workflow(name: str = "etl", *, task: str = "etl.load", extra: str = "") -> str:
    return f"""{HEAD}kind: Workflow
metadata: {PLACE % name}
spec:
  inputs: {{day: datetime}}
  outputs: {{rows: {{type: "list[int]", from: load.rows}}}}
  nodes:
    load: {{task: {task}, inputs: {{day: {{from: inputs.day}}, size: 5}}}}
{extra}"""


def a_launch_plan(name: str = "etl.daily", *, extra: str = "  state: active") -> str:
    return f"""{HEAD}kind: LaunchPlan
metadata: {PLACE % name}
spec:
  workflow: etl
  schedule: {{cron: "0 6 * * *", kickoffInput: day}}
{extra}"""


class Set:
    """Manifests in one file, bound on demand."""

    def __init__(self, folder: Path, *documents: str) -> None:
        self.file = folder / "set.yaml"
        self.file.write_text("\n---\n".join(documents))

    def bind(self, admin: MemoryAdmin | None = None) -> DesiredState:
        declaration = declare(load([self.file]))
        if admin is None:
            return bind(declaration, None)
        return bind(declaration, look_up(needs(declaration), MemoryReader(admin)))

    def problems(self, admin: MemoryAdmin | None = None) -> list[tuple[str, int, str]]:
        """What is wrong: code, line and message of each problem."""
        with pytest.raises(ManifestError) as caught:
            self.bind(admin)
        return [
            (one.code, one.origin.line if one.origin else 0, f"{one.message} {one.hint}")
            for one in caught.value.diagnostics
        ]


def by_kind(state: DesiredState) -> dict[Kind, Resource]:
    return {resource.id.kind: resource for resource in state}


def test_a_whole_chain_is_bound(tmp_path: Path) -> None:
    """Workflow compiled against its task, launch plan completed, switch declared."""
    state = by_kind(Set(tmp_path, a_launch_plan(), a_workflow(), a_task()).bind())
    task, workflow, plan = (state[k] for k in (Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN))
    assert all(is_content_hash(one.id.version) for one in (task, workflow, plan))
    closure: Any = workflow.spec
    assert [node.id for node in closure.primary.template.nodes] == [
        "start-node",
        "end-node",
        "load",
    ]
    assert closure.tasks[0].template.id == task.id.to_identifier()
    launch_plan: Any = plan.spec
    assert launch_plan.spec.workflow_id == workflow.id.to_identifier()
    # Admin completes what the manifest leaves out: the workflow's input is required.
    assert launch_plan.spec.default_inputs.parameters["day"].required
    assert state[Kind.ACTIVATION].active == (plan.id.version,)


def test_needs_follow_the_references(tmp_path: Path) -> None:
    """Each waits for what it names, and for a project that the set declares."""
    project = f"{HEAD}kind: Project\nmetadata: {{name: flytesnacks}}"
    desired = Set(tmp_path, project, a_task(), a_workflow(), a_launch_plan()).bind()
    state = by_kind(desired)
    task, workflow, plan = (state[k].id for k in (Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN))
    home = ResourceId(Kind.PROJECT, "flytesnacks")
    assert set(desired.needs[workflow]) == {task, home}
    assert set(desired.needs[plan]) == {workflow, home}
    assert set(desired.needs[plan.activation]) == {plan, home}
    assert set(desired.needs[home]) == set()


def test_the_same_source_has_the_same_version_in_every_environment(tmp_path: Path) -> None:
    """Project and domain are no content; neither is the order of documents."""
    documents = [a_task(), a_workflow(), a_launch_plan()]
    there = [text.replace("development", "production") for text in reversed(documents)]
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    here = by_kind(Set(tmp_path / "here", *documents).bind())
    elsewhere = by_kind(Set(tmp_path / "there", *there).bind())
    for kind in (Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN):
        assert here[kind].id.version == elsewhere[kind].id.version


@pytest.mark.parametrize(
    "changed",
    [
        a_task(image="ghcr.io/acme/etl:2"),
        a_task(extra="  retries: 3"),
        a_task(extra="  description: Loads."),
    ],
)
def test_any_change_of_content_is_a_new_version_of_all_that_use_it(
    tmp_path: Path, changed: str
) -> None:
    """Even of a description, which Admin's own digest ignores; references carry it upwards."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before = by_kind(Set(tmp_path / "a", a_task(), a_workflow(), a_launch_plan()).bind())
    after = by_kind(Set(tmp_path / "b", changed, a_workflow(), a_launch_plan()).bind())
    for kind in (Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN):
        assert before[kind].id.version != after[kind].id.version


def test_a_fixed_version_is_kept_and_compared(tmp_path: Path) -> None:
    """It is no content hash, so its content has to be read before it is believed."""
    task = by_kind(Set(tmp_path, a_task(extra="  version: v7")).bind())[Kind.TASK]
    assert (task.id.version, task.content_addressed) == ("v7", False)


def test_workflows_nest(tmp_path: Path) -> None:
    """A workflow node carries the content of what it names, and what that needs."""
    outer = f"""{HEAD}kind: Workflow
metadata: {PLACE % "outer"}
spec:
  inputs: {{day: datetime}}
  nodes:
    inner: {{workflow: etl, inputs: {{day: {{from: inputs.day}}}}}}
    plan: {{launchPlan: etl.daily, inputs: {{day: {{from: inputs.day}}}}, after: [inner]}}
"""
    desired = Set(tmp_path, outer, a_workflow(), a_task(), a_launch_plan()).bind()
    (closure,) = (one.spec for one in desired if one.id.name == "outer")
    compiled: Any = closure
    assert [sub.template.id.name for sub in compiled.sub_workflows] == ["etl"]
    assert [task.template.id.name for task in compiled.tasks] == ["etl.load"]


def test_references_reach_what_admin_holds(tmp_path: Path) -> None:
    """A version, the latest or the active one: looked up, and pinned."""
    admin = MemoryAdmin()
    for image, version in (("a:1", "v1"), ("a:2", "v2")):
        registered = Set(
            tmp_path,
            a_task(image=image, extra=f"  version: {version}"),
            a_workflow(extra=f"  version: {version}"),
            a_launch_plan(extra=f"  version: {version}"),
        ).bind()
        admin.put(*(one for one in registered if one.id.kind.versioned))
    admin.activate(ResourceId(Kind.LAUNCH_PLAN, "flytesnacks", "development", "etl.daily", "v1"))
    mine = f"""{HEAD}kind: Workflow
metadata: {PLACE % "mine"}
spec:
  inputs: {{day: datetime}}
  nodes:
    task: {{task: {{name: etl.load, version: v1}}, inputs: {{day: {{from: inputs.day}}, size: 1}}}}
    newest: {{workflow: {{name: etl, version: latest}}, inputs: {{day: {{from: inputs.day}}}}}}
    active:
      launchPlan: {{name: etl.daily, version: active}}
      inputs: {{day: {{from: inputs.day}}}}
"""
    (workflow,) = Set(tmp_path, mine).bind(admin)
    closure: Any = workflow.spec
    nodes = {node.id: node for node in closure.primary.template.nodes}
    assert nodes["task"].task_node.reference_id.version == "v1"
    assert nodes["newest"].workflow_node.sub_workflow_ref.version == "v2"
    assert nodes["active"].workflow_node.launchplan_ref.version == "v1"


def test_every_problem_is_told_at_its_line(tmp_path: Path) -> None:
    """Unknown names, wrong literals and unknown inputs of several documents, all at once."""
    wrong = f"""{HEAD}kind: Workflow
metadata: {PLACE % "etl"}
spec:
  inputs: {{day: datetime}}
  nodes:
    load:
      task: etl.load
      inputs:
        day: {{from: inputs.day}}
        size: many
        speed: 9
"""
    typo = f"""{HEAD}kind: Workflow
metadata: {PLACE % "other"}
spec:
  nodes:
    load: {{task: etl.laod}}
"""
    assert [(code, line) for code, line, _ in Set(tmp_path, a_task(), wrong, typo).problems()] == [
        ("wrong-type", 20),
        ("unknown-input", 21),
        ("unknown-reference", 29),
    ]
    assert "etl.load" in Set(tmp_path, a_task(), typo).problems()[0][2]


def test_types_that_do_not_fit_are_found_by_admins_compiler(tmp_path: Path) -> None:
    """A promise of one type for an input of another."""
    wrong = a_workflow().replace("size: 5", "size: {from: inputs.day}")
    ((code, line, message),) = Set(tmp_path, a_task(), wrong).problems()
    assert (code, line) == ("mismatching-types", 17)
    assert "size" in message


def test_circles_are_named(tmp_path: Path) -> None:
    """Two workflows inside each other: the way round is told."""
    one, two = (
        f"""{HEAD}kind: Workflow
metadata: {PLACE % name}
spec:
  nodes: {{n: {{workflow: {other}}}}}
"""
        for name, other in (("one", "two"), ("two", "one"))
    )
    problems = Set(tmp_path, one, two).problems()
    assert [code for code, _, _ in problems] == ["cycle", "cycle"]
    assert "one → workflow" in problems[0][2] or "two → workflow" in problems[0][2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('cron: "0 6 * * *", kickoffInput: day', 'cron: "0 6 * * *"'), "unbound-input"),
        (("kickoffInput: day", "kickoffInput: dya"), "unbound-input"),
        (('cron: "0 6 * * *"', "rate: {every: 1, unit: days}"), "rate-with-kickoff"),
        (("  state: active", "  inputs: {nope: 1}"), "unknown-input"),
        (("  state: active", "  fixedInputs: {day: whenever}"), "wrong-type"),
    ],
)
def test_launch_plans_that_admin_would_refuse(
    tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    """Found offline, with the line, before anything is sent."""
    with pytest.raises(ManifestError) as caught:
        Set(tmp_path, a_task(), a_workflow(), a_launch_plan().replace(*change)).bind()
    assert code in {one.code for one in caught.value.diagnostics}


def test_places_must_exist(tmp_path: Path) -> None:
    """Projects and domains that are not there are told with what there is."""
    elsewhere = a_task().replace("flytesnacks", "nowhere").replace("development", "nightly")
    problems = Set(tmp_path, elsewhere).problems(MemoryAdmin())
    assert {code for code, _, _ in problems} == {"unknown-project", "unknown-domain"}
    assert any("development, staging, production" in message for _, _, message in problems)


def test_an_archived_project_takes_nothing(tmp_path: Path) -> None:
    """Unless the set makes it active again."""
    admin = MemoryAdmin(projects=())
    admin.put(a_project("flytesnacks", state=Project.ARCHIVED))
    assert Set(tmp_path, a_task()).problems(admin)[0][0] == "archived-project"
    project = f"{HEAD}kind: Project\nmetadata: {{name: flytesnacks}}"
    assert len(Set(tmp_path, project, a_task()).bind(admin)) == 2


def test_two_states_of_one_name_are_an_error(tmp_path: Path) -> None:
    """One version of a name can be active."""
    plans = [a_launch_plan(extra=f"  version: {v}\n  state: active") for v in ("v1", "v2")]
    problems = Set(tmp_path, a_task(), a_workflow(), *plans).problems()
    assert [code for code, _, _ in problems] == ["contradictory-state"]


def test_a_request_beyond_admins_limit_is_told_before_it_is_sent(tmp_path: Path) -> None:
    """Admin reads 4 MiB at most."""
    large = a_task(extra=f"  description: {'x' * (5 << 20)}")
    ((code, _, message),) = Set(tmp_path, large).problems()
    assert code == "oversized"
    assert "4 MiB" in message


def test_what_was_planned_once_needs_no_workflow_read_again(tmp_path: Path) -> None:
    """Versions that are content hashes are believed when they exist; fixed ones are read."""
    for version, reads in (("auto", 0), ("v1", 1)):
        desired = Set(tmp_path, a_task(), a_workflow(extra=f"  version: {version}")).bind()
        admin = MemoryAdmin()
        admin.put(*(one for one in desired if one.id.kind.versioned))
        plan = make_plan(desired, observe(desired, MemoryReader(admin)))
        assert plan.is_empty
        assert admin.calls["workflows"] == reads
