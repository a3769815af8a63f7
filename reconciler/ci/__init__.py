"""What pipelines do: preview a request, apply what was reviewed.

Plans come from the commands, which know the workspace; everything about forges, comments and
artifacts is here.
"""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for
from reconciler.forge import Forge, Overrides, Request, find_request

if TYPE_CHECKING:  # each command of a pipeline takes its own
    from reconciler.ci.artifacts import read_artifacts
    from reconciler.ci.clean import expired, of_request, retiring, unarchiving
    from reconciler.ci.deploy import PreviewPlace, deployment, trials
    from reconciler.ci.deploy_mark import mark_of
    from reconciler.ci.merge import LABEL, Merge, forge_of
    from reconciler.ci.planned import Planned, key_of
    from reconciler.ci.post import post_left
    from reconciler.ci.preview import Told, tell_request, warm_up, write_summary
    from reconciler.ci.steps import step_digests, steps_digest
    from reconciler.ci.telemetry import Telemetry
else:
    __getattr__ = opened_for(
        __name__,
        {
            "artifacts": ("read_artifacts",),
            "clean": ("expired", "of_request", "retiring", "unarchiving"),
            "deploy": ("PreviewPlace", "deployment", "trials"),
            "deploy_mark": ("mark_of",),
            "merge": ("LABEL", "Merge", "forge_of"),
            "planned": ("Planned", "key_of"),
            "post": ("post_left",),
            "preview": ("Told", "tell_request", "warm_up", "write_summary"),
            "steps": ("step_digests", "steps_digest"),
            "telemetry": ("Telemetry",),
        },
    )

__all__ = [
    "LABEL",
    "Forge",
    "Merge",
    "Overrides",
    "Planned",
    "PreviewPlace",
    "Request",
    "Telemetry",
    "Told",
    "deployment",
    "expired",
    "find_request",
    "forge_of",
    "key_of",
    "mark_of",
    "of_request",
    "post_left",
    "read_artifacts",
    "retiring",
    "step_digests",
    "steps_digest",
    "tell_request",
    "trials",
    "unarchiving",
    "warm_up",
    "write_summary",
]
