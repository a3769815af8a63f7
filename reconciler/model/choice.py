"""What becomes of each entry of a folder that is bundled, for people to read."""

from dataclasses import dataclass
from enum import StrEnum


class Entry(StrEnum):
    """What an entry of a folder is; a folder is listed only where it is left out whole."""

    FILE = "file"
    LINK = "link"
    FOLDER = "folder"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry: whether it is taken, and the rule that says so.

    `path` is relative, its parts parted by slashes; `size` is in bytes, 0 for folders.
    """

    path: str
    entry: Entry
    taken: bool
    rule: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class CodeListing:
    """Every entry of a folder, by path; `problems` say why it cannot be a bundle as it is."""

    choices: tuple[Choice, ...]
    problems: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.choices if choice.taken)

    @property
    def size(self) -> int:
        """Bytes of all that is taken."""
        return sum(choice.size for choice in self.choices if choice.taken)

    def largest(self, number: int) -> tuple[Choice, ...]:
        """The largest of what is taken, the largest first."""
        return tuple(sorted(self.taken, key=lambda choice: (-choice.size, choice.path))[:number])
