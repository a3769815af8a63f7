"""Drive an execution to its end, as an engine would: nothing here runs a task.

`finish` sends the events by which Flyte's engine tells Admin how an execution goes, so that
whoever waits for it sees it end. `read_outputs` makes literals of plain values, by the types that
the workflow declares; `placeholders` makes some up.
"""

from reconciler.sandbox.finishing.errors import FinishError
from reconciler.sandbox.finishing.finish import Finished, Rpcs, finish, interface_of
from reconciler.sandbox.finishing.literals import placeholders, read_outputs
from reconciler.sandbox.finishing.wire import Wire, Within, finish_at, finish_named, load_outputs

__all__ = [
    "FinishError",
    "Finished",
    "Rpcs",
    "Wire",
    "Within",
    "finish",
    "finish_at",
    "finish_named",
    "interface_of",
    "load_outputs",
    "placeholders",
    "read_outputs",
]
