"""Attributes: whole rows, the most specific first, deleted with all that is below."""

from typing import Any

import pytest

from reconciler.sandbox import Admin, Refusal, Store, parse_config
from tests.sandbox.calls import PD, Client

LABEL = "EXECUTION_CLUSTER_LABEL"
PROJECT = {"project": "flytesnacks"}
WORKFLOW = {**PD, "workflow": "w"}
CONFIG = "WORKFLOW_EXECUTION_CONFIG"


def label(value: str) -> Any:
    """Attributes that are easily told apart."""
    return {"execution_cluster_label": {"value": value}}


def write(call: Client, level: str, where: Any, attributes: Any) -> None:
    """Write the row of a level."""
    wanted = {"attributes": {**where, "matching_attributes": attributes}}
    call(f"Update{level}Attributes", wanted)


def values(call: Client, resource_type: str = LABEL) -> list[str]:
    """The labels of all rows, the most specific first."""
    rows = call("ListMatchableAttributes", {"resource_type": resource_type}).configurations
    return [row.attributes.execution_cluster_label.value for row in rows]


@pytest.fixture
def levels(call: Client) -> None:
    """A row on each level."""
    write(call, "Project", PROJECT, label("project"))
    write(call, "ProjectDomain", PD, label("domain"))
    write(call, "Workflow", WORKFLOW, label("workflow"))


@pytest.mark.usefixtures("levels")
def test_the_most_specific_row_answers(call: Client) -> None:
    """And says whose it is."""
    found = call("GetWorkflowAttributes", {**WORKFLOW, "resource_type": LABEL}).attributes
    assert (found.workflow, found.matching_attributes.execution_cluster_label.value) == (
        "w",
        "workflow",
    )

    other = {**PD, "workflow": "other", "resource_type": LABEL}
    assert call("GetWorkflowAttributes", other).attributes.workflow == ""
    staging = {"project": "flytesnacks", "domain": "staging", "resource_type": LABEL}
    assert call("GetProjectDomainAttributes", staging).attributes.domain == ""


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize(
    ("level", "where", "left"),
    [
        ("Workflow", WORKFLOW, ["domain", "project"]),
        ("ProjectDomain", PD, ["project"]),
        ("Project", PROJECT, []),
    ],
)
def test_deleting_takes_what_is_below(
    call: Client, level: str, where: Any, left: list[str]
) -> None:
    """But of its own type only; and what is not there is no error."""
    write(call, "Workflow", WORKFLOW, {"cluster_assignment": {}})
    for _ in range(2):
        call(f"Delete{level}Attributes", {**where, "resource_type": LABEL})

    assert values(call) == left
    assert len(values(call, "CLUSTER_ASSIGNMENT")) == 1


def test_an_empty_project_is_some_project(call: Client) -> None:
    """Its row is every project's, and deleting it deletes everybody's."""
    write(call, "ProjectDomain", {"domain": "development"}, label("wide"))
    found = call("GetProjectDomainAttributes", {**PD, "resource_type": LABEL}).attributes
    assert (found.project, found.domain) == ("", "development")

    write(call, "Project", PROJECT, label("mine"))
    call("DeleteProjectAttributes", {"resource_type": LABEL})
    assert values(call) == []


def test_overrides_of_plugins_merge_by_task_type(call: Client) -> None:
    """The last entry of a type wins; with a workflow's row there first, it is the one merged."""

    def override(plugin: str, *, task_type: str = "spark") -> Any:
        return {
            "plugin_overrides": {"overrides": [{"task_type": task_type, "plugin_id": [plugin]}]}
        }

    write(call, "Workflow", WORKFLOW, override("one"))
    write(call, "ProjectDomain", PD, override("two", task_type="ray"))

    [row] = call("ListMatchableAttributes", {"resource_type": "PLUGIN_OVERRIDE"}).configurations
    overrides = {o.task_type: list(o.plugin_id) for o in row.attributes.plugin_overrides.overrides}
    assert (row.workflow, overrides) == ("w", {"spark": ["one"], "ray": ["two"]})
    with pytest.raises(Refusal, match="PLUGIN_OVERRIDE"):
        call("GetProjectDomainAttributes", {**PD, "resource_type": "PLUGIN_OVERRIDE"})


def test_a_project_s_execution_settings_are_filled_from_the_server() -> None:
    """From the section `flyteadmin`; what the row says, even emptily, stays."""
    section = {
        "maxParallelism": 7,
        "interruptible": True,
        "overwriteCache": True,
        "labels": {"team": "a"},
        "annotations": {"x": "y"},
        "outputLocationPrefix": "s3://out",
        "k8sServiceAccount": "robot",
        "envs": {"STAGE": "dev"},
    }
    store = Store.open()
    call = Client(Admin(store, parse_config({"flyteadmin": section})).call)
    write(call, "Project", PROJECT, {"workflow_execution_config": {"labels": {}}})
    found = call("GetProjectAttributes", {**PROJECT, "resource_type": CONFIG})
    settings = found.attributes.matching_attributes.workflow_execution_config

    assert settings.max_parallelism == 7
    assert settings.interruptible.value
    assert settings.overwrite_cache
    assert dict(settings.labels.values) == {}
    assert dict(settings.annotations.values) == {"x": "y"}
    assert settings.raw_output_data_config.output_location_prefix == "s3://out"
    assert settings.security_context.run_as.k8s_service_account == "robot"
    assert [(e.key, e.value) for e in settings.envs.values] == [("STAGE", "dev")]
    store.close()


@pytest.mark.parametrize(
    ("level", "where", "ids"),
    [
        ("Project", PROJECT, "flytesnacks"),
        ("ProjectDomain", PD, "flytesnacks->development"),
        ("Workflow", WORKFLOW, "flytesnacks->development->w"),
    ],
)
@pytest.mark.parametrize("attributes", [{}, {"quality_of_service": {}}])
def test_what_no_type_is_updated_by(
    call: Client, level: str, where: Any, ids: str, attributes: Any
) -> None:
    """Nothing, and a quality of service."""
    with pytest.raises(Refusal) as caught:
        write(call, level, where, attributes)

    assert caught.value.message == f"Unrecognized matching attributes type for request {ids}"
