"""Rows of attributes, as few words each as a test needs."""

from collections.abc import Iterable
from typing import Any

from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from google.protobuf.json_format import ParseDict
from hypothesis import strategies as st

from reconciler.model import ATTRIBUTE_FIELDS, Kind, Resource, ResourceId, normalised

Rows = dict[ResourceId, bytes]
"""Rows by their digests."""

_TYPES = ["executionClusterLabel", "executionQueue", "pluginOverrides"]


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


def rows_of(project: str) -> st.SearchStrategy[list[Resource]]:
    """Up to eight rows of three types at all levels of a project, no two the same."""
    levels = [(), *((d, *w) for d in ("development", "staging") for w in ((), ("etl",), ("ml",)))]

    @st.composite
    def row(draw: st.DrawFn) -> Resource:
        facet = draw(st.sampled_from(_TYPES))
        if facet == "pluginOverrides":
            level = draw(st.sampled_from(levels[1:]))
            types = draw(st.sets(st.sampled_from("abc"), max_size=3))
            plugins = {one: draw(st.sampled_from("xy")) for one in sorted(types)}
            return overrides(project, *level, **plugins)
        level = draw(st.sampled_from(levels))
        if facet == "executionQueue":
            tags = draw(st.lists(st.sampled_from("xy"), max_size=2))
            return a_row(facet, project, *level, tags=tags)
        return a_label(draw(st.sampled_from(["", "x", "y"])), project, *level)

    return st.lists(row(), max_size=8, unique_by=lambda one: one.id)


def expected(found: Iterable[Resource], wanted: Iterable[Resource]) -> Rows:
    """The rows that are to be there: those found, but as wanted, or gone without a spec."""
    goal = {row.id: row for row in found} | {row.id: row for row in wanted}
    return {id: row.digest for id, row in goal.items() if row.spec is not None}
