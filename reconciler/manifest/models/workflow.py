"""Workflow: nodes, what flows between them and what comes out."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.models.attributes import PlacedAttributes
from reconciler.manifest.models.base import Manifest, Maybe, Part, Path, Problem, Text, refuse
from reconciler.manifest.models.binding import (
    Binding,
    BindingValue,
    Constant,
    Promise,
    PromiseText,
    promises,
)
from reconciler.manifest.models.description import Description
from reconciler.manifest.models.named_entity import NamedMetadata
from reconciler.manifest.models.node import NestedNode, Node, NodeId, default_id
from reconciler.manifest.models.quality import QualityOfService
from reconciler.manifest.models.raw import RawWorkflow
from reconciler.manifest.models.values import Protect, Type, Variables, Version
from reconciler.manifest.suggest import did_you_mean

# The id of a failure node that says none.
FAILURE_NODE = "failure-node"


class Output(Part):
    """An output of the workflow: its type and where it comes from."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["from"]}, {"required": ["type", "value"]}]}
    )

    type: Annotated[
        Maybe[Type], Field(description="What it comes from decides where this is left out.")
    ] = None
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
        if self.source is None and self.type is None:
            raise ValueError("an output that is no mere from says its type")
        return self

    @property
    def binding(self) -> Binding:
        if self.source is not None:
            return self.source
        return self.value if self.value is not None else Constant(None)


class WorkflowSpec(Part):
    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["nodes"]}, {"required": ["raw"]}]}
    )

    version: Version = "auto"
    inputs: Variables
    outputs: dict[str, Output] = Field(default_factory=dict)
    nodes: Annotated[dict[NodeId, Node], Field(min_length=1, default_factory=dict)]
    failure_node: Annotated[
        Maybe[NestedNode], Field(description="What is run when the workflow fails.")
    ] = None
    on_failure: Literal["failImmediately", "failAfterExecutableNodesComplete"] = "failImmediately"
    interruptible: Annotated[
        bool, Field(description="Of nodes that do not say it themselves.")
    ] = False
    quality_of_service: Maybe[QualityOfService] = None
    tags: dict[Text, Text] = Field(default_factory=dict)
    description: Description
    protect: Protect = False
    raw: Maybe[RawWorkflow] = None
    attributes: Annotated[
        Maybe[PlacedAttributes],
        Field(description="Settings for executions of the name, whatever its version."),
    ] = None

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> "WorkflowSpec":
        problems = [
            *self._no_nodes(),
            *self._unknown_upstreams(),
            *self._unknown_sources(),
            *self._doubled_ids(),
        ]
        if problems:
            refuse(problems)
        return self

    @cached_property
    def sites(self) -> tuple[tuple[Path, Node], ...]:
        """Every node at any depth, the failure node last, each with its path in the spec."""
        waiting: list[tuple[Path, Node]] = [
            (("nodes", id), self.nodes[id]) for id in sorted(self.nodes, reverse=True)
        ]
        if self.failure_node is not None:
            waiting.insert(0, (("failureNode",), self.failure_node))
        found: list[tuple[Path, Node]] = []
        while waiting:
            path, node = waiting.pop()
            found.append((path, node))
            inside = [((*path, *steps), nested) for steps, nested in node.inside]
            waiting += reversed(inside)
        return tuple(found)

    @property
    def node_paths(self) -> dict[str, Path]:
        """Each node's path in the spec, by the id that it has when compiled."""
        ids: dict[Path, str] = {}
        for path, node in self.sites:
            if path == ("failureNode",):
                ids[path] = getattr(node, "id", None) or FAILURE_NODE
            elif len(path) == 2:
                ids[path] = str(path[1])
            for steps, nested in node.inside:
                own = nested.id or default_id(steps)
                ids[(*path, *steps)] = f"{ids[path]}-{own}"
        # A top-level node wins over a nested one of the same compiled id.
        return {id: path for path, id in sorted(ids.items(), key=lambda one: -len(one[0]))}

    def _no_nodes(self) -> Iterator[Problem]:
        if not self.nodes and (self.raw is None or not self.raw.message.nodes):  # type: ignore[attr-defined]
            yield Problem("a workflow has at least one node", code="missing-field")

    def _unknown_upstreams(self) -> Iterator[Problem]:
        for path, node in self.sites:
            for index, other in enumerate(node.after):
                where = (*path, "after", index)
                if path == ("nodes", other):
                    yield Problem(f"node {other} cannot come after itself", where, code="cycle")
                elif not self._is_node(other):
                    yield _unknown_node(other, self.nodes, where)

    def _unknown_sources(self) -> Iterator[Problem]:
        for path, promise in self.promises:
            if promise.node and not self._is_node(promise.node):
                yield _unknown_node(promise.node, self.nodes, path)
            elif promise.node and len(path) > 4 and path[:3] == ("nodes", promise.node, "branch"):
                message = f"what is inside {promise.node} cannot read what comes out of it"
                yield Problem(message, path, code="cycle")
            elif not promise.node and not self._is_input(promise.variable):
                yield Problem(
                    f"the workflow has no input {promise.variable}",
                    path,
                    code="unknown-input",
                    hint=did_you_mean(promise.variable, self.inputs),
                )

    def _is_node(self, id: str) -> bool:
        raw: Any = self.raw.message if self.raw else None
        return id in self.nodes or (raw is not None and any(node.id == id for node in raw.nodes))

    def _is_input(self, name: str) -> bool:
        raw: Any = self.raw.message if self.raw else None
        return name in self.inputs or (raw is not None and name in raw.interface.inputs.variables)

    def _doubled_ids(self) -> Iterator[Problem]:
        failure = self.failure_node
        if failure is not None and (failure.id or FAILURE_NODE) in self.nodes:
            message = f"there is a node {failure.id or FAILURE_NODE} already"
            yield Problem(message, ("failureNode",), code="duplicate")
        for path, node in self.sites:
            ids: set[str] = set()
            for steps, nested in node.inside:
                if nested.id is not None and nested.id in ids:
                    message = f"the branch has a node {nested.id} already"
                    yield Problem(message, (*path, *steps, "id"), code="duplicate")
                ids.add(nested.id or "")

    @cached_property
    def promises(self) -> tuple[tuple[Path, Promise], ...]:
        """Everything that comes from somewhere, each with the path of where it says so."""
        return tuple(self._promises())

    def _promises(self) -> Iterator[tuple[Path, Promise]]:
        for path, node in self.sites:
            for steps, promise in node.promises:
                yield (*path, *steps), promise
        for name, output in self.outputs.items():
            if output.source is not None:
                yield ("outputs", name, "from"), output.source
            elif output.value is not None:
                for inside, promise in promises(output.value):
                    yield ("outputs", name, "value", *inside, "from"), promise


def _unknown_node(id: str, nodes: dict[str, Node], path: Path) -> Problem:
    return Problem(
        f"there is no node {id}", path, code="unknown-node", hint=did_you_mean(id, nodes)
    )


class Workflow(Manifest):
    """One version of a workflow."""

    KIND: ClassVar[str] = "Workflow"

    kind: Literal["Workflow"]
    metadata: NamedMetadata
    spec: WorkflowSpec

    @property
    def place(self) -> tuple[str, ...]:
        return self.metadata.place

    @property
    def own_version(self) -> str:
        return self.spec.version
