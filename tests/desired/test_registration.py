"""What a program hands over is bound like the members of a package."""

from typing import Any

from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec

from reconciler.desired import Member, Registration, bind, declared
from reconciler.desired.placeholders import ADDRESS, DESTINATION
from reconciler.model import Bundle, Code, CodeFolder, DesiredState, Found, Kind, Origin, Resource
from tests.builders import a_project, a_task, a_workflow

CODE = Code("ab" * 32, 1, 7)
HERE = ("flytesnacks", "development")
FOUND = Found(domains=("development", "staging"), projects={"flytesnacks": a_project()})


def blank(resource: Resource) -> Member:
    """Its request with neither place nor version, as a package has it."""
    request: Any = resource.request
    assert isinstance(request, TaskSpec | WorkflowSpec)
    ids = [request.template.id]
    if isinstance(request, WorkflowSpec):
        ids += [node.task_node.reference_id for node in request.template.nodes]
    for id in ids:
        id.project = id.domain = id.version = ""
    return Member("test", resource.id.kind, request)


def a_flow(command: str = "run") -> tuple[Member, ...]:
    tasks = [blank(a_task(f"etl.{name}", inputs=(), outputs=())) for name in ("extract", "load")]
    for task in tasks:
        task.spec.template.metadata.SetInParent()
        task.spec.template.container.args.extend([command, "{{ .remote_package_path }}"])
    return (*tasks, blank(a_workflow()))


def bound(registration: Registration) -> DesiredState:
    return bind(declared(registration, registration.settled_version), FOUND)


def a_bundle(project: str = "flytesnacks", domain: str = "development") -> Bundle:
    return Bundle(project, domain, "code", CODE, CodeFolder("src"))


def test_all_take_the_version_and_the_place() -> None:
    """Each by itself, and where others refer to it."""
    state = bound(Registration(*HERE, a_flow(), version="1", bundle=a_bundle()))

    assert {(id.kind, id.name, id.version) for id in state.resources} == {
        (Kind.TASK, "etl.extract", "1"),
        (Kind.TASK, "etl.load", "1"),
        (Kind.WORKFLOW, "etl.daily", "1"),
    }
    (workflow,) = (one for one in state if one.id.kind is Kind.WORKFLOW)
    assert {need.version for need in state.needs[workflow.id]} == {"1"}
    assert not any(one.content_addressed for one in state)


def test_the_version_of_the_content_is_of_specs_and_code() -> None:
    """Not of the place; a word or a file that changes makes another one."""
    other = Bundle(*HERE, "code", Code("cd" * 32, 1, 7), CodeFolder("src"))
    here = Registration(*HERE, a_flow(), bundle=a_bundle())

    there = Registration("flytesnacks", "staging", a_flow(), bundle=a_bundle(domain="staging"))
    versions = {
        here.settled_version,
        Registration(*HERE, a_flow("walk"), bundle=a_bundle()).settled_version,
        Registration(*HERE, a_flow(), bundle=other).settled_version,
    }

    assert there.settled_version == here.settled_version
    assert len(versions) == 3
    assert all(one.content_addressed for one in bound(here))


def test_the_code_is_where_its_address_is_left_open() -> None:
    """A token stands for it until it is uploaded."""
    (task, *_) = a_flow()
    task.spec.template.container.args.extend([ADDRESS, DESTINATION])
    registration = Registration(
        *HERE, (task,), version="1", bundle=a_bundle(), destination="/root"
    )

    (resource,) = bound(registration)

    spec: Any = resource.spec
    assert list(spec.template.container.args[-2:]) == [a_bundle().token, "/root"]
    assert resource.bundles == (a_bundle(),)


def test_where_something_is_defined_is_told() -> None:
    """By whoever knows; else the member says what it is called."""
    origins = {(Kind.TASK, "etl.load"): Origin("flow.py", 7)}

    registration = Registration(*HERE, a_flow(), version="1", bundle=a_bundle(), origins=origins)

    found = {one.id.name: str(one.origin) for one in bound(registration)}
    assert found["etl.load"] == "flow.py:7"
    assert found["etl.extract"] == "test"
