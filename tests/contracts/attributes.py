"""Rows of attributes, as few words each as a test needs."""

from typing import Any

from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from google.protobuf.json_format import ParseDict

from reconciler.model import ATTRIBUTE_FIELDS, Kind, Resource, ResourceId, normalised


def a_row(
    facet: str, project: str, domain: str = "", workflow: str = "", /, **fields: Any
) -> Resource:
    """`a_row("executionClusterLabel", "p", "development", value="gpu")`."""
    id = ResourceId(Kind.ATTRIBUTES, project, domain, workflow, facet=facet)
    return Resource(
        id, spec=normalised(ParseDict({ATTRIBUTE_FIELDS[facet]: fields}, MatchingAttributes()))
    )


def a_label(value: str, project: str, domain: str = "", workflow: str = "") -> Resource:
    """The cluster label `value` at a level."""
    return a_row("executionClusterLabel", project, domain, workflow, value=value)


def overrides(project: str, domain: str, workflow: str = "", /, **plugins: str) -> Resource:
    """Plugin overrides by task type: `overrides("p", "d", spark="mine")`."""
    return a_row(
        "pluginOverrides",
        project,
        domain,
        workflow,
        overrides=[
            {"taskType": task_type, "pluginId": [plugin]} for task_type, plugin in plugins.items()
        ],
    )
