"""How workflows compile, rule by rule. The bulk of the evidence is in `test_recorded`."""

import time
from typing import Any

import pytest
from flyteidl.core import interface_pb2, workflow_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.compiler import (
    CompilationError,
    CompilerPanicError,
    LaunchPlanInterface,
    compile_workflow,
)
from tests.compiler.builders import (
    INTEGER,
    a_branch,
    a_node,
    a_sub_workflow_node,
    a_task,
    a_workflow,
    an_id,
    bindings,
)

TASKS = [a_task(), a_task("noop", inputs=(), outputs=())]


def compiled(
    template: Any, *sub_workflows: Any, tasks: Any = TASKS, launch_plans: Any = ()
) -> Any:
    return compile_workflow(template, sub_workflows, tasks=tasks, launch_plans=launch_plans)


def faults(template: Any, *sub_workflows: Any, **given: Any) -> list[tuple[str, str]]:
    """Compile what does not compile; return code and node of each fault."""
    with pytest.raises(CompilationError) as caught:
        compiled(template, *sub_workflows, **given)
    return [(each.code, each.node_id) for each in caught.value.errors]


def edges(connections: Any) -> dict[str, list[str]]:
    return {id: list(ids.ids) for id, ids in connections.items()}


def test_start_and_end_node_come_first_and_everything_hangs_between_them() -> None:
    """Data makes edges, and so does an upstream id; loose ends are tied to start and end."""
    template = a_workflow(
        a_node("b", a=("a", "o")),
        a_node("a", a=("", "x")),
        a_node("c", "noop", upstream=["b", "a"]),
        inputs={"x": INTEGER},
        outputs={"r": ("b", "o")},
    )

    primary = compiled(template).primary

    assert [node.id for node in primary.template.nodes] == [
        "start-node",
        "end-node",
        "b",
        "a",
        "c",
    ]
    assert edges(primary.connections.upstream) == {
        "a": ["start-node"],
        "b": ["a"],
        "c": ["a", "b"],
        "end-node": ["b", "c"],
    }
    assert edges(primary.connections.downstream) == {
        "a": ["b", "c"],
        "b": ["c", "end-node"],
        "c": ["end-node"],
        "start-node": ["a"],
    }


def test_upstream_ids_are_sorted_and_promises_of_inputs_name_the_start_node() -> None:
    """In the outputs of the template too: they are the inputs of the end node."""
    template = a_workflow(
        a_node("n", upstream=["z", "a", "a"], a=("", "x")),
        a_node("a", "noop"),
        a_node("z", "noop"),
        inputs={"x": INTEGER},
        outputs={"r": ("", "x")},
    )

    primary = compiled(template).primary.template

    assert list(primary.nodes[2].upstream_node_ids) == ["a", "a", "z"]
    assert primary.nodes[2].inputs[0].binding.promise.node_id == "start-node"
    assert primary.outputs[0].binding.promise.node_id == "start-node"
    assert primary.nodes[1].inputs == primary.outputs


def test_the_second_node_of_an_id_is_left_out_but_checked() -> None:
    """Nodes named like the system's own vanish unchecked."""
    template = a_workflow(a_node("n", a=1), a_node("n"), workflow_pb2.Node(id="end-node"))

    assert [node.id for node in compiled(template).primary.template.nodes] == [
        "start-node",
        "end-node",
        "n",
    ]
    assert faults(a_workflow(a_node("n", a=1), workflow_pb2.Node(id="n"))) == [
        ("ValueRequired", "n")
    ]


def test_nested_nodes_get_the_id_of_their_branch_and_only_upstream_edges() -> None:
    """Only for what their own bindings need."""
    template = a_workflow(
        a_node("a", a=1),
        a_branch("br", a_node("y", a=("a", "o")), a_node("e", a=1)),
    )

    primary = compiled(template).primary

    branch = primary.template.nodes[3].branch_node.if_else
    assert (branch.case.then_node.id, branch.else_node.id) == ("br-y", "br-e")
    assert edges(primary.connections.upstream)["br-y"] == ["a"]
    assert "br-e" not in primary.connections.upstream
    assert "br-y" not in primary.connections.downstream


def test_a_sub_workflow_is_compiled_for_each_workflow_that_refers_to_it() -> None:
    """So the nodes in its branches get their prefix more than once."""
    shared = a_workflow(a_branch("br", a_node("y", a=1), a_node("e", a=1)), name="shared")
    middle = a_workflow(a_sub_workflow_node("s", "shared"), name="middle")
    template = a_workflow(
        a_sub_workflow_node("m", "middle"),
        a_sub_workflow_node("s", "shared"),
        a_sub_workflow_node("again", "shared"),
    )

    closure = compiled(template, middle, shared)

    nested = closure.sub_workflows[1].template.nodes[2].branch_node.if_else.case.then_node
    assert nested.id == "br-br-y"
    assert closure.sub_workflows[1].HasField("connections")


def test_a_sub_workflow_nobody_refers_to_stays_as_it_is() -> None:
    """It may hold anything."""
    odd = a_workflow(workflow_pb2.Node(), name="odd")

    closure = compiled(a_workflow(a_node("n", a=1)), odd)

    assert closure.sub_workflows[0].template == odd
    assert not closure.sub_workflows[0].HasField("connections")


def test_the_closure_holds_the_tasks_needed_sorted_with_their_interfaces_filled() -> None:
    """What the caller has beyond that stays out; what he handed in stays untouched."""
    bare = a_task("bare", inputs=(), outputs=())
    bare.interface.Clear()
    bare.interface.SetInParent()

    closure = compiled(a_workflow(a_node("n", a=1), a_node("m", "bare")), tasks=[*TASKS, bare])

    assert [task.template.id.name for task in closure.tasks] == ["bare", "inc"]
    assert closure.tasks[0].template.interface.HasField("inputs")
    assert not bare.interface.HasField("inputs")


def test_missing_references_end_it_all() -> None:
    """They are told on the start node, and nothing else is looked at."""
    launch = workflow_pb2.Node(id="l")
    launch.workflow_node.launchplan_ref.CopyFrom(an_id("lp", "LAUNCH_PLAN"))

    assert faults(a_workflow(a_node("n"), a_node("m", "gone"), launch)) == [
        ("TaskReferenceNotFound", "start-node"),
        ("WorkflowReferenceNotFound", "start-node"),
    ]


def test_a_launch_plan_asks_for_what_it_requires_and_takes_what_it_has() -> None:
    """An input with a default may be bound or not; a fixed one is unknown."""
    parameters = interface_pb2.ParameterMap()
    parameters.parameters["must"].required = True
    parameters.parameters["may"].default.scalar.primitive.integer = 1
    for name in ("must", "may"):
        parameters.parameters[name].var.type.simple = 1
    plan = LaunchPlanInterface(an_id("lp", "LAUNCH_PLAN"), parameters, interface_pb2.VariableMap())

    def launch(**inputs: int) -> Any:
        node = workflow_pb2.Node(id="l", inputs=bindings(inputs))
        node.workflow_node.launchplan_ref.CopyFrom(plan.id)
        return a_workflow(node)

    compiled(launch(must=1), launch_plans=[plan])
    compiled(launch(must=1, may=2), launch_plans=[plan])
    assert faults(launch(may=1), launch_plans=[plan]) == [("ParameterNotBound", "l")]
    assert faults(launch(must=1, fixed=1), launch_plans=[plan]) == [("VariableNameNotFound", "l")]


def test_an_unreachable_node_and_a_circle_are_told() -> None:
    """A circle only if there is a way into it."""
    apart = a_workflow(a_node("n", a=1), a_node("m", "noop", upstream=["m"]))
    around = a_workflow(a_node("n", a=1), a_node("m", "noop", upstream=["n", "k"]),
                        a_node("k", "noop", upstream=["m"]))  # fmt: skip

    with pytest.raises(CompilationError, match=r"unreachable nodes \[m\]"):
        compiled(apart)
    with pytest.raises(CompilationError, match=r"\[start-node>n>m>k>m\]"):
        compiled(around)


def test_the_failure_node_is_no_member_of_the_graph() -> None:
    """It has upstream entries for its promises, and nobody waits for it."""
    template = a_workflow(a_node("n", a=1), failure_node=a_node("f", upstream=["n"], a=("n", "o")))

    connections = compiled(template).primary.connections

    assert edges(connections.upstream)["f"] == ["n"]
    assert edges(connections.downstream)["n"] == ["end-node"]


def test_a_scalar_without_value_makes_admin_panic() -> None:
    """Clients see INTERNAL without a message."""
    node = a_node("n")
    node.inputs.add(var="a").binding.scalar.SetInParent()

    with pytest.raises(CompilerPanicError):
        compiled(a_workflow(node))


def test_errors_are_listed_once_and_in_order() -> None:
    """By code, then by text, numbered from zero."""
    with pytest.raises(CompilationError) as caught:
        compiled(a_workflow(a_node("m"), a_node("n", x=1), a_node("n", x=1)))

    assert str(caught.value) == (
        "Collected Errors: 3\n"
        "\tError 0: Code: ParameterNotBound, Node Id: m, Description: Parameter not bound [a].\n"
        "\tError 1: Code: ParameterNotBound, Node Id: n, Description: Parameter not bound [a].\n"
        "\tError 2: Code: VariableNameNotFound, Node Id: n, "
        "Description: Variable [x] not found on node [n].\n"
    )


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    waits=st.lists(st.sets(st.integers(min_value=0, max_value=11), max_size=4), max_size=12),
    order=st.randoms(use_true_random=False),
)
def test_the_graph_is_the_same_whichever_way_it_is_read(waits: Any, order: Any) -> None:
    """Each edge is in both maps; every node is between start and end; the order is the caller's.

    Nodes wait for nodes of a smaller number, so there are no circles.
    """
    nodes = [
        a_node(f"n{number}", "noop", upstream=[f"n{each}" for each in ids if each < number])
        for number, ids in enumerate(waits)
    ] or [a_node("n0", "noop")]
    order.shuffle(nodes)

    primary = compiled(a_workflow(*nodes)).primary

    upstream, downstream = (
        edges(primary.connections.upstream),
        edges(primary.connections.downstream),
    )
    forth = {(one, other) for one, others in downstream.items() for other in others}
    back = {(one, other) for other, others in upstream.items() for one in others}
    assert forth == back
    assert all(ids == sorted(set(ids)) for ids in (*upstream.values(), *downstream.values()))
    assert {node.id for node in nodes} <= upstream.keys() & downstream.keys()
    assert [node.id for node in primary.template.nodes[2:]] == [node.id for node in nodes]


def chain(length: int) -> Any:
    """Return a workflow of nodes each of which waits for the one before."""
    return a_workflow(
        *(
            a_node(f"n{number}", a=(f"n{number - 1}", "o") if number else 1)
            for number in range(length)
        ),
        outputs={"r": (f"n{length - 1}", "o")},
    )


def test_a_hundred_nodes_compile_in_milliseconds() -> None:
    """Ten of the processor's, in the best of several runs: a plan compiles all it knows."""
    template = chain(100)

    def run() -> float:
        started = time.process_time()
        compiled(template)
        return time.process_time() - started

    assert min(run() for _ in range(20)) < 0.010


def test_a_chain_of_thousands_is_no_trouble() -> None:
    """Nothing goes as deep as the chain is long."""
    connections = compiled(chain(3000)).primary.connections

    assert edges(connections.upstream)["n2999"] == ["n2998"]
