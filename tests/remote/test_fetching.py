"""What is registered, fetched: few calls, none that nobody asked for, and the whole message."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import FlyteEntityNotExistException, NotFoundError
from reconciler.manifest import load
from reconciler.model import Kind, ResourceId
from reconciler.remote import Config, FlyteLaunchPlan, FlyteTask, LazyEntity, Remote
from reconciler.remote.entities import fetch
from reconciler.sandbox import Fault, Faults, Sandbox

MANIFESTS = """
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: say}
spec:
  version: "VERSION"
  type: raw-container
  inputs: {word: str}
  container: {image: "busybox:VERSION", args: [echo, "{{.inputs.word}}"]}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: greet}
spec:
  version: "VERSION"
  inputs: {word: str}
  nodes:
    say: {task: say, inputs: {word: {from: inputs.word}}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: greet}
spec:
  version: "VERSION"
  workflow: greet
  inputs: {word: hello}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: outer}
spec:
  version: "VERSION"
  nodes:
    greet: {launchPlan: greet}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: daily}
spec:
  version: "VERSION"
  workflow: outer
  schedule: {cron: "0 6 * * *"}
  state: active
"""


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def remote(tmp_path: Path, faults: Faults) -> Iterator[Remote]:
    """Connected to an Admin that holds everything twice, of versions b and (newer) a."""
    with (
        Sandbox(faults=faults) as sandbox,
        Remote(Config.for_endpoint(sandbox.endpoint, insecure=True)) as remote,
    ):
        for version in ("b", "a"):
            (tmp_path / "all.yaml").write_text(MANIFESTS.replace("VERSION", version))
            remote.register(load([tmp_path]))
        yield remote


@contextmanager
def calls_of(remote: Remote) -> Iterator[Counter[str]]:
    before = Counter(remote._connection.calls.counts)
    found: Counter[str] = Counter()
    yield found
    found.update(Counter(remote._connection.calls.counts) - before)


def an_id(kind: Kind, name: str, version: str = "a") -> ResourceId:
    return ResourceId(kind, "flytesnacks", "development", name, version)


def test_a_version_takes_one_call(remote: Remote) -> None:
    """Of each kind; nothing that it refers to is fetched along."""
    with calls_of(remote) as calls:
        task = remote.fetch_task(name="say", version="b")
        workflow = remote.fetch_workflow(name="outer", version="b")
        plan = remote.fetch_launch_plan(name="daily", version="b")

    assert calls == {"GetTask": 1, "GetWorkflow": 1, "GetLaunchPlan": 1}
    assert task.id == an_id(Kind.TASK, "say", "b")
    assert task.template.container.image == "busybox:b"
    assert [node.id for node in workflow.nodes] == ["greet"]
    assert plan.workflow_id == an_id(Kind.WORKFLOW, "outer", "b")


@pytest.mark.parametrize("version", [None, "latest"])
def test_the_latest_is_what_was_created_last(remote: Remote, version: str | None) -> None:
    """Whatever its name; only of a workflow the list does not say all."""
    with calls_of(remote) as calls:
        task = remote.fetch_task(name="say", version=version)
        plan = remote.fetch_launch_plan(name="daily", version=version)
        workflow = remote.fetch_workflow(name="greet", version=version)

    assert {task.version, plan.version, workflow.version} == {"a"}
    assert task.template.container.image == "busybox:a"
    assert workflow.nodes
    assert calls == {
        "ListTasks": 1,
        "ListLaunchPlans": 1,
        "ListWorkflows": 1,
        "GetWorkflow": 1,
    }


def test_what_is_not_there_is_an_error_after_one_call(remote: Remote) -> None:
    """By version or as the latest; flytekit's name catches it."""
    with calls_of(remote) as calls:
        with pytest.raises(NotFoundError):
            remote.fetch_task(name="say", version="zzz")
        with pytest.raises(FlyteEntityNotExistException, match=r"task .*nosuch has no version"):
            remote.fetch_task(name="nosuch")

    assert calls.total() == 2
    with pytest.raises(ValueError, match="a name must be said"):
        remote.fetch_workflow(version="a")


def test_the_active_launch_plan_or_none(remote: Remote) -> None:
    """None, after one call, where no version is active."""
    found = remote.fetch_active_launchplan(name="daily")
    with calls_of(remote) as calls:
        none = remote.fetch_active_launchplan(name="greet")

    assert isinstance(found, FlyteLaunchPlan)
    assert found.version == "a"
    assert found.is_active
    assert none is None
    assert calls == {"GetActiveLaunchPlan": 1}


def test_whether_it_is_scheduled_can_always_be_asked(remote: Remote) -> None:
    """Of one with a schedule, and of one without."""
    daily = remote.fetch_launch_plan(name="daily")
    greet = remote.fetch_launch_plan(name="greet")

    assert daily.is_scheduled
    assert daily.schedule is not None
    assert daily.schedule.cron_schedule.schedule == "0 6 * * *"
    assert not greet.is_scheduled
    assert greet.schedule is None
    assert greet.interface.inputs.variables["word"].type.simple
    assert greet.expected_inputs.parameters["word"].default.scalar.primitive.string_value


def test_what_a_workflow_launches_is_fetched_when_asked(remote: Remote) -> None:
    """So a launch plan that cannot be had does not stand in the way of the workflow."""
    workflow = remote.fetch_workflow(name="outer", version="a")

    with calls_of(remote) as calls:
        (plan,) = workflow.launch_plans
        assert plan.id == an_id(Kind.LAUNCH_PLAN, "greet")
    assert not calls
    assert plan.workflow.nodes[0].id == "say"


def test_a_lazy_thing_asks_nobody_for_what_is_known(remote: Remote) -> None:
    """Its name, its id if the version was said, what it looks like, what notebooks try."""
    with calls_of(remote) as calls:
        lazy = remote.fetch_task_lazy(name="say", version="b")
        assert lazy.name == "say"
        assert lazy.id == an_id(Kind.TASK, "say", "b")
        assert repr(lazy) == "LazyEntity(flytesnacks/development/say@b)"
        assert repr(remote.fetch_workflow_lazy(name="greet")) == "LazyEntity(greet)"
        assert not hasattr(lazy, "_repr_html_")
        assert not lazy.entity_fetched()
    assert not calls

    with calls_of(remote) as calls:
        assert lazy.template.container.image == "busybox:b"
        assert lazy.interface.inputs.variables["word"]
        assert repr(lazy) == "FlyteTask(flytesnacks/development/say@b)"
    assert calls == {"GetTask": 1}
    assert lazy == remote.fetch_task(name="say", version="b")


def test_a_lazy_thing_is_fetched_once_for_all_threads(remote: Remote) -> None:
    """They wait for the one that asks."""
    lazy = remote.fetch_launch_plan_lazy(name="daily")
    together = threading.Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        return str(lazy.version)

    with calls_of(remote) as calls, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"a"}

    assert calls == {"ListLaunchPlans": 1}


def test_a_fetch_that_fails_says_so_and_is_tried_again(remote: Remote, faults: Faults) -> None:
    """With the error that the fetch itself would have raised."""
    lazy = remote.fetch_task_lazy(name="say")
    faults.next("ListTasks", Fault.UNAVAILABLE, code="NOT_FOUND")

    with pytest.raises(NotFoundError):
        _ = lazy.template

    assert lazy.template.container.image == "busybox:a"


def test_a_mistake_in_fetching_is_no_missing_attribute() -> None:
    """Python would ask again and again."""

    def getter() -> Any:
        raise AttributeError("no such thing")

    with pytest.raises(RuntimeError, match="lazy cannot be fetched: no such thing"):
        _ = LazyEntity("lazy", getter).template


def test_all_of_a_version_are_listed(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages that takes, or as many as are wanted."""
    monkeypatch.setattr(fetch, "_PAGE", 1)

    with calls_of(remote) as calls:
        plans = remote.list_launch_plans_by_version("b")
    workflows = remote.list_workflows_by_version("b")

    assert [one.name for one in plans] == ["daily", "greet"]
    assert calls["ListLaunchPlans"] > 1
    assert [one.name for one in workflows] == ["greet", "outer"]
    assert workflows[0].nodes[0].id == "say"
    assert [one.name for one in remote.list_launch_plans_by_version("b", limit=1)] == ["daily"]
    assert [one.name for one in remote.list_tasks_by_version("b")] == ["say"]
    assert remote.list_tasks_by_version("zzz") == []


@pytest.mark.parametrize("version", ["", "a+b", "a,b)"])
def test_versions_that_no_filter_can_say_are_refused(remote: Remote, version: str) -> None:
    """Rather than another question than was asked."""
    with pytest.raises(ValueError, match="is no version to look for"):
        remote.list_tasks_by_version(version)


def test_two_of_one_version_are_equal(remote: Remote) -> None:
    """However they were had; and neither is equal to another kind of that name."""
    one, other = remote.fetch_workflow(name="greet"), remote.fetch_workflow(name="greet")
    plan = remote.fetch_launch_plan(name="greet")

    assert one == other
    assert len({one, other, plan}) == 2
    assert one != "greet"
    assert repr(plan) == "FlyteLaunchPlan(flytesnacks/development/greet@a)"
    assert (plan.project, plan.domain, plan.name) == ("flytesnacks", "development", "greet")


def test_the_message_is_whole(remote: Remote) -> None:
    """Nothing of it is lost: not when it was created, nor the organisation."""
    task = remote.fetch_task(name="say")
    assert isinstance(task, FlyteTask)

    assert task.message.closure.compiled_task.template.id.version == "a"
    assert task.created_at is not None
    assert task.org == ""
    assert task.task_type == "raw-container"


def test_other_places_can_be_said(remote: Remote) -> None:
    """Over the default ones."""
    with pytest.raises(NotFoundError):
        remote.fetch_task("flytesnacks", "staging", "say", "a")
    assert remote.fetch_task("flytesnacks", "development", "say", "a").version == "a"
