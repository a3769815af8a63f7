"""Nodes of every kind: what is sent for them, that it compiles, and what is told if it cannot."""

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from reconciler.desired import bind, declare
from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.model import Diagnostic, Kind

HEAD = "apiVersion: reconciler/v1\n"
TASKS = """apiVersion: reconciler/v1
kind: Task
metadata: {project: p, domain: d, name: load}
spec:
  inputs: {day: datetime, size: int}
  outputs: {rows: "list[int]", ok: bool, n: int, mode: "enum[a, b]", maybe: "int | none", x: float}
  container: {image: "a:1", command: [x]}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: p, domain: d, name: each}
spec:
  inputs: {xs: "list[int]"}
  outputs: {ys: "list[int]"}
  container: {image: "a:1", command: [x]}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: p, domain: d, name: sorry}
spec:
  inputs: {day: datetime, err: "error | none"}
  container: {image: "a:1", command: [x]}
"""
LOAD = "load: {task: load, inputs: {day: {from: inputs.day}, size: 5}}"
RUN = "{task: load, inputs: {day: {from: inputs.day}, size: 1}}"


def workflow(nodes: str, *, outputs: str = "{}", extra: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in nodes.splitlines())
    return f"""{HEAD}kind: Workflow
metadata: {{project: p, domain: d, name: w}}
spec:
  inputs: {{day: datetime, size: int, label: str, word: "enum[a, b]"}}
  outputs: {outputs}
  nodes:
{lines}
{extra}"""


def compiled(folder: Path, text: str) -> Any:
    """The WorkflowSpec that a workflow comes out as; that it compiles goes with it."""
    file = folder / "set.yaml"
    file.write_text(f"{TASKS}---\n{text}")
    desired = bind(declare(load([file])), None)
    (found,) = (one for one in desired if one.id.kind is Kind.WORKFLOW)
    return found.request


def problems(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(ManifestError) as caught:
        compiled(folder, text)
    return caught.value.diagnostics


def nodes(spec: Any) -> dict[str, Any]:
    return {node.id: node for node in spec.template.nodes}


def test_branches_choose_and_read_nodes_before_them(tmp_path: Path) -> None:
    """The compiler takes a branch only behind what it looks at, whatever the manifest's order."""
    text = workflow(
        f"""a-branch:
  branch:
    - if: zload.n > 5 and not (zload.ok or inputs.size == 3)
      then: {RUN}
    - if: inputs.day >= "2026-01-01"
      then:
        id: late
        task: load
        inputs: {{day: {{from: inputs.day}}, size: {{from: zload.n}}}}
    - else: {RUN}
z{LOAD}
"""
    )

    spec = compiled(tmp_path, text)

    assert [node.id for node in spec.template.nodes] == ["zload", "a-branch"]
    branch = nodes(spec)["a-branch"]
    assert [binding.var for binding in branch.inputs] == [".day", ".size", "zload.n", "zload.ok"]
    block = branch.branch_node.if_else
    assert block.case.then_node.id == "case-1"
    assert block.other[0].then_node.id == "late"
    assert block.else_node.id == "else"
    # `not` is worked into what it stands before, for Flyte has none.
    assert MessageToDict(block.case.condition) == {
        "conjunction": {
            "leftExpression": {
                "comparison": {
                    "operator": "GT",
                    "leftValue": {"var": "zload.n"},
                    "rightValue": {"primitive": {"integer": "5"}},
                }
            },
            "rightExpression": {
                "conjunction": {
                    "leftExpression": {
                        "comparison": {
                            "operator": "NEQ",
                            "leftValue": {"var": "zload.ok"},
                            "rightValue": {"primitive": {"boolean": True}},
                        }
                    },
                    "rightExpression": {
                        "comparison": {
                            "operator": "NEQ",
                            "leftValue": {"var": ".size"},
                            "rightValue": {"primitive": {"integer": "3"}},
                        }
                    },
                }
            },
        }
    }
    datetime = block.other[0].condition.comparison.right_value.primitive.datetime
    assert datetime.seconds == 1767225600


def test_branches_nest_and_may_end_in_an_error(tmp_path: Path) -> None:
    """A case may branch again; what all cases have comes out, with its type."""
    text = workflow(
        f"""pick:
  branch:
    - if: inputs.size > 10
      then:
        branch:
          - {{if: inputs.label == 'x', then: {RUN}}}
          - error: not this label
    - else: {RUN}
""",
        outputs="{n: {from: pick.n}}",
    )

    spec = compiled(tmp_path, text)

    inner = nodes(spec)["pick"].branch_node.if_else.case.then_node.branch_node.if_else
    assert (inner.error.failed_node_id, inner.error.message) == ("case-1", "not this label")
    assert MessageToDict(spec.template.interface.outputs) == {
        "variables": {"n": {"type": {"simple": "INTEGER"}}}
    }


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("load.rows == 5", "load.rows: expected list[int], found the number 5"),
        ("inputs.size == 'a'", "inputs.size: expected int, found the text 'a'"),
        ("load.mode == 'a'", "load.mode is an enum, and Flyte compares enums with enums only"),
        ("load.maybe == 5", "load.maybe is int | none, which Flyte cannot compare"),
        ("load.rows[0] == 5", "load.rows[0] leads into a value"),
        ("load.n == load.x", "load.n is int and load.x is float: Flyte compares only"),
        ("load.nn == 5", "node load has no output nn"),
    ],
)
def test_conditions_that_flyte_cannot_compare(
    tmp_path: Path, condition: str, message: str
) -> None:
    """They are told in the words of the manifest, at the condition's own line."""
    text = workflow(
        f"{LOAD}\npick:\n  branch:\n    - {{if: {condition!r}, then: {RUN}}}\n    - error: no"
    )

    found = problems(tmp_path, text)

    assert any(message in one.message for one in found), [one.message for one in found]
    line = f"{TASKS}---\n{text}".splitlines().index(
        f"        - {{if: {condition!r}, then: {RUN}}}"
    )
    assert found[0].origin
    assert found[0].origin.line in (line + 1, line)


def test_enums_and_datetimes_compare_with_their_like(tmp_path: Path) -> None:
    """Constants take the type of the other side, on whichever side they stand."""
    text = workflow(
        f"""{LOAD}
pick:
  branch:
    - {{if: inputs.word == load.mode and 5 < load.x, then: {RUN}}}
    - error: no
"""
    )

    condition = nodes(compiled(tmp_path, text))["pick"].branch_node.if_else.case.condition

    right = condition.conjunction.right_expression.comparison
    assert right.left_value.primitive.float_value == 5.0
    assert right.right_value.var == "load.x"


def test_gates_wait(tmp_path: Path) -> None:
    """For an approval, whose inputs come out again; for a value; or for a while."""
    text = workflow(
        f"""{LOAD}
ask: {{gate: {{signal: {{type: "int | none"}}}}}}
go: {{gate: {{approve: go-on}}, inputs: {{n: {{from: load.n}}, label: "x"}}}}
wait: {{gate: {{sleep: 10m}}, after: [go]}}
""",
        outputs="{n: {from: go.n}, label: {from: go.label}, value: {from: ask.value}}",
    )

    spec = compiled(tmp_path, text)

    found = nodes(spec)
    assert found["ask"].gate_node.signal.signal_id == "ask"
    assert found["go"].gate_node.approve.signal_id == "go-on"
    assert found["wait"].gate_node.sleep.duration.seconds == 600
    assert list(found["wait"].upstream_node_ids) == ["go"]
    types = {name: v.type for name, v in spec.template.interface.outputs.variables.items()}
    assert types["label"].simple == 3
    assert len(types["value"].union_type.variants) == 2


def test_approve_gates_take_simple_values_only(tmp_path: Path) -> None:
    """Nothing declares their types, and Flyte infers no others."""
    text = workflow(
        f"{LOAD}\ngo: {{gate: {{approve: {{}}}}, inputs: {{n: [1], m: {{from: 'load.rows[0]'}}}}}}"
    )

    assert [one.message for one in problems(tmp_path, text)] == [
        "input m leads into a value, and Flyte's gates cannot",
        "input n: expected {from: …} or one simple value, found a list",
    ]


def test_arrays_repeat_what_takes_lists(tmp_path: Path) -> None:
    """Interface and bindings are those of what is repeated, as in flytekit's map tasks."""
    text = workflow(
        f"""{LOAD}
all:
  array:
    each: {{task: each, retries: 2}}
    parallelism: 0
    minSuccessRatio: 0.5
    executionMode: fullState
    boundInputs: [xs]
    originalInterface: false
  inputs: {{xs: {{from: load.rows}}}}
""",
        outputs="{ys: {from: all.ys}}",
    )

    array = nodes(compiled(tmp_path, text))["all"].array_node

    assert MessageToDict(array) == {
        "node": {
            "id": "each",
            "metadata": {"name": "each", "retries": {"retries": 2}},
            "inputs": [{"var": "xs", "binding": {"promise": {"nodeId": "load", "var": "rows"}}}],
            "taskNode": {"referenceId": MessageToDict(array.node.task_node.reference_id)},
        },
        "parallelism": 0,
        "minSuccessRatio": 0.5,
        "executionMode": "FULL_STATE",
        "boundInputs": ["xs"],
        "isOriginalSubNodeInterface": False,
    }


def test_a_failure_node_is_run_when_all_is_lost(tmp_path: Path) -> None:
    """What it may know of the error need not be bound."""
    text = workflow(LOAD, extra="  failureNode: {task: sorry, inputs: {day: {from: inputs.day}}}")

    failure = compiled(tmp_path, text).template.failure_node

    assert (failure.id, failure.task_node.reference_id.name) == ("failure-node", "sorry")


def test_nodes_are_treated_as_said(tmp_path: Path) -> None:
    """Metadata and overrides, each only where it is said."""
    text = workflow(
        """load:
  task: load
  inputs: {day: {from: inputs.day}, size: 5}
  aliases: {n: count}
  name: Load it
  timeout: 1h
  retries: 0
  interruptible: false
  cache: {enabled: true, version: "2", serialize: false}
  config: {a: b}
  overrides:
    image: b:2
    resources: {requests: {cpu: 2}}
    extendedResources: {accelerator: {device: nvidia-l4, unpartitioned: true}}
    pod: {spec: {containers: [{name: main}]}, primaryContainer: main, labels: {a: b}}
""",
        outputs="{count: {from: load.count}}",
    )

    node = MessageToDict(nodes(compiled(tmp_path, text))["load"])

    assert node["metadata"] == {
        "name": "Load it",
        "timeout": "3600s",
        "retries": {},
        "interruptible": False,
        "cacheable": True,
        "cacheVersion": "2",
        "cacheSerializable": False,
        "config": {"a": "b"},
    }
    assert node["outputAliases"] == [{"var": "n", "alias": "count"}]
    assert node["taskNode"]["overrides"] == {
        "resources": {"requests": [{"name": "CPU", "value": "2"}]},
        "extendedResources": {"gpuAccelerator": {"device": "nvidia-l4", "unpartitioned": True}},
        "containerImage": "b:2",
        "podTemplate": {
            "metadata": {"labels": {"a": "b"}},
            "podSpec": {"containers": [{"name": "main"}]},
            "primaryContainerName": "main",
        },
    }


def test_the_whole_workflow_has_its_own_treatment(tmp_path: Path) -> None:
    """Urgency, tags, defaults and what happens on failure."""
    extra = """  qualityOfService: {queueingBudget: 5m}
  tags: {team: data}
  interruptible: true
  onFailure: failAfterExecutableNodesComplete
  description: {short: s, long: {text: "# T", icon: i}, source: https://x, tags: [a]}
"""

    spec = compiled(tmp_path, workflow(LOAD, extra=extra))

    assert MessageToDict(spec.template.metadata) == {
        "qualityOfService": {"spec": {"queueingBudget": "300s"}},
        "onFailure": "FAIL_AFTER_EXECUTABLE_NODES_COMPLETE",
        "tags": {"team": "data"},
    }
    assert spec.template.metadata_defaults.interruptible
    assert MessageToDict(spec.description) == {
        "shortDescription": "s",
        "longDescription": {
            "value": "# T",
            "format": "DESCRIPTION_FORMAT_MARKDOWN",
            "iconLink": "i",
        },
        "sourceCode": {"link": "https://x"},
        "tags": ["a"],
    }


def test_what_has_no_words_is_given_raw(tmp_path: Path) -> None:
    """References inside mean this set where they say no version; the rest is merged."""
    text = workflow(
        """load:
  raw: {taskNode: {referenceId: {name: load}}}
  inputs: {day: {from: inputs.day}, size: 5}
again:
  task: load
  inputs: {day: {from: inputs.day}, size: 5}
  raw: {metadata: {timeout: 90s}, taskNode: {overrides: {containerImage: "c:3"}}}
""",
        outputs="{n: {from: load.n}}",
        extra="  raw: {metadataDefaults: null, metadata: {tags: {a: b}}}",
    )

    spec = compiled(tmp_path, text)

    found = nodes(spec)
    reference = found["load"].task_node.reference_id
    assert reference.version == found["again"].task_node.reference_id.version
    assert found["again"].metadata.timeout.seconds == 90
    assert found["again"].task_node.overrides.container_image == "c:3"
    assert not spec.template.HasField("metadata_defaults")
    assert dict(spec.template.metadata.tags) == {"a": "b"}


def test_nothing_is_said_twice(tmp_path: Path) -> None:
    """Words and raw may complete each other, not contradict."""
    node = f"load: {RUN[:-1]}, retries: 3, raw: {{metadata: {{retries: {{retries: 4}}}}}}}}"
    again = f"load: {RUN[:-1]}, retries: 3, raw: {{metadata: {{retries: {{retries: 3}}}}}}}}"

    (found,) = problems(tmp_path, workflow(node))

    assert found.code == "said-twice"
    assert "metadata.retries.retries is said in words and raw" in found.message
    assert compiled(tmp_path, workflow(again)).template.nodes[0].metadata.retries.retries == 3


def test_output_types_follow_what_they_come_from(tmp_path: Path) -> None:
    """Also into lists; what does not exist is told."""
    text = workflow(LOAD, outputs="{first: {from: 'load.rows[0]'}, day: {from: inputs.day}}")
    bad = workflow(LOAD, outputs="{first: {from: load.nothing}}")

    types = compiled(tmp_path, text).template.interface.outputs.variables

    assert (types["first"].type.simple, types["day"].type.simple) == (1, 5)
    assert "unknown-output" in [one.code for one in problems(tmp_path, bad)]


def test_faults_of_nested_nodes_are_told_at_their_line(tmp_path: Path) -> None:
    """Compiled, they have other ids; their author knows them by their place."""
    text = workflow(
        f"""pick:
  branch:
    - if: inputs.size > 1
      then:
        {{task: load, inputs: {{day: {{from: inputs.day}}}}}}
    - else: {RUN}
"""
    )

    found = problems(tmp_path, text)

    assert [one.code for one in found if "size" in one.message] == ["parameter-not-bound"]
    line = next(
        n for n, line in enumerate(f"{TASKS}---\n{text}".splitlines(), 1) if "then:" in line
    )
    assert found[0].origin
    assert found[0].origin.line == line


def test_the_order_of_keys_is_no_content(tmp_path: Path) -> None:
    """Nodes, inputs, outputs, environment: a mapping has no order."""
    first = f"{LOAD}\nagain: {RUN}"
    second = f"again: {RUN}\n{LOAD}"

    assert compiled(tmp_path, workflow(first)) == compiled(tmp_path, workflow(second))
