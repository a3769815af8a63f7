"""What a plan cannot be quicker than: its files parsed in C, its very calls sent by bare stubs."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import yaml
from flyteidl.admin import (
    common_pb2,
    launch_plan_pb2,
    matchable_resource_pb2,
    project_pb2,
    task_pb2,
    workflow_pb2,
)

from benchmarks.world import CountedAdmin, seconds

Call = tuple[str, bytes]

_ANSWERS = {
    "GetDomains": project_pb2.GetDomainsResponse,
    "GetLaunchPlan": launch_plan_pb2.LaunchPlan,
    "GetTask": task_pb2.Task,
    "GetWorkflow": workflow_pb2.Workflow,
    "ListLaunchPlans": launch_plan_pb2.LaunchPlanList,
    "ListMatchableAttributes": matchable_resource_pb2.ListMatchableAttributesResponse,
    "ListNamedEntities": common_pb2.NamedEntityList,
    "ListProjects": project_pb2.Projects,
    "ListTasks": task_pb2.TaskList,
    "ListWorkflows": workflow_pb2.WorkflowList,
}
_OPTIONS = [("grpc.max_receive_message_length", -1)]


def parse(folder: Path) -> float:
    """Seconds to parse every file with PyYAML's C loader."""

    def every_file() -> None:
        for file in sorted(folder.glob("*.yaml")):
            with file.open("rb") as stream:
                list(yaml.load_all(stream, yaml.CSafeLoader))

    return seconds(every_file)


def replay(admin: CountedAdmin, calls: Sequence[Call], *, parallelism: int = 10) -> float:
    """Seconds to send these calls by bare stubs, as many at once, and to read the answers."""
    with grpc.insecure_channel(admin.endpoint, options=_OPTIONS) as channel:
        stubs = {}
        for method, _ in calls:
            answer = _ANSWERS.get(method.rpartition("/")[2])
            stubs[method] = channel.unary_unary(
                method,
                request_serializer=bytes,
                response_deserializer=answer.FromString if answer else bytes,
            )

        def send(call: Call) -> None:
            method, payload = call
            stubs[method](payload)

        def all_of_them() -> None:
            with ThreadPoolExecutor(parallelism) as pool:
                list(pool.map(send, calls))

        grpc.channel_ready_future(channel).result()
        return seconds(all_of_them)
