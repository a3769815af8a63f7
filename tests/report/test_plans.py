"""Plans as a reviewer and a machine read them, kept as files a reviewer does read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.model import (
    Change,
    Conflict,
    DesiredState,
    Kind,
    ObservedState,
    Origin,
    Plan,
    Resource,
)
from reconciler.plan import make_plan
from reconciler.report import (
    plan_as_json,
    plan_as_markdown,
    plan_as_suite,
    plan_as_text,
    suites_as_junit,
)
from tests.builders import (
    DOMAIN,
    PROJECT,
    a_create,
    a_launch_plan,
    a_plan,
    a_project,
    a_switch,
    a_task,
    a_warning,
    a_workflow,
    an_id,
    an_update,
)
from tests.conftest import Golden
from tests.contracts.attributes import a_label, a_row, overrides
from tests.report.effects import CASES as EFFECTS

GOLDEN = Path(__file__).with_name("golden")

TEXT_BEFORE = "Extracts the orders.\nRuns daily.\nAsk data@acme.com.\n"
TEXT_AFTER = "Extracts the orders.\nRuns hourly.\nAsk data@acme.com.\n"
IMAGE = "ghcr.io/acme/production/etl@sha256:" + "0123456789abcdef" * 4

CASES = {
    "no-changes-counts-what-is-there": Plan((), unchanged={Kind.WORKFLOW: 1, Kind.TASK: 3}),
    "nothing-declared-nothing-said": Plan(()),
    "first-registration-is-a-line-each": Plan(
        (
            *a_plan().actions[:1],
            a_create(a_task("etl.load", image="ghcr.io/acme/load:2.0", cpu="2")),
            *a_plan().actions[1:],
        )
    ),
    "places-are-told-apart": Plan(
        tuple(
            a_create(a_task(name, domain=domain))
            for domain in ("development", "production")
            for name in ("etl.extract", "etl.load")
        )
    ),
    "switches-of-one-place-share-a-section": Plan(
        (
            a_create(a_launch_plan("etl.daily", "v13")),
            a_switch("etl.daily", before=["v12"], after="v13"),
            a_switch("etl.hourly", before=["v12"], after="v13"),
            a_switch("etl.weekly", before=["v12"]),
            a_switch("etl.daily", before=["v12"], after="v13", domain="production"),
        )
    ),
    "torn-switch-has-its-own-words": Plan((a_switch(before=["v1", "v2"], after="v3"),)),
    "update-shows-each-field": Plan(
        (
            an_update(
                a_project(),
                a_project(),
                Change("description", TEXT_BEFORE, TEXT_AFTER),
                Change("labels.team", None, "data"),
                Change("labels.owner", "ann", None),
                Change("image", f"{IMAGE}a", f"{IMAGE}b"),
                Change("token", "before", "after", sensitive=True),
                Change("limits", {"cpu": "1"}, {"cpu": "2", "mem": "1Gi"}),
            ),
        ),
        unchanged={Kind.TASK: 12},
    ),
    "conflict-names-fields-and-the-way-out": Plan(
        (a_create(a_task("etl.load")),),
        conflicts=(
            Conflict(
                an_id(),
                (Change("container.image", "a:1", "a:2"), Change("container.args[0]", None, "x")),
                Origin("manifests/etl.yaml", 3, 1),
            ),
        ),
        unchanged={Kind.TASK: 2},
    ),
    "warnings-stand-before-the-summary": Plan(
        a_plan().actions, warnings=(a_warning(file="b.yaml"), a_warning(file="a.yaml"))
    ),
    "a-delete-says-what-it-takes-with-it": make_plan(
        DesiredState(
            {
                row.id: row
                for row in (
                    Resource(a_label("gpu", PROJECT).id),
                    a_row("taskResources", PROJECT, DOMAIN, limits={"cpu": "8"}),
                    overrides(PROJECT, DOMAIN, "etl.daily", spark="new"),
                )
            }
        ),
        ObservedState(
            resources={
                row.id: row
                for row in (
                    a_label("gpu", PROJECT),
                    overrides(PROJECT, DOMAIN, "etl.daily", spark="old", ray="old"),
                )
            },
            asked=frozenset(
                {
                    a_label("gpu", PROJECT).id,
                    a_row("taskResources", PROJECT, DOMAIN).id,
                    overrides(PROJECT, DOMAIN, "etl.daily").id,
                }
            ),
            beside={row.id: row for row in (a_label("cpu", PROJECT, DOMAIN, "etl.daily"),)},
        ),
    ),
    "values-that-tend-to-be-secret-are-masked-in-documents": Plan(
        (
            an_update(
                a_project(),
                a_project(),
                Change("container.env[0].value", "hunter2", "hunter3"),
                Change("container.env[0].key", "USER", "PASSWORD"),
                Change("container", None, {"env": [{"key": "A", "value": "hunter2"}]}),
                Change("fixedInputs.literals.region.scalar.primitive.stringValue", "eu", "us"),
                Change("custom.apiKey", "hunter2", None),
                Change("nodes[0].inputs[0].binding.scalar.primitive.integer", "1", "2"),
            ),
        )
    ),
}
CASES |= EFFECTS
FORMS: dict[str, Callable[[Plan], str]] = {
    "plan.txt": plan_as_text,
    "plan.verbose.txt": lambda plan: plan_as_text(plan, verbose=True),
    "plan.json": plan_as_json,
    "plan.md": lambda plan: "".join(plan_as_markdown(plan)),
    "plan.junit.xml": lambda plan: suites_as_junit([plan_as_suite(plan)]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES)
def test_plan_reads_as_reviewed(case: str, form: str, golden: Golden) -> None:
    """Each case is a plan in, and one file a form out."""
    text = FORMS[form](CASES[case])

    assert text == golden(GOLDEN / case / form, text)


def test_every_golden_folder_has_its_case() -> None:
    """A case that was renamed leaves no file behind that nobody compares."""
    assert {path.name for path in GOLDEN.iterdir()} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_colours_add_nothing_but_colours(case: str) -> None:
    """Stripped of its colour codes, the coloured text is the plain one."""
    colored = plan_as_text(CASES[case], color=True)

    assert "\x1b[" in colored
    assert without_colors(colored) == plan_as_text(CASES[case])


def test_summary_is_the_last_line() -> None:
    """Who reads only the last line of a log reads the summary."""
    plan = Plan(a_plan().actions, unchanged={Kind.TASK: 12})

    assert plan_as_text(plan).splitlines()[-1] == (
        "Plan: 3 to register, 0 to update, 1 to activate, 0 to deactivate, 12 unchanged."
    )


def test_three_hundred_new_entities_fit_a_few_screens() -> None:
    """A first registration of many is one line each, and a heading for each kind."""
    plan = Plan(
        tuple(a_create(a_task(f"t{n}")) for n in range(100))
        + tuple(a_create(a_workflow(f"w{n}")) for n in range(100))
        + tuple(a_create(a_launch_plan(f"l{n}")) for n in range(100))
    )

    assert len(plan_as_text(plan).splitlines()) < 300 + 15


def test_nothing_foreign_reaches_the_terminal_as_a_command() -> None:
    """Control characters in names, values and reasons are spelt out, in colour too."""
    hostile = "\x1b[2J\x1b]0;gone\x07\u202e"
    plan = Plan(
        (
            an_update(a_project(), a_project(), Change("description", hostile, "fine")),
            a_create(a_task(image=hostile)),
        ),
        warnings=(a_warning(hostile),),
        conflicts=(Conflict(an_id(name=f"x{hostile}"), (Change(hostile, 1, 2),)),),
    )

    for text in (plan_as_text(plan, color=True), plan_as_text(plan, verbose=True)):
        plain = without_colors(text)
        assert not {"\x1b", "\x07", "\u202e"} & set(plain)


@pytest.mark.parametrize("case", CASES)
def test_document_is_versioned_and_counts_itself(case: str) -> None:
    """The summary agrees with the rows, so that a gate needs to read only the summary."""
    plan = CASES[case]

    document = json.loads(plan_as_json(plan))

    assert document["format_version"] == "1.0"
    assert document["applicable"] is (not document["conflicts"])
    counted = {verb: document["summary"][verb] for verb in document["summary"]}
    assert counted.pop("conflicts") == len(document["conflicts"])
    assert counted.pop("unchanged") == sum(document["unchanged"].values())
    assert sum(counted.values()) == len(document["actions"])


def test_masked_values_are_nowhere_in_the_document() -> None:
    """Masking reaches into values that hold a secret deep inside, in every document."""
    for case in (
        "values-that-tend-to-be-secret-are-masked-in-documents",
        "a-secret-has-one-number-wherever-it-is",
    ):
        for form in ("plan.json", "plan.md", "plan.junit.xml"):
            assert "hunter" not in FORMS[form](CASES[case])
    plan = CASES["values-that-tend-to-be-secret-are-masked-in-documents"]
    assert "PASSWORD" in plan_as_json(plan)


def without_colors(text: str) -> str:
    for code in ("0", "1", "2", "31", "32", "33", "36"):
        text = text.replace(f"\x1b[{code}m", "")
    return text
