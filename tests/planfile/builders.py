"""A plan as planning makes one, and the same saved."""

from typing import Any

from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.compiler_pb2 import CompiledTask

from reconciler.model import (
    Action,
    Bundle,
    Change,
    Code,
    CodeFolder,
    Diagnostic,
    Kind,
    Origin,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Severity,
    Verb,
)
from reconciler.planfile import About, SavedPlan, save

TASK = ResourceId(Kind.TASK, "p", "d", "etl.load", "v1")
SWITCH = ResourceId(Kind.ACTIVATION, "p", "d", "etl")
BUNDLE = Bundle("p", "d", "code", Code("ab" * 32, 3, 4096), CodeFolder("src", ("*.py",)))


def a_plan() -> Plan:
    """An upload, a task that runs from it, and a switch."""
    compiled, request = CompiledTask(), TaskSpec()
    compiled.template.id.CopyFrom(TASK.to_identifier())
    request.template.custom["numbers"] = [1, 2.5]
    task = Resource(
        TASK,
        spec=compiled,
        request=request,
        origin=Origin("etl.yaml", 3, 1),
        content_addressed=True,
        bundles=(BUNDLE,),
        unsaid=frozenset({"b", "a"}),
    )
    return Plan(
        actions=(
            Action(Verb.UPLOAD, BUNDLE.id, Reason.NEEDED, "not uploaded yet", bundle=BUNDLE),
            Action(
                Verb.CREATE,
                TASK,
                Reason.ABSENT,
                "not in Admin",
                changes=(Change("image", None, {"ü": [1, True]}),),
                after=task,
                needs=(BUNDLE.id,),
            ),
            Action(
                Verb.ACTIVATE,
                SWITCH,
                Reason.OTHER_ACTIVE,
                "v0 is active",
                before=Resource(SWITCH, active=("v0",)),
                after=Resource(SWITCH, active=("v1",)),
            ),
        ),
        unchanged={Kind.WORKFLOW: 7},
        warnings=(Diagnostic("c", "m", Origin("f", 1), "h", Severity.WARNING),),
    )


def saved(plan: Plan | None = None, **more: Any) -> SavedPlan:
    """A saved plan of a fixed nonce; `more` is of `save` or of `About`."""
    of_save = {name: more.pop(name) for name in ("shown", "values", "folder") if name in more}
    about: dict[str, Any] = {"endpoint": "flyte:443", "tool_version": "1.0"}
    return save(plan or a_plan(), About(**about | more), nonce=b"n" * 16, **of_save)
