"""What nodes give when nothing is run."""

from flyteidl.core import compiler_pb2, literals_pb2
from google.protobuf import json_format

from reconciler.sandbox.finishing.results import node_outputs

INTEGER = {"type": {"simple": "INTEGER"}}
TASK = {"resource_type": "TASK", "project": "p", "domain": "d", "name": "t", "version": "1"}
SUB = {**TASK, "resource_type": "WORKFLOW", "name": "sub"}
GIVES = {"outputs": {"variables": {"o0": INTEGER, "o1": INTEGER}}}


def compiled() -> compiler_pb2.CompiledWorkflowClosure:
    """A workflow that hands out `o0` of its task's node."""
    return json_format.ParseDict(
        {
            "primary": {
                "template": {
                    "nodes": [
                        {"id": "start-node"},
                        {"id": "n0", "task_node": {"reference_id": TASK}},
                        {"id": "n1", "workflow_node": {"sub_workflow_ref": SUB}},
                        {
                            "id": "n2",
                            "array_node": {"node": {"task_node": {"reference_id": TASK}}},
                        },
                        {"id": "n3", "gate_node": {"sleep": {"duration": "1s"}}},
                    ],
                    "outputs": [
                        {"var": "sum", "binding": {"promise": {"node_id": "n0", "var": "o0"}}}
                    ],
                }
            },
            "tasks": [{"template": {"id": TASK, "interface": GIVES}}],
            "sub_workflows": [{"template": {"id": SUB, "interface": GIVES}}],
        },
        compiler_pb2.CompiledWorkflowClosure(),
    )


def integers(literals: literals_pb2.LiteralMap) -> dict[str, int]:
    return {name: one.scalar.primitive.integer for name, one in literals.literals.items()}


def test_what_the_workflow_hands_out_comes_from_the_node_that_makes_it() -> None:
    """The rest is something of the right type; sleeping gives nothing."""
    outputs = literals_pb2.LiteralMap()
    outputs.literals["sum"].scalar.primitive.integer = 16

    made = node_outputs(compiled(), outputs)

    assert {node: integers(literals) for node, literals in made.items()} == {
        "n0": {"o0": 16, "o1": 0},
        "n1": {"o0": 0, "o1": 0},
        "n2": {"o0": 0, "o1": 0},
    }


def test_without_outputs_all_are_placeholders() -> None:
    """An execution that ends without any still has nodes that do."""
    assert integers(node_outputs(compiled(), None)["n0"]) == {"o0": 0, "o1": 0}
