"""A thing that is fetched once it is needed."""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from reconciler.model import ResourceId
from reconciler.remote.entities.entity import RemoteEntity

Entity = TypeVar("Entity", bound=RemoteEntity)


class LazyEntity(Generic[Entity]):
    """Stands for a task, workflow or launch plan, of which only the name is known.

    Asking for anything else fetches it, one time for all threads, and what was fetched answers
    from then on. If that fails, the error is that of the fetch; the next question tries again.
    What notebooks and debuggers ask by themselves (names that begin with an underscore), and
    printing it, fetches nothing.
    """

    def __init__(
        self, name: str, getter: Callable[[], Entity], *, id: ResourceId | None = None
    ) -> None:
        """Remember how to fetch it.

        Args:
            id: Who it is, where its version is known beforehand.
        """
        self._name = name
        self._getter = getter
        self._id = id
        self._found: Entity | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def id(self) -> ResourceId:
        """Who it is; costs nothing if the version was said."""
        return self._id if self._id is not None else self.entity.id

    @property
    def entity(self) -> Entity:
        """The thing itself.

        Raises: NotFoundError if there is none; AdminError or UnreachableError.
        """
        with self._lock:
            if self._found is None:
                try:
                    self._found = self._getter()
                except AttributeError as error:
                    # As it is, Python would take it for a question that the thing itself answers.
                    raise RuntimeError(f"{self._name} cannot be fetched: {error}") from error
            return self._found

    def entity_fetched(self) -> bool:
        """Tell whether it was fetched already."""
        return self._found is not None

    def __call__(self, *args: Any, **inputs: Any) -> Any:
        """As the thing itself is called: as a node of a workflow."""
        return self.entity(*args, **inputs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.entity, name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LazyEntity):
            return self is other or self.entity == other.entity
        return self.entity == other

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        if self._found is not None:
            return repr(self._found)
        return f"LazyEntity({self._id.path if self._id is not None else self._name})"
