"""What Admin answers, one file a noun; each enters its RPCs in tables of `dispatch`."""

# Messages that may travel in an Any must be known to the pool before the first request.
from flyteidl.admin import event_pb2  # noqa: F401
from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2  # noqa: F401

from reconciler.sandbox.dispatch import merge
from reconciler.sandbox.services import (
    attributes,
    auth,
    dataproxy,
    descriptions,
    events,
    executions,
    launch_plans,
    metrics,
    named_entities,
    node_executions,
    projects,
    signals,
    task_executions,
    tasks,
    version,
    workflows,
)

_FILES = (
    auth,
    attributes,
    dataproxy,
    descriptions,
    events,
    executions,
    launch_plans,
    metrics,
    named_entities,
    node_executions,
    projects,
    signals,
    task_executions,
    tasks,
    version,
    workflows,
)
SERVICES = merge([table for file in _FILES for table in file.TABLES])
