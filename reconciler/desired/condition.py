"""A branch's conditions as the compiler takes them.

An operand is a constant or a variable of the branch node; each variable is bound to what the
condition looks at, under the name that flytekit gives it too.
"""

from collections.abc import Callable
from typing import Any

from flyteidl.core.condition_pb2 import (
    BooleanExpression,
    ComparisonExpression,
    ConjunctionExpression,
)
from flyteidl.core.condition_pb2 import Operand as OperandMessage
from flyteidl.core.types_pb2 import LiteralType

from reconciler.compiler import go_text
from reconciler.desired.literals import coerce
from reconciler.desired.outputs import Outputs
from reconciler.manifest import Comparison, Condition, Constant, Promise
from reconciler.model import describe

_COMPARISONS = {
    "==": ComparisonExpression.EQ,
    "!=": ComparisonExpression.NEQ,
    ">": ComparisonExpression.GT,
    ">=": ComparisonExpression.GTE,
    "<": ComparisonExpression.LT,
    "<=": ComparisonExpression.LTE,
}
_CONJUNCTIONS = {"and": ConjunctionExpression.AND, "or": ConjunctionExpression.OR}

Report = Callable[[str], None]


def branch_variable(promise: Promise) -> str:
    """The name of a branch node's input: `fetch.rows`, `.day` for an input of the workflow."""
    return f"{promise.node}.{promise.variable}"


def expression(condition: Condition, outputs: Outputs, report: Report) -> BooleanExpression:
    """Return the message of a condition; what Flyte cannot compare is given to `report`."""
    message = BooleanExpression()
    if isinstance(condition, Comparison):
        comparison = message.comparison
        comparison.operator = _COMPARISONS[condition.operator]
        try:
            _add_operands(comparison, condition, outputs)
        except ValueError as error:
            report(str(error))
        return message
    conjunction = message.conjunction
    conjunction.operator = _CONJUNCTIONS[condition.operator]
    conjunction.left_expression.CopyFrom(expression(condition.left, outputs, report))
    conjunction.right_expression.CopyFrom(expression(condition.right, outputs, report))
    return message


def _add_operands(message: ComparisonExpression, comparison: Comparison, outputs: Outputs) -> None:
    left, right = comparison.left, comparison.right
    types: list[Any] = [_type(side, outputs) for side in (left, right)]
    if None not in types and go_text(types[0]) != go_text(types[1]):
        assert isinstance(left, Promise)
        assert isinstance(right, Promise)
        raise ValueError(
            f"{_said(left)} is {describe(types[0])} and {_said(right)} is "
            f"{describe(types[1])}: Flyte compares only what is of one type"
        )
    message.left_value.CopyFrom(_operand(left, types[1], right))
    message.right_value.CopyFrom(_operand(right, types[0], left))


def _type(operand: Promise | Constant, outputs: Outputs) -> LiteralType | None:
    if isinstance(operand, Constant):
        return None
    if operand.attributes:
        raise ValueError(
            f"{_said(operand)} leads into a value, and Flyte's conditions cannot: "
            "let a task give out what is compared"
        )
    return outputs.type_of(operand)


def _operand(
    operand: Promise | Constant, other: LiteralType | None, partner: Promise | Constant
) -> OperandMessage:
    if isinstance(operand, Promise):
        return OperandMessage(var=branch_variable(operand))
    assert isinstance(partner, Promise), "two constants were refused when the text was read"
    if other is None:
        # What it is compared with does not exist: the compiler says so.
        return OperandMessage()
    if other.WhichOneof("type") == "enum_type":
        raise ValueError(
            f"{_said(partner)} is an enum, and Flyte compares enums with enums only: "
            "make it a str, or pass the decision on as a bool"
        )
    literal = coerce(operand.value, other, where=_said(partner))
    if not literal.scalar.HasField("primitive"):
        raise ValueError(f"{_said(partner)} is {describe(other)}, which Flyte cannot compare")
    return OperandMessage(primitive=literal.scalar.primitive)


def _said(promise: Promise) -> str:
    steps = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in promise.attributes
    )
    return f"{promise.node or 'inputs'}.{promise.variable}{steps}"
