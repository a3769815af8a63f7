"""What comes out of each node of a workflow, as far as its manifest can tell.

Needed before compilation: outputs of the workflow need not say their types, and constants in
conditions take the type of what they are compared with.
"""

from collections.abc import Mapping
from typing import Any

from flyteidl.core.types_pb2 import LiteralType, SimpleType

from reconciler.desired.bound import Bound
from reconciler.manifest import Constant, Node, Path, Promise, Workflow

Types = Mapping[str, LiteralType]
_NATURAL = {
    bool: SimpleType.BOOLEAN,
    int: SimpleType.INTEGER,
    float: SimpleType.FLOAT,
    str: SimpleType.STRING,
}


class Outputs:
    """The outputs of a workflow's nodes, worked out when asked for."""

    def __init__(self, workflow: Workflow, targets: Mapping[Path, Bound]) -> None:
        self._spec = workflow.spec
        self._targets = targets
        self._known: dict[Path, Types] = {}

    def type_of(self, promise: Promise) -> LiteralType | None:
        """The type of what a promise means; None where it means nothing, or nothing known."""
        found = self.variable(promise)
        for attribute in promise.attributes if found is not None else ():
            found = _attribute(found, attribute)
            if found is None:
                return None
        return found

    def lacking(self, promise: Promise) -> Types | None:
        """The outputs of a node that has none of that name; None where all is well, or unknown."""
        node = self._spec.nodes.get(promise.node)
        if node is None or self.variable(promise) is not None:
            return None
        path: Path = ("nodes", promise.node)
        is_raw = node.raw is not None and target_of(node, path, self._targets) is None
        return None if is_raw else self._of(path, node)

    def variable(self, promise: Promise) -> LiteralType | None:
        """The type of the whole output or input that a promise leads into."""
        if promise.node:
            path: Path = ("nodes", promise.node)
            node = self._spec.nodes.get(promise.node)
            return self._of(path, node).get(promise.variable) if node is not None else None
        variable = self._spec.inputs.get(promise.variable)
        if variable is not None:
            return variable.type
        raw: Any = self._spec.raw.message if self._spec.raw else None
        if raw is not None and promise.variable in raw.interface.inputs.variables:
            found: LiteralType = raw.interface.inputs.variables[promise.variable].type
            return found
        return None

    def _of(self, path: Path, node: Node) -> Types:
        if path not in self._known:
            # Gates that approve each other's outputs in a circle have none.
            self._known[path] = {}
            found = self._of_target(path, node)
            names = node.aliases
            self._known[path] = {names.get(name, name): found[name] for name in found}
        return self._known[path]

    def _of_target(self, path: Path, node: Node) -> Types:
        target = target_of(node, path, self._targets)
        if target is not None:
            variables = target.interface.outputs.variables
            return {name: variables[name].type for name in variables}
        if node.branch is not None:
            cases = [self._of((*path, *steps), nested) for steps, nested in node.inside]
            common = set.intersection(*(set(case) for case in cases)) if cases else set()
            return {name: cases[0][name] for name in sorted(common)}
        if node.array is not None:
            return self._of((*path, "array", "each"), node.array.each)
        if node.gate is not None and node.gate.signal is not None:
            return {node.gate.signal.output: node.gate.signal.type}
        if node.gate is not None and node.gate.approve is not None:
            bound = {name: self._approved(binding) for name, binding in node.inputs.items()}
            return {name: type for name, type in bound.items() if type is not None}
        return {}

    def _approved(self, binding: Any) -> LiteralType | None:
        if isinstance(binding, Promise):
            return self.variable(binding)
        return natural_type(binding.value) if isinstance(binding, Constant) else None


def target_of(node: Node, path: Path, targets: Mapping[Path, Bound]) -> Bound | None:
    """What a node runs, said in words or raw; None for branches, gates and arrays."""
    if node.reference is not None:
        return targets[(*path, node.reference[0])]
    if node.branch is None and node.gate is None and node.array is None:
        return targets.get((*path, "raw", 0))
    return None


def natural_type(value: Any) -> LiteralType | None:
    """The type of a constant where nothing declares one; None for lists, maps and none."""
    simple = _NATURAL.get(type(value))
    return None if simple is None else LiteralType(simple=simple)


def _attribute(source: LiteralType, step: str | int) -> LiteralType | None:
    """One step of a path, as Flyte's compiler takes it."""
    if source.HasField("collection_type"):
        return source.collection_type
    if source.HasField("map_value_type"):
        return source.map_value_type
    fields = source.structure.dataclass_type
    if not fields:
        return source
    if not isinstance(step, str) or step not in fields:
        return None
    found: LiteralType = fields[step]
    return found
