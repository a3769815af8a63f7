"""What the nodes of a workflow run, by the ids that they have in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure


@dataclass(frozen=True, slots=True)
class Part:
    """One node as its workflow describes it.

    Attributes:
        runs: In a few words: a task's name, `workflow etl`, `signal approve`.
        parts: The nodes of the workflow that it runs, by their ids there; empty if it runs none,
            or only Admin knows which.
    """

    runs: str
    parts: "Mapping[str, Part]" = field(default_factory=dict)


def parts_of(closure: CompiledWorkflowClosure) -> Mapping[str, Part]:
    """The nodes of a workflow, those in its branches too, by their ids."""
    templates = {_key(one.template.id): one.template for one in closure.sub_workflows}
    return _parts(closure.primary.template, templates, ())


def _parts(
    template: Any, templates: Mapping[Any, Any], within: tuple[Any, ...]
) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for node in template.nodes:
        for one in _flat(node):
            found[one.id] = _part(one, templates, within)
    return found


def _part(node: Any, templates: Mapping[Any, Any], within: tuple[Any, ...]) -> Part:
    match node.WhichOneof("target"):
        case "task_node":
            return Part(node.task_node.reference_id.name)
        case "workflow_node":
            if node.workflow_node.WhichOneof("reference") == "launchplan_ref":
                return Part(f"launch plan {node.workflow_node.launchplan_ref.name}")
            reference = node.workflow_node.sub_workflow_ref
            key = _key(reference)
            inner = templates.get(key)
            # A workflow never holds itself, but whoever sends one may say so.
            below = (
                {} if inner is None or key in within else _parts(inner, templates, (*within, key))
            )
            return Part(f"workflow {reference.name}", below)
        case "branch_node":
            return Part("branch")
        case "gate_node":
            return Part(_gate(node.gate_node))
        case "array_node":
            inner = _part(node.array_node.node, templates, within)
            return Part(f"map of {inner.runs}", inner.parts)
    return Part("")


def _gate(gate: Any) -> str:
    match gate.WhichOneof("condition"):
        case "approve":
            return f"approval {gate.approve.signal_id}"
        case "signal":
            return f"signal {gate.signal.signal_id}"
        case "sleep":
            return f"sleep {gate.sleep.duration.ToJsonString()}"
    return "gate"


def _flat(node: Any) -> Iterator[Any]:
    yield node
    if node.WhichOneof("target") != "branch_node":
        return
    block = node.branch_node.if_else
    for one in (block.case, *block.other):
        yield from _flat(one.then_node)
    if block.HasField("else_node"):
        yield from _flat(block.else_node)


def _key(id: Any) -> tuple[str, str, str, str]:
    return id.project, id.domain, id.name, id.version
