"""The facade: `Remote` brings the yard to the corridor; `validate` needs no Admin at all.

What only some commands use is loaded when it is asked for, so that a plan does not wait for it.
"""

from typing import TYPE_CHECKING

from reconciler.config import Config
from reconciler.doors import opened_for
from reconciler.remote.code import build_code, code_folders, list_code, read_code, validate
from reconciler.remote.remote import Remote
from reconciler.remote.workspace_ledger import Held, Home, WorkspaceLedger

if TYPE_CHECKING:
    from reconciler.remote.backfill import Progress, declared_backfill, told_without_file
    from reconciler.remote.browse.asked import Asked
    from reconciler.remote.build import Built, build_for_plan, build_packages
    from reconciler.remote.diagnosis import Finding, Person, Verdict, diagnose
    from reconciler.remote.drawing import draw
    from reconciler.remote.entities import (
        FlyteLaunchPlan,
        FlyteTask,
        FlyteWorkflow,
        LazyEntity,
        RemoteEntity,
    )
    from reconciler.remote.executions import (
        ExecutionSpan,
        FlyteNodeExecution,
        FlyteTaskExecution,
        FlyteWorkflowExecution,
        LiteralsResolver,
        NoSuchValueError,
        Options,
    )
    from reconciler.remote.exports import Exported, Form
    from reconciler.remote.images import ImageUpdate, update_images
    from reconciler.remote.imports import active_as_manifests, attributes_as_manifests
    from reconciler.remote.patches import Patch, adopting_patch
    from reconciler.remote.policies import judge, judge_document
    from reconciler.remote.policy_trials import (
        find_policy_tests,
        read_plan_document,
        run_policy_tests,
    )
    from reconciler.remote.promote import (
        Promotion,
        Unproven,
        active_in,
        promotion,
        write_promotion,
    )
    from reconciler.remote.records import adopting, forgetting
    from reconciler.remote.register.result import Fate, Registered
    from reconciler.remote.saved import (
        About,
        SavedPlan,
        is_plan_file,
        read_saved,
        save_plan,
    )
    from reconciler.remote.snapshot import Offline, Snapshot
    from reconciler.remote.snapshot_file import read_offline, write_snapshot
else:
    __getattr__ = opened_for(
        __name__,
        {
            "backfill": ("Progress", "declared_backfill", "told_without_file"),
            "browse.asked": ("Asked",),
            "build": ("Built", "build_for_plan", "build_packages"),
            "diagnosis": ("Finding", "Person", "Verdict", "diagnose"),
            "drawing": ("draw",),
            "entities": (
                *("FlyteLaunchPlan", "FlyteTask", "FlyteWorkflow", "LazyEntity"),
                "RemoteEntity",
            ),
            "executions": (
                "ExecutionSpan",
                "FlyteNodeExecution",
                "FlyteTaskExecution",
                "FlyteWorkflowExecution",
                "LiteralsResolver",
                "NoSuchValueError",
                "Options",
            ),
            "exports": ("Exported", "Form"),
            "images": ("ImageUpdate", "update_images"),
            "imports": ("active_as_manifests", "attributes_as_manifests"),
            "policies": ("judge", "judge_document"),
            "policy_trials": ("find_policy_tests", "read_plan_document", "run_policy_tests"),
            "patches": ("Patch", "adopting_patch"),
            "promote": ("Promotion", "Unproven", "active_in", "promotion", "write_promotion"),
            "records": ("adopting", "forgetting"),
            "register.result": ("Fate", "Registered"),
            "saved": ("About", "SavedPlan", "is_plan_file", "read_saved", "save_plan"),
            "snapshot": ("Offline", "Snapshot"),
            "snapshot_file": ("read_offline", "write_snapshot"),
        },
    )

FlyteRemote = Remote  # flytekit's name for it, for scripts that change only their imports

__all__ = [
    "About",
    "Asked",
    "Built",
    "Config",
    "ExecutionSpan",
    "Exported",
    "Fate",
    "Finding",
    "FlyteLaunchPlan",
    "FlyteNodeExecution",
    "FlyteRemote",
    "FlyteTask",
    "FlyteTaskExecution",
    "FlyteWorkflow",
    "FlyteWorkflowExecution",
    "Form",
    "Held",
    "Home",
    "ImageUpdate",
    "LazyEntity",
    "LiteralsResolver",
    "NoSuchValueError",
    "Offline",
    "Options",
    "Patch",
    "Person",
    "Progress",
    "Promotion",
    "Registered",
    "Remote",
    "RemoteEntity",
    "SavedPlan",
    "Snapshot",
    "Unproven",
    "Verdict",
    "WorkspaceLedger",
    "active_as_manifests",
    "active_in",
    "adopting",
    "adopting_patch",
    "attributes_as_manifests",
    "build_code",
    "build_for_plan",
    "build_packages",
    "code_folders",
    "declared_backfill",
    "diagnose",
    "draw",
    "find_policy_tests",
    "forgetting",
    "is_plan_file",
    "judge",
    "judge_document",
    "list_code",
    "promotion",
    "read_code",
    "read_offline",
    "read_plan_document",
    "read_saved",
    "run_policy_tests",
    "save_plan",
    "told_without_file",
    "update_images",
    "validate",
    "write_promotion",
    "write_snapshot",
]
