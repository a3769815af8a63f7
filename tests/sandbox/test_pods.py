"""Pod specs are decoded as Go's decoder would."""

from typing import Any

import grpc
import pytest
from google.protobuf import json_format, struct_pb2

from reconciler.sandbox import Refusal
from reconciler.sandbox.pods import read_pod
from reconciler.sandbox.task_resources import CPU, EPHEMERAL_STORAGE, GPU, MEMORY


def pod(spec: Any) -> list[Any]:
    """Read a pod spec."""
    return read_pod(json_format.ParseDict(spec, struct_pb2.Struct()))


def container(**fields: Any) -> Any:
    """A pod spec with one container."""
    return {"containers": [fields]}


def test_reads_requests_and_limits_of_each_container() -> None:
    """By Admin's names; init containers and other resources are not looked at."""
    resources = {
        "requests": {"CPU": "1", "memory": "1Gi", "ephemeral-storage": "2Gi", "gpu": 1},
        "limits": {"cpu": 2, "nvidia.com/gpu": "4"},
    }
    spec = {**container(name="main", resources=resources), "initContainers": [{"name": "no"}]}
    [main] = pod(spec)

    assert main.name == "main"
    assert set(main.requests) == {CPU, MEMORY, EPHEMERAL_STORAGE, GPU}
    assert str(main.limits[CPU]) == "2"
    assert set(main.limits) == {CPU}


def test_keys_match_in_any_case_and_unknown_ones_pass() -> None:
    """As encoding/json does it."""
    [main] = pod({"Containers": [{"NAME": "main", "unknown": {"a": [1]}}]})

    assert main.name == "main"


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (
            {"containers": "x"},
            "string into Go struct field PodSpec.containers of type []v1.Container",
        ),
        (
            {"containers": {}},
            "object into Go struct field PodSpec.containers of type []v1.Container",
        ),
        (
            container(name=1),
            "number into Go struct field Container.containers.name of type string",
        ),
        (
            container(args="x"),
            "string into Go struct field Container.containers.args of type []string",
        ),
        (
            container(args=[True]),
            "bool into Go struct field Container.containers.args of type string",
        ),
        (container(tty="x"), "string into Go struct field Container.containers.tty of type bool"),
        (
            container(env=[{"name": []}]),
            "array into Go struct field EnvVar.containers.env.name of type string",
        ),
        (
            container(resources={"requests": []}),
            "array into Go struct field ResourceRequirements.containers.resources.requests "
            "of type v1.ResourceList",
        ),
        (
            {"restartPolicy": 1},
            "number into Go struct field PodSpec.restartPolicy of type v1.RestartPolicy",
        ),
        ({"priority": 1.5}, "number 1.5 into Go struct field PodSpec.priority of type int32"),
        (
            {"nodeSelector": {"a": 1}},
            "number into Go struct field PodSpec.nodeSelector of type string",
        ),
        (
            {"hostNetwork": "yes", "hostPID": 1},
            "string into Go struct field PodSpec.hostNetwork of type bool",
        ),
    ],
)
def test_what_has_another_shape_fails(spec: Any, text: str) -> None:
    """INTERNAL, about the first misfit, with the decoder's own text."""
    with pytest.raises(Refusal) as refused:
        pod(spec)

    assert refused.value.code is grpc.StatusCode.INTERNAL
    assert refused.value.message == f"json: cannot unmarshal {text}"


def test_a_bad_quantity_ends_everything() -> None:
    """Its text comes alone, before that of any misfit."""
    spec = container(args="x", resources={"requests": {"cpu": "1mi"}})
    with pytest.raises(Refusal) as refused:
        pod(spec)

    assert refused.value.message == "unable to parse quantity's suffix"


def test_null_is_nothing() -> None:
    """As everywhere in JSON."""
    assert pod({"containers": None}) == []
    assert pod({}) == []
    assert [c.name for c in pod({"containers": [None]})] == [""]
