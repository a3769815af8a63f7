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
    from reconciler.ci.drift import Telling, tell_drift, write_drift_summary
    from reconciler.ci.drift_issue import Standing, changed_lines
    from reconciler.ci.memory import Memory
    from reconciler.ci.merge import LABEL, Merge, forge_of
    from reconciler.ci.notified import (
        Message,
        Mood,
        Occasion,
        Target,
        Telemetry,
        push_metrics,
        read_metrics,
        send,
    )
    from reconciler.ci.planned import Planned, key_of
    from reconciler.ci.post import post_left
    from reconciler.ci.preview import Told, tell_request, warm_up, write_summary
    from reconciler.ci.steps import step_digests, steps_digest
    from reconciler.ci.summary import append_summary
else:
    __getattr__ = opened_for(
        __name__,
        {
            "artifacts": ("read_artifacts",),
            "clean": ("expired", "of_request", "retiring", "unarchiving"),
            "deploy": ("PreviewPlace", "deployment", "trials"),
            "deploy_mark": ("mark_of",),
            "drift": ("Telling", "tell_drift", "write_drift_summary"),
            "drift_issue": ("Standing", "changed_lines"),
            "merge": ("LABEL", "Merge", "forge_of"),
            "memory": ("Memory",),
            "notified": (
                "Message",
                "Mood",
                "Occasion",
                "Target",
                "Telemetry",
                "push_metrics",
                "read_metrics",
                "send",
            ),
            "planned": ("Planned", "key_of"),
            "post": ("post_left",),
            "preview": ("Told", "tell_request", "warm_up", "write_summary"),
            "steps": ("step_digests", "steps_digest"),
            "summary": ("append_summary",),
        },
    )

__all__ = [
    "LABEL",
    "Forge",
    "Memory",
    "Merge",
    "Message",
    "Mood",
    "Occasion",
    "Overrides",
    "Planned",
    "PreviewPlace",
    "Request",
    "Standing",
    "Target",
    "Telemetry",
    "Telling",
    "Told",
    "append_summary",
    "changed_lines",
    "deployment",
    "expired",
    "find_request",
    "forge_of",
    "key_of",
    "mark_of",
    "of_request",
    "post_left",
    "push_metrics",
    "read_artifacts",
    "read_metrics",
    "retiring",
    "send",
    "step_digests",
    "steps_digest",
    "tell_drift",
    "tell_request",
    "trials",
    "unarchiving",
    "warm_up",
    "write_drift_summary",
    "write_summary",
]
