"""Projects, domains, attributes and names: nothing of them is lost on the way."""

import pytest
from flyteidl.admin.common_pb2 import NamedEntityMetadata, NamedEntityState
from flyteidl.admin.matchable_resource_pb2 import (
    ExecutionQueueAttributes,
    MatchableResource,
    MatchingAttributes,
)
from flyteidl.admin.project_pb2 import Project
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.admin import AdminClient
from reconciler.errors import AlreadyExistsError, NotFoundError
from tests.admin.client.conftest import PLACE, counts
from tests.sandbox.calls import Client

QUEUE = MatchableResource.EXECUTION_QUEUE


def queue(*tags: str) -> MatchingAttributes:
    return MatchingAttributes(execution_queue_attributes=ExecutionQueueAttributes(tags=tags))


def test_a_project_keeps_its_labels(client: AdminClient) -> None:
    """Registered, read, changed in one thing: the rest is as it was."""
    project = Project(id="mine", name="Mine", description="Some.")
    project.labels.values["team"] = "etl"
    client.register_project(project)
    found = client.get_project("mine")
    found.name = "Still mine"
    client.update_project(found)
    after = client.get_project("mine")
    assert (after.name, after.description) == ("Still mine", "Some.")
    assert dict(after.labels.values) == {"team": "etl"}
    with pytest.raises(AlreadyExistsError):
        client.register_project(project)
    assert counts(client)["RegisterProject"] == 2
    with pytest.raises(NotFoundError):
        client.get_project("nobodys")


def test_the_domains(client: AdminClient) -> None:
    """Messages, not models."""
    assert [domain.id for domain in client.get_domains()] == [
        "development",
        "staging",
        "production",
    ]


def test_attributes_of_every_level(client: AdminClient) -> None:
    """Set, read with what counts where there is none, listed, removed with what is below."""
    project, domain = PLACE
    client.update_project_attributes(project, queue("project"))
    client.update_project_domain_attributes(project, domain, queue("domain"))
    client.update_workflow_attributes(project, domain, "w", queue("workflow"))

    for found, tag in (
        (client.get_project_attributes(project, QUEUE), "project"),
        (client.get_project_domain_attributes(project, domain, QUEUE), "domain"),
        (client.get_project_domain_attributes(project, "staging", QUEUE), "project"),
        (client.get_workflow_attributes(project, domain, "w", QUEUE), "workflow"),
        (client.get_workflow_attributes(project, domain, "other", QUEUE), "domain"),
    ):
        attributes = found.attributes.matching_attributes.execution_queue_attributes
        assert list(attributes.tags) == [tag]
    assert len(client.list_matchable_attributes(QUEUE).configurations) == 3

    client.delete_workflow_attributes(project, domain, "w", QUEUE)
    assert len(client.list_matchable_attributes(QUEUE).configurations) == 2
    client.delete_project_domain_attributes(project, domain, QUEUE)
    client.delete_project_attributes(project, QUEUE)
    assert not client.list_matchable_attributes(QUEUE).configurations


def test_a_name_is_described_and_put_away(client: AdminClient, short: Client) -> None:
    """Read before it is written, for Admin always sets the state."""
    short.task("named")
    id = (*PLACE, "named")
    before = client.get_named_entity(ResourceType.TASK, id).metadata
    assert (before.description, before.state) == ("", NamedEntityState.NAMED_ENTITY_ACTIVE)
    away = NamedEntityMetadata(state=NamedEntityState.NAMED_ENTITY_ARCHIVED)
    client.update_named_entity(ResourceType.TASK, id, away)
    found = client.get_named_entity(ResourceType.TASK, id).metadata
    found.description = "Counts."
    client.update_named_entity(ResourceType.TASK, id, found)
    after = client.get_named_entity(ResourceType.TASK, id).metadata
    assert (after.description, after.state) == ("Counts.", away.state)
    with pytest.raises(NotFoundError):
        client.get_named_entity(ResourceType.WORKFLOW, id)
    with pytest.raises(ValueError, match="lacks a name"):
        client.get_named_entity(ResourceType.TASK, PLACE)
