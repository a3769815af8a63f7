"""flytekit's objects → the messages that Admin takes, their own places and versions left blank.

flytekit's own translator does it, on copies of whatever it would change of the caller's.
"""

import inspect
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reconciler.desired import Member
from reconciler.errors import ConfigError, ReconcilerError
from reconciler.model import Kind, Origin
from reconciler.remote.register.default_plans import default_launch_plan, with_literals
from reconciler.remote.register.extra import is_of_flytekit
from reconciler.remote.register.image_specs import name_images


@dataclass(frozen=True, slots=True)
class Serialised:
    """What was handed over, and all that it needs, written down.

    `members` by kind and name; `of` the member that each object became, by the object's id();
    `wanted_active` the launch plans whose authors say that registering is to activate them.
    """

    members: tuple[Member, ...]
    of: Mapping[int, Member]
    wanted_active: frozenset[str]
    origins: Mapping[tuple[Kind, str], Origin] = field(default_factory=dict)


def serialised(
    objects: Sequence[Any],
    settings: Any,
    *,
    default_launch_plans: bool = True,
    options: Any | None = None,
) -> Serialised:
    """Write down tasks, workflows and launch plans, and what they are made of.

    To be called while the objects are kept `untouched`.

    Args:
        settings: As `settings_for` gives them.
        default_launch_plans: Whether every workflow, sub-workflows too, gets a launch plan of its
            own name, unless there is one.
        options: flytekit's Options, for the launch plans among `objects` and the default ones of
            the workflows among them.

    Raises: ConfigError for what is no such object, or cannot be registered.
    """
    for one in objects:
        if not is_of_flytekit(one):
            raise ConfigError(
                f"{type(one).__name__} is no task, workflow or launch plan of flytekit"
            )
    writing = _Writing(settings, options)
    try:
        with _own_context():
            name_images(objects, settings)
            for one in objects:
                writing.add(one)
            if default_launch_plans:
                writing.add_default_plans(objects)
    except ReconcilerError:
        raise
    except Exception as error:  # of flytekit's, its plugins' and builders' own kinds
        names = ", ".join(str(one.name) for one in objects[:3])
        raise ConfigError(f"flytekit cannot write down {names}: {error}") from error
    return writing.end(objects)


class _Writing:
    def __init__(self, settings: Any, options: Any | None) -> None:
        self._settings = settings
        self._options = options
        self._models: OrderedDict[Any, Any] = OrderedDict()
        self._plans: dict[int, Any] = {}
        self._extra: list[Any] = []

    def add(self, one: Any) -> None:
        from flytekit.core.launch_plan import LaunchPlan
        from flytekit.core.reference_entity import ReferenceEntity
        from flytekit.tools.translator import get_serializable, get_serializable_launch_plan

        if isinstance(one, ReferenceEntity):
            raise ConfigError(
                f"{one.name} is a reference to what others register; use it inside a workflow"
            )
        if isinstance(one, LaunchPlan):
            # Its own options only: not those of the launch plans that its workflow starts.
            get_serializable(self._models, self._settings, one.workflow)
            model = get_serializable_launch_plan(
                self._models,
                self._settings,
                with_literals(one),
                recurse_downstream=False,
                options=self._options,
            )
            if isinstance(one.workflow, ReferenceEntity):
                model.spec._workflow_id = one.workflow.id
            self._models[one] = model
        else:
            get_serializable(self._models, self._settings, one)

    def add_default_plans(self, objects: Sequence[Any]) -> None:
        from flytekit.core.workflow import WorkflowBase
        from flytekit.models.launch_plan import LaunchPlan as Model
        from flytekit.tools.translator import get_serializable_launch_plan

        roots = set(map(id, objects))
        said = {model.id.name for model in self._models.values() if isinstance(model, Model)}
        for entity in list(self._models):
            if not isinstance(entity, WorkflowBase) or entity.name in said:
                continue
            if not _is_registered(entity, self._models[entity]):
                continue
            is_root = id(entity) in roots
            plan = default_launch_plan(entity)
            self._extra.append(
                get_serializable_launch_plan(
                    OrderedDict(),
                    self._settings,
                    plan,
                    recurse_downstream=False,
                    options=self._options if is_root else None,
                )
            )

    def end(self, objects: Sequence[Any]) -> Serialised:
        members: dict[tuple[Kind, str], Member] = {}
        origins: dict[tuple[Kind, str], Origin] = {}
        of: dict[int, Member] = {}
        active: set[str] = set()
        for entity, model in (*self._models.items(), *((None, one) for one in self._extra)):
            if entity is not None and not _is_registered(entity, model):
                continue
            member = _member(model)
            if member is None:
                continue
            if self._settings.git_repo and member.kind is not Kind.LAUNCH_PLAN:
                # Where flytekit means to put it, and does not come to.
                member.spec.description.source_code.link = self._settings.git_repo
            key = (member.kind, member.name)
            other = members.setdefault(key, member)
            if other is not member and other.spec != member.spec:
                raise ConfigError(
                    f"there are two {member.kind}s {member.name}, and they differ; rename one"
                )
            origin = _origin(entity)
            if origin is not None:
                origins.setdefault(key, origin)
            if member.kind is Kind.LAUNCH_PLAN and model.should_auto_activate:
                active.add(member.name)
            if entity is not None:
                of[id(entity)] = other
        for one in objects:
            if id(one) not in of:  # equal to another one, which stands for both
                of[id(one)] = of[id(next(key for key in self._models if key == one))]
        ordered = tuple(sorted(members.values(), key=lambda one: (one.kind.rank, one.name)))
        return Serialised(ordered, of, frozenset(active), origins)


@contextmanager
def _own_context() -> Iterator[None]:
    """A context of flytekit's own for the time, so that nothing of another one gets in."""
    from flytekit.core.context_manager import FlyteContextManager

    with FlyteContextManager.with_context(FlyteContextManager.current_context().new_builder()):
        yield


def _is_registered(entity: Any, model: Any) -> bool:
    """Leave out what only refers: reference entities, and what was fetched from an Admin."""
    from flytekit.core.reference_entity import ReferenceEntity
    from flytekit.remote.remote_callable import RemoteEntity

    if isinstance(entity, RemoteEntity) or isinstance(model, RemoteEntity):
        if getattr(entity, "should_register", False):
            raise ConfigError(
                f"{entity.name} was fetched from an Admin and is to be registered anew, which "
                "would change it for everybody who holds it; register its package instead"
            )
        return False
    return not isinstance(entity, ReferenceEntity)


@cache
def _models() -> tuple[Any, Any, Any]:
    from flytekit.models.admin.workflow import WorkflowSpec
    from flytekit.models.launch_plan import LaunchPlan
    from flytekit.models.task import TaskSpec

    return TaskSpec, WorkflowSpec, LaunchPlan


def _member(model: Any) -> Member | None:
    """The message of one model; None for nodes, branches and the like."""
    task, workflow, launch_plan = _models()
    if isinstance(model, task):
        return Member(model.template.id.name, Kind.TASK, model.to_flyte_idl())
    if isinstance(model, workflow):
        return Member(model.template.id.name, Kind.WORKFLOW, model.to_flyte_idl())
    if isinstance(model, launch_plan):
        return Member(model.id.name, Kind.LAUNCH_PLAN, model.to_flyte_idl())
    return None


def _origin(entity: Any) -> Origin | None:
    """Where a function that became a task or workflow is written, if that can be told."""
    function = getattr(entity, "task_function", None) or getattr(
        entity, "_workflow_function", None
    )
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return Origin(code.co_filename, code.co_firstlineno) if code is not None else None
