"""flytekit's objects, registered through the planner."""

import copy
import sys
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from flytekit import (
    ImageSpec,
    LaunchPlan,
    Options,
    conditional,
    dynamic,
    reference_launch_plan,
    reference_task,
    reference_workflow,
    task,
    workflow,
)
from flytekit.configuration import ImageConfig, SerializationSettings
from flytekit.core.context_manager import FlyteEntities
from flytekit.core.launch_plan import ReferenceLaunchPlan
from flytekit.core.schedule import FixedRate
from flytekit.models.common import Annotations, Labels
from flytekit.models.task import TaskSpec
from flytekit.remote import FlyteRemote
from flytekit.tools.translator import get_serializable
from flytekit.types.file import FlyteFile

from reconciler.errors import (
    BundleError,
    ConfigError,
    FlyteInvalidInputException,
    ManifestError,
    NotFoundError,
    RegistrationConflictError,
    RegistrationError,
)
from reconciler.manifest import load
from reconciler.model import Kind, Plan, Verb
from reconciler.remote import Fate, FlyteLaunchPlan, FlyteTask, FlyteWorkflow, Remote
from reconciler.remote.register.extra import need_flytekit
from reconciler.report import plan_as_text
from reconciler.sandbox import Fault, Faults, Sandbox
from tests.flytekit.conftest import calls_of, connected, writes

HERE = "tests.flytekit.test_remote_register"
IMAGE = "ghcr.io/acme/app:1"


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def double(a: int) -> int:
    return a * 2


@workflow
def inner(x: int) -> int:
    return double(a=x)


@workflow
def outer(x: int, y: int = 3) -> int:
    """Adds and doubles."""
    return inner(x=add(a=x, b=y))


def named_workflow(default: int) -> Any:
    """A workflow of always the same name."""

    def same(x: int = default) -> int:
        return double(a=x)

    return workflow(same)


def test_a_task_is_registered(remote: Remote) -> None:
    """With one write, and what comes back knows who it is without another call."""
    with calls_of(remote) as calls:
        found = remote.register_task(add, version="1")
        assert isinstance(found, FlyteTask)
        assert set(found.interface.inputs.variables) == {"a", "b"}
        assert found.template.container.args[-1] == "add"

    assert found.id.path == f"flytesnacks/development/{HERE}.add@1"
    assert writes(calls) == ["CreateTask"]


def test_again_is_a_success_without_a_write(remote: Remote) -> None:
    """What is there with the same content is left alone, for a few reads."""
    first = remote.register_workflow(outer, version="1")

    with calls_of(remote) as calls:
        again = remote.register_workflow(outer, version="1")

    assert again == first
    assert writes(calls) == []
    assert calls.total() <= 6


def test_a_workflow_brings_all_it_is_made_of(remote: Remote) -> None:
    """Its tasks, its sub-workflows, and for each workflow a launch plan of its name."""
    found = remote.register([outer], version="1")

    names = {(id.kind, id.name.rpartition(".")[2]) for id in found.fates}
    assert names == {
        *((Kind.TASK, "add"), (Kind.TASK, "double")),
        *((Kind.WORKFLOW, "inner"), (Kind.WORKFLOW, "outer")),
        *((Kind.LAUNCH_PLAN, "inner"), (Kind.LAUNCH_PLAN, "outer")),
    }
    assert set(found.fates.values()) == {Fate.CREATED}
    assert str(found) == "6 created"
    assert len(found.tasks) == len(found.workflows) == len(found.launch_plans) == 2


def test_no_default_launch_plan_if_none_is_wanted(remote: Remote) -> None:
    """Not for the workflow, and for none inside it."""
    remote.register_workflow(outer, version="1", default_launch_plan=False)

    assert remote.list_launch_plans_by_version("1") == []
    assert len(remote.list_workflows_by_version("1")) == 2


def test_options_are_those_of_the_workflows_own_launch_plan(remote: Remote) -> None:
    """Its labels and annotations get there, and not into what is inside it."""
    options = Options(labels=Labels({"team": "etl"}), annotations=Annotations({"why": "test"}))

    remote.register_workflow(outer, version="1", options=options)

    own = remote.fetch_launch_plan(name=f"{HERE}.outer", version="1")
    inside = remote.fetch_launch_plan(name=f"{HERE}.inner", version="1")
    assert dict(own.spec.labels.values) == {"team": "etl"}
    assert dict(own.spec.annotations.values) == {"why": "test"}
    assert not inside.spec.labels.values


def test_what_is_there_with_other_content_is_told_before_anything_is_written(
    remote: Remote,
) -> None:
    """Each field that differs, and the way out; catchable as flytekit's own."""
    remote.register_task(add, version="1")

    with (
        calls_of(remote) as calls,
        pytest.raises(
            RegistrationConflictError, match=r"differs in container\.image; give it a new"
        ) as raised,
    ):
        remote.register_workflow(outer, version="1", image_config=IMAGE)

    assert f"{IMAGE}" in plan_as_text(raised.value.plan)
    assert writes(calls) == []
    assert issubclass(RegistrationConflictError, FlyteInvalidInputException)


def test_a_dry_run_is_a_plan(remote: Remote) -> None:
    """Every step is in it, and nothing is written: no code is uploaded either."""
    with calls_of(remote) as calls:
        plan: Any = remote.register_script(outer, version="1", dry_run=True)

    assert isinstance(plan, Plan)
    assert plan.counts() == {Verb.UPLOAD: 1, Verb.CREATE: 6}
    assert writes(calls) == []


def test_a_launch_plan_brings_its_workflow(remote: Remote) -> None:
    """And no default launch plan beside it."""
    plan = LaunchPlan.get_or_create(outer, "nightly", fixed_inputs={"x": 1})

    found = remote.register_launch_plan(plan, version="1")

    assert isinstance(found, FlyteLaunchPlan)
    assert found.fixed_inputs.literals["x"].scalar.primitive.integer == 1
    assert found.workflow_id.path == f"flytesnacks/development/{HERE}.outer@1"
    assert [one.name for one in remote.list_launch_plans_by_version("1")] == ["nightly"]


def test_a_stale_workflow_is_not_taken_for_the_one_at_hand(remote: Remote) -> None:
    """If Admin's workflow of that version is another one, the launch plan is refused."""
    remote.register_workflow(named_workflow(1), version="1", default_launch_plan=False)

    @task(retries=5)
    def double(a: int) -> int:
        return a

    def same(x: int = 1) -> int:
        return double(a=x)

    plan = LaunchPlan.create("of-another", workflow(same))

    with pytest.raises(RegistrationConflictError, match="same@1"):
        remote.register_launch_plan(plan, version="1")
    assert remote.list_launch_plans_by_version("1") == []


def test_default_launch_plans_are_of_the_workflow_at_hand(remote: Remote) -> None:
    """Not of an earlier one of that name, as flytekit remembers it."""
    LaunchPlan.get_default_launch_plan(remote.context, named_workflow(1))

    found = remote.register(named_workflow(2), version="2")

    (plan,) = found.launch_plans.values()
    default = plan.expected_inputs.parameters["x"].default
    assert default.scalar.primitive.integer == 2


def test_nothing_of_the_callers_is_changed(remote: Remote) -> None:
    """Neither settings nor tasks, images, fixed inputs."""
    image = ImageSpec(name="app", registry="localhost:1", packages=["numpy"])

    @task(container_image=image, enable_deck=True)
    def decked(a: int) -> int:
        return a

    @workflow
    def with_deck(x: int) -> int:
        return decked(a=x)

    settings = SerializationSettings(
        ImageConfig.auto_default_image(), project="flytesnacks", domain="development"
    )
    plan = LaunchPlan.create("fixed", with_deck, fixed_inputs={"x": 1})
    kept = copy.deepcopy(settings)
    before = (
        dict(vars(decked)),
        dict(vars(image)),
        vars(plan).copy(),
        vars(decked.metadata).copy(),
    )

    remote.register_launch_plan(plan, serialization_settings=settings, dry_run=True)
    remote.register_script(with_deck, dry_run=True)

    assert settings == kept
    assert (vars(decked), vars(image), vars(plan), vars(decked.metadata)) == before


def test_nothing_of_ours_gets_among_the_users_entities(remote: Remote) -> None:
    """Where `pyflyte register` would find it, and register it."""
    before = list(FlyteEntities.entities)

    remote.register(outer)

    assert FlyteEntities.entities == before


def test_images_are_named_and_not_built_by_a_dry_run(remote: Remote) -> None:
    """Building asks for Docker and a registry; planning needs neither."""
    image = ImageSpec(name="app", registry="localhost:1", packages=["numpy"])

    @task(container_image=image)
    def imaged(a: int) -> int:
        return a

    plan: Any = remote.register_task(imaged, dry_run=True)

    (step,) = plan
    assert step.after.spec.template.container.image.startswith("localhost:1/app:")


def test_activation_only_where_it_makes_a_difference(remote: Remote) -> None:
    """A launch plan that says so is activated once, and a hand's choice of version stays."""
    plan = LaunchPlan.get_or_create(
        outer,
        "active",
        fixed_inputs={"x": 1},
        schedule=FixedRate(timedelta(days=1)),
        auto_activate=True,
    )

    with calls_of(remote) as first:
        found = remote.register_launch_plan(plan, version="1")
    with calls_of(remote) as again:
        remote.register_launch_plan(plan, version="1")

    assert first["UpdateLaunchPlan"] == 1
    assert writes(again) == []
    assert remote.fetch_active_launchplan(name="active") == found
    assert found.is_scheduled


def test_whether_to_activate_can_be_said(remote: Remote) -> None:
    """Over what the launch plan says of itself."""
    plan = LaunchPlan.get_or_create(outer, "quiet", fixed_inputs={"x": 1}, auto_activate=True)

    remote.register_launch_plan(plan, version="1", activate=False)
    assert remote.fetch_active_launchplan(name="quiet") is None

    remote.register_launch_plan(plan, version="1", activate=True)
    assert remote.fetch_active_launchplan(name="quiet") is not None


def test_launch_plans_are_switched(remote: Remote) -> None:
    """On and off, once each; what is so already costs no write."""
    old = remote.register_launch_plan(LaunchPlan.get_or_create(outer, "switched"), version="1")
    new = remote.register_launch_plan(LaunchPlan.get_or_create(outer, "switched"), version="2")

    remote.activate_launchplan(old.id)
    remote.activate_launchplan(new)
    with calls_of(remote) as calls:
        remote.activate_launchplan(new.id.to_identifier())
        remote.deactivate_launchplan(old.id)
    assert writes(calls) == []
    assert remote.fetch_active_launchplan(name="switched") == new

    remote.deactivate_launchplan(new.id)
    assert remote.fetch_active_launchplan(name="switched") is None
    with pytest.raises(NotFoundError, match="there is no launch plan"):
        remote.activate_launchplan(new.id.at("3"))


def test_references_are_looked_up(remote: Remote) -> None:
    """What a reference names must be there, and take what it is given."""

    @reference_task("flytesnacks", "development", f"{HERE}.add", "1")
    def remote_add(a: int, b: int) -> int: ...

    @workflow
    def refers(x: int) -> int:
        return remote_add(a=x, b=1)

    with pytest.raises(ManifestError, match=r"there is no task flytesnacks/development/.*add@1"):
        remote.register_workflow(refers, version="1")
    remote.register_task(add, version="1")

    found = remote.register([refers], version="1")

    assert not found.tasks
    (node,) = found.workflows[f"{HERE}.refers"].nodes
    assert node.task_node.reference_id.version == "1"


def test_references_of_another_interface_are_refused(remote: Remote) -> None:
    """Before anything is written, with the field that is wrong."""

    @reference_launch_plan("flytesnacks", "development", f"{HERE}.outer", "1")
    def other(x: str) -> int: ...

    @workflow
    def refers(x: str) -> int:
        return other(x=x)

    remote.register_workflow(outer, version="1")

    with (
        calls_of(remote) as calls,
        pytest.raises(ManifestError, match=r"(?i)type"),
    ):
        remote.register_workflow(refers, version="2")
    assert writes(calls) == []


def test_a_reference_itself_is_nothing_to_register(remote: Remote) -> None:
    """It is others'."""
    plan = ReferenceLaunchPlan("p", "d", "n", "v", inputs={}, outputs={})

    with pytest.raises(ConfigError, match="is a reference to what others register"):
        remote.register(plan, version="1")


def test_files_of_this_machine_are_no_defaults(remote: Remote) -> None:
    """No container would find them; flytekit would copy them to a folder of its own."""

    @workflow
    def reads(file: FlyteFile = FlyteFile(__file__)) -> int:  # noqa: B008
        return double(a=1)

    with pytest.raises(ConfigError, match="has an input that lies on this machine"):
        remote.register_workflow(reads, version="1")


def test_two_things_of_one_name_are_told(remote: Remote) -> None:
    """Which of them was meant, nobody knows."""
    with pytest.raises(ConfigError, match=r"there are two .* and they differ; rename one"):
        remote.register([named_workflow(1), named_workflow(2)], version="1")


def test_the_version_of_the_content_is_the_usual_one(remote: Remote) -> None:
    """The same everywhere, for whatever project and domain; another image is another version."""
    found = remote.register_workflow(outer)
    elsewhere: Any = remote.register([outer], domain="staging", dry_run=True)
    imaged = remote.register_workflow(outer, image_config=IMAGE)

    assert {step.id.version for step in elsewhere} == {found.version}
    assert imaged.version != found.version


def test_settings_say_place_version_and_environment(remote: Remote) -> None:
    """Arguments win over them, and the Remote's own defaults stand behind."""
    settings = SerializationSettings(
        ImageConfig.auto(img_name=IMAGE), domain="staging", version="7", env={"A": "b"}
    )

    found = remote.register_task(add, settings)

    assert found.id.path == f"flytesnacks/staging/{HERE}.add@7"
    assert found.template.container.image == IMAGE
    assert [(one.key, one.value) for one in found.template.container.env] == [("A", "b")]
    assert remote.register_task(add, settings, version="8").version == "8"


def test_what_failed_is_told_and_the_same_again_goes_on(remote: Remote, faults: Faults) -> None:
    """The rest is registered; the second time only what is missing."""
    faults.next("CreateWorkflow", Fault.UNAVAILABLE, code="PERMISSION_DENIED")

    with pytest.raises(RegistrationError, match=r"create workflow .*(inner|outer)@1") as raised:
        remote.register([outer], version="1")
    done = raised.value.registered
    assert sorted(done.tasks) == [f"{HERE}.add", f"{HERE}.double"]
    assert done.fates[remote.fetch_task(name=f"{HERE}.add", version="1").id] is Fate.CREATED

    with faults.calm():
        found = remote.register([outer], version="1")

    assert sorted(found.fates.values()) == [Fate.CREATED] * 2 + [Fate.IDENTICAL] * 4


@pytest.mark.parametrize("version", ["1", None], ids=["said", "of-content"])
def test_many_things_are_one_plan(remote: Remote, version: str | None) -> None:
    """And the second time they cost a few lists, however many they are."""
    things = [named(number) for number in range(30)]

    remote.register(things, version=version)
    with calls_of(remote) as calls:
        again = remote.register(things, version=version)

    assert set(again.fates.values()) == {Fate.IDENTICAL}
    assert len(again) == 61
    assert calls.total() <= 15
    assert writes(calls) == []


def named(number: int) -> Any:
    def one(x: int) -> int:
        return double(a=x)

    one.__name__ = one.__qualname__ = f"wf_{number}"
    return workflow(one)


def test_children_of_dynamic_tasks_are_found(remote: Remote) -> None:
    """Where they are registered themselves; their version does not depend on where that is."""

    @dynamic
    def spread(n: int) -> list[int]:
        return [double(a=i) for i in range(n)]

    def registered(domain: str) -> tuple[SerializationSettings, str]:
        (step,) = cast(
            Any, remote.register(spread, domain=domain, image_config=IMAGE, dry_run=True)
        )
        (variable,) = step.after.spec.template.container.env
        assert variable.key == "_F_SS_C"
        return SerializationSettings.from_transport(variable.value), step.id.version

    settings, version = registered("development")
    elsewhere, same = registered("staging")

    assert (settings.project, settings.domain) == ("flytesnacks", "development")
    assert elsewhere.domain == "staging"
    assert settings.version == version == same
    assert settings.image_config.default_image.full == IMAGE


def test_branches_and_all_inside_them_come_along(remote: Remote) -> None:
    """Tasks of branches are registered like any."""

    @workflow
    def branched(x: int) -> int:
        return conditional("size").if_(x > 1).then(double(a=x)).else_().then(add(a=x, b=x))

    found = remote.register([branched], version="1")

    assert sorted(found.tasks) == [f"{HERE}.add", f"{HERE}.double"]


def test_admin_holds_what_flytekits_own_client_would_have_sent(remote: Remote) -> None:
    """Message by message: registered by one client, the other has nothing to add."""
    plan = LaunchPlan.get_or_create(outer, "same-as-theirs", fixed_inputs={"x": 1})
    settings = SerializationSettings(
        ImageConfig.auto(img_name=IMAGE), "flytesnacks", "development", "1"
    )
    with Sandbox() as other, connected(other) as looking:
        theirs = FlyteRemote.for_endpoint(
            other.endpoint,
            insecure=True,
            default_project="flytesnacks",
            default_domain="development",
        )
        theirs.register_workflow(outer, copy.deepcopy(settings), version="1")
        theirs.register_launch_plan(
            plan, version="1", serialization_settings=copy.deepcopy(settings)
        )

        found = looking.register([outer, plan], serialization_settings=settings, version="1")

    assert set(found.fates.values()) == {Fate.IDENTICAL}
    assert len(found) == 7


def test_manifests_are_registered_alike(remote: Remote, tmp_path: Path) -> None:
    """As they were loaded, each under its own version."""
    (tmp_path / "task.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Task\n"
        "metadata: {project: flytesnacks, domain: development, name: shell}\n"
        "spec: {type: raw-container, container: {image: 'busybox:1', args: [date]}}\n"
    )
    manifests = load([tmp_path])

    plan: Any = remote.register(manifests, dry_run=True)
    first = remote.register(manifests)
    again = remote.register(manifests)

    (id,) = first.fates
    assert [step.id for step in plan] == [id]
    assert first.fates[id] is Fate.CREATED
    assert again.fates == {id: Fate.IDENTICAL}
    with pytest.raises(ConfigError, match="manifests say their own version"):
        remote.register(manifests, version="2")
    assert again.tasks["shell"].template.container.image == "busybox:1"


def test_packages_are_registered_by_their_path(remote: Remote, tmp_path: Path) -> None:
    """Under the version that a Package manifest gives them, or the one that is said."""
    settings = SerializationSettings(ImageConfig.auto(img_name=IMAGE))
    found: Any = OrderedDict()
    get_serializable(found, settings, inner)
    for number, model in enumerate(one for one in found.values() if hasattr(one, "template")):
        suffix = 1 if isinstance(model, TaskSpec) else 2
        file = tmp_path / f"{number}_{suffix}.pb"
        file.write_bytes(model.to_flyte_idl().SerializeToString())

    first = remote.register(tmp_path)
    said = remote.register(str(tmp_path), version="1")

    (tmp_path / "package.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Package\n"
        "metadata: {project: flytesnacks, domain: development, name: p}\nspec: {source: .}\n"
    )
    manifest = load([tmp_path / "package.yaml"])
    (tmp_path / "package.yaml").unlink()
    assert set(remote.register(manifest).fates.values()) == {Fate.IDENTICAL}
    assert len(first) == len(said) == 2
    assert said.version == "1" != first.version
    with pytest.raises(BundleError, match="no such file or folder"):
        remote.register(tmp_path / "missing.tgz")


def test_without_flytekit_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, and everything else works without it."""
    monkeypatch.delitem(sys.modules, "flytekit")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(ConfigError, match=r"pip install 'flyte-reconciler\[flytekit\]'"):
        need_flytekit()


def test_what_comes_back_is_whole(remote: Remote) -> None:
    """Its messages are Admin's, its types those of the object that it was made from."""
    found = remote.register_workflow(outer, version="1")

    assert isinstance(found, FlyteWorkflow)
    assert found.python_interface == outer.python_interface
    assert found.message.id == remote.fetch_workflow(name=found.name, version="1").message.id
    assert [node.id for node in found.nodes] == ["n0", "n1"]
    assert [one.id.name for one in found.sub_workflows] == [f"{HERE}.inner"]
    assert len(found.tasks) == 2


def test_what_was_fetched_is_a_node_of_a_local_workflow(remote: Remote) -> None:
    """Tasks and launch plans, lazy ones too: as references, of which no copy is registered."""
    remote.register_workflow(outer, version="1")
    far_add = remote.fetch_task(name=f"{HERE}.add", version="1")
    far_plan = remote.fetch_launch_plan_lazy(name=f"{HERE}.outer", version="1")

    @workflow
    def mixed(x: int) -> int:
        return far_plan(x=far_add(a=x, b=1))

    found = remote.register([mixed], version="2")

    assert sorted(found.fates) == sorted(
        id for id in found.fates if id.name == f"{HERE}.mixed" and id.version == "2"
    )
    first, second = found.workflows[f"{HERE}.mixed"].nodes
    assert first.task_node.reference_id == far_add.id.to_identifier()
    assert second.workflow_node.launchplan_ref == far_plan.id.to_identifier()


def test_what_cannot_be_a_node_says_so(remote: Remote) -> None:
    """A workflow that is not at hand, arguments without names, inputs that are none."""
    far = remote.register_workflow(outer, version="1")
    task = remote.fetch_task(name=f"{HERE}.add", version="1")

    with pytest.raises(ConfigError, match="fetch its launch plan and call that"):
        far(x=1)
    with pytest.raises(ConfigError, match="takes its inputs by name"):
        task(1, 2)
    with pytest.raises(ConfigError, match="takes no c; it takes a, b"):
        task(a=1, c=2)


def test_what_flytekit_cannot_write_is_told_with_its_name(remote: Remote) -> None:
    """In flytekit's words, as one of our errors."""

    @workflow
    def nameless(x: int) -> int:
        return double(a=x).with_overrides(node_name="efn")

    with pytest.raises(ConfigError, match=r"flytekit cannot write down .*nameless: .*reserved"):
        remote.register_workflow(nameless, version="1")


def test_where_the_source_is_can_be_said(remote: Remote) -> None:
    """The repository of the settings, which flytekit means to send and does not."""
    settings = SerializationSettings(
        ImageConfig.auto(img_name=IMAGE), version="1", git_repo="github.com/acme/etl"
    )

    (step,) = cast(Any, remote.register_task(add, settings, dry_run=True))

    assert step.after.request.description.source_code.link == "github.com/acme/etl"


def test_default_launch_plans_can_be_had(remote: Remote) -> None:
    """Under flytekit's name, and without its memory."""
    LaunchPlan.get_default_launch_plan(remote.context, named_workflow(5))

    plan = remote.get_default_launch_plan(None, named_workflow(6))

    assert plan.parameters.parameters["x"].default.scalar.primitive.integer == 6


@pytest.mark.parametrize("word", ["latest", "active"])
def test_words_for_what_is_fetched_are_no_versions(remote: Remote, word: str) -> None:
    """Nobody could fetch it again."""
    with pytest.raises(ConfigError, match=f"{word} is a word for what is fetched"):
        remote.register_task(add, version=word)


def test_auto_is_the_version_of_the_content(remote: Remote) -> None:
    """As manifests say it."""
    assert remote.register_task(add, version="auto") == remote.register_task(add)


def test_nothing_is_nothing_to_register(remote: Remote) -> None:
    """Most likely something was left out."""
    with pytest.raises(ConfigError, match="there is nothing to register"):
        remote.register([])
    with pytest.raises(ConfigError, match="str is no task, workflow or launch plan"):
        remote.register(cast(Any, [add, "more"]), version="1")


def test_a_launch_plan_may_be_of_a_workflow_that_others_registered(remote: Remote) -> None:
    """Which is looked up, and not registered again."""
    far = remote.register_workflow(outer, version="1", default_launch_plan=False)

    @reference_workflow("flytesnacks", "development", f"{HERE}.outer", "1")
    def theirs(x: int, y: int) -> int:
        return 0

    plan = LaunchPlan.create("over-theirs", theirs, default_inputs={"x": 1, "y": 2})

    found = remote.register([plan], version="2")

    (one,) = found.launch_plans.values()
    assert len(found) == 1
    assert one.workflow_id == far.id
    assert one.workflow == far


def test_a_python_without_an_image_of_flytekits_needs_one_said(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """flytekit has images for some Pythons only; said, one is taken as it is."""

    def for_this_python() -> str:
        raise ValueError("(3, 99) is not a valid PythonVersion")  # as it says in flytekit

    monkeypatch.setattr(ImageConfig, "auto_default_image", for_this_python)

    with pytest.raises(ConfigError, match="no image of its own for this Python"):
        remote.register_task(add, dry_run=True)
    plan: Any = remote.register_task(add, image_config=IMAGE, dry_run=True)

    (step,) = plan
    assert step.after.spec.template.container.image == IMAGE
