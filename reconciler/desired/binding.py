"""Node inputs and workflow outputs: promises and literals as the compiler takes them."""

from typing import Any

from flyteidl.core.literals_pb2 import BindingData, Literal
from flyteidl.core.types_pb2 import LiteralType

from reconciler.desired.literals import coerce
from reconciler.manifest import Binding, Constant, ListBinding, MapBinding, Promise
from reconciler.model import describe


def binding_data(binding: Binding, expected: LiteralType, *, where: str) -> BindingData:
    """Return the message for one binding of a parameter of type `expected`.

    Args:
        where: How messages name the parameter: `input day of node extract`.

    Raises: ValueError naming the place inside, what was expected and what was found.
    """
    match binding:
        case Promise():
            return _promise(binding)
        case Constant(value):
            return constant(coerce(value, expected, where=where))
        case ListBinding(items):
            element = _inside(expected, "collection_type", where, "a list")
            data = BindingData()
            data.collection.SetInParent()
            for index, item in enumerate(items):
                data.collection.bindings.append(
                    binding_data(item, element, where=f"{where}[{index}]")
                )
            return data
        case MapBinding(entries):
            element = _inside(expected, "map_value_type", where, "a mapping")
            data = BindingData()
            data.map.SetInParent()
            for key, item in entries.items():
                data.map.bindings[key].CopyFrom(
                    binding_data(item, element, where=f"{where}[{key!r}]")
                )
            return data


def _promise(promise: Promise) -> BindingData:
    data = BindingData()
    data.promise.node_id = promise.node
    data.promise.var = promise.variable
    for attribute in promise.attributes:
        if isinstance(attribute, int):
            data.promise.attr_path.add(int_value=attribute)
        else:
            data.promise.attr_path.add(string_value=attribute)
    return data


def constant(literal: Literal) -> BindingData:
    """Return the message that binds a literal."""
    data = BindingData()
    match literal.WhichOneof("value"):
        case "collection":
            data.collection.SetInParent()
            data.collection.bindings.extend(map(constant, literal.collection.literals))
        case "map":
            data.map.SetInParent()
            for key, item in literal.map.literals.items():
                data.map.bindings[key].CopyFrom(constant(item))
        case _:
            data.scalar.CopyFrom(literal.scalar)
    return data


def _inside(expected: LiteralType, kind: str, where: str, found: str) -> LiteralType:
    """The element type of a list or map, also where a union has just one such variant."""
    variants = [expected]
    if expected.WhichOneof("type") == "union_type":
        variants = list(expected.union_type.variants)
    fitting = [variant for variant in variants if variant.WhichOneof("type") == kind]
    if len(fitting) != 1:
        raise ValueError(f"{where}: expected {describe(expected)}, found {found}")
    element: Any = getattr(fitting[0], kind)
    return element
