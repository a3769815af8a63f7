"""The inputs of a launch, held to what the entity takes before anything is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from flyteidl.core.interface_pb2 import ParameterMap, TypedInterface
from flyteidl.core.literals_pb2 import Literal, LiteralMap
from flyteidl.core.types_pb2 import LiteralType

from reconciler.compiler import castable, literal_type
from reconciler.errors import InputsError
from reconciler.model import describe


@dataclass(frozen=True, slots=True)
class Signature:
    """What a task or launch plan takes.

    Attributes: `types` of all that may be given, by name; `required` names; `defaults` and `fixed`
    the literals that it brings along itself.
    """

    types: Mapping[str, LiteralType]
    required: frozenset[str]
    defaults: Mapping[str, Literal] = field(default_factory=dict)
    fixed: Mapping[str, Literal] = field(default_factory=dict)

    @staticmethod
    def of_task(interface: TypedInterface) -> "Signature":
        """All inputs of a task are required."""
        variables = interface.inputs.variables
        types = {name: variables[name].type for name in variables}
        return Signature(types, frozenset(types))

    @staticmethod
    def of_launch_plan(expected: ParameterMap, fixed: LiteralMap) -> "Signature":
        parameters = expected.parameters
        given = {name: fixed.literals[name] for name in fixed.literals}
        free = [name for name in parameters if name not in given]
        kinds = {name: parameters[name].WhichOneof("behavior") for name in free}
        return Signature(
            {name: parameters[name].var.type for name in free},
            frozenset(
                name
                for name, kind in kinds.items()
                if kind != "default"
                and (kind != "required" or parameters[name].required)
                and kind not in ("artifact_query", "artifact_id")
            ),
            {name: parameters[name].default for name in free if kinds[name] == "default"},
            given,
        )


def convert_inputs(
    given: Mapping[str, Any],
    signature: Signature,
    *,
    subject: str,
    convert: Callable[[str, Any, LiteralType], Literal],
) -> dict[str, Literal]:
    """Return inputs as literals of the declared types.

    Args:
        subject: What is launched, for messages.
        convert: Makes a literal of a name, a value and its declared type, or raises ValueError.

    Raises: InputsError with all that is wrong: names that there are none of, required ones that
        are missing, fixed ones that are given, values of other types.
    """
    problems: list[str] = []
    found: dict[str, Literal] = {}
    for name, value in given.items():
        if name in signature.fixed:
            problems.append(f"{name} is fixed by the launch plan and cannot be given")
        elif name not in signature.types:
            problems.append(_unknown(name, signature))
        else:
            declared = signature.types[name]
            try:
                found[name] = convert(name, value, declared)
                _check_castable(name, found[name], declared)
            except ValueError as error:
                problems.append(str(error))
    for name in sorted(signature.required - set(given)):
        problems.append(f"{name} is missing ({describe(signature.types[name])})")
    if problems:
        raise InputsError(f"inputs of {subject}", problems)
    return found


def _check_castable(name: str, literal: Literal, declared: LiteralType) -> None:
    """Hold a literal to Admin's own check, which infers types from what is there alone.

    Raises: ValueError for what is right and refused all the same.
    """
    if not castable(literal_type(literal), declared):
        raise ValueError(
            f"{name}: Admin would refuse this as a {describe(declared)}; to it an empty list or "
            "map is of another type than a full one beside it"
        )


def _unknown(name: str, signature: Signature) -> str:
    nearest = get_close_matches(name, signature.types, n=1)
    hint = f" (did you mean {nearest[0]}?)" if nearest else ""
    known = ", ".join(sorted(signature.types)) or "none at all"
    return f"there is no input {name}{hint}; there are: {known}"
