"""What a node's inputs are bound to, and whether it fits.

Source: flytepropeller/pkg/compiler/validators/bindings.go.
"""

import enum
import re
from collections.abc import Sequence
from typing import Any, Final

from flyteidl.core import interface_pb2, types_pb2

from reconciler.compiler.builder import (
    Binding,
    Node,
    Variable,
    Variables,
    Workflow,
    effective_outputs,
    not_bound,
)
from reconciler.compiler.errors import START_NODE, CompilerPanicError, Faults
from reconciler.compiler.gotext import go_text, type_text
from reconciler.compiler.literals import scalar_type
from reconciler.compiler.types import castable

LiteralType = Any  # flyteidl ships no types
BindingData = Any
Promise = Any

_VARIABLE: Final = re.compile(r"(?:\[(?P<index>\d+)\]\.)?(?P<var>\w+)", re.ASCII)
_LARGEST_INDEX: Final = (1 << 63) - 1


class Direction(enum.Enum):
    """Which maps an edge is entered in."""

    BOTH = enum.auto()
    UPSTREAM = enum.auto()


def check_bindings(
    workflow: Workflow, node: Node, params: Variables, direction: Direction, faults: Faults
) -> None:
    """Check that each of `params` is bound once, to what fits; enter the edges this makes."""
    _Check(workflow, node, direction, infer=False).run(params, faults)


def infer_bindings(workflow: Workflow, node: Node, faults: Faults) -> Variables:
    """Return the interface that a node's bindings amount to, where nothing declares one.

    A promise has the type of the whole variable, whatever attribute of it is meant.
    """
    return _Check(workflow, node, Direction.UPSTREAM, infer=True).run({}, faults)


def add_edge(workflow: Workflow, *, provider: str, dependent: str, direction: Direction) -> None:
    """Enter an edge; a provider without id is the start node."""
    provider = provider or START_NODE
    workflow.graph.upstream[dependent].add(provider)
    if direction is Direction.BOTH:
        workflow.graph.downstream[provider].add(dependent)


def is_optional(variable: Variable) -> bool:
    """Tell whether a parameter may stay unbound.

    A union with a variant of type NONE may. So may any whose variant is not of a simple
    type, since Go reads the simple type of such a variant as NONE.
    """
    variants = variable.type.union_type.variants
    return any(variant.simple == types_pb2.NONE for variant in variants)


class _Check:
    """The check of one node's bindings.

    With `infer` there are no parameters to meet: whatever is bound is accepted.
    """

    def __init__(
        self, workflow: Workflow, node: Node, direction: Direction, *, infer: bool
    ) -> None:
        self.workflow = workflow
        self.node = node
        self.direction = direction
        self.infer = infer

    def run(self, params: Variables, faults: Faults) -> Variables:
        """Check all bindings; with `infer`, return the variables that they make."""
        resolved: dict[str, Variable] = {}
        bound: set[str] = set()
        for binding in self.node.inputs:
            self._check(binding, params, resolved, bound, faults)
        for name, variable in params.items():
            if name not in bound and not is_optional(variable):
                not_bound(self.node.id, name, faults)
        return resolved

    def _check(
        self,
        binding: Binding,
        params: Variables,
        resolved: dict[str, Variable],
        bound: set[str],
        faults: Faults,
    ) -> None:
        node_id, var = self.node.id, binding.var
        if not self.infer and var not in params:
            unknown_variable(node_id, var, faults)
            return
        if not binding.HasField("binding"):
            faults.required(node_id, "Binding")
            return
        if var in bound:
            faults.add(
                "ParameterBoundMoreThanOnce", node_id, f"Input [{var}] is bound more than once."
            )
            return
        bound.add(var)
        expected = types_pb2.LiteralType(simple="NONE") if self.infer else params[var].type
        scope = faults.scope()
        literal_type, providers = self._data(var, binding.binding, expected, scope)
        if providers is None:
            return
        for provider in providers:
            add_edge(self.workflow, provider=provider, dependent=node_id, direction=self.direction)
        if self.infer:
            resolved[var] = interface_pb2.Variable(type=literal_type)

    def _data(
        self, param: str, data: BindingData, expected: LiteralType, faults: Faults
    ) -> tuple[LiteralType | None, Sequence[str] | None]:
        """Return the type bound and the nodes that provide it, no nodes at all if it is wrong."""
        kind = data.WhichOneof("value")
        if kind == "scalar":
            return self._scalar(param, data.scalar, expected, faults)
        if kind == "promise":
            return self._promise(param, data.promise, expected, faults)
        if expected.HasField("union_type"):
            return self._union(param, data, expected, faults)
        if kind == "collection":
            element = expected.collection_type if expected.HasField("collection_type") else None
            return self._elements(
                param, data.collection, data.collection.bindings, expected, element, faults
            )
        if kind == "map":
            element = expected.map_value_type if expected.HasField("map_value_type") else None
            bindings = [data.map.bindings[key] for key in sorted(data.map.bindings)]
            return self._elements(param, data.map, bindings, expected, element, faults)
        self._mismatch(param, expected, "", faults)
        return None, None

    def _mismatch(self, param: str, expected: LiteralType, received: str, faults: Faults) -> None:
        faults.add(
            "MismatchingBindings",
            self.node.id,
            f"Input [{param}] on node [{self.node.id}] expects bindings of type "
            f"[{go_text(expected)}].  Received [{received}]",
        )

    def _union(
        self, param: str, data: BindingData, expected: LiteralType, faults: Faults
    ) -> tuple[LiteralType | None, Sequence[str] | None]:
        """Find the one variant that collections and maps fit; what fails the others is moot."""
        matching: LiteralType | None = None
        result: tuple[LiteralType | None, Sequence[str] | None] = (None, None)
        node_id = self.node.id
        start = f"Input [{param}] on node [{node_id}] expects bindings of union type "
        for variant in expected.union_type.variants:
            found = self._data(param, data, variant, Faults())
            if found[1] is None:
                continue
            if matching is not None:
                faults.add(
                    "AmbiguousBindingUnionValue",
                    node_id,
                    f"{start}[{go_text(expected)}].  Received [{go_text(data)}] which is "
                    f"ambiguous as both variants [{go_text(matching)}] and [{go_text(variant)}] "
                    "match.",
                )
                return None, None
            matching, result = variant, found
        if matching is None:
            faults.add(
                "IncompatibleBindingUnionValue",
                node_id,
                f"{start}[{go_text(expected)}].  Received [{go_text(data)}] which does not "
                "match any of the variants.",
            )
        return result

    def _elements(
        self,
        param: str,
        whole: Any,
        bindings: Sequence[BindingData],
        expected: LiteralType,
        element: LiteralType | None,
        faults: Faults,
    ) -> tuple[LiteralType | None, Sequence[str] | None]:
        if element is None:
            self._mismatch(param, expected, go_text(whole), faults)
            return None, None
        providers: list[str] = []
        for data in bindings:
            _, found = self._data(param, data, element, faults.scope())
            providers.extend(found or ())
        return expected, None if faults else providers

    def _scalar(
        self, param: str, scalar: Any, expected: LiteralType, faults: Faults
    ) -> tuple[LiteralType | None, Sequence[str] | None]:
        node_id = self.node.id
        literal_type = scalar_type(scalar)
        if literal_type is None:
            if scalar.WhichOneof("value") is None:
                raise CompilerPanicError("a scalar without value")
            description = "Unrecognized value [*core.Scalar_Blob]."
            faults.add("UnrecognizedValue", node_id, description)
        elif not self.infer and not castable(literal_type, expected):
            mismatching_types(
                node_id, param, received=literal_type, expected=expected, faults=faults
            )
        if expected.HasField("enum_type"):
            value, values = scalar.primitive.string_value, expected.enum_type.values
            if value not in values:
                faults.add(
                    "IllegalEnumValue",
                    node_id,
                    f"Input [{param}] on node [{node_id}] is an Enum and expects value to be "
                    f"one of [[{' '.join(values)}]].  Received [{value}]",
                )
        return literal_type, None if faults else ()

    def _promise(
        self, param: str, promise: Promise, expected: LiteralType, faults: Faults
    ) -> tuple[LiteralType | None, Sequence[str] | None]:
        node_id = self.node.id
        provider = self.workflow.nodes.get(promise.node_id or START_NODE)
        if provider is None:
            description = f"Referenced node [{promise.node_id}] not found."
            faults.add("NodeReferenceNotFound", promise.node_id, description)
            not_bound(node_id, param, faults)
            return None, None
        parsed = _parse_variable(promise.var)
        if parsed is None:
            faults.add("SyntaxError", node_id, f"Failed to parse element [{promise.var}].")
            return None, None
        variable = _output(provider, parsed["var"], faults.scope())
        if variable is None:
            not_bound(node_id, param, faults)
            return None, None
        source = variable.type
        if parsed["index"] is not None:
            if source.HasField("collection_type"):
                source = source.collection_type
            else:
                self._mismatching_promise(param, promise, provider, source, expected, faults)
        offered = self._attribute(promise, source, faults)
        if offered is None:
            return None, None
        if self.infer or castable(offered, expected):
            promise.node_id = provider.id
            return variable.type, [provider.id]
        self._mismatching_promise(param, promise, provider, offered, expected, faults)
        return None, None

    def _attribute(
        self, promise: Promise, source: LiteralType, faults: Faults
    ) -> LiteralType | None:
        """Walk a promise's attribute path; types that know no attributes stay as they are."""
        for step in promise.attr_path:
            if source.HasField("collection_type"):
                source = source.collection_type
            elif source.HasField("map_value_type"):
                source = source.map_value_type
            elif source.structure.dataclass_type:
                name = step.string_value
                if name not in source.structure.dataclass_type:
                    faults.add(
                        "FieldNotFound",
                        self.node.id,
                        f"Variable [{promise.var}] (type [{go_text(source)}]) doesn't have "
                        f"field [{name}].",
                    )
                    return None
                source = source.structure.dataclass_type[name]
        return source

    def _mismatching_promise(
        self,
        param: str,
        promise: Promise,
        provider: Node,
        offered: LiteralType,
        expected: LiteralType,
        faults: Faults,
    ) -> None:
        output = _qualified(provider, promise.var)
        input = _qualified(self.node, param)
        faults.add(
            "MismatchingTypes",
            self.node.id,
            f"The output variable '{output}' has type [{type_text(offered)}], but it's assigned "
            f"to the input variable '{input}' which has type type [{type_text(expected)}].",
        )


def unknown_variable(node_id: str, name: str, faults: Faults) -> None:
    """Note that a node has no such variable."""
    faults.add(
        "VariableNameNotFound", node_id, f"Variable [{name}] not found on node [{node_id}]."
    )


def mismatching_types(
    node_id: str, name: str, *, received: LiteralType, expected: LiteralType, faults: Faults
) -> None:
    """Note that a value has another type than the one expected."""
    faults.add(
        "MismatchingTypes",
        node_id,
        f"Variable [{name}] (type [{type_text(received)}]) doesn't match expected type "
        f"[{type_text(expected)}].",
    )


def _parse_variable(text: str) -> re.Match[str] | None:
    """Find the one word in `text`, with the index before it if there is one."""
    found = _VARIABLE.fullmatch(text)
    if found is None:
        matches = list(_VARIABLE.finditer(text))
        if len(matches) != 1:
            return None
        found = matches[0]
    index = found["index"]
    if index is not None and (len(index) > 4000 or int(index) > _LARGEST_INDEX):
        return None
    return found


def _output(node: Node, name: str, faults: Faults) -> Variable | None:
    outputs = effective_outputs(node, faults)
    if faults:
        return None
    if outputs is None or name not in outputs:
        unknown_variable(node.id, name, faults)
        return None
    return outputs[name]


def _qualified(node: Node, variable: str) -> str:
    if not node.message.HasField("metadata"):
        return variable
    return f"{node.message.metadata.name}.{variable}"
