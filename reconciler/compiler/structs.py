"""Whether one struct type's JSON schema offers all that another's asks for.

flytekit keeps the JSON schema of a dataclass in the metadata of its type. Admin accepts
equal ones, and otherwise compares what both compile to. What the comparison does not
know (`additionalProperties`, `not`, exclusive limits) it reports as "not implemented",
which is overlooked at the top but counts inside `anyOf`, `if` and their like.

Three verdicts come up: `SAME`, `UNSURE` (only unimplemented parts stand in the way) and
`OTHER`. Nothing is cut short on the way, since a panic further on would still happen.

Source: typing.go, isSameTypeInJSON and isSuperTypeInJSON; the comparison follows
gitlab.com/yvesf/json-schema-compare as of 2019-06-04.
"""

from collections.abc import Sequence
from typing import Any, Final

from reconciler.compiler.errors import CompilerPanicError, RecursiveSchemaError
from reconciler.compiler.jsonschema import (
    Json,
    Schema,
    SchemaError,
    compile_schema,
    same_json,
    struct_json,
)

SAME: Final = 0
UNSURE: Final = 1
OTHER: Final = 2

Struct = Any  # google.protobuf.Struct


def struct_castable(upstream: Struct, downstream: Struct) -> bool:
    """Tell whether a struct with schema `upstream` may be used where `downstream` is asked for.

    Raises:
        CompilerPanicError: The comparison panics.
        RecursiveSchemaError: Both are recursive, and the comparison never ends.
    """
    try:
        offered, wanted = struct_json(upstream), struct_json(downstream)
    except SchemaError:  # no JSON at all: a NaN, or a value without kind
        return False
    if same_json(offered, wanted):
        return True
    try:
        offered_schema, wanted_schema = compile_schema(offered), compile_schema(wanted)
    except SchemaError:
        return False
    try:
        return _compare(wanted_schema, offered_schema) != OTHER
    except RecursionError:
        raise RecursiveSchemaError from None


def _compare(wanted: Schema, offered: Schema) -> int:
    wanted, offered = wanted.resolved(), offered.resolved()
    wanted_types, offered_types = set(wanted.types), set(offered.types)
    extra = offered_types - wanted_types
    if not wanted_types:
        extra.discard("object")  # no type counts as object
    verdict = OTHER if wanted_types - offered_types or extra else SAME
    if "string" in wanted_types:
        verdict = max(verdict, _compare_strings(wanted, offered))
    if "number" in wanted_types:
        verdict = max(verdict, _compare_numbers(wanted, offered))
    if "array" in wanted_types:
        verdict = max(verdict, _compare_arrays(wanted, offered))
    if "object" in wanted_types or not wanted_types:
        verdict = max(verdict, _compare_objects(wanted, offered))
    return max(
        verdict,
        _compare_alternatives(wanted.all_of, offered.all_of),
        _compare_alternatives(wanted.any_of, offered.any_of),
        _compare_alternatives(wanted.one_of, offered.one_of),
        _compare_constants(wanted.constant, offered.constant),
    )


def _compare_deeply(wanted: Schema, offered: Schema) -> int:
    """Compare as in alternatives, where `true` and `false` are told apart."""
    wanted, offered = wanted.resolved(), offered.resolved()
    if wanted.always is not offered.always:
        return OTHER
    return _compare(wanted, offered)


def _compare_strings(wanted: Schema, offered: Schema) -> int:
    verdict = SAME if wanted.format == offered.format else OTHER
    if wanted.enum is not None:
        allowed = set(map(_text, wanted.enum)) | {""}  # the original slips an empty text in
        if not set(map(_text, offered.enum or ())) <= allowed:
            verdict = OTHER
    if wanted.pattern is not None:
        if offered.pattern is None:
            raise CompilerPanicError("a pattern on one side only")
        if wanted.pattern != offered.pattern:
            verdict = OTHER
    return max(
        verdict,
        _at_most(wanted.max_length, offered.max_length),
        _at_least(wanted.min_length, offered.min_length),
    )


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise CompilerPanicError("an enum of strings that holds another value")
    return value


def _compare_numbers(wanted: Schema, offered: Schema) -> int:
    verdict = SAME
    if wanted.maximum is not None and (
        offered.maximum is None or offered.maximum > wanted.maximum
    ):
        verdict = OTHER
    if wanted.minimum is not None and (
        offered.minimum is None or offered.minimum < wanted.minimum
    ):
        verdict = OTHER
    if wanted.exclusive_limits or offered.exclusive_limits:
        verdict = max(verdict, UNSURE)
    if wanted.multiple_of is None and offered.multiple_of is None:
        return verdict
    if wanted.multiple_of is None or offered.multiple_of is None:
        raise CompilerPanicError("multipleOf on one side only")
    if not (wanted.multiple_of.is_integer() and offered.multiple_of.is_integer()):
        verdict = max(verdict, UNSURE)
    if int(wanted.multiple_of) == 0:
        raise CompilerPanicError("multipleOf below one")
    return OTHER if int(offered.multiple_of) % int(wanted.multiple_of) else verdict


def _compare_arrays(wanted: Schema, offered: Schema) -> int:
    verdict = max(
        _at_least(wanted.min_items, offered.min_items),
        _at_most(wanted.max_items, offered.max_items),
    )
    if wanted.items is not None:
        verdict = max(verdict, _compare_items(wanted.items, offered.items))
    if wanted.additional_items or offered.additional_items:
        verdict = max(verdict, UNSURE)
    if wanted.unique_items and not offered.unique_items:
        verdict = OTHER
    return verdict


def _compare_items(
    wanted: Schema | Sequence[Schema], offered: Schema | Sequence[Schema] | None
) -> int:
    if isinstance(wanted, Schema):
        return _compare(wanted, offered) if isinstance(offered, Schema) else OTHER
    if offered is None or isinstance(offered, Schema) or len(offered) != len(wanted):
        return OTHER
    return max((_compare(w, o) for w, o in zip(wanted, offered, strict=True)), default=SAME)


def _compare_objects(wanted: Schema, offered: Schema) -> int:
    unsure = (
        wanted.additional_properties
        or offered.additional_properties
        or wanted.unimplemented
        or offered.unimplemented
    )
    verdict = UNSURE if unsure else SAME
    if not set(wanted.required) <= set(offered.required):
        verdict = OTHER
    verdict = max(
        verdict,
        _at_least(wanted.min_properties, offered.min_properties),
        _at_most(wanted.max_properties, offered.max_properties),
        _compare_condition(wanted.if_, offered.if_),
        _compare_condition(wanted.then, offered.then),
        _compare_condition(wanted.else_, offered.else_),
    )
    for name, schema in wanted.properties.items():
        other = offered.properties.get(name)
        verdict = max(verdict, OTHER if other is None else _compare(schema, other))
    return verdict


def _compare_condition(wanted: Schema | None, offered: Schema | None) -> int:
    if wanted is None and offered is None:
        return SAME
    if wanted is None or offered is None or _compare_deeply(wanted, offered) != SAME:
        return OTHER
    return SAME


def _compare_alternatives(wanted: Sequence[Schema], offered: Sequence[Schema]) -> int:
    if not wanted and not offered:
        return SAME
    if not wanted or not offered:
        return OTHER
    # Not a nested any(): each search stops at its first match, but all of them are made.
    found = [any(_compare_deeply(w, o) == SAME for w in wanted) for o in offered]
    return SAME if all(found) else OTHER


def _compare_constants(wanted: Sequence[Json], offered: Sequence[Json]) -> int:
    if not wanted:
        return SAME
    if not offered:
        return OTHER
    left, right = wanted[0], offered[0]
    if type(left) is type(right) and isinstance(left, dict | list):
        raise CompilerPanicError("constants that Go cannot compare")
    return SAME if same_json(left, right) else OTHER


def _at_least(wanted: int, offered: int) -> int:
    """Compare lower limits, where -1 is none."""
    return OTHER if wanted != -1 and (offered == -1 or offered < wanted) else SAME


def _at_most(wanted: int, offered: int) -> int:
    return OTHER if wanted != -1 and (offered == -1 or offered > wanted) else SAME
