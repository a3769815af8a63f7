"""What an execution runs with: the request's inputs, defaults, and what is fixed.

Nothing is ever converted. Of several faults Admin names one at random; here it is the first by
name, unknown inputs before missing and ill-typed ones, as it would have it.

Source: `flyteadmin/pkg/manager/impl/validation/execution_validator.go`,
CheckAndFetchInputsForExecution.
"""

from collections.abc import Mapping
from typing import Any

from flyteidl.core import literals_pb2

from reconciler.compiler import (
    CompilerPanicError,
    RecursiveSchemaError,
    castable,
    go_text,
    literal_type,
)
from reconciler.sandbox.errors import Panic, internal, invalid


def resolve_inputs(
    given: Mapping[str, Any], *, expected: Mapping[str, Any], fixed: Mapping[str, Any]
) -> Any:
    """Return the LiteralMap of everything an execution runs with.

    Args:
        given: Literals by name, as the user sent them.
        expected: Parameters by name, the launch plan's own.
        fixed: Literals by name that the launch plan fixes.

    Raises:
        Refusal: INVALID_ARGUMENT: an input is unknown, missing, of a wrong type, or fixed.
    """
    for name in sorted(given):
        if name not in expected:
            raise invalid(f"invalid input {name}")
    resolved = literals_pb2.LiteralMap()
    for name in sorted(expected):
        parameter = expected[name]
        if name in given:
            _check_type(name, given[name], parameter)
            resolved.literals[name].CopyFrom(given[name])
        elif parameter.required:
            raise invalid(f"expected_inputs {name} missing")
        else:
            resolved.literals[name].CopyFrom(parameter.default)
    for name in sorted(fixed):
        if name in expected:
            raise invalid(f"fixed_inputs {name} cannot be overridden")
        resolved.literals[name].CopyFrom(fixed[name])
    return resolved


def _check_type(name: str, literal: Any, parameter: Any) -> None:
    wanted = parameter.var.type if parameter.var.HasField("type") else None
    found = literal_type(literal)
    check_literal_type(found, name=name)
    try:
        fits = castable(found, wanted)
    except CompilerPanicError as exc:
        raise Panic(str(exc)) from exc
    except RecursiveSchemaError as exc:  # Admin would never answer
        raise internal(str(exc)) from exc
    if not fits:
        expected, got = go_text(wanted), go_text(found)
        raise invalid(f"invalid {name} input wrong type. Expected {expected}, but got {got}")


def check_literal_type(found: Any | None, *, name: str) -> None:
    """Refuse a literal that shows no type.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    if found is None:
        raise invalid(
            f"Failed to validate literal type for [{name}] with err: got unknown literal type: "
            "[<nil>].\nSuggested solution: Please update all your Flyte deployment images to the "
            "latest version and try again"
        )
