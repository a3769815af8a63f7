"""The last door before a screen or a file: nothing marked sensitive passes it.

What is rendered is masked before; this catches what nobody thought of, such as a server that
repeats a value in an error.
"""

from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.model import Sensitive


class Veil:
    """A text stream that masks what is written to it; everything else is the stream's own."""

    def __init__(self, stream: IO[str], sensitive: "Sensitive") -> None:
        self.stream = stream
        self._sensitive = sensitive

    def write(self, text: str) -> int:
        self.stream.write(self._sensitive.mask(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
