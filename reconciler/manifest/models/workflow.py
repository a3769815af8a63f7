"""Workflow: nodes, what flows between them and what comes out."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.manifest.models.base import Manifest, Maybe, Part, Path, Problem, Text, refuse
from reconciler.manifest.models.binding import (
    Binding,
    BindingValue,
    Constant,
    Promise,
    PromiseText,
    promises,
)
from reconciler.manifest.models.reference import LaunchPlanReference, Reference
from reconciler.manifest.models.values import EntityMetadata, Type, Variables, Version
from reconciler.manifest.suggest import did_you_mean

_NODE_ID = "[A-Za-z0-9_][A-Za-z0-9_-]*"
# `inputs` means the workflow's own; Admin adds the other two itself and drops ours unseen.
_RESERVED = ("inputs", "start-node", "end-node")


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
_TARGETS = ("task", "workflow", "launchPlan")


class Node(Part):
    """One step: exactly one of task, workflow and launchPlan."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [target]} for target in _TARGETS]}
    )

    task: Maybe[Reference] = None
    workflow: Maybe[Reference] = None
    launch_plan: Maybe[LaunchPlanReference] = None
    inputs: dict[str, BindingValue] = Field(default_factory=dict)
    after: Annotated[
        tuple[str, ...],
        Field(strict=False, description="Nodes to wait for, beside those that inputs come from."),
    ] = ()

    @model_validator(mode="after")
    def _one_target(self) -> "Node":
        given = [target for target in (self.task, self.workflow, self.launch_plan) if target]
        if len(given) != 1:
            found = "several of them" if given else "none"
            raise ValueError(f"a node says one of {', '.join(_TARGETS)}; this one says {found}")
        return self


class Output(Part):
    """An output of the workflow: its type and where it comes from."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [w]} for w in ("from", "value")]}
    )

    type: Type
    description: Text = ""
    source: Annotated[Maybe[PromiseText], Field(alias="from")] = None
    value: Annotated[
        BindingValue | None, Field(description="A literal, or a list or map of bindings.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("expected a mapping with type and from")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> "Output":
        if (self.source is None) == ("value" not in self.model_fields_set):
            raise ValueError("an output says one of from and value")
        return self

    @property
    def binding(self) -> Binding:
        if self.source is not None:
            return self.source
        return self.value if self.value is not None else Constant(None)


class WorkflowSpec(Part):
    version: Version = "auto"
    inputs: Variables
    outputs: dict[str, Output] = Field(default_factory=dict)
    nodes: Annotated[dict[NodeId, Node], Field(min_length=1)]
    on_failure: Literal["failImmediately", "failAfterExecutableNodesComplete"] = "failImmediately"
    description: Text = ""

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> "WorkflowSpec":
        problems = [*self._unknown_upstreams(), *self._unknown_sources()]
        if problems:
            refuse(problems)
        return self

    def _unknown_upstreams(self) -> Iterator[Problem]:
        for id, node in self.nodes.items():
            for index, other in enumerate(node.after):
                path: Path = ("nodes", id, "after", index)
                if other == id:
                    yield Problem(f"node {id} cannot come after itself", path, code="cycle")
                elif other not in self.nodes:
                    yield _unknown_node(other, self.nodes, path)

    def _unknown_sources(self) -> Iterator[Problem]:
        for path, promise in self._promises():
            if promise.node and promise.node not in self.nodes:
                yield _unknown_node(promise.node, self.nodes, path)
            elif not promise.node and promise.variable not in self.inputs:
                yield Problem(
                    f"the workflow has no input {promise.variable}",
                    path,
                    code="unknown-input",
                    hint=did_you_mean(promise.variable, self.inputs),
                )

    def _promises(self) -> Iterator[tuple[Path, Promise]]:
        for id, node in self.nodes.items():
            for name, binding in node.inputs.items():
                for path, promise in promises(binding):
                    yield ("nodes", id, "inputs", name, *path, "from"), promise
        for name, output in self.outputs.items():
            if output.source is not None:
                yield ("outputs", name, "from"), output.source
            elif output.value is not None:
                for path, promise in promises(output.value):
                    yield ("outputs", name, "value", *path, "from"), promise


def _unknown_node(id: str, nodes: dict[str, Node], path: Path) -> Problem:
    return Problem(
        f"there is no node {id}", path, code="unknown-node", hint=did_you_mean(id, nodes)
    )


class Workflow(Manifest):
    """One version of a workflow."""

    KIND: ClassVar[str] = "Workflow"

    kind: Literal["Workflow"]
    metadata: EntityMetadata
    spec: WorkflowSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place

    @property
    def own_version(self) -> str:
        return self.spec.version
