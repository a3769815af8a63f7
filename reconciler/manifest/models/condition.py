"""The language of conditions: `inputs.size > 100 and not fetch.empty`.

::

    condition  = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" condition ")" | operand [ compare operand ]
    compare    = "==" | "!=" | ">" | ">=" | "<" | "<="
    operand    = inputs.NAME | NODE.OUTPUT | number | text in quotes | true | false

A lone operand is compared with true. Flyte has no `not`: it is worked into the comparisons.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from reconciler.manifest.models.binding import Constant, Promise, parse_promise

OPERATORS = ("==", "!=", ">=", "<=", ">", "<")
_OPPOSITE = {"==": "!=", "!=": "==", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
_NUMBER = re.compile(r"[-+]?([0-9]+)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\["\\])*"|'[^']*')
      | (?P<sign>[()]|==|!=|>=|<=|[<>=!])
      | (?P<word>(?:\["[^"]*"\]|\['[^']*'\]|[^\s()<>=!"'])+)
      | (?P<other>\S)
    )""",
    re.VERBOSE,
)
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands, at least one of which is no constant."""

    left: "Operand"
    operator: str
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Both (`and`) or either (`or`)."""

    left: "Condition"
    operator: str
    right: "Condition"


Operand = Promise | Constant
Condition = Comparison | Conjunction


def parse_condition(text: Any) -> Condition:
    """Read a condition.

    Raises: ValueError saying what was expected, and at which character.
    """
    if isinstance(text, Comparison | Conjunction):
        return text
    if not isinstance(text, str):
        raise ValueError("expected a condition, such as inputs.size > 100")
    return _Parser(text).whole()


def operands(condition: Condition) -> Iterator[Promise]:
    """Everything that a condition looks at, from left to right."""
    match condition:
        case Comparison(left=left, right=right):
            yield from (side for side in (left, right) if isinstance(side, Promise))
        case Conjunction(left=first, right=second):
            yield from operands(first)
            yield from operands(second)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            (found.lastgroup or "", found[found.lastgroup or 0], found.start(found.lastgroup or 0))
            for found in _TOKEN.finditer(text)
        ]
        self.tokens.append(("end", "", len(text)))
        self.at = 0

    def whole(self) -> Condition:
        condition = self.either(0)
        if self.tokens[self.at][0] != "end":
            raise self.unexpected("and, or, or the end")
        return condition

    def either(self, depth: int) -> Condition:
        left = self.both(depth)
        while self.accept("or"):
            left = Conjunction(left, "or", self.both(depth))
        return left

    def both(self, depth: int) -> Condition:
        left = self.one(depth)
        while self.accept("and"):
            left = Conjunction(left, "and", self.one(depth))
        return left

    def one(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise ValueError(f"nested deeper than {_DEEPEST} levels")
        if self.accept("not"):
            return _negated(self.one(depth + 1))
        if self.accept("("):
            condition = self.either(depth + 1)
            if not self.accept(")"):
                raise self.unexpected("`)`")
            return condition
        return self.comparison()

    def comparison(self) -> Condition:
        _, _, start = self.tokens[self.at]
        left = self.operand()
        token = self.tokens[self.at][1]
        if token in OPERATORS and self.tokens[self.at][0] == "sign":
            self.at += 1
            right = self.operand()
        elif token in ("=", "!"):
            raise self.unexpected("one of " + " ".join(OPERATORS))
        else:
            token, right = "==", Constant(True)
        if isinstance(left, Constant) and isinstance(right, Constant):
            raise self.error("a comparison of two constants: name an input or an output", start)
        return Comparison(left, token, right)

    def operand(self) -> Operand:
        kind, token, position = self.tokens[self.at]
        if kind == "text":
            self.at += 1
            return Constant(_unquoted(token))
        if kind != "word" or token in ("and", "or", "not"):
            raise self.unexpected("an input, an output of a node, or a constant")
        self.at += 1
        if token in ("true", "false"):
            return Constant(token == "true")
        if number := _NUMBER.fullmatch(token):
            return Constant(float(token) if number[2] or number[3] else int(token))
        if token in ("none", "null", "None"):
            raise self.error("Flyte cannot compare with none", position)
        try:
            return parse_promise(token)
        except ValueError:
            problem = f"{token!r} is neither inputs.NAME nor NODE.OUTPUT; a text stands in quotes"
            raise self.error(problem, position) from None

    def accept(self, token: str) -> bool:
        kind, found, _ = self.tokens[self.at]
        if found != token or kind == "text":
            return False
        self.at += 1
        return True

    def unexpected(self, wanted: str) -> ValueError:
        _, token, position = self.tokens[self.at]
        return self.error(
            f"expected {wanted}, found {f'`{token}`' if token else 'the end'}", position
        )

    def error(self, problem: str, position: int) -> ValueError:
        return ValueError(f"{problem} at character {position + 1} of {self.text!r}")


def _negated(condition: Condition) -> Condition:
    match condition:
        case Comparison(left, operator, right):
            return Comparison(left, _OPPOSITE[operator], right)
        case Conjunction(left, operator, right):
            other = "or" if operator == "and" else "and"
            return Conjunction(_negated(left), other, _negated(right))


def _unquoted(token: str) -> str:
    if token[0] == "'":
        return token[1:-1]
    return re.sub(r"\\(.)", r"\1", token[1:-1])


ConditionText = Annotated[
    Condition,
    PlainValidator(parse_condition),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "description": "inputs.NAME and NODE.OUTPUT compared by == != > >= < <= with each "
            "other or with constants, joined by and, or, not and parentheses.",
            "examples": ["inputs.size > 100 and fetch.found", "inputs.region == 'eu'"],
        }
    ),
]
