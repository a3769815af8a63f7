"""What is said of names: in the metadata of their versions, or in the domain."""

from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import NAMED_ENTITY_ARCHIVED

from reconciler.errors import ManifestError
from reconciler.model import DesiredState, Kind, Resource, ResourceId
from tests.desired.test_attributes import a_domain
from tests.desired.test_bind import Set, a_launch_plan, a_task, a_workflow
from tests.fakes import DEFAULT_PROJECT as P

D = "development"


def said(document: str, words: str) -> str:
    """The document with `words` in its metadata."""
    return document.replace("name: etl", f"{words}, name: etl", 1)


def names(desired: DesiredState) -> dict[ResourceId, Resource]:
    return {one.id: one for one in desired if one.id.kind is Kind.NAMED_ENTITY}


def test_names_are_described_and_archived_in_metadata(tmp_path: Path) -> None:
    """Each kind; what is not said is left as it is; names of which nothing is said are none."""
    desired = Set(
        tmp_path,
        said(a_task(), "description: Loads a day"),
        said(a_workflow(), "archived: true"),
        a_launch_plan(),
    ).bind()

    found = names(desired)
    task = ResourceId(Kind.NAMED_ENTITY, P, D, "etl.load", facet="task")
    workflow = ResourceId(Kind.NAMED_ENTITY, P, D, "etl", facet="workflow")
    assert set(found) == {task, workflow}
    metadata: Any = found[task].spec
    assert metadata.description == "Loads a day"
    assert found[task].unsaid == {"state"}
    metadata = found[workflow].spec
    assert metadata.state == NAMED_ENTITY_ARCHIVED
    assert found[workflow].unsaid == {"description"}
    assert {need.kind for need in desired.needs[task]} == {Kind.TASK}


def test_they_change_no_version(tmp_path: Path) -> None:
    """Metadata is about the name, spec about a version of it."""
    plain = Set(tmp_path, a_task()).bind()
    described = Set(tmp_path, said(a_task(), "description: new, archived: false")).bind()
    assert [id for id in described.resources if id.kind is Kind.TASK] == [
        id for id in plain.resources if id.kind is Kind.TASK
    ]


def test_a_domain_speaks_of_names_that_others_register(tmp_path: Path) -> None:
    """Of packages, of pyflyte register, or long gone."""
    domain = a_domain(
        "tasks: {old: {archived: true}}\n"
        "workflows: {flow: {description: The flow}}\n"
        "launchPlans: {plan: {description: '', archived: false}}"
    )
    found = names(Set(tmp_path, domain).bind())
    assert {(id.facet, id.name): sorted(one.unsaid) for id, one in found.items()} == {
        ("task", "old"): ["description"],
        ("workflow", "flow"): ["state"],
        ("launch_plan", "plan"): [],
    }


def test_several_documents_say_the_same_of_a_name(tmp_path: Path) -> None:
    """Or different things of it, but not the same thing differently."""
    task = said(a_task(), "description: Loads")
    more = a_domain("tasks: {etl.load: {description: Loads, archived: true}}")
    ((_, name),) = names(Set(tmp_path, task, more).bind()).items()
    assert name.unsaid == frozenset()

    other = a_domain("tasks: {etl.load: {description: Unloads}}")
    with pytest.raises(ManifestError, match="contradictory-name"):
        Set(tmp_path, task, other).bind()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (f"description: {'x' * 301}", "301 characters are more than the 300"),
        ("description: 5", "expected a text"),
        ("archived: yes", "expected true or false"),
    ],
)
def test_what_admin_would_not_take_is_refused(tmp_path: Path, words: str, message: str) -> None:
    """At its line; 300 characters of any kind are taken."""
    with pytest.raises(ManifestError, match=message):
        Set(tmp_path, said(a_task(), words)).bind()
    Set(tmp_path, said(a_task(), f"description: {'é' * 300}")).bind()
