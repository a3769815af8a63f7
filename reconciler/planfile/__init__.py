"""Plan ↔ bytes: a plan as a document that is carried out as it is, or not at all."""

from reconciler.planfile.file import is_plan_file, read_plan, write_plan
from reconciler.planfile.saved import About, SavedPlan, save
from reconciler.planfile.secrets import Secret, Values

__all__ = [
    "About",
    "SavedPlan",
    "Secret",
    "Values",
    "is_plan_file",
    "read_plan",
    "save",
    "write_plan",
]
