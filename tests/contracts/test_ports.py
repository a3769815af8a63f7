"""What every Reader and Writer promises, asked of the fake and of the real one alike."""

import pytest
from flyteidl.admin.project_pb2 import Project

from reconciler.errors import InvalidArgumentError, NotFoundError, VersionConflictError
from reconciler.model import Kind, Resource, ResourceId
from reconciler.ports import Created
from tests.contracts.conftest import World
from tests.contracts.specs import DOMAIN, a_launch_plan, a_task, a_workflow
from tests.fakes import a_project


def register(world: World, *resources: Resource) -> None:
    for resource in resources:
        assert world.writer.create(resource) is Created.NEW


def some_of_each(world: World) -> list[Resource]:
    task = a_task(world.project)
    workflow = a_workflow(task)
    return [task, workflow, a_launch_plan(workflow)]


def test_domains_are_the_servers(world: World) -> None:
    """In the order of its configuration."""
    assert tuple(world.reader.domains()) == ("development", "staging", "production")


def test_what_was_created_reads_back_as_wished(world: World) -> None:
    """The canonical spec of a desired resource is the spec of the observed one, to the digest."""
    resources = some_of_each(world)
    register(world, *resources)
    found = world.reader.versions([one.id for one in resources])
    whole = world.reader.workflows([one.id for one in resources if one.id.kind is Kind.WORKFLOW])
    assert set(found) == {one.id for one in resources}
    for resource in resources:
        observed = whole.get(resource.id, found[resource.id])
        assert observed.complete
        assert observed.spec == resource.spec
        assert observed.digest == resource.digest


def test_listed_workflows_are_known_to_exist_only(world: World) -> None:
    """Their interface comes along, nothing else, and they say so."""
    task, workflow, _ = some_of_each(world)
    register(world, task, workflow)
    (listed,) = world.reader.versions([workflow.id]).values()
    assert not listed.complete


def test_what_is_held_as_expected_is_told_by_its_digest(world: World) -> None:
    """Other content is not, nor what is not there; a list at most, whatever they contain."""
    task = a_task(world.project)
    held = [a_workflow(task, name) for name in "abcdef"]
    register(world, task, *held)
    other, missing = a_workflow(task, "f", node="another"), a_workflow(task, "missing")
    expected = {one.id: one.digest for one in (*held, other, missing)}
    assert set(world.reader.holding(expected)) == {one.id for one in held[:-1]}
    assert set(world.reader.holding({})) == set()


def test_creating_again_is_identical_or_a_conflict(world: World) -> None:
    """Versions never change, and Admin compares."""
    task = a_task(world.project)
    workflow = a_workflow(task)
    register(world, task, workflow, a_launch_plan(workflow))
    for same in (task, workflow, a_launch_plan(workflow)):
        assert world.writer.create(same) is Created.IDENTICAL
    for other in (
        a_task(world.project, image="acme/etl:2"),
        a_workflow(task, node="n1"),
        a_launch_plan(workflow, parallelism=7),
    ):
        with pytest.raises(VersionConflictError):
            world.writer.create(other)
    assert world.reader.versions([task.id])[task.id].digest == task.digest


def test_only_what_was_asked_for_is_answered(world: World) -> None:
    """Names and versions are paired, other kinds and domains kept apart, absent ids left out."""
    tasks = [a_task(world.project, name, version) for name in "ab" for version in ("v1", "v2")]
    register(world, *tasks)
    asked = [tasks[0].id, tasks[3].id, tasks[0].id.at("v3")]
    asked.append(ResourceId(Kind.TASK, world.project, "production", "a", "v1"))
    asked.append(ResourceId(Kind.WORKFLOW, world.project, DOMAIN, "a", "v1"))
    assert set(world.reader.versions(asked)) == {tasks[0].id, tasks[3].id}


NASTY = ["a+b", "a;b", "a,b", "f(x)", " a", "a ", "a\nb", "a)", "%", "a_b", "\\", "é日", "x" * 300]


def test_nasty_names_and_versions_are_found(world: World) -> None:
    """Whatever Admin registers is found again, and nothing that only looks like it."""
    tasks = [a_task(world.project, name, "v1") for name in NASTY]
    tasks += [a_task(world.project, "t", version) for version in NASTY]
    register(world, *tasks)
    ids = {task.id for task in tasks}
    decoys = {id.at("v2") for id in ids} | {
        ResourceId(Kind.TASK, world.project, DOMAIN, name, "v1") for name in ("a", "b", "xab")
    }
    assert set(world.reader.versions(ids | decoys)) == ids
    assert world.reader.latest(ids) == {
        id: id.at(NASTY[-1]) if id.name == "t" else id for id in ids
    }


def test_latest_is_the_version_created_last(world: World) -> None:
    """Whatever the versions are called; the version one asks with says nothing."""
    tasks = [a_task(world.project, "a", version) for version in ("v9", "v10", "v1")]
    register(world, *tasks)
    absent = ResourceId(Kind.TASK, world.project, DOMAIN, "none", "v1")
    asked = tasks[0].id.at("any")
    assert world.reader.latest([asked, absent]) == {asked: tasks[-1].id}


def test_one_version_of_a_name_is_active(world: World) -> None:
    """Switching one on switches the former off; every name asked for gets an answer."""
    task, workflow, first = some_of_each(world)
    second = a_launch_plan(workflow, version="v2")
    register(world, task, workflow, first, second)
    activation = first.id.activation
    nobody = ResourceId(Kind.ACTIVATION, world.project, DOMAIN, "nobody")

    def active() -> list[ResourceId]:
        found = world.reader.active([activation, nobody])
        assert found[nobody] == ()
        return [one.id for one in found[activation]]

    assert active() == []
    for launch_plan in (first, second, second):
        world.writer.set_active(launch_plan.id, active=True)
        assert active() == [launch_plan.id]
    world.writer.set_active(first.id, active=False)
    assert active() == [second.id]
    (observed,) = world.reader.active([activation])[activation]
    assert observed.digest == second.digest
    world.writer.set_active(second.id, active=False)
    assert active() == []


def test_all_that_is_active_in_a_place(world: World) -> None:
    """Whatever its name; nothing that is not active, and nothing of other places."""
    task, workflow, first = some_of_each(world)
    second = a_launch_plan(workflow, version="v2")
    register(world, task, workflow, first, second)
    assert list(world.reader.all_active([(world.project, DOMAIN)])) == []

    world.writer.set_active(second.id, active=True)

    (found,) = world.reader.all_active([(world.project, DOMAIN)])
    assert (found.id, found.digest) == (second.id, second.digest)
    assert list(world.reader.all_active([(world.project, "staging")])) == []
    assert list(world.reader.all_active([])) == []


def test_switching_what_is_not_there_fails(world: World) -> None:
    """On or off: Admin must know the version."""
    for active in (True, False):
        missing = ResourceId(Kind.LAUNCH_PLAN, world.project, DOMAIN, "none", "v1")
        with pytest.raises(NotFoundError):
            world.writer.set_active(missing, active=active)


def test_a_launch_plan_needs_its_workflow(world: World) -> None:
    """Admin looks before it stores."""
    orphan = a_launch_plan(a_workflow(a_task(world.project)))
    with pytest.raises(NotFoundError):
        world.writer.create(orphan)


def test_projects_are_created_once_and_read_back(world: World) -> None:
    """A second create is not compared; the reader must."""
    name = f"{world.project}-risk"
    project = a_project(name, description="Risk", labels={"values": {"team": "risk"}})
    assert world.reader.projects([name]) == {}
    assert world.writer.create(project) is Created.NEW
    assert world.writer.create(project) is Created.UNVERIFIED
    found = world.reader.projects([name, "none", "no;ne"])
    assert set(found) == {name}
    assert found[name].spec == project.spec


def test_updates_leave_what_admin_cannot_clear(world: World) -> None:
    """Empty texts mean "leave it", labels are replaced in full, the state is always set."""
    name = world.project

    def read() -> Project:
        project = world.reader.projects([name])[name].spec
        assert isinstance(project, Project)
        return project

    first = a_project(
        name, description="Risk", labels={"values": {"team": "risk"}}, state=Project.ARCHIVED
    )
    world.writer.update(first)
    assert read() == first.spec

    world.writer.update(Resource(first.id, request=Project(id=name)))
    assert read() == Project(
        id=name, name=name, description="Risk", labels={"values": {"team": "risk"}}
    )

    world.writer.update(Resource(first.id, request=Project(id=name, labels={})))
    assert read() == Project(id=name, name=name, description="Risk", labels={})


def test_an_unknown_project_cannot_be_updated(world: World) -> None:
    """Updating does not create."""
    with pytest.raises(NotFoundError):
        world.writer.update(a_project(f"{world.project}-none"))


def test_archived_or_unknown_places_take_nothing(world: World) -> None:
    """An archived project is read as before, but takes no create; nor does an unknown domain."""
    task = a_task(world.project)
    register(world, task)
    world.writer.update(a_project(world.project, state=Project.ARCHIVED))
    assert set(world.reader.versions([task.id])) == {task.id}
    with pytest.raises(InvalidArgumentError, match="is not active"):
        world.writer.create(a_task(world.project, version="v2"))
    with pytest.raises(InvalidArgumentError, match="not found"):
        world.writer.create(a_task(f"{world.project}-none"))


def test_nothing_asked_is_nothing_answered(world: World) -> None:
    """Every read takes an empty set."""
    reader = world.reader
    reads = (reader.projects, reader.versions, reader.workflows, reader.active, reader.latest)
    assert [dict(read([])) for read in reads] == [{}] * len(reads)
