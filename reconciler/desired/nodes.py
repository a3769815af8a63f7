"""A workflow's nodes as the messages that the compiler takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.core.types_pb2 import LiteralType
from flyteidl.core.workflow_pb2 import ArrayNode, IfElseBlock
from flyteidl.core.workflow_pb2 import Node as NodeMessage

from reconciler.desired.binding import binding_data
from reconciler.desired.bound import Bound
from reconciler.desired.condition import branch_variable, expression
from reconciler.desired.kubernetes import (
    add_resources,
    extended_resources_message,
    pod_message,
)
from reconciler.desired.outputs import Outputs, natural_type, target_of
from reconciler.desired.problems import Problems
from reconciler.desired.raw import is_absent, merge_raw
from reconciler.manifest import (
    Array,
    Binding,
    Case,
    Constant,
    Gate,
    Node,
    Overrides,
    Path,
    Promise,
    Raw,
    Workflow,
    default_id,
    operands,
    references,
)
from reconciler.model import Kind, describe_value, in_order

_EXECUTION_MODES = {
    "minimalState": ArrayNode.MINIMAL_STATE,
    "fullState": ArrayNode.FULL_STATE,
}
_DATA_MODES = {
    "singleInputFile": ArrayNode.SINGLE_INPUT_FILE,
    "individualInputFiles": ArrayNode.INDIVIDUAL_INPUT_FILES,
}


def in_compilable_order(nodes: Mapping[str, Node]) -> list[str]:
    """The ids of nodes so that each stands behind those it waits for, ties by name.

    Inputs of branches and gates may only come from nodes that stand before them; and the order of
    a manifest's keys must not make another version.

    Raises: CycleError naming nodes that wait for each other.
    """
    needs = {
        id: {*node.after, *(promise.node for _, promise in _all_promises(node))}
        for id, node in nodes.items()
    }
    return in_order(nodes, needs, key=str)


def _all_promises(node: Node) -> Iterator[tuple[Path, Promise]]:
    yield from node.promises
    for _, nested in node.inside:
        yield from _all_promises(nested)


@dataclass(frozen=True, slots=True)
class NodeWriter:
    """Writes the nodes of one workflow; what does not fit becomes a problem at its own line.

    `targets` are what references mean, by their paths in the spec.
    """

    workflow: Workflow
    targets: Mapping[Path, Bound]
    outputs: Outputs
    problems: Problems

    def write(self, message: NodeMessage, id: str, node: Node, path: Path) -> None:
        """Fill the message of one node, and of all that is nested in it."""
        message.id = id
        message.upstream_node_ids.extend(sorted(set(node.after)))
        _add_metadata(message, node)
        for var, alias in sorted(node.aliases.items()):
            message.output_aliases.add(var=var, alias=alias)
        self._add_target(message, node, path)
        raw = self.filled(node.raw, (*path, "raw"))
        merge_raw(message, raw, self.workflow, ("spec", *path, "raw"), self.problems)
        if not message.metadata.name and not is_absent(raw, "metadata", "name"):
            message.metadata.name = id

    def filled(self, raw: Raw | None, path: Path) -> Raw | None:
        """A raw part whose references are bound."""
        if raw is None:
            return None
        copy = type(raw.message)()
        copy.CopyFrom(raw.message)
        for number, reference in enumerate(references(copy)):
            target = self.targets[(*path, number)]
            reference.CopyFrom(_identifier(target))
        return Raw(copy, raw.absent)

    def bind(
        self, message: Any, variable: str, binding: Binding, expected: LiteralType, path: Path
    ) -> None:
        """Fill the Binding `message` of a parameter."""
        message.var = variable
        where = f"output {variable}" if path[0] == "outputs" else f"input {variable}"
        if path[0] == "nodes":
            where += f" of node {path[1]}"
        try:
            message.binding.CopyFrom(binding_data(binding, expected, where=where))
        except ValueError as error:
            self._problem("wrong-type", str(error), path)

    def _problem(self, code: str, message: str, path: Path, *, hint: str = "") -> None:
        self.problems.error(code, message, self.workflow.origin_of("spec", *path), hint=hint)

    # What a node runs

    def _add_target(self, message: NodeMessage, node: Node, path: Path) -> None:
        target = target_of(node, path, self.targets)
        if target is not None:
            if node.reference is not None:
                _refer(message, target)
            self._add_inputs(message, node, target, path)
        elif node.branch is not None:
            self._add_branch(message, node.branch, path)
        elif node.gate is not None:
            self._add_gate(message, node, node.gate, path)
        elif node.array is not None:
            self._add_array(message, node, node.array, path)
        else:
            self._add_untyped_inputs(message, node, path)
        if node.overrides is not None and message.HasField("task_node"):
            _add_overrides(message.task_node.overrides, node.overrides)

    def _add_inputs(self, message: NodeMessage, node: Node, target: Bound, path: Path) -> None:
        inputs = target.interface.inputs.variables
        for name, binding in sorted(node.inputs.items()):
            where = (*path, "inputs", name)
            if name not in inputs:
                known = ", ".join(sorted(inputs)) or "none"
                what = f"{target.id} has no input {name}"
                self._problem("unknown-input", what, where, hint=f"it has {known}")
                continue
            self.bind(message.inputs.add(), name, binding, inputs[name].type, where)

    def _add_untyped_inputs(self, message: NodeMessage, node: Node, path: Path) -> None:
        """Inputs of what declares none: as they are, if that is possible at all."""
        for name, binding in sorted(node.inputs.items()):
            where = (*path, "inputs", name)
            if isinstance(binding, Promise):
                type: LiteralType | None = LiteralType()
                if binding.attributes:
                    what = f"input {name} leads into a value, and Flyte's gates cannot"
                    self._problem("wrong-type", what, where)
                    continue
            else:
                value = binding.value if isinstance(binding, Constant) else None
                type = natural_type(value)
                if type is None:
                    found = describe_value(value) if isinstance(binding, Constant) else "several"
                    what = f"input {name}: expected {{from: …}} or one simple value, found {found}"
                    self._problem("wrong-type", what, where)
                    continue
            self.bind(message.inputs.add(), name, binding, type, where)

    # Branches

    def _add_branch(self, message: NodeMessage, cases: tuple[Case, ...], path: Path) -> None:
        block = message.branch_node.if_else
        looked_at: dict[str, Promise] = {}
        for index, case in enumerate(cases):
            where = (*path, "branch", index)
            if case.condition is None:
                self._add_default(block, message.id, case, where)
                continue
            entry = block.other.add() if index else block.case
            looked_at |= {branch_variable(one): one for one in operands(case.condition)}
            entry.condition.CopyFrom(
                expression(
                    case.condition,
                    self.outputs,
                    lambda text, at=(*where, "if"): self._problem("wrong-type", text, at),  # type: ignore[misc]
                )
            )
            assert case.then is not None, "the model asks for it"
            nested_id = case.then.id or default_id(("branch", index, "then"))
            self.write(entry.then_node, nested_id, case.then, (*where, "then"))
        for name, promise in sorted(looked_at.items()):
            self.bind(message.inputs.add(), name, promise, LiteralType(), path)

    def _add_default(self, block: IfElseBlock, id: str, case: Case, path: Path) -> None:
        if case.otherwise is not None:
            nested_id = case.otherwise.id or default_id((*path[-2:], "else"))
            self.write(block.else_node, nested_id, case.otherwise, (*path, "else"))
        else:
            block.error.failed_node_id = id
            block.error.message = case.error or ""

    # Gates and arrays

    def _add_gate(self, message: NodeMessage, node: Node, gate: Gate, path: Path) -> None:
        target = message.gate_node
        if gate.approve is not None:
            target.approve.signal_id = gate.approve.signal or message.id
            self._add_untyped_inputs(message, node, path)
        elif gate.signal is not None:
            target.signal.signal_id = gate.signal.signal or message.id
            target.signal.type.CopyFrom(gate.signal.type)
            target.signal.output_variable_name = gate.signal.output
        elif gate.sleep is not None:
            target.sleep.duration.CopyFrom(gate.sleep)

    def _add_array(self, message: NodeMessage, node: Node, array: Array, path: Path) -> None:
        target = message.array_node
        inside = (*path, "array", "each")
        runs = target_of(array.each, inside, self.targets)
        # Ids and bindings of what is repeated are as flytekit writes them for a map task.
        self.write(target.node, array.each.id or _name(runs), array.each, inside)
        if runs is not None:
            self._add_inputs(message, node, runs, path)
        else:
            self._add_untyped_inputs(message, node, path)
        target.node.inputs.extend(message.inputs)
        for field in ("parallelism", "min_successes", "min_success_ratio"):
            if getattr(array, field) is not None:
                setattr(target, field, getattr(array, field))
        target.execution_mode = _EXECUTION_MODES[array.execution_mode]
        target.data_mode = _DATA_MODES[array.data_mode]
        target.bound_inputs.extend(sorted(set(array.bound_inputs)))
        target.run_all_sub_nodes = array.run_all_sub_nodes
        if array.original_interface is not None:
            target.is_original_sub_node_interface.value = array.original_interface


def _refer(message: NodeMessage, target: Bound) -> None:
    match target.id.kind:
        case Kind.TASK:
            message.task_node.reference_id.CopyFrom(_identifier(target))
        case Kind.WORKFLOW:
            message.workflow_node.sub_workflow_ref.CopyFrom(_identifier(target))
        case Kind.LAUNCH_PLAN:
            message.workflow_node.launchplan_ref.CopyFrom(_identifier(target))


def _identifier(target: Bound) -> Any:
    # A sub-workflow is found by the id that its template carries.
    return target.template.id if target.id.kind is Kind.WORKFLOW else target.id.to_identifier()


def _name(target: Bound | None) -> str:
    return target.id.name if target is not None else "each"


def _add_metadata(message: NodeMessage, node: Node) -> None:
    metadata = message.metadata
    metadata.name = node.name or ""
    if node.timeout is not None:
        metadata.timeout.CopyFrom(node.timeout)
    if node.retries is not None:
        metadata.retries.SetInParent()
        metadata.retries.retries = node.retries
    if node.interruptible is not None:
        metadata.interruptible = node.interruptible
    if node.cache is not None:
        if node.cache.enabled is not None:
            metadata.cacheable = node.cache.enabled
        if node.cache.version is not None:
            metadata.cache_version = node.cache.version
        if node.cache.serialize is not None:
            metadata.cache_serializable = node.cache.serialize
    if node.config:
        metadata.config.update(node.config)


def _add_overrides(message: Any, declared: Overrides) -> None:
    add_resources(message, declared.resources)
    if declared.extended_resources is not None:
        extended = extended_resources_message(declared.extended_resources)
        message.extended_resources.CopyFrom(extended)
    message.container_image = declared.image or ""
    if declared.pod is not None:
        message.pod_template.CopyFrom(pod_message(declared.pod))
        message.pod_template.primary_container_name = declared.pod.primary_container
