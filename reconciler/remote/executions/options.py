"""How an execution is to run: every field of Admin's ExecutionSpec, in words of this project.

flytekit's own `Options` are taken just as well, and so are its models and flyteidl's messages for
single fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from flyteidl.admin.cluster_assignment_pb2 import ClusterAssignment
from flyteidl.admin.common_pb2 import (
    Annotations,
    AuthRole,
    Envs,
    Labels,
    Notification,
    RawOutputDataConfig,
)
from flyteidl.admin.execution_pb2 import ExecutionMetadata, ExecutionSpec
from flyteidl.admin.matchable_resource_pb2 import ExecutionClusterLabel
from flyteidl.core.execution_pb2 import QualityOfService
from flyteidl.core.security_pb2 import Identity, SecurityContext
from google.protobuf.message import Message

from reconciler.errors import ExecutionError
from reconciler.model import parse_datetime
from reconciler.remote.executions.models import as_message

Kind = TypeVar("Kind", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an execution is to run; None leaves it to the launch plan, the attributes and Admin.

    Attributes:
        labels, annotations: Of the execution; they replace the launch plan's.
        raw_output_data_config: Where files and datasets go: a prefix such as `s3://bucket/raw`.
        security_context: As whom it runs: the name of a Kubernetes service account, or a
            SecurityContext.
        max_parallelism: Task nodes at once.
        notifications: Instead of the launch plan's.
        disable_notifications: True for none at all, the launch plan's included.
        overwrite_cache: Compute everything anew and store it.
        interruptible: Whether tasks may run where they can be evicted.
        envs: Environment variables of all tasks.
        tags: By which executions are found.
        cluster_pool, execution_cluster_label: Where it runs.
        quality_of_service: A tier or a budget for queueing.
        execution_env_assignments: Which nodes share which environment.
        auth_role: The deprecated form of `security_context`.
        mode, scheduled_at: What is told of its origin: a number of ExecutionMetadata's modes
            (MANUAL if unset), and the slot that it stands for.
    """

    labels: Mapping[str, str] | Any = None
    annotations: Mapping[str, str] | Any = None
    raw_output_data_config: str | Any = None
    security_context: str | Any = None
    max_parallelism: int | None = None
    notifications: Sequence[Any] | None = None
    disable_notifications: bool | None = None
    overwrite_cache: bool | None = None
    interruptible: bool | None = None
    envs: Mapping[str, str] | None = None
    tags: Sequence[str] | None = None
    cluster_pool: str | None = None
    execution_cluster_label: str | None = None
    quality_of_service: Any = None
    execution_env_assignments: Sequence[Any] | None = None
    auth_role: Any = None
    mode: int | None = None
    scheduled_at: datetime | None = None

    @staticmethod
    def of(given: Any = None, **over: Any) -> "Options":
        """Options, flytekit's or ours, with those of `over` that are not None in their place.

        Raises: ExecutionError for what is no options.
        """
        names = [one.name for one in fields(Options)]
        if given is not None and not hasattr(given, "raw_output_data_config"):
            raise ExecutionError(f"a {type(given).__name__} is no options; give Options(…)")
        found = {name: getattr(given, name, None) for name in names}
        return Options(**found | {name: one for name, one in over.items() if one is not None})

    def to_spec(self) -> ExecutionSpec:
        """The part of an ExecutionSpec that says how.

        Raises: ExecutionError naming an option that is not what it should be.
        """
        spec = ExecutionSpec(
            metadata=ExecutionMetadata(mode=self.mode or ExecutionMetadata.MANUAL),
            labels=_map(self.labels, Labels, "labels"),
            annotations=_map(self.annotations, Annotations, "annotations"),
            raw_output_data_config=self._raw_output(),
            security_context=self._security(),
            auth_role=_part(self.auth_role, AuthRole, "auth_role"),
            quality_of_service=_part(
                self.quality_of_service, QualityOfService, "quality_of_service"
            ),
            max_parallelism=self.max_parallelism or 0,
            overwrite_cache=bool(self.overwrite_cache),
            tags=_texts(self.tags, "tags"),
        )
        if self.scheduled_at is not None:
            spec.metadata.scheduled_at.CopyFrom(parse_datetime(self.scheduled_at))
        if self.interruptible is not None:
            spec.interruptible.value = self.interruptible
        if self.envs:
            spec.envs.CopyFrom(_envs(self.envs))
        if self.cluster_pool:
            spec.cluster_assignment.CopyFrom(
                ClusterAssignment(cluster_pool_name=self.cluster_pool)
            )
        if self.execution_cluster_label:
            label = ExecutionClusterLabel(value=self.execution_cluster_label)
            spec.execution_cluster_label.CopyFrom(label)
        self._notify(spec)
        for one in self.execution_env_assignments or ():
            kind = spec.execution_env_assignments
            added = kind.add()
            added.CopyFrom(_part(one, type(added), "execution_env_assignments"))
        return spec

    def _notify(self, spec: ExecutionSpec) -> None:
        if self.disable_notifications and self.notifications:
            raise ExecutionError("notifications are given and disabled; say one of both")
        if self.disable_notifications:
            spec.disable_all = True
        for one in self.notifications or ():
            found = _part(one, Notification, "notifications")
            spec.notifications.notifications.append(found)

    def _raw_output(self) -> RawOutputDataConfig | None:
        if isinstance(self.raw_output_data_config, str):
            return RawOutputDataConfig(output_location_prefix=self.raw_output_data_config)
        return _part(self.raw_output_data_config, RawOutputDataConfig, "raw_output_data_config")

    def _security(self) -> SecurityContext | None:
        if isinstance(self.security_context, str):
            return SecurityContext(run_as=Identity(k8s_service_account=self.security_context))
        return _part(self.security_context, SecurityContext, "security_context")


def _part(value: Any, kind: type[Kind], name: str) -> Kind | None:
    if value is None:
        return None
    found = as_message(value, kind)
    if found is None:
        raise ExecutionError(f"{name}: a {type(value).__name__} is no {kind.DESCRIPTOR.name}")
    return found


def _map(value: Any, kind: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return _part(value, kind, name)
    wrong = [key for key, one in value.items() if not isinstance(one, str)]
    if wrong:
        raise ExecutionError(f"{name}: {wrong[0]} must be a text")
    return kind(values=dict(value))


def _envs(envs: Any) -> Envs:
    if not isinstance(envs, Mapping):
        found = _part(envs, Envs, "envs")
        return found if found is not None else Envs()
    made = Envs()
    for key in envs:
        if not isinstance(envs[key], str):
            raise ExecutionError(f"envs: {key} must be a text")
        made.values.add(key=key, value=envs[key])
    return made


def _texts(values: Sequence[str] | None, name: str) -> list[str]:
    if isinstance(values, str):
        raise ExecutionError(f"{name}: give a list of texts, not one text")
    return list(values or ())
