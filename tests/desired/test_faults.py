"""What Flyte's compiler finds, told in the words of the manifest."""

from pathlib import Path

import pytest

from reconciler.compiler import CompileError
from reconciler.desired import bind, declare
from reconciler.desired.faults import in_words
from reconciler.errors import ManifestError
from reconciler.manifest import load

SET = """apiVersion: reconciler/v1
kind: Task
metadata: {project: p, domain: d, name: t}
spec:
  inputs: {n: int, mode: "enum[a, b]"}
  outputs: {n: int, xs: "list[float]"}
  container: {image: "a:1", command: [x]}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: p, domain: d, name: w}
spec:
  inputs: {n: int, s: str}
  nodes:
"""


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ("a: {task: t, inputs: {n: 1}}", "input mode of node a is given no value"),
        (
            "a: {task: t, inputs: {n: {from: inputs.s}, mode: a}}",
            "node a: input n wants int, and s is str",
        ),
        (
            "a: {task: t, inputs: {n: {from: b.xs}, mode: a}}\n"
            "b: {task: t, inputs: {n: 1, mode: a}}",
            "node a: input n wants int, and xs is list[float]",
        ),
        (
            "a: {task: t, inputs: {n: {from: b.n}, mode: a}}\n"
            "b: {task: t, inputs: {n: {from: a.n}, mode: a}}",
            "nodes wait for each other in a circle: a → b → a",
        ),
        (
            "a: {task: t, inputs: {n: 1, mode: a}, raw: {inputs: [{var: n, binding: "
            "{scalar: {primitive: {integer: '2'}}}}]}}",
            "input n of node a is given twice",
        ),
        (
            "a: {task: t, inputs: {mode: a}, raw: {inputs: [{var: n, binding: "
            "{scalar: {primitive: {stringValue: x}}}}]}}",
            "node a: n wants int, found str",
        ),
        (
            "a: {task: t, inputs: {n: 1, mode: a}, raw: {inputs: [{var: z, binding: "
            "{promise: {nodeId: nowhere, var: x}}}]}}",
            "node a has neither an output nor an input z",
        ),
    ],
)
def test_faults_that_a_manifest_can_bring_about(tmp_path: Path, nodes: str, message: str) -> None:
    """Which node, which input, and what was wanted."""
    file = tmp_path / "set.yaml"
    file.write_text(SET + "".join(f"    {line}\n" for line in nodes.splitlines()))

    with pytest.raises(ManifestError) as caught:
        bind(declare(load([file])), None)

    told = [one.message for one in caught.value.diagnostics]
    assert any(one.removeprefix("workflow p/d/w: ") == message for one in told), told


def test_what_has_no_words_is_passed_on() -> None:
    """On one line, with its node."""
    fault = CompileError("SyntaxError", "a", "Failed to parse\n  element [x y].")

    assert in_words(fault) == "node a: Failed to parse element [x y]."
