"""Where each value came from: what won, and what it won over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who said a value.

    Attributes:
        source: A variable, `admin.insecure in FILE`, a flag; `default` if nobody did.
        shown: The value as text; `***` for a secret one.
        over: The places that said something else and were not heard, nearest first.
    """

    source: str = DEFAULT
    shown: str = ""
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """The Origin of each value by the name of its field, in the order people read them."""

    values: Mapping[str, Origin] = field(default_factory=dict)

    def of(self, name: str) -> Origin:
        """Where a field's value came from."""
        return self.values.get(name, Origin())

    def __iter__(self) -> Iterator[tuple[str, Origin]]:
        return iter(self.values.items())
