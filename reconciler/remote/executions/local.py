"""flytekit's own objects, registered before they run."""

from dataclasses import replace
from typing import Any

from reconciler.remote.register.settings import settings_for


def register_local(
    remote: Any,
    local: Any,
    *,
    project: str | None,
    domain: str | None,
    version: str | None,
    image_config: Any,
    settings: Any,
) -> Any:
    """Register a task, workflow or launch plan, and return the entity.

    What is there already under its version is compared, and fine if it is the same.

    Args:
        project, domain: Where to; None for what `settings` says, or else the default ones.
        settings: flytekit's SerializationSettings.
    """
    from flytekit.core.base_task import PythonTask
    from flytekit.core.launch_plan import LaunchPlan

    if project or domain:
        place = remote._place(project, domain)
        given = settings or settings_for(None, image_config=image_config)
        settings = replace(given, project=place[0], domain=place[1])
    said = {
        "serialization_settings": settings,
        "version": version,
        "image_config": image_config,
    }
    if isinstance(local, PythonTask):
        return remote.register_task(local, **said)
    if isinstance(local, LaunchPlan):
        return remote.register_launch_plan(local, **said)
    return remote.register_workflow(local, **said)
