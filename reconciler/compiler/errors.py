"""What a compilation can end in, and how its faults are collected.

The compiler lists every fault it can find rather than the first. A `Faults` is one
scope of that search: a step opens a scope for what it is about to check, and asks it
afterwards whether anything came up, while the whole list grows at the root.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

START_NODE: Final = "start-node"
END_NODE: Final = "end-node"


@dataclass(frozen=True, slots=True)
class CompileError:
    """One fault: what kind, on which node, and what is wrong with it.

    Source: flytepropeller/pkg/compiler/errors/compiler_errors.go.
    """

    code: str
    node_id: str
    description: str

    def __str__(self) -> str:
        return f"Code: {self.code}, Node Id: {self.node_id}, Description: {self.description}"


class CompilationError(ValueError):
    """The template does not compile; `errors` holds every fault, in Admin's order.

    The message is Admin's own text: the number of faults, then one line for each.
    """

    def __init__(self, errors: tuple[CompileError, ...]) -> None:
        self.errors = errors
        lines = "".join(f"\tError {n}: {error}\n" for n, error in enumerate(errors))
        super().__init__(f"Collected Errors: {len(errors)}\n{lines}")


class CompilerPanicError(Exception):
    """Admin's compiler panics on this input: a client sees INTERNAL with no message."""


class CompilerCrashError(Exception):
    """Admin's whole server dies on this input of endless recursion: nobody should send it."""


class RecursiveWorkflowError(CompilerCrashError):
    """A sub-workflow contains itself, directly or through others.

    `cycle` holds the ids in Go text form, the first one repeated at the end.
    """

    def __init__(self, cycle: tuple[str, ...]) -> None:
        self.cycle = cycle
        path = " > ".join(f"[{id}]" for id in cycle)
        super().__init__(f"sub-workflow contains itself: {path}; break the cycle")


class RecursiveSchemaError(CompilerCrashError):
    """Two recursive JSON schemas differ, and Admin never stops comparing them."""

    def __init__(self) -> None:
        super().__init__(
            "two recursive JSON schemas of struct types cannot be compared; make them equal"
        )


class Faults:
    """A scope that collects faults for itself and for all scopes around it."""

    __slots__ = ("_all", "_count", "_parent")

    def __init__(self, parent: Faults | None = None) -> None:
        self._parent = parent
        self._count = 0
        self._all: dict[CompileError, None] = {} if parent is None else parent._all

    def scope(self) -> Faults:
        """Open a scope within this one."""
        return Faults(self)

    def add(self, code: str, node_id: str, description: str) -> None:
        """Note a fault; a fault noted before is listed once but counts in every scope."""
        self._all[CompileError(code, node_id, description)] = None
        scope: Faults | None = self
        while scope is not None:
            scope._count += 1
            scope = scope._parent

    def required(self, node_id: str, what: str) -> None:
        """Note that a part is missing; the commonest fault."""
        self.add("ValueRequired", node_id, f"Value required [{what}].")

    def __bool__(self) -> bool:
        """Tell whether this scope, or one within it, noted a fault."""
        return self._count > 0

    def error(self) -> CompilationError:
        """Return the exception that lists all faults, sorted by code, then by text."""
        return CompilationError(tuple(sorted(self._all, key=lambda e: (e.code, str(e)))))
