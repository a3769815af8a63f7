"""What a page is told, and that nothing it is told can do anything but be read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import (
    Author,
    Begin,
    Change,
    Diagnostic,
    Effect,
    End,
    Firing,
    Owned,
    Plan,
    Record,
    Ruling,
    ScheduleEffect,
    Verdict,
)
from reconciler.report import as_html, html_page, html_part
from tests.builders import (
    a_create,
    a_plan,
    a_project,
    a_report,
    a_task,
    an_update,
    blocked,
    done,
    failed,
)
from tests.report.effects import an_effect
from tests.report.html.data import data_of, part_of
from tests.report.html.plans import HOSTILE, NOW, SECRETS, a_large_plan, a_rich_plan, some_runs
from tests.report.test_drift import QUIET, REPORT

HISTORY = (
    Record(1, Begin("apply", b"\1", (), Author("alice", "3f9a1c2b77aa"), 60), created_at=NOW),
    Record(
        2,
        End(1, "apply", "alice", {"activated": 3}),
        created_at=NOW - timedelta(days=3),
    ),
)


class Elements(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def an_update_to(value: object) -> Plan:
    project = a_project()
    return a_plan(an_update(project, project, Change("description", "x", value)))


def test_the_same_plan_is_the_same_bytes() -> None:
    """Of a saved plan a second page can be compared with the first."""
    first, second = (
        as_html(a_rich_plan(), now=NOW, history=HISTORY, drift=REPORT) for _ in range(2)
    )

    assert first == second


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.text(st.sampled_from("<>/!-'\"&\u2028\ud800 scriptSCRIPT{}\\n"), max_size=40))
def test_no_value_is_more_than_text(value: str) -> None:
    """Whatever stands in a value, the page has the elements it always has, and holds the value."""
    plain = Elements(as_html(an_update_to("y"), now=NOW, title="y")).found

    page = as_html(an_update_to(value), now=NOW, title=value)

    assert [tag for tag, _ in Elements(page).found] == [tag for tag, _ in plain]
    (change,) = part_of(page)["plan"]["actions"][0]["changes"]
    assert change["after"] == value.encode(errors="replace").decode()


def test_a_template_is_filled_once() -> None:
    """A value that looks like a place to be filled stays what it is."""
    page = as_html(an_update_to("{{script}}"), now=NOW, title="{{data}}")

    assert part_of(page)["title"] == "{{data}}"


def test_nothing_is_fetched_and_nothing_else_may_run() -> None:
    """No element names anything outside, and the policy would keep it from being fetched."""
    page = as_html(a_rich_plan(), now=NOW)

    found = Elements(page).found
    links = [value for _, attrs in found for key, value in attrs.items() if key in ("src", "href")]
    assert links == ["data:,", "#main"]
    (policy,) = [attrs["content"] for _, attrs in found if "http-equiv" in attrs]
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].startswith("'sha256-")
    assert "unsafe" not in policy
    assert not [key for _, attrs in found for key in attrs if key.startswith("on")]


def test_values_that_tend_to_be_secret_are_masked() -> None:
    """On both sides, in changes, in effects and in what is new; one number a value."""
    new = a_create(a_task(env={"TOKEN": SECRETS[0], "LEVEL": "of-the-level"}))
    plan = replace(a_rich_plan(), actions=(*a_rich_plan().actions, new))

    page = as_html(plan, now=NOW)

    assert not any(secret in page for secret in (*SECRETS, "of-the-level"))
    part = part_of(page)
    (effect, _) = part["plan"]["effects"]
    assert effect["parts"][0]["changes"][1]["before"] == "(sensitive value #1)"
    shown = {field["path"]: field["after"] for field in part["plan"]["actions"][-1]["fields"]}
    values = [value for path, value in shown.items() if path.endswith(".value")]
    assert values == ["(sensitive value #1)", "(sensitive value #3)"]
    assert "TOKEN" in shown.values()


def test_what_a_policy_denies_is_in_the_way() -> None:
    """It is told before all else, and with scripts or without; what is exempt is only told."""
    plan = replace(
        a_plan(),
        verdicts=(
            Verdict("images-by-digest", Ruling.DENY, "etl:1.4 is a tag", "task:p/d/t@v1"),
            Verdict("owners", Ruling.DENY, "nobody owns it", excused="until they are found"),
        ),
    )

    page = as_html(plan, now=NOW)

    assert part_of(page)["verdict"].startswith("Cannot be applied: 1 thing stands in the way.")
    before_data = page[: page.index('id="data"')]
    assert "etl:1.4 is a tag [images-by-digest]" in before_data
    assert "nobody owns it" not in before_data


def test_a_revealed_path_is_shown() -> None:
    """The workspace says which."""
    page = as_html(a_rich_plan(), now=NOW, reveal=["container.env[TOKEN].value"])

    assert SECRETS[0] in page


def test_marked_values_are_masked_wherever_they_turn_up() -> None:
    """In a problem's message and in the title, in the data and in the summary beside it."""
    problem = Diagnostic("refused", "no such token: s3cr3t<1>")
    part = html_part(
        problems=[problem],
        now=NOW,
        title="Plan: s3cr3t<1>",
        mask=lambda text: text.replace("s3cr3t<1>", "(sensitive #1)"),
    )

    page = html_page([part], now=NOW)

    assert "s3cr3t" not in page
    assert part_of(page)["problems"][0]["message"] == "no such token: (sensitive #1)"


def test_without_scripts_the_verdict_is_there() -> None:
    """Viewers of artifacts that run no scripts show what stands in the way."""
    page = as_html(a_rich_plan(), now=NOW)

    before_data = page[: page.index('id="data"')]
    assert "Cannot be applied: 3 things stand in the way." in before_data
    assert "12 of 30 launch plans would be deactivated (--allow-many-deactivations)" in before_data


@pytest.mark.parametrize(
    ("part", "verdict", "tone"),
    [
        (html_part(Plan(()), now=NOW, title="x"), "No changes", "good"),
        (html_part(a_plan(), now=NOW, title="x"), "Plan: 3 to register", "change"),
        (html_part(now=NOW, title="x", drift=QUIET), "No drift", "good"),
        (html_part(now=NOW, title="x", drift=REPORT), "Drift: 1 activated", "change"),
        (html_part(now=NOW, title="x", history=HISTORY), "What was applied", "good"),
        (
            html_part(now=NOW, title="x", problems=[Diagnostic("x", "y")]),
            "There is no result: 1 problem.",
            "stop",
        ),
    ],
)
def test_the_verdict_comes_first(part: object, verdict: str, tone: str) -> None:
    """One sentence that says what is to be known."""
    data = part_of(html_page([part], now=NOW))  # type: ignore[list-item]

    assert data["verdict"].startswith(verdict)
    assert data["tone"] == tone


def test_an_apply_has_an_outcome_for_each_step() -> None:
    """What failed decides about the verdict."""
    plan = a_plan()
    task, workflow, *_ = plan.actions
    report = a_report(
        done(task), failed(workflow, "out of order"), blocked(plan.actions[2], workflow)
    )

    part = part_of(as_html(plan, report=report, now=NOW))

    assert part["verdict"] == "Apply incomplete: 1 done, 1 failed, 1 blocked."
    assert part["tone"] == "stop"
    assert [one["status"] for one in part["outcomes"]] == ["done", "failed", "blocked"]


def test_new_things_show_every_field_unless_there_are_very_many() -> None:
    """A page must not become as large as the manifests."""
    small = part_of(as_html(a_large_plan(400), now=NOW))
    large = part_of(as_html(a_large_plan(1_600), now=NOW))

    assert small["all_fields"] is True
    assert all(step.get("fields") for step in small["plan"]["actions"] if step["verb"] == "create")
    assert large["all_fields"] is False
    assert not any("fields" in step for step in large["plan"]["actions"])


def test_the_log_is_told_the_newest_first() -> None:
    """Whatever order it was given in; applies are marked on the timeline."""
    part = part_of(as_html(a_rich_plan(), now=NOW, history=HISTORY))

    assert [entry["serial"] for entry in part["history"]] == [2, 1]
    ((minute, summary),) = part["timeline"]["marks"]
    assert minute == 11 * 24 * 60
    assert "apply by alice" in summary


def test_a_large_apply_of_the_log_is_counted() -> None:
    """What was claimed is what was gained, and of ten thousand nobody reads more than some."""
    owned = tuple(Owned(a_task(f"t{n}").id, b"\1") for n in range(1_000))
    history = (
        Record(1, Begin("apply", b"\1", owned, Author("alice"), 60)),
        Record(2, End(1, "apply", "alice", gained=owned, lost=tuple(one.id for one in owned[:3]))),
    )

    end, begin = part_of(as_html(Plan(()), now=NOW, history=history))["history"]

    assert "claims" not in begin
    assert (end["gained_count"], len(end["gained"])) == (1_000, 200)
    assert len(end["lost"]) == 3


def test_what_ran_is_told_where_it_is_known() -> None:
    """By minutes of the timeline; nothing is claimed of what nobody looked at."""
    part = part_of(as_html(a_rich_plan(), now=NOW, runs=some_runs()))

    hourly, minutely = part["timeline"]["rows"]
    assert minutely["ran"] == [[12 * 1440, "succeeded"], [13 * 1440, "failed"]]
    assert hourly["ran"] is None


def fired(text: str, *, zone: str = "UTC", following: str = "") -> dict[str, object]:
    """The side after of a launch plan that has this schedule."""
    firing = Firing(text, zone=zone, next=(following,) if following else ())
    effect: Effect = replace(an_effect(), schedule=ScheduleEffect(None, firing))
    (row,) = part_of(as_html(Plan((), effects=(effect,)), now=NOW))["timeline"]["rows"]
    side: dict[str, object] = row["after"]
    return side


def minutes(side: dict[str, object]) -> list[datetime]:
    start = datetime(2026, 2, 16, 12, tzinfo=UTC)
    found = side["at"]
    assert isinstance(found, list)
    return [start + timedelta(minutes=minute) for minute in found]


def test_a_timeline_is_two_weeks_of_fire_times() -> None:
    """By Admin's own arithmetic, in the schedule's zone, over a change of clocks as well."""
    daily = minutes(fired("cron '0 6 * * *'"))
    american = minutes(fired("cron 'TZ=America/New_York 30 9 * * *'", zone="America/New_York"))

    assert daily == [datetime(2026, 3, 3 + n, 6, tzinfo=UTC) for n in range(14)]
    assert {time.hour for time in american if time < datetime(2026, 3, 8, tzinfo=UTC)} == {14}
    assert {time.hour for time in american if time > datetime(2026, 3, 8, tzinfo=UTC)} == {13}


def test_a_rate_is_counted_from_its_next_time() -> None:
    """Where none is known, none is drawn."""
    found = minutes(fired("every 2 days", following="2026-03-03T08:30:00Z"))

    assert found == [datetime(2026, 3, 3 + 2 * n, 8, 30, tzinfo=UTC) for n in range(7)]
    assert fired("every 2 days")["at"] == []


def test_what_fires_very_often_is_a_band() -> None:
    """Twenty thousand marks would be one all the same."""
    side = fired("cron '* * * * *'")

    assert side["dense"] == [14 * 1440, 28 * 1440]
    assert "at" not in side


@pytest.mark.parametrize("text", ["cron 'no schedule'", "cron '0 0 30 2 *'", "by hand", "cron '"])
def test_what_never_fires_has_no_times(text: str) -> None:
    """What is wrong with it is said in words elsewhere."""
    assert fired(text)["at"] == []


def test_environments_are_parts_of_one_page() -> None:
    """Each with its own title."""
    parts = [html_part(a_plan(), now=NOW, title=title) for title in ("dev", "production")]

    page = html_page(parts, now=NOW)

    assert [part["title"] for part in data_of(page)["parts"]] == ["dev", "production"]
    assert "<title>2 environments</title>" in page


def test_hostile_text_is_in_the_data_only_escaped() -> None:
    """No `<` is left in it that could begin anything."""
    page = as_html(a_rich_plan(), now=NOW, title=HOSTILE)

    data = page[page.index('id="data">') + 10 : page.rindex("<script>")]
    assert data.count("<") == 1  # the end of the block itself
    assert "<script>document" not in page
