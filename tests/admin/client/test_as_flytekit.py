"""The same calls by flytekit's own client and by ours: rows, tokens, refusals; fewer calls."""

from collections.abc import Iterator
from typing import Any

import pytest
from flytekit.clients.friendly import SynchronousFlyteClient as Theirs
from flytekit.configuration import PlatformConfig
from flytekit.exceptions.base import FlyteException as TheirException
from flytekit.models.admin.common import Sort
from flytekit.models.common import NamedEntityIdentifier
from flytekit.models.core.identifier import (
    Identifier,
    NodeExecutionIdentifier,
    ResourceType,
    WorkflowExecutionIdentifier,
)
from flytekit.models.filters import Equal, ValueIn

from reconciler import errors
from reconciler.admin import AdminClient
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.admin.client.conftest import PLACE
from tests.sandbox.calls import PD, Client

EVERYTHING = NamedEntityIdentifier(*PLACE, "")
E1 = WorkflowExecutionIdentifier(*PLACE, "e1")
N0 = NodeExecutionIdentifier("n0", E1)
ASCENDING = Sort("created_at", Sort.Direction.ASCENDING)
BY_NAME = Sort("name", Sort.Direction.ASCENDING)


@pytest.fixture(scope="module")
def admin() -> Iterator[EmbeddedAdmin]:
    """Seven tasks of two versions, a workflow and launch plan, three executions of three nodes."""
    with embedded_admin() as admin:
        short = Client.of(admin._sandbox)
        for number in range(7):
            for version in ("v1", "v2"):
                short.task(f"t{number}", version)
        short.workflow("w")
        short.launch_plan("lp")
        short.activate("lp")
        for name in ("e1", "e2", "e3"):
            short.launch("lp", name)
        for node in ("n0", "n1", "n2"):
            id = {"node_id": node, "execution_id": {**PD, "name": "e1"}}
            event = {"id": id, "phase": "RUNNING", "occurred_at": "2025-01-01T00:00:00Z"}
            short("CreateNodeEvent", {"event": event})
        yield admin


@pytest.fixture(scope="module")
def theirs(admin: EmbeddedAdmin) -> Theirs:
    return Theirs(PlatformConfig(endpoint=admin.endpoint, insecure=True))


LISTS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "list_tasks_paginated": ((EVERYTHING,), {"sort_by": ASCENDING}),
    "list_workflows_paginated": ((EVERYTHING,), {"sort_by": ASCENDING}),
    "list_launch_plans_paginated": ((EVERYTHING,), {"sort_by": ASCENDING}),
    "list_active_launch_plans_paginated": (PLACE, {"sort_by": ASCENDING}),
    "list_task_ids_paginated": (PLACE, {"sort_by": BY_NAME}),
    "list_workflow_ids_paginated": (PLACE, {"sort_by": BY_NAME}),
    "list_launch_plan_ids_paginated": (PLACE, {"sort_by": BY_NAME}),
    "list_executions_paginated": (PLACE, {"sort_by": ASCENDING}),
    "list_node_executions": ((E1,), {"sort_by": ASCENDING}),
    "list_task_executions_paginated": ((N0,), {"sort_by": ASCENDING}),
    "list_projects_paginated": ((), {}),
}


@pytest.mark.parametrize("name", LISTS)
def test_pages_are_the_same(theirs: Theirs, client: AdminClient, name: str) -> None:
    """Called with flytekit's own values: the same ids, the same tokens, to the last page."""
    arguments, options = LISTS[name]

    def pages(one: Any) -> list[tuple[list[str], str]]:
        found, token = [], ""
        while True:
            page, token = getattr(one, name)(*arguments, limit=2, token=token, **options)
            found.append(([_said(row) for row in page], token))
            if not token:
                return found

    assert pages(client) == pages(theirs)


def test_filters_find_the_same(theirs: Theirs, client: AdminClient) -> None:
    """flytekit's filters, in the list that it wants them in."""
    filters = [Equal("name", "t3"), ValueIn("version", ["v1", "v2"])]
    options = {"filters": filters, "sort_by": ASCENDING}
    found, token = client.list_tasks_paginated(EVERYTHING, **options)
    other, other_token = theirs.list_tasks_paginated(EVERYTHING, **options)
    assert [_said(row) for row in found] == [_said(row) for row in other]
    assert (len(found), token) == (2, other_token)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_task", (Identifier(ResourceType.TASK, *PLACE, "none", "v1"),)),
        ("get_workflow", (Identifier(ResourceType.WORKFLOW, *PLACE, "none", "v1"),)),
        ("get_active_launch_plan", (NamedEntityIdentifier(*PLACE, "none"),)),
        ("get_execution", (WorkflowExecutionIdentifier(*PLACE, "none"),)),
        ("terminate_execution", (WorkflowExecutionIdentifier(*PLACE, "none"), "why")),
        ("get_data", ("flyte://v1/nonsense",)),
        ("register_project", None),
    ],
)
def test_what_is_refused_is_refused_alike(
    theirs: Theirs, client: AdminClient, name: str, arguments: Any
) -> None:
    """Under flytekit's name for it; in one call, where flytekit takes four."""
    if arguments is None:
        from flytekit.models.project import Project

        arguments = (Project("flytesnacks", "flytesnacks", ""),)
    with pytest.raises(TheirException) as refused:
        getattr(theirs, name)(*arguments)
    with pytest.raises(getattr(errors, type(refused.value).__name__)):
        getattr(client, name)(*arguments)
    assert client.calls.counts.total() == 1


def _said(row: Any) -> str:
    """The id of a row, whoever gave it."""
    id = getattr(row, "id", row)
    message = id.to_flyte_idl() if hasattr(id, "to_flyte_idl") else id
    return str(message)
