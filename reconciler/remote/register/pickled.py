"""flytekit's tasks by value, for those whose source is a notebook's: one object, by name.

What is written is what flytekit's notebook resolver reads in the container. Nothing here reads
it back. Its bytes differ from run to run, so it goes by its `fingerprint`: the source of its
functions and the values that they capture.
"""

import gzip
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from reconciler.desired import Member
from reconciler.errors import BundleError
from reconciler.model import Code, CodePickle, Kind
from reconciler.remote.register.fingerprint import Fingerprint
from reconciler.remote.register.reachable import tasks_in

MOST_BYTES = 150 << 20  # what flytekit takes, compressed
# How flytekit's own images, and many others, say their Python.
_PYTHON = re.compile(r"(?:py|python)[:-]?3\.(\d+)")


def resolved_by_name(objects: Sequence[Any]) -> None:
    """Have the tasks among the objects looked up by name; to be `untouched` around it.

    Raises: BundleError for tasks that cannot be pickled, all of them.
    """
    from flytekit.core.python_auto_container import default_notebook_task_resolver

    _check(objects)
    for task in _pickled_tasks(objects):
        task.set_resolver(default_notebook_task_resolver)


def pickled(objects: Sequence[Any], members: Sequence[Member]) -> tuple[Code, CodePickle]:
    """The tasks among the objects by value.

    Args:
        members: The same tasks as Admin takes them: their images say their Python.

    Raises: BundleError for what cannot be pickled, is too large, or would be unpickled by another
        Python.
    """
    import cloudpickle
    from flytekit.core.python_auto_container import PickledEntity, PickledEntityMetadata

    tasks = {task.name: task for task in _pickled_tasks(objects)}
    _check_images(members, tasks)
    fingerprint = Fingerprint()
    for name, task in sorted(tasks.items()):
        fingerprint.add(name, task)
    metadata = PickledEntityMetadata(python_version=".".join(map(str, sys.version_info[:3])))
    content = io.BytesIO()
    try:
        with (
            _by_value(fingerprint.modules),
            gzip.GzipFile(filename="", fileobj=content, mode="wb", mtime=0) as file,
        ):
            cloudpickle.dump(PickledEntity(metadata=metadata, entities=tasks), file)
    except Exception as error:  # whatever the reducers of users' own classes raise
        raise BundleError([f"{', '.join(tasks)}: cannot be pickled: {error}"]) from error
    data = content.getvalue()
    if len(data) > MOST_BYTES:
        raise BundleError(
            [
                f"{', '.join(tasks)}: take {len(data):,} bytes pickled, more than the "
                f"{MOST_BYTES:,} that the runtime takes; hand data over as inputs or files"
            ]
        )
    return Code(fingerprint.digest(data), len(tasks), len(data)), CodePickle(data)


def _pickled_tasks(objects: Sequence[Any]) -> tuple[Any, ...]:
    """The tasks whose code the container needs: of a mapped task that which is mapped."""
    from flytekit.core.array_node_map_task import ArrayNodeMapTask
    from flytekit.core.python_auto_container import PythonAutoContainerTask

    return tuple(
        task
        for task in tasks_in(objects)
        if isinstance(task, PythonAutoContainerTask) and not isinstance(task, ArrayNodeMapTask)
    )


def _check(objects: Sequence[Any]) -> None:
    from flytekit.core.python_function_task import PythonFunctionTask

    behaviour = PythonFunctionTask.ExecutionBehavior
    reasons = {
        behaviour.DYNAMIC: "is dynamic, and what it starts would not be in the pickle",
        behaviour.EAGER: "is eager, and what it starts would not be in the pickle",
    }
    problems = [
        f"{task.name}: {reasons[task.execution_mode]}; put it into a file, for register_script"
        for task in tasks_in(objects)
        if getattr(task, "execution_mode", None) in reasons
    ]
    if problems:
        raise BundleError(problems)


def _check_images(members: Sequence[Member], tasks: Any) -> None:
    """Refuse images that say another Python: it could not unpickle what this one wrote."""
    problems = []
    for member in members:
        image = member.spec.template.container.image if member.kind is Kind.TASK else ""
        found = _PYTHON.search(image)
        if found and int(found[1]) != sys.version_info.minor:
            problems.append(
                f"{member.name}: runs in {image}, whose Python is 3.{found[1]}, and is pickled by "
                f"3.{sys.version_info.minor}; name an image of the same Python"
            )
    if problems:
        raise BundleError(problems)


@contextmanager
def _by_value(modules: Sequence[ModuleType]) -> Iterator[None]:
    """Have what users' own modules define pickled by value: no container has those modules."""
    import cloudpickle

    own = [
        one for one in modules if one.__name__ not in cloudpickle.list_registry_pickle_by_value()
    ]
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)
