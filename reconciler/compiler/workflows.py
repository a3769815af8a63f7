"""Compile a workflow with its sub-workflows, or tell everything that is wrong with it.

Source: flytepropeller/pkg/compiler/workflow_compiler.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flyteidl.core import compiler_pb2, workflow_pb2

from reconciler.compiler.bindings import Direction, check_bindings
from reconciler.compiler.builder import Interface, LaunchPlanInterface, Library, Node, Workflow
from reconciler.compiler.errors import END_NODE, START_NODE, Faults
from reconciler.compiler.gotext import go_text
from reconciler.compiler.graph import check_reachable, connect_loose_ends, write_connections
from reconciler.compiler.interfaces import declared_interface, unknown_task, unknown_workflow
from reconciler.compiler.nodes import add_edges, check_node
from reconciler.compiler.references import (
    find_references,
    identity,
    index_sub_workflows,
    optional,
)

CompiledWorkflow = Any  # flyteidl ships no types
CompiledWorkflowClosure = Any
TaskTemplate = Any
WorkflowTemplate = Any


def compile_workflow(
    template: WorkflowTemplate,
    sub_workflows: Sequence[WorkflowTemplate],
    *,
    tasks: Sequence[TaskTemplate] | Mapping[bytes, TaskTemplate],
    launch_plans: Sequence[LaunchPlanInterface] | Mapping[bytes, LaunchPlanInterface],
) -> CompiledWorkflowClosure:
    """Return the closure Admin would store; what is handed in stays as it is.

    Args:
        template: The primary workflow, with the id it is registered under.
        sub_workflows: The sub-workflows sent along, in order.
        tasks: The tasks as registered; more than `required_references` asks for do no harm. All
            that there are may come by `identity`.
        launch_plans: The launch plans found for the references, likewise.

    Raises:
        CompilationError: Every fault found, in Admin's words and order.
        CompilerPanicError: Admin answers INTERNAL without a message.
        CompilerCrashError: Admin's server would die of it.
    """
    faults = Faults()
    closure = compiler_pb2.CompiledWorkflowClosure()
    closure.primary.template.CopyFrom(template)
    for sub_workflow in sub_workflows:
        closure.sub_workflows.add().template.CopyFrom(sub_workflow)
    index = index_sub_workflows((each.template for each in closure.sub_workflows), faults)
    if index is None:
        raise faults.error()
    library = _gather(closure, index, tasks=tasks, launch_plans=launch_plans, faults=faults)
    if library is None:
        raise faults.error()
    if not _compile(closure.primary, library, faults):
        raise faults.error()
    return closure


def _gather(
    closure: CompiledWorkflowClosure,
    sub_workflows: dict[bytes, WorkflowTemplate],
    *,
    tasks: Sequence[TaskTemplate] | Mapping[bytes, TaskTemplate],
    launch_plans: Sequence[LaunchPlanInterface] | Mapping[bytes, LaunchPlanInterface],
    faults: Faults,
) -> Library | None:
    """Put the tasks needed into the closure; None if a task or launch plan is missing."""
    needed = find_references(closure.primary.template, sub_workflows, faults)
    if not isinstance(tasks, Mapping):
        tasks = {identity(optional(task, "id")): task for task in reversed(tasks)}
    if not isinstance(launch_plans, Mapping):
        launch_plans = {identity(each.id): each for each in launch_plans}
    for id in needed.launch_plans:
        if identity(id) not in launch_plans:
            unknown_workflow(START_NODE, go_text(id), faults)
    compiled_tasks = {}
    for id in needed.tasks:
        key = identity(id)
        task = tasks.get(key)
        if task is None:
            unknown_task(START_NODE, id, faults)
            continue
        compiled = closure.tasks.add()
        compiled.template.CopyFrom(task)
        compiled_tasks[key] = compiled.template
    if faults:
        return None
    by_id = {identity(each.template.id): each for each in closure.sub_workflows}
    return Library(compiled_tasks, launch_plans, by_id)


def _compile(compiled: CompiledWorkflow, library: Library, faults: Faults) -> bool:
    """Compile one workflow in place; tell whether it went without a fault.

    Done again for each workflow that refers to it, and after each failure. All that repeats
    harmlessly but for the ids of nested nodes, which get their prefix each time.
    """
    template = compiled.template
    if not template.nodes:
        text = go_text(optional(template, "id"))
        faults.add("NoNodesFound", text, f"Can't find any nodes in workflow [{text}].")
        return False
    scope = faults.scope()
    interface = declared_interface(START_NODE, template.interface, scope)
    if scope:
        return False
    workflow = Workflow(compiled, library, _compile)
    start = Node(workflow_pb2.Node(id=START_NODE))
    start.interface = Interface(inputs={}, outputs=interface.inputs)
    # The end node's inputs are the workflow's outputs, the same objects: a promise rewritten
    # in one shows in both.
    end = Node(workflow_pb2.Node(id=END_NODE), inputs=template.outputs)
    end.interface = Interface(inputs=interface.outputs, outputs={})
    workflow.nodes.update({START_NODE: start, END_NODE: end})
    _check_nodes(workflow, scope)
    _write(compiled, workflow)
    return not scope


def _check_nodes(workflow: Workflow, faults: Faults) -> None:
    template = workflow.template
    for message in template.nodes:
        node = Node(message)
        workflow.nodes.setdefault(node.id, node)  # a second one is checked, and left out
        check_node(workflow, node, faults)
    for id in sorted(workflow.nodes):
        if id != START_NODE:
            add_edges(workflow, workflow.nodes[id], Direction.BOTH, faults)
    if template.HasField("failure_node"):
        node = Node(template.failure_node)
        check_node(workflow, node, faults)
        add_edges(workflow, node, Direction.UPSTREAM, faults)
    connect_loose_ends(workflow)
    end = workflow.nodes[END_NODE]
    if faults and end.interface is not None:
        # Once more, as Admin does: faults of outputs print differently now that other
        # promises among them have their node. Where there was none, none comes up.
        check_bindings(workflow, end, end.interface.inputs, Direction.BOTH, faults)
    check_reachable(workflow, faults)


def _write(compiled: CompiledWorkflow, workflow: Workflow) -> None:
    """Put the nodes that were kept back into the template, and the edges beside it."""
    start, end, *others = (node.message for node in workflow.nodes.values())
    end.inputs.extend(compiled.template.outputs)
    nodes = compiled.template.nodes
    if len(others) < len(nodes):
        copies = [workflow_pb2.Node.FromString(m.SerializeToString()) for m in others]
        del nodes[:]
        nodes.extend(copies)
    nodes.insert(0, start)
    nodes.insert(1, end)
    write_connections(compiled, workflow)
