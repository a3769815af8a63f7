"""flytectl's attribute files: every type, as flytectl's own documentation writes them."""

from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from google.protobuf.json_format import ParseDict

from reconciler.errors import ManifestError
from reconciler.manifest import read_attribute_files

PLACE = "project: flytesnacks\ndomain: development\n"
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "task-resource-attribute": (
        "defaults:\n  cpu: 1\n  memory: 150Mi\nlimits:\n  cpu: 1.50\n  ephemeral_storage: 2Gi\n",
        {
            "task_resource_attributes": {
                "defaults": {"cpu": "1", "memory": "150Mi"},
                "limits": {"cpu": "1.50", "ephemeral_storage": "2Gi"},
            }
        },
    ),
    "cluster-resource-attribute": (
        'attributes:\n  foo: "bar"\n  quota: 1000\n',
        {"cluster_resource_attributes": {"attributes": {"foo": "bar", "quota": "1000"}}},
    ),
    "execution-queue-attribute": (
        "tags:\n  - foo\n  - 7\n",
        {"execution_queue_attributes": {"tags": ["foo", "7"]}},
    ),
    "execution-cluster-label": ("value: foo\n", {"execution_cluster_label": {"value": "foo"}}),
    "plugin-override": (
        "overrides:\n"
        "  - task_type: python_task\n"
        "    plugin_id:\n      - one\n      - two\n"
        "    missing_plugin_behavior: 1\n"
        "  - {task_type: other, plugin_id: [x], missing_plugin_behavior: FAIL}\n",
        {
            "plugin_overrides": {
                "overrides": [
                    {
                        "task_type": "python_task",
                        "plugin_id": ["one", "two"],
                        "missing_plugin_behavior": "USE_DEFAULT",
                    },
                    {"task_type": "other", "plugin_id": ["x"]},
                ]
            }
        },
    ),
    "workflow-execution-config": (
        "max_parallelism: 5\n"
        "security_context:\n  run_as:\n    k8s_service_account: demo\n"
        "raw_output_data_config: {output_location_prefix: s3://b}\n"
        "labels: {values: {team: data}}\n"
        "interruptible: {value: true}\n"
        "overwrite_cache: true\n"
        "envs: {values: [{key: A, value: b}]}\n",
        {
            "workflow_execution_config": {
                "max_parallelism": 5,
                "security_context": {"run_as": {"k8s_service_account": "demo"}},
                "raw_output_data_config": {"output_location_prefix": "s3://b"},
                "labels": {"values": {"team": "data"}},
                "interruptible": True,
                "overwrite_cache": True,
                "envs": {"values": [{"key": "A", "value": "b"}]},
            }
        },
    ),
    "cluster-assignment": (
        "clusterPoolName: spot\n",
        {"cluster_assignment": {"cluster_pool_name": "spot"}},
    ),
    "names-in-any-case": ("Tags: [a]\n", {"execution_queue_attributes": {"tags": ["a"]}}),
    "a-bare-truth": (
        "interruptible: false\n",
        {"workflow_execution_config": {"interruptible": False}},
    ),
    "nothing-is-not-there": (
        "max_parallelism: 5\nlabels:\n",
        {"workflow_execution_config": {"max_parallelism": 5}},
    ),
}


def a_file(folder: Path, text: str) -> Path:
    file = folder / "attributes.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize("case", CASES)
def test_each_type_is_known_by_its_fields(tmp_path: Path, case: str) -> None:
    """And means what flytectl would send."""
    text, expected = CASES[case]
    (found,) = read_attribute_files([a_file(tmp_path, PLACE + text)])
    assert (found.project, found.domain, found.workflow) == ("flytesnacks", "development", "")
    assert found.attributes == ParseDict(expected, MatchingAttributes())


def test_a_file_is_for_a_project_a_domain_or_a_workflow(tmp_path: Path) -> None:
    """As much of the place as it names; several documents are several rows."""
    file = a_file(
        tmp_path,
        f"project: p\nvalue: a\n---\n{PLACE}value: b\n---\n{PLACE}workflow: w\nvalue: c\n",
    )
    assert [(one.project, one.domain, one.workflow) for one in read_attribute_files([file])] == [
        ("p", "", ""),
        ("flytesnacks", "development", ""),
        ("flytesnacks", "development", "w"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "message", "line"),
    [
        ("domain: d\nvalue: a", "missing-field", "names no project", 1),
        ("project: p\nworkflow: w\nvalue: a", "missing-field", "a workflow, but no domain", 2),
        (PLACE, "missing-field", "says a place, but no attributes", 1),
        ("- a", "wrong-type", "expected a mapping, found a list", 1),
        (f"{PLACE}valeu: a", "unknown-field", "field valeu (did you mean value?)", 3),
        (f"{PLACE}tags: [a]\nworkflwo: w", "unknown-field", "did you mean workflow?", 4),
        (f"{PLACE}tags: a", "wrong-type", "tags: expected a list, found the text 'a'", 3),
        (f"{PLACE}value: [a]", "wrong-type", "value: expected a text, found a list", 3),
        (f"{PLACE}max_parallelism: x", "wrong-type", "expected a whole number", 3),
        (f"{PLACE}limits: {{cpus: 1}}", "unknown-field", "did you mean cpu?", 3),
        (f"{PLACE}limits: 5", "wrong-type", "limits: expected a mapping, found the number 5", 3),
        (f"{PLACE}overrides: [{{missing_plugin_behavior: x}}]", "wrong-type", "USE_DEFAULT", 3),
        (f"{PLACE}overrides: [{{missing_plugin_behavior: {2**31}}}]", "wrong-type", "FAIL", 3),
        ("project: [", "syntax", "", 1),
        ("", "empty-file", "says nothing", 0),
    ],
)
def test_what_is_wrong_is_said_at_its_line(
    tmp_path: Path, text: str, code: str, message: str, line: int
) -> None:
    """flytectl refuses unknown fields as well, though not where they stand."""
    with pytest.raises(ManifestError) as caught:
        read_attribute_files([a_file(tmp_path, text)])
    (problem,) = caught.value.diagnostics
    assert message in str(problem)
    assert problem.origin is not None
    if code != "syntax":
        assert (problem.code, problem.origin.line) == (code, line)


def test_every_problem_of_every_file_is_told(tmp_path: Path) -> None:
    """Of files that are not there, too."""
    with pytest.raises(ManifestError) as caught:
        read_attribute_files([tmp_path / "none.yaml", a_file(tmp_path, "tags: [a]\nx: 1")])
    codes = sorted(problem.code for problem in caught.value.diagnostics)
    assert codes == ["missing-field", "unknown-field", "unreadable"]
