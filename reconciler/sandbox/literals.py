"""Literals that clients hand in, looked at before their types are.

Source: flyteadmin pkg/manager/impl/validation (validation.go, validateLiteralMap).
"""

from collections.abc import Mapping
from typing import Any

from reconciler.compiler import go_text
from reconciler.sandbox.errors import invalid

_FIRST = -62135596800  # the second in which the year 1 begins
_LAST = 253402300799  # and the last one of the year 9999


def check_literals(literals: Mapping[str, Any], field: str) -> None:
    """Check that each literal has a name, a value, and if it is a time a possible one.

    Admin looks at them in random order and stops after the first time; here all are looked at,
    by name.

    Args:
        field: How messages call the map.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    for name in sorted(literals):
        literal = literals[name]
        if not name:
            raise invalid(f"missing key in {field}")
        if literal.WhichOneof("value") is None:
            raise invalid(f"missing valid literal in {field} {name}")
        if literal.scalar.primitive.HasField("datetime"):
            check_datetime(literal.scalar.primitive.datetime)


def check_datetime(moment: Any) -> None:
    """Check a Timestamp's range.

    Raises:
        Refusal: INVALID_ARGUMENT, in the words of Go's protobuf.
    """
    fault = ""
    if moment.seconds < _FIRST:
        fault = "before 0001-01-01"
    elif moment.seconds > _LAST:
        fault = "after 9999-12-31"
    elif not 0 <= moment.nanos < 1_000_000_000:
        fault = "has out-of-range nanos"
    if fault:
        raise invalid(f"proto:\u00a0timestamp ({go_text(moment)}) {fault}")
