"""Errors say what a call was about, in words."""

from typing import Any

import pytest
from flyteidl.admin import (
    common_pb2,
    event_pb2,
    execution_pb2,
    launch_plan_pb2,
    node_execution_pb2,
    project_attributes_pb2,
    project_domain_attributes_pb2,
    project_pb2,
    signal_pb2,
    task_execution_pb2,
    task_pb2,
    version_pb2,
    workflow_attributes_pb2,
)
from flyteidl.service import dataproxy_pb2
from google.protobuf import json_format

from reconciler.admin.calls.subject import subject_of

PD = {"project": "p", "domain": "d"}
TASK = {"resource_type": "TASK", **PD, "name": "n", "version": "v"}
EXECUTION = {**PD, "name": "e"}
NODE = {"node_id": "n0", "execution_id": EXECUTION}
ATTEMPT = {"task_id": TASK, "node_execution_id": NODE, "retry_attempt": 2}
QUEUE: dict[str, Any] = {"execution_queue_attributes": {"tags": ["a"]}}


@pytest.mark.parametrize(
    ("kind", "fields", "subject"),
    [
        (task_pb2.TaskCreateRequest, {"id": TASK}, "task p/d/n@v"),
        (common_pb2.ObjectGetRequest, {"id": {**PD, "name": "n", "version": "v"}}, "p/d/n@v"),
        (common_pb2.ObjectGetRequest, {}, ""),
        (common_pb2.ResourceListRequest, {"id": PD}, "p/d"),
        (common_pb2.NamedEntityIdentifierListRequest, PD, "p/d"),
        (launch_plan_pb2.ActiveLaunchPlanListRequest, PD, "p/d"),
        (
            common_pb2.NamedEntityGetRequest,
            {"resource_type": "TASK", "id": EXECUTION},
            "name of task p/d/e",
        ),
        (common_pb2.NamedEntityGetRequest, {"id": EXECUTION}, "p/d/e"),
        (execution_pb2.ExecutionCreateRequest, EXECUTION, "execution p/d/e"),
        (execution_pb2.ExecutionCreateRequest, PD, "a new execution in p/d"),
        (execution_pb2.ExecutionTerminateRequest, {"id": EXECUTION}, "execution p/d/e"),
        (node_execution_pb2.NodeExecutionGetRequest, {"id": NODE}, "node n0 of execution p/d/e"),
        (
            task_execution_pb2.TaskExecutionGetRequest,
            {"id": ATTEMPT},
            "attempt 2 of node n0 of execution p/d/e",
        ),
        (
            task_execution_pb2.TaskExecutionListRequest,
            {"node_execution_id": NODE},
            "node n0 of execution p/d/e",
        ),
        (
            event_pb2.WorkflowExecutionEventRequest,
            {"event": {"execution_id": EXECUTION}},
            "execution p/d/e",
        ),
        (
            event_pb2.TaskExecutionEventRequest,
            {"event": {"parent_node_execution_id": NODE}},
            "node n0 of execution p/d/e",
        ),
        (
            signal_pb2.SignalSetRequest,
            {"id": {"signal_id": "ok", "execution_id": EXECUTION}},
            "signal ok of execution p/d/e",
        ),
        (
            signal_pb2.SignalListRequest,
            {"workflow_execution_id": EXECUTION},
            "execution p/d/e",
        ),
        (project_pb2.Project, {"id": "p"}, "project p"),
        (project_pb2.ProjectGetRequest, {"id": "p"}, "project p"),
        (project_pb2.ProjectRegisterRequest, {"project": {"id": "p"}}, "project p"),
        (
            project_attributes_pb2.ProjectAttributesUpdateRequest,
            {"attributes": {"project": "p", "matching_attributes": QUEUE}},
            "executionQueue of project p",
        ),
        (
            project_domain_attributes_pb2.ProjectDomainAttributesDeleteRequest,
            {**PD, "resource_type": "EXECUTION_QUEUE"},
            "executionQueue of domain p/d",
        ),
        (
            workflow_attributes_pb2.WorkflowAttributesGetRequest,
            {**PD, "workflow": "w", "resource_type": "EXECUTION_QUEUE"},
            "executionQueue of workflow p/d/w",
        ),
        (
            dataproxy_pb2.CreateUploadLocationRequest,
            {**PD, "filename_root": "r", "filename": "f"},
            "file r/f in p/d",
        ),
        (dataproxy_pb2.GetDataRequest, {"flyte_url": "flyte://v1/x"}, "flyte://v1/x"),
        (dataproxy_pb2.CreateDownloadLocationRequest, {"native_url": "s3://b/k"}, "s3://b/k"),
        (version_pb2.GetVersionRequest, {}, ""),
    ],
)
def test_what_a_request_is_about(kind: Any, fields: Any, subject: str) -> None:
    """Whatever it is, as far as it says so."""
    assert subject_of(json_format.ParseDict(fields, kind())) == subject
