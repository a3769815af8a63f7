"""HTML by hand, with every text escaped."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from reconciler.cron import to_rfc3339

_MICROSECOND = 1000  # in nanoseconds


@dataclass(frozen=True)
class Markup:
    """HTML that may stand as it is; any other text is escaped."""

    html: str


Cell = str | int | Markup


def text(value: Cell) -> str:
    """Return a value as HTML."""
    return value.html if isinstance(value, Markup) else html.escape(str(value))


def tag(name: str, *content: Cell, **attributes: str) -> Markup:
    """Return an element; `kind` is its class."""
    given = "".join(
        f' {"class" if key == "kind" else key}="{html.escape(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{given}>{''.join(map(text, content))}</{name}>")


def link(path: str, label: Cell) -> Markup:
    """Return a link within this server."""
    return tag("a", label, href=path)


def soft(value: Cell) -> Markup:
    """Return what is said in passing."""
    return tag("span", value, kind="soft")


def code(value: Cell) -> Markup:
    """Return what a machine would say."""
    return tag("code", value)


def number(value: int) -> Markup:
    """Return a count; zero says little."""
    return soft(value) if value == 0 else Markup(str(value))


def moment(nanoseconds: int) -> str:
    """Return a time to the second."""
    return to_rfc3339(nanoseconds - nanoseconds % 10**9)


def moment_of(microseconds: int) -> str:
    """Return a time of the store to the second."""
    return moment(microseconds * _MICROSECOND)


def table(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, numbers: Iterable[int] = ()
) -> Markup:
    """Return a table.

    Args:
        numbers: The columns that hold counts.
    """
    right = frozenset(numbers)

    def row(name: str, cells: Sequence[Cell]) -> Markup:
        return tag(
            "tr",
            *(
                tag(name, cell, kind="number") if at in right else tag(name, cell)
                for at, cell in enumerate(cells)
            ),
        )

    head = tag("thead", row("th", header))
    return tag("table", head, tag("tbody", *(row("td", cells) for cells in rows)))


def path_of(*parts: str, **query: str) -> str:
    """Return a path of these segments, each escaped, with a query."""
    path = "/" + "/".join(quote(part, safe="") for part in parts)
    return f"{path}?{urlencode(query)}" if query else path
