"""Which tasks and launch plans a workflow needs before it can be compiled.

Source: flytepropeller/pkg/compiler/requirements.go and common/index.go.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.compiler.errors import Faults, RecursiveWorkflowError
from reconciler.compiler.gotext import go_text

Identifier = Any  # flyteidl ships no types
Node = Any
WorkflowTemplate = Any


@dataclass(frozen=True)
class References:
    """What a workflow refers to, itself and through its sub-workflows.

    Each id is there once, exactly as the first reference spells it, in the order Admin
    looks them up: by resource type, project, domain, name and version.
    """

    tasks: tuple[Identifier, ...]
    launch_plans: tuple[Identifier, ...]


def required_references(
    template: WorkflowTemplate, sub_workflows: Sequence[WorkflowTemplate]
) -> References:
    """Return the tasks and launch plans to load for `compile_workflow`.

    A reference to a sub-workflow that was not sent is no error yet: compiling tells.

    Raises:
        CompilationError: A sub-workflow has no id, or several have the same.
        RecursiveWorkflowError: A sub-workflow contains itself.
    """
    faults = Faults()
    index = index_sub_workflows(sub_workflows, faults)
    if index is None:
        raise faults.error()
    return find_references(template, index, faults)


def identity(id: Identifier | None) -> bytes:
    """Return what two ids share exactly if they read the same; None is no id at all."""
    return b"<nil>" if id is None else id.SerializeToString(deterministic=True)


def optional(message: Any, name: str) -> Any:
    """Return a field that is a message, None if it is not set."""
    return getattr(message, name) if message.HasField(name) else None


def index_sub_workflows(
    sub_workflows: Iterable[WorkflowTemplate], faults: Faults
) -> dict[bytes, WorkflowTemplate] | None:
    """Map sub-workflows by identity; None if that fails."""
    index: dict[bytes, WorkflowTemplate] = {}
    sound = True
    for template in sub_workflows:
        if not template.HasField("id"):
            return None  # without a word of why, as in Admin
        key = identity(template.id)
        if key in index:
            text = go_text(template.id)
            faults.add("DuplicateId", text, "Trying to insert two nodes with the same id.")
            sound = False
        index.setdefault(key, template)
    return index if sound else None


def find_references(
    template: WorkflowTemplate,
    sub_workflows: Mapping[bytes, WorkflowTemplate] | None,
    faults: Faults,
) -> References:
    """Collect references from `template`; from its sub-workflows too unless that is None.

    Raises:
        RecursiveWorkflowError: A sub-workflow contains itself.
    """
    search = _Search(sub_workflows, faults)
    search.visit(template)
    return References(_ordered(search.tasks), _ordered(search.launch_plans))


def _ordered(ids: Mapping[bytes, Identifier]) -> tuple[Identifier, ...]:
    return tuple(
        sorted(
            ids.values(),
            key=lambda id: (id.resource_type, id.project, id.domain, id.name, id.version),
        )
    )


@dataclass
class _Search:
    sub_workflows: Mapping[bytes, WorkflowTemplate] | None
    faults: Faults
    tasks: dict[bytes, Identifier] = field(default_factory=dict)
    launch_plans: dict[bytes, Identifier] = field(default_factory=dict)
    done: set[bytes] = field(default_factory=set)
    path: dict[bytes, Identifier] = field(default_factory=dict)

    def visit(self, template: WorkflowTemplate) -> None:
        for node in template.nodes:
            self.visit_node(node)
        if template.HasField("failure_node"):
            self.visit_node(template.failure_node)

    def visit_node(self, node: Node) -> None:
        kind = node.WhichOneof("target")
        if kind == "task_node":
            if node.task_node.HasField("reference_id"):
                id = node.task_node.reference_id
                self.tasks.setdefault(identity(id), id)
        elif kind == "workflow_node":
            reference = node.workflow_node.WhichOneof("reference")
            if reference == "launchplan_ref":
                id = node.workflow_node.launchplan_ref
                self.launch_plans.setdefault(identity(id), id)
            elif reference == "sub_workflow_ref":
                self.visit_sub_workflow(node.id, node.workflow_node.sub_workflow_ref)
        elif kind == "branch_node":
            for inner in branch_cases(node.branch_node):
                self.visit_node(inner)
        elif kind == "array_node":
            self.visit_node(node.array_node.node)

    def visit_sub_workflow(self, node_id: str, id: Identifier) -> None:
        if self.sub_workflows is None:
            return
        key = identity(id)
        if key in self.path:
            ids = [*self.path.values(), id]
            start = [identity(each) for each in ids].index(key)
            raise RecursiveWorkflowError(tuple(go_text(each) for each in ids[start:]))
        if key not in self.sub_workflows:
            description = f"Referenced Workflow [{go_text(id)}] not found."
            self.faults.add("WorkflowReferenceNotFound", node_id, description)
        elif key not in self.done:
            self.path[key] = id
            self.visit(self.sub_workflows[key])
            del self.path[key]
            self.done.add(key)


def branch_cases(branch: Any) -> Iterator[Node]:
    """Yield the nodes a branch node chooses from."""
    blocks = [branch.if_else.case, *branch.if_else.other]
    yield from (block.then_node for block in blocks if block.HasField("then_node"))
    if branch.if_else.HasField("else_node"):
        yield branch.if_else.else_node
