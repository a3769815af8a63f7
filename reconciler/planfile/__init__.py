"""Plan ↔ bytes: a plan as a document that is carried out as it is, or not at all."""

from reconciler.planfile.file import PlanFileError, SavedPlan, is_plan_file, read_plan, write_plan

__all__ = ["PlanFileError", "SavedPlan", "is_plan_file", "read_plan", "write_plan"]
