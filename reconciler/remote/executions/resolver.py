"""The inputs or outputs of something that runs: fetched and converted when they are looked at."""

import threading
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from flyteidl.core.literals_pb2 import Literal, LiteralMap

from reconciler.errors import ExecutionError
from reconciler.remote.executions.native import Load, to_python


class NoSuchValueError(ExecutionError, KeyError, AttributeError, ValueError):
    """No input or output has this name; what flytekit raises here, under each of its names."""

    def __str__(self) -> str:
        return str(self.args[0])


class LiteralsResolver(Mapping[str, Any]):
    """Values by name, as a mapping: `outputs["o0"]`, `outputs.get("o0", int)`, `dict(outputs)`.

    Nothing is read before the first look; then everything in one call. A file or dataset is its
    URI: `download` brings what lies there.

    Args:
        literals: The map, or what fetches it.
        what: How messages name it, such as `outputs of flytesnacks/development/e1`.
        load: Fetches a literal that lies in the store, by its URI.
        bring: Writes everything below a folder.
    """

    def __init__(
        self,
        literals: LiteralMap | Mapping[str, Literal] | Callable[[], LiteralMap],
        *,
        what: str = "values",
        type_hints: Mapping[str, Any] | None = None,
        load: Load | None = None,
        bring: "Callable[[LiteralsResolver, Path, bool], None] | None" = None,
    ) -> None:
        self._source = literals
        self._literals: dict[str, Literal] | None = None
        self._what = what
        self._hints = dict(type_hints or {})
        self._load = load
        self._bring = bring
        self._lock = threading.Lock()

    @property
    def literals(self) -> dict[str, Literal]:
        """The messages themselves, by name."""
        with self._lock:
            if self._literals is None:
                found = self._source() if callable(self._source) else self._source
                inner = found.literals if isinstance(found, LiteralMap) else found
                self._literals = {name: inner[name] for name in sorted(inner)}
            return self._literals

    @property
    def is_loaded(self) -> bool:
        """Whether they have been read already."""
        return self._literals is not None

    @property
    def native_values(self) -> dict[str, Any]:
        """All of them as Python values."""
        return dict(self)

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.literals)

    def __len__(self) -> int:
        return len(self.literals)

    def __repr__(self) -> str:
        if not self.is_loaded:
            return f"<{self._what}, not looked at yet>"
        return f"<{self._what}: {', '.join(self.literals) or 'none'}>"

    def get(self, name: str, as_type: Any = None) -> Any:
        """Return one value, of a Python type if one is given.

        Args:
            as_type: What `native.to_python` takes; None for the hint about this name if there is
                one, or else what the literal says itself.

        Raises:
            NoSuchValueError: There is none of this name.
            ExecutionError: It is of another type.
        """
        literal = self.get_literal(name)
        wanted = as_type if as_type is not None else self._hints.get(name)
        try:
            return to_python(literal, wanted, where=name, load=self._load)
        except ValueError as error:
            raise ExecutionError(f"{self._what}: {error}") from error

    def get_literal(self, name: str) -> Literal:
        """Return one value as the message it came in.

        Raises: NoSuchValueError if there is none of this name.
        """
        literals = self.literals
        if name not in literals:
            nearest = get_close_matches(name, literals, n=1)
            hint = f" (did you mean {nearest[0]}?)" if nearest else ""
            known = ", ".join(literals) or "none"
            raise NoSuchValueError(f"{self._what}: no {name}{hint}; there are: {known}")
        return literals[name]

    def update_type_hints(self, type_hints: Mapping[str, Any]) -> None:
        """Say which Python types these names are to have."""
        self._hints.update(type_hints)

    def as_python_native(self, python_interface: Any) -> Any:
        """The outputs as the function itself would have returned them.

        Args:
            python_interface: flytekit's, whose `outputs` say the names, their order and types.

        Shape: None, one value, or a tuple.
        """
        wanted = {name: python_interface.outputs[name] for name in python_interface.outputs}
        values = tuple(self.get(name, kind) for name, kind in wanted.items())
        return values[0] if len(values) == 1 else values or None

    def download(self, to: str | Path, recursive: bool = True) -> None:
        """Write everything below a folder: files and datasets as such, other values as JSON.

        Raises: ExecutionError if nothing here can download.
        """
        if self._bring is None:
            raise ExecutionError(f"{self._what}: no connection to download with")
        self._bring(self, Path(to), recursive)
