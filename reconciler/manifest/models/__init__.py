"""The kinds that a manifest can be, one file each."""

from reconciler.manifest.models.attributes import (
    Attributes,
    PlacedAttributes,
    PluginOverride,
    TaskResources,
    WorkflowExecutionConfig,
)
from reconciler.manifest.models.backfill import Backfill, GeneratedWorkflow
from reconciler.manifest.models.base import API_VERSION, Manifest, Part, Path, Problem, said
from reconciler.manifest.models.binding import (
    Binding,
    Constant,
    ListBinding,
    MapBinding,
    Promise,
)
from reconciler.manifest.models.code_bundle import BundleReference, CodeBundle
from reconciler.manifest.models.condition import Comparison, Condition, Conjunction, operands
from reconciler.manifest.models.description import DescriptionPart
from reconciler.manifest.models.domain import Domain
from reconciler.manifest.models.kubernetes import (
    Amounts,
    DataConfig,
    ExtendedResources,
    Pod,
    Resources,
)
from reconciler.manifest.models.launch_plan import ExecutionEnvironment, LaunchPlan
from reconciler.manifest.models.lint import RULES
from reconciler.manifest.models.named_entity import Named, NamedMetadata
from reconciler.manifest.models.node import (
    Array,
    Case,
    Gate,
    NestedNode,
    Node,
    NodeCache,
    Overrides,
    default_id,
)
from reconciler.manifest.models.package import (
    Build,
    LaunchPlanChanges,
    Package,
    ReferenceChanges,
    TaskChanges,
)
from reconciler.manifest.models.project import Project
from reconciler.manifest.models.quality import QualityOfService
from reconciler.manifest.models.raw import REFUSED, SAID_ELSEWHERE, Raw, references
from reconciler.manifest.models.reference import LaunchPlanReference, Reference
from reconciler.manifest.models.schedule import Notification, Rate, Schedule
from reconciler.manifest.models.security import OAuth2Client, RunAs, Secret, Secured
from reconciler.manifest.models.task import Cache, Container, Task
from reconciler.manifest.models.values import EntityMetadata, Variable, label_problems
from reconciler.manifest.models.workflow import FAILURE_NODE, Output, Workflow

KINDS: dict[str, type[Manifest]] = {
    model.KIND: model
    for model in (Project, Domain, CodeBundle, Task, Workflow, LaunchPlan, Package, Backfill)
}

__all__ = [
    "API_VERSION",
    "FAILURE_NODE",
    "KINDS",
    "REFUSED",
    "RULES",
    "SAID_ELSEWHERE",
    "Amounts",
    "Array",
    "Attributes",
    "Backfill",
    "Binding",
    "Build",
    "BundleReference",
    "Cache",
    "Case",
    "CodeBundle",
    "Comparison",
    "Condition",
    "Conjunction",
    "Constant",
    "Container",
    "DataConfig",
    "DescriptionPart",
    "Domain",
    "EntityMetadata",
    "ExecutionEnvironment",
    "ExtendedResources",
    "Gate",
    "GeneratedWorkflow",
    "LaunchPlan",
    "LaunchPlanChanges",
    "LaunchPlanReference",
    "ListBinding",
    "Manifest",
    "MapBinding",
    "Named",
    "NamedMetadata",
    "NestedNode",
    "Node",
    "NodeCache",
    "Notification",
    "OAuth2Client",
    "Output",
    "Overrides",
    "Package",
    "Part",
    "Path",
    "PlacedAttributes",
    "PluginOverride",
    "Pod",
    "Problem",
    "Project",
    "Promise",
    "QualityOfService",
    "Rate",
    "Raw",
    "Reference",
    "ReferenceChanges",
    "Resources",
    "RunAs",
    "Schedule",
    "Secret",
    "Secured",
    "Task",
    "TaskChanges",
    "TaskResources",
    "Variable",
    "Workflow",
    "WorkflowExecutionConfig",
    "default_id",
    "label_problems",
    "operands",
    "references",
    "said",
]
