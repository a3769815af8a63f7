"""Attributes: what Flyte holds the executions of a project, a domain or a workflow to.

Each type is one setting of one level; what is not named is left as it is in Admin, and the word
`absent` says that there is to be none.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from reconciler.manifest.models.base import Maybe, Name, Part, Problem, Text, refuse
from reconciler.manifest.models.kubernetes import Amounts, Env
from reconciler.manifest.models.launch_plan import ExecutionEnvironment
from reconciler.manifest.models.raw import RawTaskResources, RawWorkflowExecutionConfig
from reconciler.manifest.models.security import Secured
from reconciler.manifest.models.shared import unsaid
from reconciler.manifest.models.values import Labels

ABSENT = "absent"

_NO_QUALITY = Problem(
    "Admin refuses a quality of service here, at every level",
    ("qualityOfService",),
    "refused-field",
    "a launch plan or a workflow can say one",
)
_NO_OVERRIDES = Problem(
    "Admin refuses plugin overrides for whole projects",
    ("pluginOverrides",),
    "refused-field",
    "say them for a domain or a workflow",
)


class TaskResources(Part):
    """What tasks get that ask for nothing, and what none may exceed; both replace the server's.

    A limit that is not said is no limit.
    """

    defaults: Amounts = Field(default_factory=unsaid(Amounts))
    limits: Amounts = Field(default_factory=unsaid(Amounts))
    raw: Maybe[RawTaskResources] = None


class ExecutionQueue(Part):
    """Executions go to queues that have these tags."""

    tags: tuple[Text, ...] = Field(default=(), strict=False)


class ExecutionClusterLabel(Part):
    """Executions go to clusters that have this label."""

    value: Text = ""


class ClusterAssignment(Part):
    """Executions go to clusters of this pool."""

    pool: Text = ""


class PluginOverride(Part):
    """Which plugins run one type of task."""

    plugins: Annotated[
        tuple[Text, ...], Field(strict=False, description="The first that the server has.")
    ] = ()
    if_missing: Annotated[
        Literal["fail", "useDefault"], Field(description="If the server has none of them.")
    ] = "fail"


class WorkflowExecutionConfig(Secured):
    """What executions get whose launch plan does not say it."""

    max_parallelism: Annotated[
        int,
        Field(
            ge=-(2**31),
            le=2**31 - 1,
            description="Nodes that run at once; 0 for the server's own.",
        ),
    ] = 0
    output_location: Annotated[
        Text, Field(description="Where outputs that are files go, such as s3://bucket/prefix.")
    ] = ""
    labels: Labels
    annotations: dict[Text, Text] = Field(default_factory=dict)
    env: Env = ()
    interruptible: Maybe[bool] = None
    overwrite_cache: bool = False
    execution_environments: tuple[ExecutionEnvironment, ...] = Field(default=(), strict=False)
    raw: Maybe[RawWorkflowExecutionConfig] = None


def _or_absent(schema: dict[str, Any]) -> None:
    mapping = {
        key: value for key, value in schema.items() if key not in ("default", "description")
    }
    for key in mapping:
        del schema[key]
    schema["anyOf"] = [{"const": ABSENT}, mapping]


def _setting(description: str) -> Any:
    return Field(description=description, json_schema_extra=_or_absent)


class Attributes(Part):
    """Settings by type. `absent` for one means that Admin is to have none at this level."""

    task_resources: Annotated[
        Maybe[TaskResources], _setting("Defaults and limits for the resources of tasks.")
    ] = None
    cluster_resources: Annotated[
        Maybe[dict[Text, Text]], _setting("Values for the templates of a namespace's resources.")
    ] = None
    execution_queue: Annotated[Maybe[ExecutionQueue], _setting("Queues, by their tags.")] = None
    execution_cluster_label: Annotated[
        Maybe[ExecutionClusterLabel], _setting("Clusters, by their label.")
    ] = None
    workflow_execution_config: Annotated[
        Maybe[WorkflowExecutionConfig], _setting("What launch plans that do not say it get.")
    ] = None
    cluster_assignment: Annotated[
        Maybe[ClusterAssignment], _setting("Clusters, by their pool.")
    ] = None

    _absent: tuple[str, ...] = PrivateAttr(default=())

    @property
    def absent(self) -> tuple[str, ...]:
        """The types of which there is to be no row, by the manifest's own words for them."""
        return self._absent

    @model_validator(mode="wrap")
    @classmethod
    def _set_absent_apart(
        cls, value: Any, handler: "ModelWrapValidatorHandler[Attributes]"
    ) -> "Attributes":
        if not isinstance(value, dict):
            return handler(value)
        known = {field.alias for field in cls.model_fields.values()}
        absent = tuple(key for key in value if key in known and value[key] == ABSENT)
        refused = [one for one in cls._refused() if one.path[0] in value]
        if refused:
            refuse(refused)
        attributes = handler({key: value[key] for key in value if key not in absent})
        attributes._absent = absent
        return attributes

    @classmethod
    def _refused(cls) -> tuple[Problem, ...]:
        return (_NO_QUALITY, _NO_OVERRIDES)


class PlacedAttributes(Attributes):
    """Settings of a domain or a workflow, by type."""

    plugin_overrides: Annotated[
        Maybe[dict[Name, PluginOverride]],
        _setting("By type of task, which plugins run it."),
    ] = None

    @classmethod
    def _refused(cls) -> tuple[Problem, ...]:
        return (_NO_QUALITY,)
