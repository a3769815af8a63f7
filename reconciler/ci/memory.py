"""What was told before, read from where it was told: so nothing is told twice, and nothing kept.

On a forge a line of the open issue that nobody sees holds it. Without a forge the metrics do that
were written last, into a file or a Pushgateway. Where there is neither, nothing is known.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

_WORD = "reconciler told"
_ITEMS = 400  # of which the next run can say that they are new
_LINE = re.compile(rf"{_WORD} state=(\w*) items=([\w,]*) to=([\w:,.-]*) end")


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of what was told.

    Attributes:
        state: The digest of the drift that the issue tells; "" for none.
        items: Digests of the things in it, as far as they were kept.
        by: The digest that each target was told last, by its name.
    """

    state: str = ""
    items: tuple[str, ...] = ()
    by: Mapping[str, str] = field(default_factory=dict)

    def now(self, state: str, items: Sequence[str]) -> "Memory":
        """The same with another state."""
        return replace(self, state=state, items=tuple(items[:_ITEMS]))

    def with_told(self, target: str, state: str) -> "Memory":
        """The same once a target was told a state; "" that there is nothing any more."""
        by = {name: digest for name, digest in self.by.items() if name != target}
        return replace(self, by={**by, target: state} if state else by)

    def of(self, names: Sequence[str]) -> "Memory":
        """The same without targets that are gone."""
        return replace(self, by={name: self.by[name] for name in names if name in self.by})

    @property
    def line(self) -> str:
        """To be hidden in an issue."""
        to = ",".join(f"{name}:{digest}" for name, digest in sorted(self.by.items()))
        return f"{_WORD} state={self.state} items={','.join(self.items)} to={to} end"


def memory_of(body: str) -> Memory:
    """Read what an issue says was told; nothing, if somebody took that out."""
    found = _LINE.search(body)
    if found is None:
        return Memory()
    pairs = (one.partition(":") for one in found[3].split(",") if one)
    return Memory(
        found[1],
        tuple(one for one in found[2].split(",") if one),
        {name: digest for name, _, digest in pairs},
    )
