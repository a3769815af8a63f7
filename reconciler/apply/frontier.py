"""Know which actions are ready, which wait, and which never will be."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from reconciler.model import Action, ResourceId


class Frontier:
    """The edge between what is done and what may start.

    An action is ready when each of its needs is done. A failure dooms its descendants and nobody
    else. Not thread-safe: one thread owns it.
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        self._actions = {action.id: action for action in actions}
        self._waiting: dict[ResourceId, set[ResourceId]] = {}
        self._dependents: defaultdict[ResourceId, list[ResourceId]] = defaultdict(list)
        self._ready: deque[ResourceId] = deque()
        self._started: set[ResourceId] = set()
        for action in self._actions.values():
            needs = {need for need in action.needs if need in self._actions}
            self._waiting[action.id] = needs
            for need in needs:
                self._dependents[need].append(action.id)
            if not needs:
                self._ready.append(action.id)

    def take(self) -> Action | None:
        """Return a ready action and count it as started, or None if none is ready now."""
        if not self._ready:
            return None
        id = self._ready.popleft()
        self._started.add(id)
        return self._actions[id]

    def done(self, id: ResourceId) -> None:
        """An action came true: those that waited for it alone are ready now."""
        for dependent in self._dependents[id]:
            waiting = self._waiting[dependent]
            waiting.discard(id)
            if not waiting and dependent not in self._started:
                self._ready.append(dependent)

    def failed(self, id: ResourceId) -> Iterator[Action]:
        """An action failed: yield its descendants, each once, none of which will ever start."""
        queue = deque(self._dependents[id])
        while queue:
            dependent = queue.popleft()
            if dependent not in self._started:
                self._started.add(dependent)
                yield self._actions[dependent]
                queue += self._dependents[dependent]

    def left(self) -> Iterator[Action]:
        """Yield the actions that have neither started nor been blocked."""
        return (action for id, action in self._actions.items() if id not in self._started)
