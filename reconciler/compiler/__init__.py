"""Admin's workflow compiler, offline.

`validate` and `plan` use it to tell before anything is sent what Admin would refuse and
what it would store; the embedded Admin compiles with nothing else. It does no more and no
less than flyteadmin v1.16.8's own, and says it in the same words.

One goes in with `required_references`, which names the tasks and launch plans to load,
and out with `compile_workflow`. `compile_task` is the same for a task; `castable` and
`literal_type` decide about types wherever Admin asks, `go_text` prints messages as Admin
does, and `parse_quantity` reads Kubernetes quantities.
"""

from reconciler.compiler.builder import LaunchPlanInterface
from reconciler.compiler.errors import (
    CompilationError,
    CompileError,
    CompilerCrashError,
    CompilerPanicError,
    RecursiveSchemaError,
    RecursiveWorkflowError,
)
from reconciler.compiler.gotext import go_text, type_text
from reconciler.compiler.literals import literal_type
from reconciler.compiler.quantities import Quantity, QuantityError, parse_quantity
from reconciler.compiler.references import References, identity, required_references
from reconciler.compiler.tasks import compile_task
from reconciler.compiler.types import castable
from reconciler.compiler.workflows import compile_workflow

__all__ = [
    "CompilationError",
    "CompileError",
    "CompilerCrashError",
    "CompilerPanicError",
    "LaunchPlanInterface",
    "Quantity",
    "QuantityError",
    "RecursiveSchemaError",
    "RecursiveWorkflowError",
    "References",
    "castable",
    "compile_task",
    "compile_workflow",
    "go_text",
    "identity",
    "literal_type",
    "parse_quantity",
    "required_references",
    "type_text",
]
