"""Attributes from manifest side to Admin and back: any state comes to what is declared."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.apply import execute
from reconciler.model import DesiredState, Plan, Resource, ResourceId
from reconciler.observed import observe
from reconciler.plan import make_plan
from reconciler.ports import Reader, Writer
from tests.contracts.attributes import Rows, expected, rows_of
from tests.fakes import MemoryClock, a_project

_numbers = itertools.count()


def at(project: str, row: Resource) -> Resource:
    """The same row in another project."""
    id = row.id
    moved = ResourceId(id.kind, project, id.domain, id.name, facet=id.facet)
    return Resource(moved, spec=row.spec)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(found=rows_of("p"), declared=rows_of("p"), gone=st.sets(st.sampled_from(range(8))))
def test_any_rows_come_to_what_is_declared(
    ports: tuple[Reader, Writer],
    found: list[Resource],
    declared: list[Resource],
    gone: set[int],
) -> None:
    """Declared rows are as declared, absent ones gone, all others untouched; again is nothing."""
    reader, writer = ports
    project = f"converging{next(_numbers)}"
    writer.create(a_project(project))
    there = [at(project, row) for row in found]
    # Wider rows first, or Admin would merge a domain's overrides into those of a workflow.
    for row in sorted(there, key=lambda row: row.id):
        writer.update(row)
    wanted = [at(project, row) for row in declared]
    wanted = [Resource(row.id) if n in gone else row for n, row in enumerate(wanted)]
    desired = DesiredState(resources={row.id: row for row in wanted})

    def plan() -> Plan:
        return make_plan(desired, observe(desired, reader))

    def rows() -> Rows:
        found = reader.attributes({row.id.facet for row in [*there, *wanted]})
        return {id: row.digest for id, row in found.items() if id.project == project}

    report = execute(plan(), reader=reader, writer=writer, clock=MemoryClock())

    assert report.succeeded, [outcome.message for outcome in report.outcomes]
    assert rows() == expected(there, wanted)
    assert plan().is_empty
