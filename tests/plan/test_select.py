"""What a selection keeps of a set, pattern by pattern."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ConfigError
from reconciler.model import (
    Bundle,
    Code,
    CodeFolder,
    DesiredState,
    Kind,
    Origin,
    Resource,
    ResourceId,
    Selection,
)
from reconciler.plan import select
from tests.builders import a_launch_plan, a_task, a_workflow, an_activation

# clean, load ◀─ etl ◀─ etl.daily (active), etl.hourly;  report ◀─ report.daily
CLEAN, LOAD = a_task("clean"), a_task("load")
ETL, REPORT = a_workflow("etl"), a_workflow("report")
DAILY, HOURLY, REPORTS = (
    a_launch_plan(name) for name in ("etl.daily", "etl.hourly", "report.daily")
)
ACTIVE = an_activation("etl.daily", DAILY.id.version)
NEEDS = {
    ETL.id: (CLEAN.id, LOAD.id),
    DAILY.id: (ETL.id,),
    HOURLY.id: (ETL.id,),
    REPORTS.id: (REPORT.id,),
    ACTIVE.id: (DAILY.id,),
}
ALL = (CLEAN, LOAD, ETL, REPORT, DAILY, HOURLY, REPORTS, ACTIVE)


def state(*resources: Resource) -> DesiredState:
    return DesiredState({one.id: one for one in resources or ALL}, NEEDS)


def kept(
    *targets: str,
    excludes: tuple[str, ...] = (),
    changed: frozenset[str] | None = None,
    of: DesiredState | None = None,
) -> set[str]:
    selection = Selection(targets=targets, excludes=excludes, changed=changed)
    chosen = select(of or state(), selection)
    return {f"{id.kind.slug}:{id.name}" for id in chosen.resources}


WHOLE_ETL = {"task:clean", "task:load", "workflow:etl"}
OF_DAILY = {"launch_plan:etl.daily", "activation:etl.daily"}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("clean", {"task:clean"}),
        ("etl", WHOLE_ETL),
        ("etl.daily", WHOLE_ETL | OF_DAILY),
        ("flytesnacks/development/etl.d*", WHOLE_ETL | OF_DAILY),
        ("*/report*", {"workflow:report", "launch_plan:report.daily"}),
        ("launchplan:report*", {"workflow:report", "launch_plan:report.daily"}),
        ("LaunchPlan:etl.hourly", WHOLE_ETL | {"launch_plan:etl.hourly"}),
        ("launch_plan:etl.hourly", WHOLE_ETL | {"launch_plan:etl.hourly"}),
        ("task:*", {"task:clean", "task:load"}),
        ("clean+", WHOLE_ETL | OF_DAILY | {"launch_plan:etl.hourly"}),
        ("+etl", WHOLE_ETL),
    ],
)
def test_a_target_brings_what_it_cannot_do_without(target: str, expected: set[str]) -> None:
    """Its own versions and state, and what must be registered first."""
    assert kept(target) == expected


def test_labels_are_those_of_launch_plans() -> None:
    """And what such a launch plan needs comes along."""
    labelled = a_launch_plan("report.daily")
    labelled.spec.spec.labels.values["team"] = "sales"  # type: ignore[union-attr]
    of = state(REPORT, ETL, CLEAN, LOAD, DAILY, labelled)

    assert kept("label:team=sales", of=of) == {"workflow:report", "launch_plan:report.daily"}


def test_what_an_exclusion_takes_along_cannot_do_without_it() -> None:
    """A workflow whose task is left out would be refused by Admin."""
    assert kept(excludes=("clean",)) == {
        "task:load",
        "workflow:report",
        "launch_plan:report.daily",
    }
    assert kept("etl", excludes=("load",)) == set()


def test_what_changed_brings_what_is_made_of_it() -> None:
    """A new version of a task means one of each workflow of it."""
    of = state(
        *(replace(one, origin=Origin(f"a/{one.id.name}.yaml", 3)) for one in ALL if one != CLEAN),
        replace(CLEAN, origin=Origin("./a/tasks/../clean.yaml", 1)),
    )

    assert kept(changed=frozenset({"a/clean.yaml"}), of=of) == WHOLE_ETL | OF_DAILY | {
        "launch_plan:etl.hourly"
    }
    assert kept("report*", changed=frozenset({"a/clean.yaml"}), of=of) == set()


@pytest.mark.parametrize(
    ("root", "file"), [("src", "src/x.py"), ("./src/", "src/x.py"), (".", "x")]
)
def test_changed_code_changes_what_runs_it(root: str, file: str) -> None:
    """Any file of the folder that a bundle is made of."""
    bundle = Bundle("flytesnacks", "development", "code", Code("0" * 64, 1, 1), CodeFolder(root))
    of = state(replace(CLEAN, bundles=(bundle,)), LOAD, ETL)

    assert kept(changed=frozenset({file}), of=of) == WHOLE_ETL
    assert kept(changed=frozenset({"../srcs/x.py"}), of=of) == set()


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("cleen", "'cleen' names nothing that is declared; did you mean clean?"),
        ("flytesnacks/development/cleen", "did you mean flytesnacks/development/clean?"),
        ("tusk:clean", "'tusk' is no kind; there are project, domain"),
        ("label:team", "write label:KEY=VALUE"),
        ("+", "names nothing; write NAME"),
        ("label:team=none", "names nothing that is declared"),
    ],
)
def test_a_pattern_that_is_about_nothing_is_refused(pattern: str, said: str) -> None:
    """A misspelt target must not look like nothing to do."""
    with pytest.raises(ConfigError) as caught:
        kept(pattern, excludes=("nobody",))

    assert said in str(caught.value)
    assert "'nobody' names nothing" in str(caught.value)


def test_the_plan_says_that_it_is_partial() -> None:
    """First of all that it says."""
    chosen = select(state(), Selection(targets=("etl",), excludes=("report*",)))

    first = chosen.warnings[0]
    assert first.code == "partial"
    assert "about 3 of 8 declared objects (--target etl --exclude report*)" in first.message


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 12), st.sets(st.integers(0, 12), max_size=4), min_size=1, max_size=12
    ),
    st.lists(st.integers(0, 12), min_size=1, max_size=3),
    st.lists(st.integers(0, 12), max_size=3),
)
def test_what_is_kept_lacks_nothing(
    graph: dict[int, set[int]], targets: list[int], excludes: list[int]
) -> None:
    """Of whatever set: all that a kept thing needs is kept, and nothing excluded is."""
    ids = {n: ResourceId(Kind.TASK, "p", "d", f"t{n}", "v") for n in graph}
    needs = {
        ids[n]: tuple(ids[m] for m in some if m < n and m in ids) for n, some in graph.items()
    }
    of = DesiredState({id: Resource(id) for id in ids.values()}, needs)
    known = [n for n in targets if n in ids] or [next(iter(ids))]
    unwanted = [n for n in excludes if n in ids]

    chosen = select(
        of,
        Selection(
            targets=tuple(f"t{n}" for n in known), excludes=tuple(f"t{n}" for n in unwanted)
        ),
    )

    for id in chosen.resources:
        assert set(needs[id]) <= chosen.resources.keys()
    assert not chosen.resources.keys() & {ids[n] for n in unwanted}
