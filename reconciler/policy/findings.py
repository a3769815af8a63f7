"""What a policy may give, and that it broke: shared by all languages."""

from collections.abc import Iterator
from typing import Any


class Broken(Exception):
    """A policy that cannot be evaluated; `line` is 0 where nobody knows which one."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.line = line
        super().__init__(message)


def said(value: Any, where: str, line: int) -> Iterator[tuple[str, str]]:
    """Message and object of each finding in what a policy gave; "" where it says none.

    Shape: true or false; a text; an object with `message` and maybe `object`; a list or set of
        such texts and objects.
    """
    match value:
        case None | False:
            return
        case True:
            yield "", ""
        case str():
            yield value, ""
        case list():
            for item in value:
                if not isinstance(item, str | dict):
                    raise Broken(f"{where}: it gives a list with {word(item)} in it", line)
                yield from said(item, where, line)
        case {"message": str(message), **rest}:
            object = rest.get("object") or ""
            if not isinstance(object, str):
                raise Broken(f"{where}: `object` is an address, not {word(object)}", line)
            yield message, object
        case _:
            raise Broken(f"{where}: it gives {word(value)}, neither a bool nor messages", line)


def word(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a bool"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a text"
        case dict():
            return "an object without a message"
        case list():
            return "a list"
    return type(value).__name__
