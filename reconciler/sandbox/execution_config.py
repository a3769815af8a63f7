"""The server's own settings for executions, where nobody says otherwise.

Source: flyteadmin/pkg/runtime/interfaces/application_configuration.go;
pkg/manager/impl/util/shared.go, MergeIntoExecConfig.
"""

from typing import Any

from reconciler.sandbox.config import Application


def fill_from_server(settings: Any, application: Application) -> None:
    """Fill what a WorkflowExecutionConfig leaves open from the section `flyteadmin`.

    An empty message in `settings` counts as said.
    """
    if settings.max_parallelism == 0 and application.max_parallelism > 0:
        settings.max_parallelism = application.max_parallelism
    role, account = application.assumable_iam_role, application.k8s_service_account
    if not settings.HasField("security_context") and (role or account):
        settings.security_context.run_as.iam_role = role
        settings.security_context.run_as.k8s_service_account = account
    prefix = application.output_location_prefix
    if not settings.HasField("raw_output_data_config") and prefix:
        settings.raw_output_data_config.output_location_prefix = prefix
    if not settings.HasField("labels") and application.labels:
        settings.labels.values.update(application.labels)
    if not settings.HasField("annotations") and application.annotations:
        settings.annotations.values.update(application.annotations)
    if not settings.HasField("interruptible") and application.interruptible:
        settings.interruptible.value = True
    if application.overwrite_cache:
        settings.overwrite_cache = True
    if not settings.HasField("envs"):
        for key, value in application.envs.items():
            settings.envs.values.add(key=key, value=value)
