"""Filters as values: `eq("phase", "FAILED") & gte("created_at", yesterday)`.

Admin's own language for them has no way to quote anything: `+` always begins the next condition,
`;` always makes a list, and the last `,` is the one that separates. So whatever is spelled here
is read again as Admin would read it, and refused unless that gives back what was meant.

Source: admin-contract 4.2 (flyteadmin `pkg/common/filters.go`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.admin.client.fields import Column, Holds, Listing
from reconciler.errors import FilterError

_EXPRESSION = re.compile(r"(.+)\((.+),[\t\n\f\r ]?(.+)\)")
_BLANK = "\t\n\f\r "
_LISTS = frozenset({"value_in", "value_not_in"})
_PATTERNS = frozenset({"contains", "not_like"})
_FUNCTIONS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte"}) | _LISTS | _PATTERNS
_LIKE = str.maketrans({char: f"\\{char}" for char in "\\%_"})


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; `a & b` asks for both.

    Attributes: `function` by Admin's name for it; `key` a column of the list, or another table's
    with its name before a dot; `values` one, or several for the functions that take a list.
    """

    function: str
    key: str
    values: tuple[Any, ...]

    def __and__(self, other: Any) -> "Filters":
        return Filters((self, *_parts(other)))

    def __rand__(self, other: Any) -> "Filters":
        return Filters((*_parts(other), self))

    def __str__(self) -> str:
        return self.spelled(None)

    def spelled(self, listing: Listing | None) -> str:
        """The condition in Admin's language.

        Args:
            listing: The list it is for, which knows the keys; None to take any.

        Raises: FilterError for what that list does not have, or the language cannot say.
        """
        column = listing.column(self.key) if listing else None
        if column and self.function in _PATTERNS and column.holds is not Holds.TEXT:
            raise FilterError(
                f"{self.key} holds {column.holds.value}, and {self.function} is for texts"
            )
        texts = [_text(value, self.key, column) for value in self.values]
        if self.function == "contains":
            texts = [text.translate(_LIKE) for text in texts]
        return _expression(self.function, self.key, texts)


@dataclass(frozen=True, slots=True)
class Filters:
    """Several conditions, all of which must hold; texts among them are Admin's own language."""

    parts: tuple[Filter | str, ...] = ()

    def __and__(self, other: Any) -> "Filters":
        return Filters((*self.parts, *_parts(other)))

    def __rand__(self, other: Any) -> "Filters":
        return Filters((*_parts(other), *self.parts))

    def __str__(self) -> str:
        return self.spelled(None)

    def spelled(self, listing: Listing | None) -> str:
        """All of them in Admin's language (see `Filter.spelled`)."""
        return "+".join(
            part if isinstance(part, str) else part.spelled(listing) for part in self.parts
        )


def eq(key: str, value: Any) -> Filter:
    """`key` is `value`. An empty text is found too, which Admin's own `eq` cannot ask for."""
    return Filter("value_in", key, ("",)) if value == "" else Filter("eq", key, (value,))


def ne(key: str, value: Any) -> Filter:
    """`key` is there, and not `value`."""
    return Filter("value_not_in", key, ("",)) if value == "" else Filter("ne", key, (value,))


def gt(key: str, value: Any) -> Filter:
    """`key` is greater, or later."""
    return Filter("gt", key, (value,))


def gte(key: str, value: Any) -> Filter:
    """`key` is at least `value`."""
    return Filter("gte", key, (value,))


def lt(key: str, value: Any) -> Filter:
    """`key` is less, or earlier."""
    return Filter("lt", key, (value,))


def lte(key: str, value: Any) -> Filter:
    """`key` is at most `value`."""
    return Filter("lte", key, (value,))


def contains(key: str, text: str) -> Filter:
    """`key` has `text` somewhere in it, upper and lower case told apart; no character is wild."""
    return Filter("contains", key, (text,))


def not_like(key: str, pattern: str) -> Filter:
    r"""`key` is not like an SQL pattern: `%` for any text, `_` for any character, `\` quotes."""
    return Filter("not_like", key, (pattern,))


def value_in(key: str, values: Iterable[Any]) -> Filter:
    """`key` is one of these."""
    return Filter("value_in", key, _several(key, values))


def value_not_in(key: str, values: Iterable[Any]) -> Filter:
    """`key` is there, and none of these."""
    return Filter("value_not_in", key, _several(key, values))


def spell(filters: Any, listing: Listing) -> str:
    """Turn whatever a list method was given as `filters` into Admin's language.

    Args:
        filters: None, a Filter, Filters, a text in Admin's own language (sent as it is),
            flytekit's filters, or several of these, all of which must hold.

    Raises: FilterError.
    """
    return Filters(tuple(_parts(filters))).spelled(listing)


def _several(key: str, values: Iterable[Any]) -> tuple[Any, ...]:
    if isinstance(values, str | bytes):
        raise FilterError(f"{key} is to be one of several values, and {values!r} is one")
    found = tuple(values)
    if not found:
        raise FilterError(f"no value was given for {key}, and Admin cannot be asked for none")
    return found


def _parts(filters: Any) -> Iterator[Filter | str]:
    match filters:
        case None | "":
            return
        case Filter() | str():
            yield filters
        case Filters():
            yield from filters.parts
        case _ if hasattr(filters, "to_flyte_idl"):
            yield filters.to_flyte_idl()
        case Iterable():
            for one in filters:
                yield from _parts(one)
        case _:
            raise FilterError(f"{filters!r} is no filter; write one like eq('phase', 'FAILED')")


def _expression(function: str, key: str, texts: list[str]) -> str:
    """Spell one condition, and make sure that it is read as it was meant."""
    if function not in _FUNCTIONS:
        known = ", ".join(sorted(_FUNCTIONS))
        raise FilterError(f"Admin knows no filter {function!r}; there are: {known}")
    value = ";".join(texts)
    if texts == [""]:
        if function not in _LISTS:
            raise FilterError(f"Admin cannot be asked whether {key} is {function} an empty text")
        value = ";"  # a list of two empty texts
    if value[:1] in _BLANK:
        value = f" {value}"  # Admin drops one blank there
    text = f"{function}({key},{value})"
    found = _EXPRESSION.fullmatch(text)
    read = found and (found[1], found[2], tuple(found[3].split(";")))
    meant = (function, key, ("", "") if texts == [""] else tuple(texts))
    if "+" in text or read != meant:
        wrong = next((char for char in "+;,\n" if any(char in one for one in texts)), "")
        reason = f"; it contains {wrong!r}, which ends the value there" if wrong else ""
        raise FilterError(
            f"Admin's filters cannot say {function} {key} {' '.join(map(repr, texts))}{reason}. "
            "A name can be given to the list itself, which takes any"
        )
    return text


def _text(value: Any, key: str, column: Column | None) -> str:
    if value is None:
        raise FilterError(f"Admin's filters cannot ask whether {key} is there at all")
    if column and column.words:
        return _word(value, key, column)
    match value:
        case bool():
            raise FilterError(f"{key} is to be {value}, and no column holds such values")
        case datetime():
            if value.tzinfo is None:
                raise FilterError(f"{key} needs a time with a time zone, not {value}")
            # In UTC, because an offset would be written with a plus.
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case timedelta():
            return f"{value / timedelta(seconds=1):.6f}s"
        case float() if column and column.holds is Holds.NUMBER:
            raise FilterError(f"{key} holds whole numbers, not {value}")
    text = str(value)
    if column and column.holds is Holds.NUMBER and not re.fullmatch(r"[+-]?\d+", text.strip()):
        raise FilterError(f"{key} holds whole numbers, not {text!r}")
    return text


def _word(value: Any, key: str, column: Column) -> str:
    """A value with a name, given by its name or by its number."""
    text = str(value).upper() if isinstance(value, str) else str(int(value))
    if text in column.words:
        return column.words[text]
    spelled = set(column.words.values())
    if text in spelled or (text.isdecimal() and column.holds is Holds.NUMBER):
        return text
    names = list(column.words)
    if text.isdecimal() and int(text) < len(names):
        return column.words[names[int(text)]]
    raise FilterError(f"{key} is never {value!r}; there are: {', '.join(column.words)}")
