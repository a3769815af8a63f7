"""A registered task."""

from typing import Any

from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.tasks_pb2 import TaskTemplate

from reconciler.model import Kind
from reconciler.remote.entities.entity import RemoteEntity


class FlyteTask(RemoteEntity):
    """A registered task; `message` is an admin.Task."""

    kind = Kind.TASK

    def __init__(self, *args: Any, template: TaskTemplate | None = None, **said: Any) -> None:
        super().__init__(*args, **said)
        self._known = template

    @property
    def template(self) -> TaskTemplate:
        """What runs, and how."""
        found: TaskTemplate = self.message.closure.compiled_task.template
        return found

    @property
    def interface(self) -> TypedInterface:
        template = self._known if self._known is not None else self.template
        found: TypedInterface = template.interface
        return found

    @property
    def task_type(self) -> str:
        """As plugins know it: `python-task`, `container` and so on."""
        template = self._known if self._known is not None else self.template
        return str(template.type)
