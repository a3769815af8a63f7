"""Matchable attributes as others look them up: the most specific row that applies.

Source: flyteadmin/pkg/repositories/gormimpl/resource_repo.go, Get.
"""

from typing import Any

from flyteidl.admin import matchable_resource_pb2

from reconciler.sandbox.store import Session

TASK_RESOURCE = matchable_resource_pb2.TASK_RESOURCE


def type_name(resource_type: int) -> str:
    """Return the name of a MatchableResource; of an unknown one the number."""
    known = matchable_resource_pb2.MatchableResource.DESCRIPTOR.values_by_number.get(resource_type)
    return known.name if known is not None else str(resource_type)


def find_row(
    session: Session,
    *,
    resource_type: int,
    project: str = "",
    domain: str = "",
    workflow: str = "",
    launch_plan: str = "",
) -> Any:
    """Return the row of the most specific level that applies, None if there is none.

    Levels do not merge. A row applies if each of its parts is empty or the one asked for, so a
    lookup without a workflow sees no workflow's row. Of two rows of one priority the older wins.
    """
    return session.one(
        "SELECT * FROM resources WHERE resource_type = ? AND project IN ('', ?) "
        "AND domain IN ('', ?) AND workflow IN ('', ?) AND launch_plan IN ('', ?) "
        "ORDER BY priority DESC, id ASC LIMIT 1",
        (type_name(resource_type), project, domain, workflow, launch_plan),
    )


def find_attributes(
    session: Session,
    *,
    resource_type: int,
    project: str = "",
    domain: str = "",
    workflow: str = "",
    launch_plan: str = "",
) -> Any:
    """Return the MatchingAttributes of the row that `find_row` finds, or None."""
    row = find_row(
        session,
        resource_type=resource_type,
        project=project,
        domain=domain,
        workflow=workflow,
        launch_plan=launch_plan,
    )
    if row is None:
        return None
    return matchable_resource_pb2.MatchingAttributes.FromString(row["attributes"])
