"""What the models make of good documents."""

import json
from io import BytesIO
from typing import Any, TypeVar

import pytest
from google.protobuf.duration_pb2 import Duration

from reconciler.manifest import (
    Constant,
    Domain,
    LaunchPlan,
    ListBinding,
    Manifest,
    Package,
    Project,
    Promise,
    Task,
    Workflow,
    load,
)
from reconciler.model import Origin, describe
from tests.manifest.bad import good

M = TypeVar("M", bound=Manifest)


def loaded(kind: type[M], **spec: Any) -> M:
    document = good(kind.KIND)
    document["spec"] = {**document.get("spec", {}), **spec}
    (manifest,) = load(["-"], stdin=BytesIO(json.dumps(document).encode()))
    assert isinstance(manifest, kind)
    return manifest


def test_types_and_durations_are_read_while_loading() -> None:
    """The rooms behind never see their text."""
    spec = loaded(Task).spec

    assert describe(spec.inputs["day"].type) == "datetime"
    assert spec.inputs["table"].description == "where"
    assert spec.timeout == Duration(seconds=3600)


@pytest.mark.parametrize(
    ("value", "sent"),
    [("500m", "500m"), (2, "2"), (0.5, "0.5"), (2.0, "2"), ("1.5Gi", "1.5Gi"), ("1e3", "1e3")],
)
def test_quantities_are_sent_as_written(value: Any, sent: str) -> None:
    """A number as its own text."""
    resources = {"requests": {"cpu": value}}

    container = loaded(Task, container={"image": "x", "resources": resources}).spec.container

    assert container
    assert container.resources.requests.cpu == sent


def test_a_reference_may_be_a_name_alone() -> None:
    """Or a mapping, with version and place."""
    nodes = loaded(Workflow).spec.nodes

    assert nodes["fetch"].task is not None
    assert nodes["fetch"].task.name == "fetch"
    assert nodes["fetch"].task.version is None
    assert nodes["again"].launch_plan is not None
    assert nodes["again"].launch_plan.version == "active"
    assert nodes["again"].launch_plan.domain == "production"


def test_nodes_keep_their_order() -> None:
    """The one of the manifest, which is that of the workflow."""
    nodes = {f"n{n}": {"task": "x"} for n in (3, 1, 2)}

    assert list(loaded(Workflow, nodes=nodes, outputs={}).spec.nodes) == ["n3", "n1", "n2"]


def test_an_output_comes_from_a_node_or_is_a_value() -> None:
    """A value may be null, or a list of what nodes give."""
    outputs = {
        "a": {"type": "int", "from": "fetch.rows"},
        "b": {"type": "none", "value": None},
        "c": {"type": "list[int]", "value": [{"from": "fetch.rows"}, 1]},
    }

    found = loaded(Workflow, outputs=outputs).spec.outputs

    assert found["a"].binding == Promise("fetch", "rows")
    assert found["b"].binding == Constant(None)
    assert found["c"].binding == ListBinding((Promise("fetch", "rows"), Constant(1)))


def test_what_is_left_out_has_its_default() -> None:
    """Nothing is decided where nothing was said."""
    document = good("LaunchPlan")
    document["spec"] = {"workflow": "daily"}

    spec = LaunchPlan.model_validate(document).spec

    assert (spec.version, spec.state, spec.max_parallelism) == ("auto", "unmanaged", 0)
    assert spec.schedule is None


def test_every_kind_says_who_it_is() -> None:
    """Kind and place, and the version if it is fixed."""
    assert loaded(Project).label == "Project weather"
    assert Domain.model_validate(good("Domain")).label == "Domain weather/development"
    assert loaded(Task).label == "Task weather/development/fetch"
    assert loaded(Workflow, version="v1").label == "Workflow weather/development/daily@v1"
    assert loaded(Package).label == "Package weather/development/code"


def test_a_manifest_built_in_python_has_a_place_too() -> None:
    """Though not one in a file."""
    manifest = Domain.model_validate(good("Domain"))

    assert manifest.origin_of("metadata", "name") == Origin("manifest")
