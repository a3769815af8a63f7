"""Nodes as a manifest says them and as flytekit writes them: the same messages."""

from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flytekit import (
    approve,
    conditional,
    map_task,
    sleep,
    task,
    wait_for_input,
    workflow,
)
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.tools.translator import get_serializable
from google.protobuf.json_format import MessageToDict

from reconciler.desired import bind, declare
from reconciler.manifest import load
from reconciler.model import Kind


@task  # type: ignore[untyped-decorator]
def measure(size: int, rate: float) -> int:
    return size


@task  # type: ignore[untyped-decorator]
def decide(size: int) -> bool:
    return size > 5


@workflow  # type: ignore[untyped-decorator]
def choices(size: int, rate: float, label: str) -> int:
    decided = decide(size=size)
    return (  # type: ignore[no-any-return]
        conditional("pick")
        .if_((size > 5) & (rate < 1.5) | (label == "x"))
        .then(measure(size=size, rate=rate))
        .elif_(decided.is_true())
        .then(measure(size=1, rate=rate))
        .else_()
        .fail("nothing fits")
    )


@workflow  # type: ignore[untyped-decorator]
def waits(size: int) -> int:
    decided = decide(size=size)
    go = approve(decided, "go", timeout=timedelta(hours=1))
    amount = wait_for_input("amount", timeout=timedelta(hours=2), expected_type=int)
    rest = sleep(timedelta(minutes=10))
    go >> rest
    return amount  # type: ignore[no-any-return]


@workflow  # type: ignore[untyped-decorator]
def many(sizes: list[int]) -> list[int | None]:
    return map_task(one, concurrency=3, min_success_ratio=0.5)(size=sizes)  # type: ignore[no-any-return]


@task  # type: ignore[untyped-decorator]
def one(size: int) -> int:
    return size


TASKS = """apiVersion: reconciler/v1
kind: Task
metadata: {project: p, domain: d, name: measure}
spec:
  inputs: {size: int, rate: float}
  outputs: {o0: int}
  container: {image: "a:1", command: [x]}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: p, domain: d, name: decide}
spec:
  inputs: {size: int}
  outputs: {o0: bool}
  container: {image: "a:1", command: [x]}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: p, domain: d, name: one}
spec:
  inputs: {size: "list[int]"}
  outputs: {o0: "list[int | none]"}
  container: {image: "a:1", command: [x]}
"""
MANIFESTS = {
    "choices": """
  inputs: {size: int, rate: float, label: str}
  outputs: {o0: {from: n1.o0}}
  nodes:
    n0: {task: decide, inputs: {size: {from: inputs.size}}}
    n1:
      branch:
        - if: inputs.size > 5 and inputs.rate < 1.5 or inputs.label == 'x'
          then:
            id: n0
            task: measure
            inputs: {size: {from: inputs.size}, rate: {from: inputs.rate}}
        - if: n0.o0
          then: {id: n1, task: measure, inputs: {size: 1, rate: {from: inputs.rate}}}
        - error: nothing fits
""",
    "waits": """
  inputs: {size: int}
  outputs: {o0: {from: n2.o0}}
  nodes:
    n0: {task: decide, inputs: {size: {from: inputs.size}}}
    n1: {gate: {approve: go}, inputs: {o0: {from: n0.o0}}}
    n2: {gate: {signal: {type: int, signal: amount, output: o0}}}
    n3: {gate: {sleep: 10m}, after: [n1]}
""",
    "many": """
  inputs: {sizes: "list[int]"}
  outputs: {o0: {from: n0.o0}}
  nodes:
    n0:
      array:
        each: {task: one}
        parallelism: 3
        minSuccessRatio: 0.5
        originalInterface: false
      inputs: {size: {from: inputs.sizes}}
""",
}


def by_flytekit(flow: Any) -> dict[str, Any]:
    image = Image(name="default", fqn="a", tag="1")
    settings = SerializationSettings(
        project="p",
        domain="d",
        version="v",
        image_config=ImageConfig(default_image=image, images=[image]),
    )
    spec = get_serializable(OrderedDict(), settings, flow).to_flyte_idl()
    return normalised(spec)


def by_manifest(folder: Path, spec: str) -> dict[str, Any]:
    file = folder / "set.yaml"
    head = "apiVersion: reconciler/v1\nkind: Workflow\n"
    file.write_text(f"{TASKS}---\n{head}metadata: {{project: p, domain: d, name: w}}\nspec:{spec}")
    desired = bind(declare(load([file])), None)
    (found,) = (one for one in desired if one.id.kind is Kind.WORKFLOW)
    return normalised(found.request)


def normalised(spec: Any) -> dict[str, Any]:
    """Nodes by id and outputs, without what is chosen otherwise: references, display names."""
    nodes = [clean(MessageToDict(node)) for node in spec.template.nodes]
    return {
        "nodes": {node["id"]: node for node in nodes},
        "outputs": MessageToDict(spec.template)["outputs"],
    }


def clean(value: Any) -> Any:
    if isinstance(value, list):
        return [clean(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: clean(item) for key, item in value.items() if key != "metadata"}
    for key in ("referenceId", "failedNodeId"):
        kept.pop(key, None)
    if kept.get("overrides") == {}:
        del kept["overrides"]
    # flytekit also names those that inputs come from, which changes nothing.
    sources = {one["binding"].get("promise", {}).get("nodeId") for one in kept.get("inputs", ())}
    waits_for = [id for id in kept.pop("upstreamNodeIds", ()) if id not in sources]
    if waits_for:
        kept["upstreamNodeIds"] = waits_for
    if "arrayNode" in kept:
        kept["arrayNode"]["node"].pop("id", None)
    return kept


@pytest.mark.parametrize("flow", [choices, waits, many], ids=lambda flow: flow.name)
def test_a_manifest_says_what_flytekit_writes(flow: Any, tmp_path: Path) -> None:
    """Branches and their conditions, gates, and map tasks."""
    name = flow.name.rpartition(".")[2]

    assert by_manifest(tmp_path, MANIFESTS[name]) == by_flytekit(flow)
