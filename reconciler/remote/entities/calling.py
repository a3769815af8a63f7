"""Use what is registered inside a workflow that is being written with flytekit."""

from typing import TYPE_CHECKING, Any

from reconciler.errors import ConfigError
from reconciler.model import Kind

if TYPE_CHECKING:
    from reconciler.remote.entities.entity import RemoteEntity


def call(entity: "RemoteEntity", args: tuple[Any, ...], inputs: dict[str, Any]) -> Any:
    """Make a node of a registered task or launch plan, as calling a local one does.

    It becomes a reference: registering the workflow looks it up again, and registers no copy.

    Returns: what flytekit returns for a node: its outputs, to be handed on.
    Raises: ConfigError for a workflow, for arguments without a name, or without flytekit.
    """
    from reconciler.remote.register.extra import need_flytekit

    if args:
        raise ConfigError(f"{entity} takes its inputs by name")
    if entity.kind is Kind.WORKFLOW:
        raise ConfigError(
            f"{entity} cannot be a node: flytekit writes no sub-workflow that is not at hand; "
            "fetch its launch plan and call that"
        )
    need_flytekit()
    return _reference(entity, inputs)(**inputs)


def _reference(entity: "RemoteEntity", inputs: dict[str, Any]) -> Any:
    from flytekit.core.launch_plan import ReferenceLaunchPlan
    from flytekit.core.task import ReferenceTask
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.interface import Variable

    def types(variables: Any) -> dict[str, Any]:
        models = {name: Variable.from_flyte_idl(one) for name, one in variables.items()}
        return dict(TypeEngine.guess_python_types(models))

    interface = entity.interface
    taken = dict(interface.inputs.variables)
    unknown = sorted(inputs.keys() - taken.keys())
    if unknown:
        known = ", ".join(sorted(taken)) or "nothing"
        raise ConfigError(f"{entity} takes no {', '.join(unknown)}; it takes {known}")
    if entity.kind is Kind.LAUNCH_PLAN:
        # The others have defaults, or registering tells that they are missing.
        taken = {name: taken[name] for name in inputs}
    kind = ReferenceTask if entity.kind is Kind.TASK else ReferenceLaunchPlan
    id = entity.id
    return kind(
        id.project,
        id.domain,
        id.name,
        id.version,
        inputs=types(taken),
        outputs=types(interface.outputs.variables),
    )
