"""What tasks, workflows and launch plans have in common once they are registered."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from flyteidl.core.interface_pb2 import TypedInterface

from reconciler.model import Kind, ResourceId


class RemoteEntity:
    """One version of something that an Admin holds.

    Two are equal if they are the same version of the same thing.

    Attributes:
        id: Who it is: `name`, `version`, `project`, `domain`.
        python_interface: flytekit's interface of the object it was registered from, None of what
            was fetched: then types come from `interface`.
    """

    kind: ClassVar[Kind]

    def __init__(
        self,
        id: ResourceId,
        *,
        message: Any | None = None,
        load: Callable[[ResourceId], Any] | None = None,
        python_interface: Any | None = None,
    ) -> None:
        """Hold what is known of it.

        Args:
            message: As Admin answers it; None if nobody has asked yet.
            load: Asks, once it is needed.
        """
        self.id = id
        self.python_interface = python_interface
        self._message = message
        self._load = load
        self._lock = threading.Lock()

    @property
    def message(self) -> Any:
        """The whole message, as Admin holds it. Costs a call if nobody has read it yet.

        Raises: AdminError or UnreachableError if it cannot be had.
        """
        with self._lock:
            if self._message is None:
                assert self._load is not None, "either is given"
                self._message = self._load(self.id)
            return self._message

    @property
    def name(self) -> str:
        return self.id.name

    @property
    def version(self) -> str:
        return self.id.version

    @property
    def project(self) -> str:
        return self.id.project

    @property
    def domain(self) -> str:
        return self.id.domain

    @property
    def org(self) -> str:
        """The organisation, where Admin has some; it is in the message alone."""
        return str(self.message.id.org)

    @property
    def known_org(self) -> str:
        """The organisation as far as it is known; asks nobody."""
        return "" if self._message is None else self.org

    @property
    def interface(self) -> TypedInterface:
        """Inputs and outputs by name, with their types."""
        raise NotImplementedError

    @property
    def created_at(self) -> datetime | None:
        """When it was registered; None if only what was sent is known."""
        closure = self.message.closure
        if not closure.HasField("created_at"):
            return None
        found: datetime = closure.created_at.ToDatetime(tzinfo=UTC)
        return found

    def __call__(self, *args: Any, **inputs: Any) -> Any:
        """Use it as a node of a workflow that is being written with flytekit.

        Raises: ConfigError for what cannot be one, or for inputs that it does not take.
        """
        from reconciler.remote.entities.calling import call

        return call(self, args, inputs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RemoteEntity):
            return NotImplemented
        return self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id.path})"
