"""A node of a workflow: what it runs, what goes in, and how it is treated."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.manifest.models.base import (
    NAME_SCHEMA,
    Maybe,
    Name,
    Part,
    Path,
    Problem,
    Text,
    or_text,
    refuse,
)
from reconciler.manifest.models.binding import BindingValue, Promise, promises
from reconciler.manifest.models.condition import ConditionText, operands
from reconciler.manifest.models.kubernetes import ExtendedResources, Pod, Resources
from reconciler.manifest.models.raw import RawNode
from reconciler.manifest.models.reference import LaunchPlanReference, Reference
from reconciler.manifest.models.shared import unsaid
from reconciler.manifest.models.values import PositiveDuration, Type

_NODE_ID = "[A-Za-z0-9_][A-Za-z0-9_-]*"
# `inputs` means the workflow's own; Admin adds the other two itself and drops ours unseen.
_RESERVED = ("inputs", "start-node", "end-node")
# What a node can run: the manifest's word for it, and the model's.
_TARGETS = {
    "task": "task",
    "workflow": "workflow",
    "launchPlan": "launch_plan",
    "branch": "branch",
    "gate": "gate",
    "array": "array",
}


def _node_id(text: str) -> str:
    if text in _RESERVED:
        raise ValueError(f"{text} is a reserved name: call the node something else")
    if not re.fullmatch(_NODE_ID, text):
        raise ValueError(f"{text!r} is no node id: letters, digits, `_` and `-`")
    return text


NodeId = Annotated[
    str,
    AfterValidator(_node_id),
    Field(json_schema_extra={"pattern": f"^{_NODE_ID}$", "not": {"enum": list(_RESERVED)}}),
]


class Approve(Part):
    """Waits until somebody approves; what goes in comes out again. A text alone is the signal."""

    model_config = ConfigDict(json_schema_extra=or_text(NAME_SCHEMA))

    signal: Annotated[Maybe[Name], Field(description="Its id; the node's unless said.")] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"signal": value}
        if not isinstance(value, dict):
            raise ValueError("expected a signal's id, or a mapping with signal")
        return value


class Signal(Part):
    """Waits until somebody sends a value, which comes out as `output`."""

    type: Type
    signal: Annotated[Maybe[Name], Field(description="Its id; the node's unless said.")] = None
    output: Annotated[Name, Field(description="What others call the value.")] = "value"


class Gate(Part):
    """Waits: exactly one of approve, signal and sleep."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [w]} for w in ("approve", "signal", "sleep")]}
    )

    approve: Maybe[Approve] = None
    signal: Maybe[Signal] = None
    sleep: Maybe[PositiveDuration] = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Gate":
        if sum(one is not None for one in (self.approve, self.signal, self.sleep)) != 1:
            raise ValueError("a gate says one of approve, signal and sleep")
        return self


class NodeCache(Part):
    """Overrides the task's own caching. A truth value alone is `enabled`."""

    model_config = ConfigDict(json_schema_extra=or_text({"type": "boolean"}))

    enabled: Maybe[bool] = None
    version: Maybe[Name] = None
    serialize: Maybe[bool] = None

    @model_validator(mode="before")
    @classmethod
    def _from_bool(cls, value: Any) -> Any:
        if isinstance(value, bool):
            return {"enabled": value}
        if not isinstance(value, dict):
            raise ValueError("expected true or false, or a mapping with enabled and version")
        return value


class Overrides(Part):
    """What this node's task gets instead of what the task itself says."""

    image: Maybe[Name] = None
    resources: Resources = Field(default_factory=unsaid(Resources))
    extended_resources: Maybe[ExtendedResources] = None
    pod: Maybe[Pod] = None


class Array(Part):
    """One task, workflow or launch plan for each item of the lists that go in.

    Flyte's compiler takes lists only where what is run takes lists itself, as a map task does.
    """

    each: Annotated["NestedNode", Field(description="What is run for each item.")]
    parallelism: Annotated[
        Maybe[Annotated[int, Field(ge=0, le=2**32 - 1)]],
        Field(description="How many at once; 0 for all."),
    ] = None
    min_successes: Maybe[Annotated[int, Field(ge=0, le=2**32 - 1)]] = None
    min_success_ratio: Annotated[
        Maybe[Annotated[float, Field(ge=0, le=1)]],
        Field(description="The part of the items that must succeed, 1 for all."),
    ] = None
    execution_mode: Literal["minimalState", "fullState"] = "minimalState"
    data_mode: Literal["singleInputFile", "individualInputFiles"] = "singleInputFile"
    bound_inputs: Annotated[
        tuple[Name, ...],
        Field(strict=False, description="Inputs that are the same for all items."),
    ] = ()
    run_all_sub_nodes: Annotated[
        bool, Field(description="Go on with the others when too many have failed.")
    ] = False
    original_interface: Annotated[
        Maybe[bool], Field(description="What is run takes single items, not lists.")
    ] = None

    @model_validator(mode="after")
    def _one_criterion(self) -> "Array":
        if self.min_successes is not None and self.min_success_ratio is not None:
            raise ValueError("an array says one of minSuccesses and minSuccessRatio")
        return self


class Case(Part):
    """`if` and `then`; the last one of a branch is `else`, or `error`, alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["if", "then"], "maxProperties": 2},
                {"required": ["else"], "maxProperties": 1},
                {"required": ["error"], "maxProperties": 1},
            ]
        }
    )

    condition: Annotated[Maybe[ConditionText], Field(alias="if")] = None
    then: Maybe["NestedNode"] = None
    otherwise: Annotated[Maybe["NestedNode"], Field(alias="else")] = None
    error: Annotated[
        Maybe[Text], Field(description="The execution fails with this where no case fits.")
    ] = None

    @model_validator(mode="after")
    def _one_form(self) -> "Case":
        said = self.model_fields_set
        if said not in ({"condition", "then"}, {"otherwise"}, {"error"}):
            raise ValueError("a case says if and then, or else, or error")
        return self


class Node(Part):
    """One step: exactly one of task, workflow, launchPlan, branch, gate and array."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"oneOf": [{"required": [target]} for target in _TARGETS]},
                {"required": ["raw"]},
            ]
        }
    )

    task: Maybe[Reference] = None
    workflow: Maybe[Reference] = None
    launch_plan: Maybe[LaunchPlanReference] = None
    branch: Annotated[
        Maybe[Annotated[tuple[Case, ...], Field(strict=False, min_length=1)]],
        Field(description="The first case whose condition holds is run."),
    ] = None
    gate: Maybe[Gate] = None
    array: Maybe[Array] = None
    inputs: dict[str, BindingValue] = Field(default_factory=dict)
    after: Annotated[
        tuple[str, ...],
        Field(strict=False, description="Nodes to wait for, beside those that inputs come from."),
    ] = ()
    aliases: Annotated[
        dict[Name, Name], Field(description="Other names for outputs: output and alias.")
    ] = Field(default_factory=dict)
    name: Annotated[Maybe[Text], Field(description="For people; the node's id unless said.")] = (
        None
    )
    timeout: Maybe[PositiveDuration] = None
    retries: Maybe[Annotated[int, Field(ge=0, le=2**32 - 1)]] = None
    interruptible: Maybe[bool] = None
    cache: Maybe[NodeCache] = None
    config: dict[Text, Text] = Field(default_factory=dict)
    overrides: Maybe[Overrides] = None
    raw: Maybe[RawNode] = None

    @model_validator(mode="after")
    def _is_whole(self) -> "Node":
        given = [word for word, name in _TARGETS.items() if getattr(self, name) is not None]
        if len(given) != 1 and not (self.raw and not given):
            found = "several of them" if given else "none"
            raise ValueError(f"a node says one of {', '.join(_TARGETS)}; this one says {found}")
        problems = [*self._superfluous(given), *self._case_problems()]
        if problems:
            refuse(problems)
        return self

    def _superfluous(self, given: list[str]) -> Iterator[Problem]:
        kind = given[0] if given else "raw"
        if self.overrides is not None and kind not in ("task", "raw"):
            yield Problem("only nodes that run a task have overrides", ("overrides",))
        if self.inputs and kind == "branch":
            hint = "what the conditions look at goes in by itself"
            yield Problem("a branch has no inputs of its own", ("inputs",), hint=hint)
        if self.inputs and self.gate is not None and self.gate.approve is None:
            yield Problem("only gates that approve have inputs", ("inputs",))
        if self.array is not None and self.array.each.inputs:
            hint = "write them beside array"
            yield Problem("inputs are the array's own", ("array", "each", "inputs"), hint=hint)

    def _case_problems(self) -> Iterator[Problem]:
        cases = self.branch or ()
        for index, case in enumerate(cases):
            is_last = index == len(cases) - 1
            if case.condition is None and not is_last:
                message = "only the last case of a branch is else or error"
                yield Problem(message, ("branch", index))
            if case.condition is None and len(cases) == 1:
                yield Problem("a branch starts with a case that says if", ("branch", index))
            if case.condition is not None and is_last:
                hint = "Flyte refuses a branch that may lead nowhere"
                yield Problem("a branch ends with else or error", ("branch", index), hint=hint)
            for key, node in (("then", case.then), ("else", case.otherwise)):
                if node is not None and node.after:
                    where: Path = ("branch", index, key, "after")
                    yield Problem(
                        "a node in a branch waits for nobody",
                        where,
                        hint="after stands at the branch",
                    )

    @property
    def reference(self) -> tuple[str, Reference] | None:
        """What it runs, with the key that says so; None for nodes of other kinds."""
        for key, reference in (
            ("task", self.task),
            ("workflow", self.workflow),
            ("launchPlan", self.launch_plan),
        ):
            if reference is not None:
                return key, reference
        return None

    @property
    def inside(self) -> Iterator[tuple[Path, "NestedNode"]]:
        """The nodes right inside a branch or an array, each with its path from here."""
        for index, case in enumerate(self.branch or ()):
            if case.then is not None:
                yield ("branch", index, "then"), case.then
            if case.otherwise is not None:
                yield ("branch", index, "else"), case.otherwise
        if self.array is not None:
            yield ("array", "each"), self.array.each

    @property
    def promises(self) -> Iterator[tuple[Path, Promise]]:
        """What its own inputs and conditions come from, each with its path from here."""
        for name, binding in self.inputs.items():
            for path, promise in promises(binding):
                yield ("inputs", name, *path, "from"), promise
        for index, case in enumerate(self.branch or ()):
            if case.condition is not None:
                for promise in operands(case.condition):
                    yield ("branch", index, "if"), promise


class NestedNode(Node):
    """A node inside another, or one that runs on failure; it need not have an id."""

    id: Annotated[Maybe[NodeId], Field(description="What it is called in executions.")] = None


def default_id(steps: Path) -> str:
    """The id of a node nested at `steps` (as `Node.inside` has them) that says none."""
    match steps:
        case ("branch", int() as index, "then"):
            return f"case-{index + 1}"
        case ("branch", _, "else"):
            return "else"
    return "each"
