"""The settings an execution runs with, gathered from all who may have a say.

The request comes first, then the launch plan, the most specific attribute, the project's
attribute, and the server. Each setting is taken whole from the first who has one. Of them only
the security context and the parallelism end up in the stored spec; labels and annotations are
counted, and the rest would go to the engine.

Source: `flyteadmin/pkg/manager/impl/execution_manager.go`, getExecutionConfig.
"""

from dataclasses import dataclass, field
from typing import Any

from flyteidl.admin import common_pb2, matchable_resource_pb2
from flyteidl.core import security_pb2

from reconciler.sandbox.attributes import find_attributes
from reconciler.sandbox.config import Application, SandboxConfig
from reconciler.sandbox.errors import invalid
from reconciler.sandbox.store import Session


@dataclass(frozen=True)
class Settings:
    """What is in effect.

    Attributes:
        own_labels: Whether the labels are the request's own.
    """

    max_parallelism: int
    security_context: Any
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    own_labels: bool = False


def gather(
    session: Session, config: SandboxConfig, request: Any, launch_plan: Any | None, *, user: str
) -> Settings:
    """Return the settings of an ExecutionCreateRequest.

    Args:
        launch_plan: The LaunchPlanSpec; None for a single task.
        user: Whom the execution runs for if nobody else is named.
    """
    workflow = launch_plan.workflow_id.name if launch_plan is not None else ""
    levels = [request.spec]
    if launch_plan is not None:
        levels.append(launch_plan)
    where = {"project": request.project}
    for narrower in ({"domain": request.domain, "workflow": workflow}, {}):
        row = find_attributes(
            session,
            resource_type=matchable_resource_pb2.WORKFLOW_EXECUTION_CONFIG,
            **where,
            **narrower,
        )
        if row is not None and row.HasField("workflow_execution_config"):
            levels.append(row.workflow_execution_config)
    labels = (level.labels.values for level in levels if level.labels.values)
    annotations = (level.annotations.values for level in levels if level.annotations.values)
    parallelism = (level.max_parallelism for level in levels if level.max_parallelism > 0)
    return Settings(
        max_parallelism=next(parallelism, config.application.max_parallelism),
        security_context=_security_context(levels, request, launch_plan, config, user),
        labels=dict(next(labels, config.application.labels)),
        annotations=dict(next(annotations, config.application.annotations)),
        own_labels=bool(request.spec.labels.values),
    )


def _security_context(
    levels: list[Any], request: Any, launch_plan: Any | None, config: SandboxConfig, user: str
) -> Any:
    named = (level.security_context for level in levels if _runs_as(level.security_context))
    found = security_pb2.SecurityContext()
    first = next(named, None)
    if first is not None:
        found.CopyFrom(first)
    else:
        role = _role(request, launch_plan)
        if not (role.assumable_iam_role or role.kubernetes_service_account):
            role = _server_role(config.application)
        found.run_as.iam_role = role.assumable_iam_role
        found.run_as.k8s_service_account = role.kubernetes_service_account
    found.run_as.SetInParent()
    if not found.run_as.execution_identity:
        found.run_as.execution_identity = user
    return found


def _runs_as(context: Any) -> bool:
    """Tell whether a context names anybody; one that does not is as good as none."""
    run_as = context.run_as
    return bool(run_as.k8s_service_account or run_as.iam_role or run_as.execution_identity)


def _role(request: Any, launch_plan: Any | None) -> Any:
    """Return what the deprecated fields say; an empty one in the request hides the others."""
    if request.spec.HasField("auth_role"):
        return request.spec.auth_role
    if launch_plan is None:
        return common_pb2.AuthRole()
    if launch_plan.HasField("auth_role"):
        return launch_plan.auth_role
    if launch_plan.HasField("auth"):
        return common_pb2.AuthRole(
            assumable_iam_role=launch_plan.auth.assumable_iam_role,
            kubernetes_service_account=launch_plan.auth.kubernetes_service_account,
        )
    return common_pb2.AuthRole(assumable_iam_role=launch_plan.role)


def _server_role(application: Application) -> Any:
    return common_pb2.AuthRole(
        assumable_iam_role=application.assumable_iam_role,
        kubernetes_service_account=application.k8s_service_account,
    )


def check_counts(settings: Settings, config: SandboxConfig) -> None:
    """Refuse more labels or annotations than the server is configured for; 0 means any number.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    limits = config.registration
    for what, entries, limit in (
        ("labels", settings.labels, limits.max_label_entries),
        ("annotations", settings.annotations, limits.max_annotation_entries),
    ):
        if limit > 0 and len(entries) > limit:
            raise invalid(f"{what} has too many entries [{len(entries)} > {limit}]")


def check_cluster_pool(session: Session, request: Any) -> None:
    """Refuse a cluster pool other than the one the project and domain have.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    wanted = request.spec.cluster_assignment.cluster_pool_name
    row = find_attributes(
        session,
        resource_type=matchable_resource_pb2.CLUSTER_ASSIGNMENT,
        project=request.project,
        domain=request.domain,
    )
    stored = row.cluster_assignment.cluster_pool_name if row is not None else ""
    if wanted and stored and wanted != stored:
        raise invalid(
            f'execution with project "{request.project}" and domain "{request.domain}" cannot run '
            f'on cluster pool "{wanted}", because its configured to run on pool "{stored}"'
        )
