"""What every Reader and Writer does with the names that versions share."""

import pytest
from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    NamedEntityMetadata,
)

from reconciler.errors import NotFoundError, UnknownError
from reconciler.model import Kind, Resource, ResourceId
from tests.contracts.conftest import World
from tests.contracts.specs import a_launch_plan, a_task, a_workflow

NASTY = ["a+b", "a;b", "a,b", "f(x)", " a", "a ", "%", "a_b", "\\", "é日", ".flytegen.x"]


def described(id: ResourceId, description: str = "", state: int = NAMED_ENTITY_ACTIVE) -> Resource:
    return Resource(id, spec=NamedEntityMetadata(description=description, state=state))


def read(world: World, id: ResourceId) -> NamedEntityMetadata:
    spec = world.reader.named_entities([id])[id].spec
    assert isinstance(spec, NamedEntityMetadata)
    return spec


def a_name(world: World) -> ResourceId:
    """The name of a task that has a version."""
    task = a_task(world.project)
    world.writer.create(task)
    return task.id.named_entity


def test_a_name_is_there_once_it_has_a_version(world: World) -> None:
    """Of each kind for itself, plain at first."""
    task = a_task(world.project, "same")
    workflow = a_workflow(task, "same")
    launch_plan = a_launch_plan(workflow, "same")
    names = [one.id.named_entity for one in (task, workflow, launch_plan)]
    assert world.reader.named_entities(names) == {}
    for one, name in zip((task, workflow, launch_plan), names, strict=True):
        world.writer.create(one)
        assert read(world, name) == NamedEntityMetadata()
    for number, name in enumerate(names):
        world.writer.update(described(name, f"number {number}"))
    assert [read(world, name).description for name in names] == [
        f"number {number}" for number in range(3)
    ]


@pytest.mark.parametrize("many", [False, True])
def test_names_are_found_whatever_they_are(world: World, many: bool) -> None:
    """Few or many, with signs that filters cannot say, archived ones too; and no others."""
    plain = [f"task{number}" for number in range(40 if many else 3)]
    tasks = [a_task(world.project, name) for name in (*plain, *NASTY)]
    for task in tasks:
        world.writer.create(task)
    names = {task.id.named_entity for task in tasks}
    for name in names:
        world.writer.update(described(name, f"this is {name.name}", NAMED_ENTITY_ARCHIVED))
    decoys = {
        ResourceId(Kind.NAMED_ENTITY, id.project, domain, f"{id.name}{end}", facet=facet)
        for id in names
        for domain, end, facet in (
            ("development", "x", "task"),
            ("staging", "", "task"),
            ("development", "", "workflow"),
        )
    }
    found = world.reader.named_entities(names | decoys)
    assert {id: found[id].spec for id in found} == {
        id: described(id, f"this is {id.name}", NAMED_ENTITY_ARCHIVED).spec for id in names
    }


def test_a_description_cannot_be_cleared_and_a_state_not_left(world: World) -> None:
    """Empty means "leave it"; a state that is not sent is active."""
    name = a_name(world)
    world.writer.update(described(name, "once", NAMED_ENTITY_ARCHIVED))
    world.writer.update(described(name))
    assert read(world, name) == NamedEntityMetadata(description="once")


def test_a_description_has_three_hundred_characters_at_most(world: World) -> None:
    """Characters, not bytes; Admin has no better word than UNKNOWN for more."""
    name = a_name(world)
    world.writer.update(described(name, "é" * 300))
    with pytest.raises(UnknownError):
        world.writer.update(described(name, "e" * 301))
    assert read(world, name).description == "é" * 300


def test_a_name_without_a_version_cannot_be_described(world: World) -> None:
    """There is nothing yet to describe."""
    nobody = ResourceId(Kind.NAMED_ENTITY, world.project, "development", "no", facet="workflow")
    with pytest.raises(NotFoundError):
        world.writer.update(described(nobody, "somebody"))
