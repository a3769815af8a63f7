"""How an execution is to run: every field of its spec, and none that nobody said."""

from datetime import UTC, datetime

import pytest
from flyteidl.admin.cluster_assignment_pb2 import ClusterAssignment
from flyteidl.admin.common_pb2 import EmailNotification, Notification
from flyteidl.core.execution_pb2 import QualityOfService, WorkflowExecution

from reconciler.errors import ExecutionError
from reconciler.model import Kind, ResourceId
from reconciler.remote import Options
from tests.remote.executions.conftest import Running

LP = ResourceId(Kind.LAUNCH_PLAN, "flytesnacks", "development", "w", "v1")


def test_every_field_of_the_spec_can_be_set(running: Running, name: str) -> None:
    """What the caller says is what Admin stores."""
    mail = Notification(
        phases=[WorkflowExecution.FAILED], email=EmailNotification(recipients_email=["a@b.c"])
    )
    options = Options(
        labels={"team": "x"},
        annotations={"note": "y"},
        raw_output_data_config="s3://bucket/raw",
        security_context="robot",
        max_parallelism=7,
        notifications=[mail],
        quality_of_service=QualityOfService(tier=QualityOfService.HIGH),
        execution_env_assignments=[],
        mode=1,
        scheduled_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    execution = running.remote.execute(
        LP,
        {"x": 3},
        execution_name=name,
        options=options,
        overwrite_cache=True,
        interruptible=False,
        envs={"B": "2", "A": "1"},
        tags=["t1"],
        cluster_pool="pool",
        execution_cluster_label="gpu",
    )

    spec = execution.spec
    assert dict(spec.labels.values) == {"team": "x"}
    assert dict(spec.annotations.values) == {"note": "y"}
    assert spec.raw_output_data_config.output_location_prefix == "s3://bucket/raw"
    assert spec.security_context.run_as.k8s_service_account == "robot"
    assert spec.max_parallelism == 7
    assert spec.notifications.notifications[0] == mail
    assert spec.quality_of_service.tier == QualityOfService.HIGH
    assert spec.metadata.mode == 1
    assert spec.metadata.scheduled_at.seconds == 1767312000
    assert spec.overwrite_cache
    assert spec.HasField("interruptible")
    assert not spec.interruptible.value
    assert {one.key: one.value for one in spec.envs.values} == {"A": "1", "B": "2"}
    assert list(spec.tags) == ["t1"]
    assert spec.cluster_assignment == ClusterAssignment(cluster_pool_name="pool")
    assert spec.execution_cluster_label.value == "gpu"


def test_what_is_unset_is_left_to_the_launch_plan(running: Running, name: str) -> None:
    """No empty list of notifications, no empty labels: nothing that seems to be said."""
    spec = running.remote.execute(LP, {"x": 3}, execution_name=name).spec

    assert spec.WhichOneof("notification_overrides") is None
    assert not spec.HasField("labels")
    assert not spec.HasField("auth_role")
    assert not spec.HasField("interruptible")


def test_notifications_can_be_disabled(running: Running, name: str) -> None:
    """An empty list does not do it, for Admin takes it for nothing said."""
    options = Options(disable_notifications=True)
    assert running.remote.execute(
        LP, {"x": 3}, execution_name=name, options=options
    ).spec.disable_all
    with pytest.raises(ExecutionError, match="given and disabled"):
        running.remote.execute(
            LP, {"x": 3}, options=Options(disable_notifications=True, notifications=[object()])
        )


def test_flytekits_options_are_taken(running: Running, name: str) -> None:
    """With its models in them; an argument of the call wins over them."""
    from flytekit.core.options import Options as Theirs
    from flytekit.models.common import Annotations, Labels, RawOutputDataConfig

    options = Theirs.default_from(k8s_service_account="robot", raw_data_prefix="s3://raw")
    options.labels, options.annotations = Labels({"a": "b"}), Annotations({"c": "d"})
    options.overwrite_cache = False
    spec = running.remote.execute(
        LP, {"x": 3}, execution_name=name, options=options, overwrite_cache=True
    ).spec

    assert dict(spec.labels.values) == {"a": "b"}
    assert dict(spec.annotations.values) == {"c": "d"}
    assert spec.security_context.run_as.k8s_service_account == "robot"
    assert spec.raw_output_data_config == RawOutputDataConfig("s3://raw").to_flyte_idl()
    assert spec.overwrite_cache
