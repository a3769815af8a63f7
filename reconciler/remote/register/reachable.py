"""What flytekit's objects are made of, and how to leave it as it was.

Serialising writes into tasks and image specs of the caller: a resolver, a command, a flag for
decks, the folder of an image's sources. `untouched` takes all of that back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

# What flytekit's translator, image specs and our own pickling set.
_TOUCHED = ("_get_command_fn", "_command_prefix", "_task_resolver")
_NOTHING = object()


def tasks_in(objects: Sequence[Any]) -> tuple[Any, ...]:
    """Every task that the objects are made of, each once; of a mapped one its inner one too."""
    found: dict[int, Any] = {}
    for one in _all(objects):
        if _is_task(one):
            found.setdefault(id(one), one)
    return tuple(found.values())


def image_specs_in(objects: Sequence[Any]) -> tuple[Any, ...]:
    """Every ImageSpec that a task or a node of them names.

    A dynamic task may start any task of the process, and takes the images of all along.
    """
    from flytekit.core.context_manager import FlyteEntities
    from flytekit.image_spec.image_spec import ImageSpec

    found: dict[int, Any] = {}
    reached = list(_all(objects))
    if any(_is_dynamic(one) for one in reached):
        reached += FlyteEntities.entities
    for one in reached:
        image = getattr(one, "_container_image", None)
        if isinstance(image, ImageSpec):
            found.setdefault(id(image), image)
    return tuple(found.values())


@contextmanager
def untouched(objects: Sequence[Any]) -> Iterator[None]:
    """Put everything back that serialising changes."""
    kept: list[tuple[Any, str, Any]] = []
    for task in tasks_in(objects):
        kept += ((task, name, task.__dict__.get(name, _NOTHING)) for name in _TOUCHED)
        metadata: Any = getattr(task, "metadata", None)
        if hasattr(metadata, "generates_deck"):
            kept.append((metadata, "generates_deck", metadata.generates_deck))
    # Of images all: what was computed meanwhile was of another folder.
    images = [(image, dict(vars(image))) for image in image_specs_in(objects)]
    try:
        yield
    finally:
        for image, was in images:
            vars(image).clear()
            vars(image).update(was)
        for owner, name, value in kept:
            if value is not _NOTHING:
                setattr(owner, name, value)
            elif name in owner.__dict__:
                delattr(owner, name)


def _all(objects: Sequence[Any]) -> Iterator[Any]:
    """The objects, their nodes and all that these run, each once."""
    seen: set[int] = set()
    waiting = list(reversed(objects))
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += reversed(list(_parts(one)))


def _parts(one: Any) -> Iterator[Any]:
    kinds = _kinds()
    if isinstance(one, kinds.reference):
        return
    if isinstance(one, kinds.workflow):
        yield from one.nodes
        yield one.failure_node
    elif isinstance(one, kinds.launch_plan):
        yield one.workflow
    elif isinstance(one, kinds.node):
        yield one.flyte_entity
    elif isinstance(one, kinds.mapped):
        yield one.python_function_task
    elif isinstance(one, kinds.array):
        yield one.target
    elif isinstance(one, kinds.branch):
        block = one._ifelse_block
        cases = [block.case, *(block.other or [])]
        yield from (case.then_node for case in cases)
        yield block.else_node
    else:
        yield from getattr(one, "node_dependency_hints", None) or ()


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Classes of flytekit, looked up once: these questions are asked of every node."""

    reference: Any
    workflow: Any
    launch_plan: Any
    node: Any
    mapped: Any
    array: Any
    branch: Any
    task: Any


@cache
def _kinds() -> _Kinds:
    from flytekit.core.array_node import ArrayNode
    from flytekit.core.array_node_map_task import ArrayNodeMapTask
    from flytekit.core.base_task import PythonTask
    from flytekit.core.condition import BranchNode
    from flytekit.core.launch_plan import LaunchPlan
    from flytekit.core.node import Node
    from flytekit.core.reference_entity import ReferenceEntity
    from flytekit.core.workflow import WorkflowBase

    return _Kinds(
        ReferenceEntity,
        WorkflowBase,
        LaunchPlan,
        Node,
        ArrayNodeMapTask,
        ArrayNode,
        BranchNode,
        PythonTask,
    )


def _is_dynamic(one: Any) -> bool:
    return getattr(getattr(one, "execution_mode", None), "name", "") == "DYNAMIC"


def _is_task(one: Any) -> bool:
    kinds = _kinds()
    return isinstance(one, kinds.task) and not isinstance(one, kinds.reference)
