"""What Admin's compiler has to say about tasks."""

from typing import Any

import pytest
from flyteidl.core import tasks_pb2
from google.protobuf.json_format import ParseDict

from reconciler.compiler import CompilationError, compile_task

ID = {"resource_type": "TASK", "project": "p", "domain": "d", "name": "n", "version": "v"}
ONE_INPUT = {"inputs": {"variables": {"x": {"type": {"simple": "INTEGER"}}}}}


def task(**fields: Any) -> Any:
    return ParseDict({"id": ID, "type": "t", **fields}, tasks_pb2.TaskTemplate())


def refusal(template: Any) -> str:
    with pytest.raises(CompilationError) as caught:
        compile_task(template)
    return str(caught.value)


def test_a_task_without_target_compiles_whatever_its_interface() -> None:
    """Only containers and pods are looked at."""
    compile_task(task())
    compile_task(task(interface=ONE_INPUT))
    compile_task(task(sql={"statement": ""}))


def test_a_container_needs_a_command_only_if_it_has_inputs_or_outputs() -> None:
    """Arguments will do."""
    compile_task(task(container={"image": "i"}))
    compile_task(task(container={"image": "i", "args": [""]}, interface=ONE_INPUT))

    assert refusal(task(container={"image": "i"}, interface=ONE_INPUT)) == (
        "Collected Errors: 1\n"
        "\tError 0: Code: ValueRequired, Node Id: container, "
        "Description: Value required [command].\n"
    )


def test_every_fault_of_a_container_is_told() -> None:
    """Sorted by code, and each once though it is there twice."""
    resources = {
        "requests": [{"name": "CPU", "value": "x"}, {"name": "STORAGE", "value": "1"}],
        "limits": [{"name": "CPU", "value": "x"}, {"name": 99, "value": "5i"}],
    }

    assert refusal(task(container={"resources": resources}, interface=ONE_INPUT)) == (
        "Collected Errors: 4\n"
        "\tError 0: Code: UnrecognizedValue, Node Id: resources.99, "
        "Description: Unrecognized value [5i].\n"
        "\tError 1: Code: UnrecognizedValue, Node Id: resources.CPU, "
        "Description: Unrecognized value [x].\n"
        "\tError 2: Code: ValueRequired, Node Id: container, "
        "Description: Value required [command].\n"
        "\tError 3: Code: ValueRequired, Node Id: container, "
        "Description: Value required [image].\n"
    )


@pytest.mark.parametrize("name", ["", "A", "a.b", "-a", "a_b", "x" * 64])
def test_containers_of_a_pod_have_names_kubernetes_takes(name: str) -> None:
    """DNS labels of at most 63 characters; one without name has an empty one."""
    spec = {"containers": [{"name": "fine"}, {"name": name} if name else {}]}

    assert (
        "Code: InvalidValue, Node Id: root, Description: Invalid value [k8s pod spec contai"
        in (refusal(task(k8s_pod={"pod_spec": spec})))
    )


def test_keys_of_a_pod_spec_match_in_any_case() -> None:
    """As Go reads JSON; init containers are not looked at."""
    spec = {"Containers": [{"NAME": "fine"}], "initContainers": [{"name": "NOT FINE"}]}

    compile_task(task(k8s_pod={"pod_spec": spec}))


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": 5},
        {"containers": ["main"]},
        {"containers": [{"name": 5}]},
        {"containers": [{"name": "a", "resources": {"limits": {"cpu": "x"}}}]},
    ],
)
def test_a_pod_of_the_wrong_shape_is_no_pod(spec: dict[str, Any]) -> None:
    """Kubernetes would not read it."""
    assert "Description: Invalid value [k8s pod spec].\n" in (
        refusal(task(k8s_pod={"pod_spec": spec}))
    )


def test_a_pod_without_spec_is_refused() -> None:
    """So is a template without id."""
    assert "[k8s pod spec]" in refusal(task(k8s_pod={}))
    assert "Node Id: root, Description: Value required [Id]." in refusal(tasks_pb2.TaskTemplate())


def test_resources_of_a_pod_may_be_numbers() -> None:
    """And null is nothing."""
    resources = {"limits": {"cpu": 1, "memory": "1Gi"}, "requests": None}

    compile_task(
        task(k8s_pod={"pod_spec": {"containers": [{"name": "a", "resources": resources}]}})
    )
