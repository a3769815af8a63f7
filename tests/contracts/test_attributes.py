"""What every Reader and Writer does with attributes: no surprises above, all of Admin's below."""

import pytest
from flyteidl.admin.project_pb2 import Project

from reconciler.errors import AdminError, InternalError, InvalidArgumentError
from reconciler.model import ATTRIBUTE_NUMBERS, Kind, Resource, ResourceId
from tests.contracts.attributes import a_label, a_row, overrides
from tests.contracts.conftest import World
from tests.fakes import a_project

DEV, STAGING = "development", "staging"


def rows(world: World, *facets: str) -> dict[ResourceId, Resource]:
    """The rows of this world's own project."""
    found = world.reader.attributes(facets or ("executionClusterLabel",))
    return {id: row for id, row in found.items() if id.project == world.project}


def write(world: World, *resources: Resource) -> None:
    for resource in resources:
        world.writer.update(resource)


def every_type(project: str, domain: str = "", workflow: str = "") -> list[Resource]:
    place = (project, domain, workflow)
    return [
        a_row("taskResources", *place, defaults={"cpu": "1"}, limits={"cpu": "2"}),
        a_row("clusterResources", *place, attributes={"projectQuotaCpu": "4"}),
        a_row("executionQueue", *place, tags=["b", "a", "b"]),
        a_label("gpu", *place),
        a_row("workflowExecutionConfig", *place, maxParallelism=7, interruptible=False),
        a_row("clusterAssignment", *place, clusterPoolName="pool"),
    ]


def test_every_type_is_kept_at_every_level(world: World) -> None:
    """Written whole, listed as written, each under its own type only."""
    written = [
        *every_type(world.project),
        *every_type(world.project, DEV),
        *every_type(world.project, DEV, "any name? at/all"),
        overrides(world.project, DEV, spark="mine"),
        overrides(world.project, DEV, "etl", spark="theirs"),
    ]
    write(world, *written)
    found = rows(world, *ATTRIBUTE_NUMBERS)
    assert {id: row.digest for id, row in found.items()} == {row.id: row.digest for row in written}
    assert {id.facet for id in rows(world, "executionQueue")} == {"executionQueue"}


def test_a_row_is_replaced_whole(world: World) -> None:
    """What the new message does not say is gone."""
    write(
        world,
        a_row("taskResources", world.project, DEV, defaults={"cpu": "1"}, limits={"cpu": "2"}),
        after := a_row("taskResources", world.project, DEV, limits={"memory": "1Gi"}),
    )
    assert rows(world, "taskResources")[after.id].spec == after.spec


def test_an_empty_message_is_a_row(world: World) -> None:
    """And not the absence of one."""
    write(world, empty := a_row("taskResources", world.project))
    assert rows(world, "taskResources")[empty.id].spec == empty.spec


@pytest.mark.parametrize(
    ("level", "left"),
    [
        ((), [(STAGING,), (STAGING, "etl")]),
        ((DEV,), [(), (STAGING,), (STAGING, "etl")]),
        ((DEV, "etl"), [(), (DEV,), (DEV, "ml"), (STAGING,), (STAGING, "etl")]),
    ],
)
def test_a_delete_takes_the_rows_below(
    world: World, level: tuple[str, ...], left: list[tuple[str, ...]]
) -> None:
    """Of the one type and the one project; deleting what is not there is no error."""
    levels: list[tuple[str, ...]] = [(), (DEV,), (DEV, "etl"), (DEV, "ml")]
    levels += [(STAGING,), (STAGING, "etl")]
    write(world, *(a_label("x", world.project, *one) for one in levels))
    other_type = a_row("executionQueue", world.project, DEV, tags=["a"])
    write(world, other_type)
    target = a_label("x", world.project, *level).id
    world.writer.delete(target)
    world.writer.delete(target)
    if not level:
        left = []
    assert set(rows(world)) == {a_label("x", world.project, *one).id for one in left}
    assert set(rows(world, "executionQueue")) == {other_type.id}


def test_plugin_overrides_are_merged(world: World) -> None:
    """By task type, entries whole; nothing that is there goes away by an update."""
    write(
        world,
        overrides(world.project, DEV, "etl", spark="a", ray="b"),
        overrides(world.project, DEV, "etl", ray="c", dask="d"),
    )
    merged = overrides(world.project, DEV, "etl", spark="a", ray="c", dask="d")
    assert rows(world, "pluginOverrides")[merged.id].digest == merged.digest


def test_a_domains_overrides_may_end_up_in_a_workflows(world: World) -> None:
    """Where a workflow's row is the older one: the trap that apply keeps out of."""
    write(
        world,
        overrides(world.project, DEV, "etl", spark="theirs"),
        overrides(world.project, DEV, ray="ours"),
    )
    merged = overrides(world.project, DEV, "etl", spark="theirs", ray="ours")
    assert {id: row.digest for id, row in rows(world, "pluginOverrides").items()} == {
        merged.id: merged.digest
    }


def test_a_project_takes_no_plugin_overrides(world: World) -> None:
    """Not in any way."""
    id = ResourceId(Kind.ATTRIBUTES, world.project, facet="pluginOverrides")
    spec = overrides(world.project, DEV, spark="a").spec
    with pytest.raises(InternalError):
        world.writer.update(Resource(id, spec=spec))
    assert rows(world, "pluginOverrides") == {}


def test_places_must_be_there_and_active(world: World) -> None:
    """To write as to delete; rows of archived projects are listed all the same."""
    write(world, row := a_label("x", world.project, DEV))
    for nowhere in (a_label("x", f"{world.project}-no"), a_label("x", world.project, "nowhere")):
        with pytest.raises(InvalidArgumentError):
            world.writer.update(nowhere)
    world.writer.update(a_project(world.project, state=Project.ARCHIVED))
    for refused in (a_label("y", world.project), a_label("y", world.project, DEV, "etl")):
        with pytest.raises(AdminError, match="is not active"):
            world.writer.update(refused)
        with pytest.raises(AdminError, match="is not active"):
            world.writer.delete(refused.id)
    assert set(rows(world)) == {row.id}


def test_only_attributes_of_the_type_that_the_id_says_are_written(world: World) -> None:
    """Admin goes by the message: a mistake would end up in another row."""
    id = ResourceId(Kind.ATTRIBUTES, world.project, DEV, facet="executionQueue")
    with pytest.raises(ValueError, match="cannot hold"):
        world.writer.update(Resource(id, spec=a_label("x", world.project).spec))
    with pytest.raises(ValueError, match="MatchingAttributes"):
        world.writer.update(Resource(id))
    with pytest.raises(ValueError, match="cannot be deleted"):
        world.writer.delete(ResourceId(Kind.PROJECT, world.project))
