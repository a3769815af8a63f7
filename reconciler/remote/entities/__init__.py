"""What is registered, as objects: tasks, workflows and launch plans with flytekit's names."""

from reconciler.remote.entities.entity import RemoteEntity
from reconciler.remote.entities.launch_plan import FlyteLaunchPlan
from reconciler.remote.entities.lazy import LazyEntity
from reconciler.remote.entities.task import FlyteTask
from reconciler.remote.entities.workflow import FlyteWorkflow

__all__ = ["FlyteLaunchPlan", "FlyteTask", "FlyteWorkflow", "LazyEntity", "RemoteEntity"]
