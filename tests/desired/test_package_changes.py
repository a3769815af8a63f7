"""What a manifest changes about a package: merged where it adds, and always a new version."""

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from google.protobuf.json_format import MessageToDict

from reconciler.desired import bind, declare
from reconciler.desired.package import read_package
from reconciler.desired.package import references as references_of
from reconciler.desired.package_changes import changed
from reconciler.desired.package_images import (
    SETTINGS,
    change_images,
    image_names,
    images_of,
    looks_up_children,
    set_primary_image,
)
from reconciler.desired.problems import Problems
from reconciler.errors import ManifestError
from reconciler.manifest import Package
from reconciler.model import DesiredState, Kind, Resource, identifiers

HERE = Path(__file__).parent
SCHEDULES = HERE / "packages" / "schedules.tgz"
REFERENCES = HERE / "packages" / "references.tgz"
SETTINGS_FAST = HERE / "fast_packages" / "settings-fast.tgz"
NEW = "ghcr.io/acme/app@sha256:" + "ab" * 32


def a_package(source: Path, *, version: str = "v1", **spec: Any) -> Package:
    return Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {"project": "flytesnacks", "domain": "development", "name": "code"},
            "spec": {"source": str(source), "version": version, **spec},
        }
    )


def bound(source: Path = SCHEDULES, *, version: str = "v1", **spec: Any) -> DesiredState:
    return bind(declare([a_package(source, version=version, **spec)]), None)


def requests(state: DesiredState, kind: Kind) -> dict[str, Any]:
    """What would be sent, by name."""
    return {one.id.name: one.request for one in state if one.id.kind is kind}


def launch_plans(**said: Any) -> dict[str, LaunchPlanSpec]:
    return requests(bound(overrides={"launchPlans": said}), Kind.LAUNCH_PLAN)


def version_of(state: DesiredState) -> str:
    (version,) = {one.id.version for one in state if one.id.kind.versioned}
    return version


def test_an_account_replaces_the_account_and_nothing_else() -> None:
    """flytectl replaces the whole security context, and the secrets are gone."""
    changed = launch_plans(etl_daily={"runAs": {"serviceAccount": "etl"}})["etl_daily"]
    identity = changed.security_context.run_as
    assert identity.k8s_service_account == "etl"
    assert identity.iam_role == "arn:aws:iam::1:role/r"
    assert not changed.HasField("auth")


def test_secrets_stay_where_the_account_changes(tmp_path: Path) -> None:
    """Whatever else the security context holds is left as the package has it."""
    for number, member in enumerate(read_package(SCHEDULES)):
        if member.name == "etl_daily":
            member.spec.spec.security_context.secrets.add(group="db", key="password")
            member.spec.spec.security_context.tokens.add(name="token")
        kind = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}[member.kind]
        (tmp_path / f"{number}_{kind}.pb").write_bytes(member.spec.SerializeToString())
    overrides = {"launchPlans": {"etl_*": {"runAs": {"serviceAccount": "etl"}}}}
    spec = requests(bound(tmp_path, overrides=overrides), Kind.LAUNCH_PLAN)["etl_daily"]
    context = spec.security_context
    assert context.run_as.k8s_service_account == "etl"
    assert [secret.key for secret in context.secrets] == ["password"]
    assert [token.name for token in context.tokens] == ["token"]


def test_labels_and_annotations_are_added() -> None:
    """Of a key that both have, the manifest's value counts."""
    said = {"labels": {"tier": "silver", "new": "x"}, "annotations": {"a": "b"}}
    spec = launch_plans(etl_daily=said)["etl_daily"]
    assert dict(spec.labels.values) == {"team": "data", "tier": "silver", "new": "x"}
    assert set(spec.annotations.values) == {"example.com/owner", "a"}


def test_a_schedule_replaces_the_schedule() -> None:
    """Whole, its kickoff input too; and where there was none, there is one now."""
    hourly = {"cron": "0 * * * *", "kickoffInput": "when"}
    specs = launch_plans(
        etl_daily={"schedule": hourly},
        nothing_7d={"schedule": {"cron": "0 6 * * *"}},
        nothing_limited={"schedule": {"rate": {"every": 2, "unit": "hours"}}},
    )
    found = {
        name: MessageToDict(specs[name].entity_metadata.schedule)
        for name in ("etl_daily", "nothing_7d", "nothing_limited")
    }
    assert found == {
        "etl_daily": {"cronSchedule": {"schedule": "0 * * * *"}, "kickoffTimeInputArg": "when"},
        "nothing_7d": {"cronSchedule": {"schedule": "0 6 * * *"}},
        "nothing_limited": {"rate": {"value": 2, "unit": "HOUR"}},
    }
    assert specs["etl_daily"].entity_metadata.notifications


def test_a_schedule_can_be_taken_away() -> None:
    """Everywhere but where a longer name says otherwise: schedules only of one."""
    specs = launch_plans(
        **{
            "*": {"unscheduled": True},
            "etl_daily": {"schedule": {"cron": "@daily", "kickoffInput": "when"}},
        }
    )
    scheduled = {n for n, spec in specs.items() if spec.entity_metadata.HasField("schedule")}
    assert scheduled == {"etl_daily"}


def test_an_override_is_checked_as_any_schedule(tmp_path: Path) -> None:
    """A required input that nobody would bind is told before Admin is asked."""
    with pytest.raises(ManifestError, match="leaves when without a value"):
        launch_plans(**{"schedules.plans.etl": {"schedule": {"cron": "@daily"}}})


def test_notifications_replace_those_of_the_package() -> None:
    """An empty list: none."""
    to = [{"phases": ["failed"], "email": ["x@example.com"]}]
    specs = launch_plans(etl_daily={"notifications": []}, etl_hourly={"notifications": to})
    assert not specs["etl_daily"].entity_metadata.notifications
    assert specs["etl_daily"].entity_metadata.HasField("schedule")
    (one,) = specs["etl_hourly"].entity_metadata.notifications
    assert list(one.email.recipients_email) == ["x@example.com"]


def test_output_and_parallelism_are_replaced() -> None:
    """What nothing is said of stays."""
    said = {"outputLocation": "s3://results/etl", "maxParallelism": 9}
    spec = launch_plans(etl_hourly=said)["etl_hourly"]
    assert spec.raw_output_data_config.output_location_prefix == "s3://results/etl"
    assert spec.max_parallelism == 9
    daily = launch_plans(etl_hourly=said)["etl_daily"]
    assert daily.raw_output_data_config.output_location_prefix == "s3://other/prefix"
    assert daily.max_parallelism == 5


def test_a_name_wins_over_a_glob_and_a_longer_glob_over_a_shorter() -> None:
    """Whatever their order in the manifest."""
    said = {
        "etl_daily": {"maxParallelism": 1},
        "etl_*": {"maxParallelism": 2, "labels": {"by": "longer"}},
        "*": {"maxParallelism": 3, "labels": {"by": "shorter", "all": "yes"}},
    }
    for order in (said, dict(reversed(said.items()))):
        specs = launch_plans(**order)
        found = {
            name: specs[name].max_parallelism for name in ("etl_daily", "etl_hourly", "heart_2h")
        }
        assert found == {"etl_daily": 1, "etl_hourly": 2, "heart_2h": 3}
        assert dict(specs["etl_hourly"].labels.values) == {"by": "longer", "all": "yes"}


@pytest.mark.parametrize(
    "overrides",
    [
        {"launchPlans": {"etl_daily": {"labels": {"a": "b"}}}},
        {"launchPlans": {"*": {"runAs": {"serviceAccount": "x"}}}},
        {"launchPlans": {"etl_daily": {"unscheduled": True}}},
        {"tasks": {"schedules.plans.load": {"image": NEW}}},
        {"tasks": {"*": {"tags": {"a": "b"}}}},
        {"images": {"ghcr.io/acme/app": NEW}},
    ],
)
def test_what_changes_what_is_sent_changes_the_version(overrides: Any) -> None:
    """And the same overrides are the same version again."""
    plain = version_of(bound(version="auto"))
    changed = version_of(bound(version="auto", overrides=overrides))
    assert changed != plain
    assert version_of(bound(version="auto", overrides=overrides)) == changed


@pytest.mark.parametrize(
    "overrides",
    [
        {"launchPlans": {"etl_daily": {"labels": {"team": "data"}}}},
        {"launchPlans": {"etl_daily": {"maxParallelism": 5}}},
        {"images": {"ghcr.io/acme/app": "ghcr.io/acme/app:1"}},
        {"tasks": {"*": {}}},
    ],
)
def test_what_says_the_same_changes_nothing(overrides: Any) -> None:
    """A version is of what is sent, not of who said it."""
    assert version_of(bound(version="auto", overrides=overrides)) == version_of(
        bound(version="auto")
    )


def referred(references: Any) -> dict[str, tuple[str, str, str]]:
    """Place and version of all that a package's workflows refer to, by name."""
    package = a_package(REFERENCES, overrides={"references": references})
    problems = Problems()
    members = changed(read_package(REFERENCES).members, package, problems)
    assert not problems.found
    return {
        id.name: (id.project, id.domain, id.version)
        for member in members
        for id in references_of(member)
    }


def test_what_code_refers_to_outright_can_be_elsewhere() -> None:
    """A reference task names a domain and a version; promotion needs another one."""
    found = referred({"references.a_*": {"domain": "production", "version": "7"}})
    assert found["references.a_base.base_add"] == ("flytesnacks", "production", "7")
    assert found["references.base_plan"] == ("flytesnacks", "development", "v1")
    assert found["references.b_user.own"] == ("", "", "")


def test_a_name_says_more_of_a_reference_than_a_glob() -> None:
    """Each says what it says; the rest stays."""
    found = referred(
        {
            "*": {"domain": "staging", "version": "2"},
            "references.base_plan": {"version": "3"},
            "references.b*": {"project": "other"},
        }
    )
    assert found["references.a_base.base_add"] == ("flytesnacks", "staging", "2")
    assert found["references.base_plan"] == ("other", "staging", "3")


def test_a_reference_can_mean_the_package_itself() -> None:
    """As `flytectl register --force` has it, of all references at once."""
    overrides = {"references": {"*": {"version": "auto"}}}
    shared = bound(REFERENCES, version="auto", overrides=overrides)
    versions = {
        (id.name, id.version)
        for request in requests(shared, Kind.WORKFLOW).values()
        for id in identifiers(request)
        if id.name in ("references.a_base.base_add", "references.base_plan")
    }
    assert versions == {
        ("references.a_base.base_add", version_of(shared)),
        ("references.base_plan", version_of(shared)),
    }


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        (
            {"references": {"references.b_user.own": {"version": "2"}}},
            r"nothing in the package refers to references\.b_user\.own with a version",
        ),
        ({"launchPlans": {"etl_dialy": {}}}, "no launch plan etl_dialy.*did you mean etl_daily"),
        ({"launchPlans": {"none_*": {}}}, r"no launch plan none_\*"),
        ({"tasks": {"none": {}}}, "the package holds no task none"),
        (
            {"images": {"ghcr.io/none": NEW}},
            "uses an image ghcr.io/none.*it uses ghcr.io/acme/app:1",
        ),
        (
            {"tasks": {"schedules.plans.load": {"labels": {"a": "b"}}}},
            "task schedules.plans.load: has no pod of its own to label",
        ),
    ],
)
def test_what_is_said_of_nothing_there_is_an_error(overrides: Any, problem: str) -> None:
    """A slip must not be a silent one."""
    with pytest.raises(ManifestError, match=problem):
        bound(overrides=overrides)


@pytest.mark.parametrize(
    ("image", "names"),
    [
        ("ghcr.io/acme/app:1", ("ghcr.io/acme/app:1", "ghcr.io/acme/app")),
        (NEW, (NEW, "ghcr.io/acme/app")),
        ("host:5000/app", ("host:5000/app",)),
        ("host:5000/app:2", ("host:5000/app:2", "host:5000/app")),
        ("host:5000/app:2@sha256:ab", ("host:5000/app:2@sha256:ab", "host:5000/app")),
        ("app", ("app",)),
        ("${image.etl}", ("${image.etl}", "etl")),
    ],
)
def test_an_image_goes_by_several_names(image: str, names: tuple[str, ...]) -> None:
    """The whole of it first; a port is no tag."""
    assert image_names(image) == names


def test_images_are_replaced_wherever_they_are_used() -> None:
    """In containers, in pods, in what nodes put over them; others stay."""
    images = {"ghcr.io/acme/app:1": NEW, "ghcr.io/acme/other": "ghcr.io/acme/third:3"}
    state = bound(SETTINGS_FAST, overrides={"images": images})
    found = {image for one in tasks(state) for image in images_of(one.request)}  # type: ignore[arg-type]
    before = {image for one in tasks(bound(SETTINGS_FAST)) for image in images_of(one.request)}  # type: ignore[arg-type]
    assert "ghcr.io/acme/app:1" in before
    assert found == {
        {"ghcr.io/acme/app:1": NEW, "ghcr.io/acme/other:1.2.3": "ghcr.io/acme/third:3"}.get(i, i)
        for i in before
    }


def tasks(state: DesiredState) -> Iterator[Resource]:
    return (one for one in state if one.id.kind is Kind.TASK)


def test_a_task_gets_its_own_image_labels_and_tags() -> None:
    """The container that runs it, the labels of its pod, tags for whoever searches."""
    said = {"settings.tuned.podded": {"image": NEW, "labels": {"a": "b"}, "tags": {"t": "u"}}}
    spec = requests(bound(SETTINGS_FAST, overrides={"tasks": said}), Kind.TASK)
    template: TaskTemplate = spec["settings.tuned.podded"].template
    containers = MessageToDict(template.k8s_pod.pod_spec)["containers"]
    primary = template.config["primary_container_name"]
    assert {one["image"] for one in containers if one["name"] == primary} == {NEW}
    assert template.k8s_pod.metadata.labels["a"] == "b"
    assert template.metadata.tags["t"] == "u"


def settings(image: str) -> str:
    name, _, tag = image.partition(":")
    one = {"name": "default", "fqn": name, "tag": tag, "digest": None}
    data = {"image_config": {"default_image": one, "images": [one]}, "env": None}
    return base64.b64encode(gzip.compress(json.dumps(data).encode(), mtime=0)).decode()


@pytest.mark.parametrize("pod", [False, True])
def test_what_dynamic_tasks_start_runs_the_new_image_too(pod: bool) -> None:
    """Their children are made at run time, from the settings that they carry."""
    spec = TaskSpec()
    if pod:
        variable = {"name": SETTINGS, "value": settings("ghcr.io/acme/app:1")}
        spec.template.k8s_pod.pod_spec.update(
            {"containers": [{"name": "main", "env": [variable]}], "initContainers": [{}]}
        )
    else:
        spec.template.container.env.add(key=SETTINGS, value=settings("ghcr.io/acme/app:1"))
    before = spec.SerializeToString(deterministic=True)
    change_images(spec, lambda image: image)
    assert spec.SerializeToString(deterministic=True) == before
    change_images(spec, lambda image: NEW if image == "ghcr.io/acme/app:1" else image)
    if pod:
        (container,) = MessageToDict(spec.template.k8s_pod.pod_spec)["containers"]
        assert "image" not in container
        text = container["env"][0]["value"]
    else:
        text = spec.template.container.env[0].value
    found = json.loads(gzip.decompress(base64.b64decode(text)))["image_config"]["default_image"]
    digest = "sha256:" + "ab" * 32
    wanted = {"name": "default", "fqn": "ghcr.io/acme/app", "tag": None, "digest": digest}
    assert found == wanted
    assert looks_up_children(spec.template)


def test_images_in_what_nodes_put_over_tasks_are_replaced() -> None:
    """A node's own image, and the pod that it puts in a task's place, at any depth."""
    spec = WorkflowSpec()
    node = spec.sub_workflows.add().nodes.add()
    then = node.branch_node.if_else.case.then_node.array_node.node.task_node.overrides
    then.container_image = "old"
    then.pod_template.pod_spec.update({"initContainers": [{"image": "old"}]})
    change_images(spec, lambda image: f"new-{image}")
    assert images_of(spec) == {"new-old"}


def test_the_primary_container_is_the_one_that_is_named() -> None:
    """Or the only one; of several without a name none."""
    template = TaskTemplate()
    assert not set_primary_image(template, NEW)
    two = [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]
    template.k8s_pod.pod_spec.update({"containers": two})
    assert not set_primary_image(template, NEW)
    template.config["primary_container_name"] = "b"
    assert set_primary_image(template, NEW)
    images = [one["image"] for one in MessageToDict(template.k8s_pod.pod_spec)["containers"]]
    assert images == ["x", NEW]


def test_an_image_that_the_package_leaves_open_must_be_named(tmp_path: Path) -> None:
    """`${image.NAME}` is not for Kubernetes to resolve."""
    spec = TaskSpec()
    spec.template.id.name = "x"
    spec.template.type = "container"
    spec.template.metadata.SetInParent()
    spec.template.interface.SetInParent()
    spec.template.container.image = "${image.etl}"
    (tmp_path / "x_1.pb").write_bytes(spec.SerializeToString())
    with pytest.raises(ManifestError, match="leaves image etl to be named"):
        bound(tmp_path)
    state = bound(tmp_path, overrides={"images": {"etl": NEW}})
    assert requests(state, Kind.TASK)["x"].template.container.image == NEW
    state = bound(tmp_path, overrides={"tasks": {"x": {"image": NEW}}})
    assert requests(state, Kind.TASK)["x"].template.container.image == NEW


@pytest.mark.parametrize(
    ("activation", "active"),
    [
        ({"etl_*": "active"}, {"etl_daily", "etl_hourly", "etl_manual"}),
        ({"etl_*": "active", "etl_manual": "unmanaged"}, {"etl_daily", "etl_hourly"}),
        ({"schedules.plans.etl": "active"}, {"schedules.plans.etl"}),
    ],
)
def test_globs_switch_what_their_owner_made(activation: Any, active: set[str]) -> None:
    """Not the launch plan that every workflow has by default; it may be named."""
    state = bound(activation=activation)
    assert {one.id.name for one in state if one.active} == active


def test_a_glob_that_fits_default_launch_plans_only_is_an_error() -> None:
    """It would switch nothing."""
    with pytest.raises(ManifestError, match="no launch plan that fits schedules"):
        bound(activation={"schedules.*": "active"})
