"""Executions: launched, watched, brought up to date, and what came of them.

`launch` starts one under a name that is always sent, `syncing` and `waiting` bring it up to date,
`again` repeats or ends it, `signals` answers what it waits for. `values` and `native` are Python's
values and literals, either way. The mixins `running` and `signalling` are the doors to all of it.
"""

from reconciler.remote.executions.metrics import ExecutionSpan
from reconciler.remote.executions.node_execution import FlyteNodeExecution
from reconciler.remote.executions.options import Options
from reconciler.remote.executions.resolver import LiteralsResolver, NoSuchValueError
from reconciler.remote.executions.task_execution import FlyteTaskExecution
from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution

__all__ = [
    "ExecutionSpan",
    "FlyteNodeExecution",
    "FlyteTaskExecution",
    "FlyteWorkflowExecution",
    "LiteralsResolver",
    "NoSuchValueError",
    "Options",
]
