"""What executions, nodes and attempts have in common: a phase, an error, inputs and outputs."""

import threading
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from flyteidl.core.literals_pb2 import Literal, LiteralMap

from reconciler.errors import NotDoneError
from reconciler.remote.executions.data import Data, data_of, offloaded
from reconciler.remote.executions.phases import GOOD_ENDS
from reconciler.remote.executions.resolver import LiteralsResolver

if TYPE_CHECKING:
    from flyteidl.core.execution_pb2 import ExecutionError

    from reconciler.remote.remote import Remote

# To so many bytes lists cut error messages; less if a character would be cut in two.
_TRIMMED = 97


class Watched(ABC):
    """Something that runs or ran, as Admin last told of it.

    What it says was so when it was fetched or synced; `inputs` and `outputs` are fetched at the
    first look.

    Attributes:
        message: All that Admin said, fields that this version does not know included.
    """

    _kind: ClassVar[str]
    _ends: ClassVar[frozenset[str]]

    def __init__(self, message: Any, remote: "Remote", *, listed: bool = False) -> None:
        self.message = message
        self._remote = remote
        self._listed = listed
        self._data: Data | None = None
        self._final = False
        self._lock = threading.Lock()
        self._type_hints: dict[str, Any] = {}
        self._inputs = self._resolver("inputs")
        self._outputs = self._resolver("outputs")

    @property
    @abstractmethod
    def current_state(self) -> str:
        """The phase by name, such as `RUNNING` or `SUCCEEDED`."""

    @abstractmethod
    def _get(self) -> Any:
        """Read the message anew."""

    @abstractmethod
    def _get_data(self) -> Any:
        """Read inputs and outputs."""

    @property
    @abstractmethod
    def id(self) -> Any:
        """Who it is."""

    @property
    def closure(self) -> Any:
        """What came of it so far: `phase` (a number), times, `error` and more."""
        return self.message.closure

    @property
    def is_done(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.current_state in self._ends

    @property
    def is_successful(self) -> bool:
        """Whether it has ended well."""
        return self.is_done and self.current_state in GOOD_ENDS

    @property
    def error(self) -> "ExecutionError | None":
        """What it failed of, whole; None if it did not fail.

        Raises: NotDoneError while it runs.
        """
        if not self.is_done:
            raise NotDoneError(f"{self} is {self.current_state}: wait until it has ended")
        if not self.closure.HasField("error"):
            return None
        if self._listed and len(self.closure.error.message.encode()) >= _TRIMMED:
            self._take(self._get())
        error: ExecutionError = self.closure.error
        return error

    @property
    def inputs(self) -> LiteralsResolver:
        """What it was given."""
        return self._inputs

    @property
    def outputs(self) -> LiteralsResolver:
        """What it made.

        Raises: NotDoneError while it runs, and if it ended without success, saying why.
        """
        if not self.is_done:
            raise NotDoneError(f"{self} is {self.current_state}: it has no outputs yet")
        if not self.is_successful:
            raise NotDoneError(f"{self} has no outputs: {self.current_state}{self._reason()}")
        return self._outputs

    @property
    def data(self) -> Any:
        """The answer about inputs and outputs as Admin gave it, `flyte_urls` and all."""
        return self._load().answer

    def read_data(self) -> tuple[()]:
        """Read inputs and outputs now, unless they were read before."""
        self._load(outputs=self.is_done)
        return ()

    @property
    def started_at(self) -> datetime | None:
        """When it began to run; None before."""
        return _moment(self.closure, "started_at")

    @property
    def created_at(self) -> datetime | None:
        return _moment(self.closure, "created_at")

    @property
    def updated_at(self) -> datetime | None:
        return _moment(self.closure, "updated_at")

    @property
    def duration(self) -> timedelta | None:
        """How long it ran; None before its end."""
        if not self.closure.HasField("duration"):
            return None
        found: timedelta = self.closure.duration.ToTimedelta()
        return found

    @property
    def execution_url(self) -> str:
        """Its page in the console."""
        return self._remote.generate_console_url(self)

    def __str__(self) -> str:
        return f"{self._kind} {self.id}"

    def __repr__(self) -> str:
        return f"<{self}: {self.current_state}>"

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from html import escape

        state, url = escape(self.current_state), escape(self.execution_url, quote=True)
        why = f"<pre>{escape(self._reason().removeprefix(': '))}</pre>" if self.is_done else ""
        link = f"<a href='{url}'>{escape(str(self.id))}</a>"
        return f"<b>{self._kind} {state}</b> {link}{'' if why == '<pre></pre>' else why}"

    def _take(self, message: Any, *, listed: bool = False) -> None:
        self.message = message
        self._listed = listed

    def _reason(self) -> str:
        error = self.error if self.is_done else None
        return f": {error.message}" if error is not None else ""

    def _resolver(self, side: str) -> LiteralsResolver:
        def load() -> LiteralMap:
            found: LiteralMap = getattr(self._load(outputs=side == "outputs"), side)
            return found

        return LiteralsResolver(
            load,
            what=f"{side} of {self}",
            load=self._offloaded,
            bring=self._bring,
        )

    def _load(self, *, outputs: bool = False) -> Data:
        with self._lock:
            if self._data is None or (outputs and not self._final):
                # What is read before the end has no outputs, and is read again after it.
                final = self.is_done
                self._data = data_of(self._get_data(), self._remote._stored)
                self._final = final
            return self._data

    def _offloaded(self, uri: str) -> Literal:
        return offloaded(self._remote._stored(uri), uri)

    def _bring(self, values: LiteralsResolver, to: Path, recursive: bool) -> None:
        self._remote.download(values, str(to), recursive=recursive)


def _moment(closure: Any, field: str) -> datetime | None:
    if not closure.HasField(field):
        return None
    found: datetime = getattr(closure, field).ToDatetime(tzinfo=UTC)
    return found
