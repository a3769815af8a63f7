"""Uploads in a plan: before what needs them, once, and only if it is sent."""

from dataclasses import replace

from flyteidl.core.tasks_pb2 import TaskTemplate

from reconciler.model import (
    Action,
    Bundle,
    Code,
    CodeFolder,
    DesiredState,
    ObservedState,
    Reason,
    Resource,
    Verb,
    with_addresses,
)
from reconciler.plan import make_plan
from reconciler.plan.uploads import with_uploads
from tests.builders import a_create, a_task, a_workflow


def a_bundle(digest: str = "ab" * 32, *, name: str = "app") -> Bundle:
    return Bundle("flytesnacks", "development", name, Code(digest, 1, 1), CodeFolder("src"))


def running(bundle: Bundle, name: str = "etl.extract") -> Resource:
    """A task that runs from a bundle."""
    task = a_task(name)
    assert task.request is not None
    template: TaskTemplate = task.request.template  # type: ignore[attr-defined]
    template.container.args.extend(["run", bundle.token])
    task.spec.template.CopyFrom(template)  # type: ignore[union-attr]
    return replace(task, bundles=(bundle,))


def desired(*resources: Resource) -> DesiredState:
    return DesiredState({one.id: one for one in resources})


def observed(wanted: DesiredState, *held: Resource) -> ObservedState:
    return ObservedState({one.id: one for one in held}, asked=frozenset(wanted.resources))


def test_an_upload_stands_before_what_needs_it() -> None:
    """And the create waits for it."""
    bundle = a_bundle()
    task = running(bundle)
    upload, create = make_plan(desired(task), observed(desired(task)))
    assert (upload.verb, upload.reason, upload.bundle) == (Verb.UPLOAD, Reason.NEEDED, bundle)
    assert upload.id == bundle.id
    assert create.needs == (bundle.id,)


def test_a_bundle_is_uploaded_once_for_all() -> None:
    """However many tasks run from it, and whatever they call it."""
    first, second = running(a_bundle()), running(a_bundle(name="same"), "etl.load")
    actions = make_plan(desired(first, second), observed(desired(first, second))).actions
    assert [action.verb for action in actions] == [Verb.UPLOAD, Verb.CREATE, Verb.CREATE]
    assert {action.needs for action in actions[1:]} == {(a_bundle().id,)}


def test_what_exists_uploads_nothing() -> None:
    """Admin has it with the address of this code, which comparing sees."""
    task = running(a_bundle())
    held = running(a_bundle())
    assert held.spec is not None
    address = f"s3://b/flytesnacks/development/{'ab' * 32}/code.tar.gz"
    with_addresses(held.spec, {a_bundle().token: address})
    plan = make_plan(desired(task), observed(desired(task), held))
    assert plan.is_empty


def test_other_code_under_the_same_version_is_a_conflict() -> None:
    """Named by the argument, both sides readable."""
    task, held = running(a_bundle()), running(a_bundle("cd" * 32))
    assert held.spec is not None
    address = f"s3://b/flytesnacks/development/{'cd' * 32}/code.tar.gz"
    with_addresses(held.spec, {a_bundle("cd" * 32).token: address})
    plan = make_plan(desired(task), observed(desired(task), held))
    ((change,),) = [conflict.changes for conflict in plan.conflicts]
    assert change.path == "container.args[1]"
    assert (change.before, change.after) == (address, a_bundle().token)
    assert "known after upload" in a_bundle().token


def test_code_that_only_runs_inside_is_not_sent() -> None:
    """A workflow holds its tasks by name: registering it anew uploads nothing."""
    workflow = replace(a_workflow(), bundles=(a_bundle(),))
    (action,) = with_uploads([a_create(workflow)])
    assert action == a_create(workflow)


def test_other_actions_stay_as_they_are() -> None:
    """Nothing but creates sends an address."""
    task = running(a_bundle())
    update = Action(Verb.UPDATE, task.id, Reason.DIFFERS, "", after=task)
    assert with_uploads([update]) == [update]
