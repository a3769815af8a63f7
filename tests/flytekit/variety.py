"""Everything that flytekit's decorators make, small: what a registration may meet."""

from datetime import timedelta
from typing import Any, NamedTuple

from flytekit import (
    ContainerTask,
    LaunchPlan,
    PodTemplate,
    Resources,
    Secret,
    Workflow,
    approve,
    conditional,
    dynamic,
    eager,
    kwtypes,
    map_task,
    sleep,
    task,
    wait_for_input,
    workflow,
)
from flytekit.extras.tasks.shell import OutputLocation, ShellTask
from flytekit.types.file import FlyteFile
from kubernetes.client import V1Container, V1PodSpec

IMAGE = "ghcr.io/acme/variety:1"


class Two(NamedTuple):
    left: int
    right: str


@task(
    container_image=IMAGE,
    retries=3,
    timeout=timedelta(minutes=5),
    cache=True,
    cache_version="2",
    interruptible=True,
    requests=Resources(cpu="1", mem="1Gi"),
    limits=Resources(cpu="2", gpu="1"),
    environment={"A": "b"},
    secret_requests=[Secret(group="g", key="k")],
)
def plain(a: int) -> int:
    """One of many settings."""
    return a


@task(
    pod_template=PodTemplate(
        pod_spec=V1PodSpec(containers=[V1Container(name="primary")]), labels={"team": "etl"}
    )
)
def podded(a: int) -> int:
    return a


@task
def tupled(a: int) -> Two:
    return Two(a, str(a))


@task
def cleans_up() -> None: ...


@dynamic
def spread(n: int) -> list[int]:
    return [plain(a=i) for i in range(n)]


@eager
async def hurried(n: int) -> int:
    return n


container = ContainerTask(
    name="variety.container",
    image="busybox:1",
    inputs=kwtypes(word=str),
    outputs=kwtypes(out=str),
    command=["sh", "-c", "echo {{.inputs.word}} > /var/outputs/out"],
    input_data_dir="/var/inputs",
    output_data_dir="/var/outputs",
)
shell = ShellTask(
    name="variety.shell",
    script="echo {inputs.x} > {outputs.f}",
    inputs=kwtypes(x=str),
    output_locs=[OutputLocation(var="f", var_type=FlyteFile, location="/tmp/f")],
    container_image=IMAGE,
)


@workflow
def inner(a: int) -> int:
    return plain(a=a)


inner_plan = LaunchPlan.get_or_create(inner, "variety.inner_plan", fixed_inputs={"a": 1})
open_plan = LaunchPlan.get_or_create(inner, "variety.open_plan")


@workflow
def overridden(a: int) -> int:
    return plain(a=a).with_overrides(
        requests=Resources(cpu="3"), retries=7, node_name="other-name", container_image="b:1"
    )


@workflow
def repodded(a: int) -> int:
    return plain(a=a).with_overrides(
        pod_template=PodTemplate(
            primary_container_name="one",
            pod_spec=V1PodSpec(containers=[V1Container(name="one", image="c:1")]),
        )
    )


@workflow
def everything(a: int, xs: list[int]) -> tuple[int, list[int]]:
    left, _ = tupled(a=podded(a=a))
    mapped = map_task(plain, concurrency=2)(a=xs)
    chosen = (
        conditional("which")
        .if_(left > 3)
        .then(inner(a=left))
        .elif_(left == 2)
        .then(plain(a=left))
        .else_()
        .then(open_plan(a=left))
    )
    inner_plan()
    return inner(a=chosen), mapped


@workflow(on_failure=cleans_up)
def guarded() -> None:
    said = wait_for_input("said", timeout=timedelta(hours=1), expected_type=int)
    agreed = approve(plain(a=said), "agreed", timeout=timedelta(hours=1))
    paused = sleep(timedelta(seconds=5))
    paused >> spread(n=agreed)


@workflow
def foreign(word: str) -> str:
    shell(x=word)
    return container(word=word)


imperative = Workflow(name="variety.imperative")
_node = imperative.add_entity(plain, a=imperative.add_workflow_input("a", int))
imperative.add_workflow_output("out", _node.outputs["o0"])

TASKS: list[Any] = [plain, podded, tupled, spread, hurried, container, shell]
WORKFLOWS: list[Any] = [everything, overridden, repodded, guarded, foreign, imperative]
PLANS: list[Any] = [inner_plan, open_plan]
