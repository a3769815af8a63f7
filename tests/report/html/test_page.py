"""The page in a real browser: it works, for everybody, and asks nobody for anything.

Skipped where there is no Chromium; the tests of `test_part` say what the page is told.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.report import as_html, html_page, html_part
from tests.builders import a_plan, a_report, done, failed
from tests.report.html.plans import HOSTILE, NOW, a_large_plan, a_rich_plan, some_runs
from tests.report.html.test_part import HISTORY
from tests.report.test_drift import REPORT

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
if CHROMIUM is None:
    pytest.skip("no Chromium here (apt-get install chromium)", allow_module_level=True)
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
playwright = pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect  # noqa: E402

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests: to start it takes longer than any of them."""
    with playwright.sync_playwright() as running:
        # Containers seldom allow the sandbox, and the pages are our own.
        found = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page as a reader does, from a file; whatever it does that it must not fails."""
    asked: list[str] = []
    wrong: list[str] = []
    contexts: list[BrowserContext] = []

    def call(html: str, **options: object) -> Page:
        file = tmp_path / f"{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        # Nothing glides, so that what is looked at stands where it was found.
        context = browser.new_context(reduced_motion="reduce", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.goto(file.as_uri())
        return page

    yield call
    for context in contexts:
        context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(tmp_path.as_uri())] == []


@pytest.fixture(scope="module")
def rich() -> str:
    plan = a_rich_plan()
    report = a_report(
        *(done(action) for action in plan.actions[:3]), failed(plan.actions[3], "out of order")
    )
    return as_html(
        plan,
        now=NOW,
        title="Plan: shop",
        report=report,
        drift=REPORT,
        history=HISTORY,
        runs=some_runs(),
    )


@pytest.fixture(scope="module")
def large() -> str:
    return as_html(a_large_plan(), now=NOW)


def rows(page: Page) -> Locator:
    return page.locator("#changes .rows > li")


def count(page: Page) -> str:
    return page.locator("#changes [role=status]").inner_text()


def violations(page: Page) -> list[str]:
    """What an accessibility checker finds, and where."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [
        f"{one['id']}: {node['html'][:150]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_checker_of_accessibility_finds_nothing(show: Open, rich: str, scheme: str) -> None:
    """Names, roles, contrast, headings and landmarks, with everything unfolded."""
    page = show(rich, color_scheme=scheme)
    assert violations(page) == []

    page.get_by_role("button", name="Open shown").click()
    for fold in page.locator("#drift summary, #history summary").all():
        fold.click()

    assert violations(page) == []


def test_it_is_usable_on_a_telephone(show: Open, rich: str) -> None:
    """Nothing makes the whole page scroll sideways; tables scroll by themselves."""
    page = show(rich, viewport={"width": 360, "height": 700})
    page.get_by_role("button", name="Open shown").click()

    width = page.evaluate("document.documentElement.scrollWidth")

    assert width <= 360
    assert violations(page) == []


def test_hostile_values_are_shown_and_do_nothing(show: Open, rich: str) -> None:
    """As text, and what cannot be seen in it by its number."""
    page = show(rich)
    page.get_by_role("button", name="Open shown").click()

    shown = page.locator("#changes .diff").filter(has_text="motto").text_content()

    assert shown is not None
    assert HOSTILE.replace("\u202e", "\\u202e").replace("\u2028", "\\u2028") in shown
    assert page.title() == "Plan: shop"
    assert page.locator("main img, main script").count() == 0


def test_what_must_be_known_stands_first(show: Open, rich: str) -> None:
    """Verdict, counts, and everything that is in the way or worth a remark, by its kind."""
    summary = show(rich).get_by_role("region", name="Summary")

    expect(summary.locator(".verdict")).to_have_text("Apply incomplete: 3 done, 1 failed.")
    headings = summary.get_by_role("heading", level=3).all_inner_texts()
    assert headings == [
        "Conflicts (1)",
        "Guards (1)",
        "Denied by policies (1)",
        "Policies that need an approval (1)",
        "Holds (1)",
        "Exempt from policies (1)",
        "Remarks (1)",
    ]
    expect(summary.locator(".counts")).to_contain_text("3 to register")


def test_changes_are_searched_and_filtered(show: Open, rich: str) -> None:
    """By every word, in names, values and files; what is found is told to who cannot see it."""
    page = show(rich)
    assert count(page) == "9 changes."

    page.get_by_label("Search").fill("hourly etl:1.5")
    assert count(page) == "1 of 9 changes."
    page.get_by_label("Search").fill("")
    page.get_by_label("Verb").select_option("create")
    assert count(page) == "3 of 9 changes."
    page.locator("#changes").get_by_label("Kind").select_option("workflow")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Outcome").select_option("failed")
    assert count(page) == "0 of 9 changes."
    assert page.locator("#changes [role=status]").get_attribute("aria-live") == "polite"


def test_fields_stand_side_by_side(show: Open, rich: str) -> None:
    """Lines that are alike are paired, and in those that differ the words that do."""
    page = show(rich)
    page.get_by_label("Search").fill("reads orders")
    rows(page).locator("summary").click()

    table = page.locator("#changes .diff")

    assert table.locator("del").all_inner_texts()[:2] == ["daily", "a"]
    assert table.locator("ins").all_inner_texts()[:2] == ["hourly", "b"]
    first = table.locator("tbody").first.locator("tr").nth(1)
    assert first.locator("td").all_inner_texts() == ["−Runs daily.", "+Runs hourly."]
    assert "Reads orders." in table.locator("tbody").first.locator("tr").first.inner_text()


def test_a_switch_shows_what_it_means(show: Open, rich: str) -> None:
    """The fields of what is inside, masked where they tend to be secret, and who breaks."""
    page = show(rich)
    page.get_by_label("Search").fill("activation hourly")
    row = rows(page).first
    expect(row.locator("summary")).to_contain_text("breaks callers")
    row.locator("summary").click()

    expect(row.locator("del").first).to_have_text("4")
    expect(row).to_contain_text("(sensitive value #1)")
    expect(row).to_contain_text("BREAKS callers")


def test_the_keyboard_reaches_everything(show: Open, rich: str) -> None:
    """From the link that skips the navigation to a row that unfolds and a graph that moves."""
    page = show(rich)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the report")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    rows(page).first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(rows(page).first.locator("details")).to_have_attribute("open", "")

    board = page.get_by_role("application")
    board.scroll_into_view_if_needed()
    board.focus()
    page.wait_for_selector(".box")
    where = "document.querySelector('.drawing g').getAttribute('transform')"
    before = page.evaluate(where)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("-")
    assert page.evaluate(where) != before
    page.keyboard.press("0")
    assert page.evaluate(where) == before


def test_the_graph_leads_from_step_to_step(show: Open, rich: str) -> None:
    """What a step needs and what needs it, drawn and as lists; and back to its change."""
    page = show(rich)
    graph = page.get_by_role("region", name="Dependencies")
    graph.scroll_into_view_if_needed()
    expect(page.locator(".box")).to_have_count(8)
    page.locator(".box", has_text="~ etl.daily").click()

    expect(graph.get_by_role("heading", level=3)).to_have_text(
        "launch plan flytesnacks/development/etl.daily"
    )
    graph.get_by_role("button", name="launch plan flytesnacks/development/etl.daily@v1").click()
    assert graph.get_by_role("heading", level=4).all_inner_texts() == [
        "Needs (1)",
        "Needed by (1)",
    ]
    assert page.locator(".box").count() == 4
    graph.get_by_role("button", name="Show among changes").click()
    expect(rows(page)).to_have_count(1)
    expect(page.locator(":focus")).to_contain_text("etl.daily@v1 registered")


def test_the_graph_is_dragged_and_filtered(show: Open, rich: str) -> None:
    """A drag moves it, and is no click on what lies under it."""
    page = show(rich)
    graph = page.get_by_role("region", name="Dependencies")
    graph.scroll_into_view_if_needed()
    page.wait_for_selector(".box")
    box = page.locator(".box").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 105, box["y"] + 55, steps=4)
    page.mouse.up()

    after = page.locator(".box").first.bounding_box()
    assert after is not None
    assert (round(after["x"] - box["x"]), round(after["y"] - box["y"])) == (100, 50)
    assert page.locator(".box.focus").count() == 0
    graph.get_by_label("Steps named").fill("hourly")
    assert page.locator(".box").count() == 1


def test_schedules_are_drawn_and_said(show: Open, rich: str) -> None:
    """Marks for who sees them, times for everybody; slots of backfills by their state."""
    page = show(rich)
    schedule = page.get_by_role("region", name="Schedule", exact=True)
    row = schedule.get_by_role("row").filter(has_text="hourly")

    expect(row).to_contain_text("cron '0 * * * *'")
    expect(row).to_contain_text("next 2026-03-02 13:00 UTC")
    assert row.locator("path.will").get_attribute("d").count("M") == 14  # type: ignore[union-attr]
    assert row.locator("rect.was").count() == 1  # it fires too often to be drawn one by one
    ran = schedule.get_by_role("row").filter(has_text="minutely")
    expect(ran).to_contain_text("Of the two weeks before: 1 succeeded, 1 failed, 0 running.")
    assert (ran.locator("path.succeeded").count(), ran.locator("path.failed").count()) == (1, 1)
    assert schedule.locator("path.applied").count() > 0
    assert schedule.locator("figure path.failed").count() == 1
    slots = page.get_by_role("region", name="Backfills").get_by_role("row")
    assert slots.nth(2).get_by_role("cell").all_inner_texts() == [
        "2026-02-28 12:00:00 UTC",
        "failed",
        "f1",
        "1",
        "gave up",
    ]


def test_drift_and_history_have_views(show: Open, rich: str) -> None:
    """What moved, since which entry, and the way out; what was applied, and by whom."""
    page = show(rich)
    drift = page.locator("#drift")
    drift.locator("summary").first.click()

    expect(drift).to_contain_text("#42 of alice on 2026-11-20 06:14:00 UTC, commit 3f9a1c2b77aa")
    expect(drift).to_contain_text("apply --overwrite-moved NAME")
    entries = page.locator("#history tbody tr")
    assert entries.count() == 2
    expect(entries.first).to_contain_text("#2")


def test_colours_are_the_systems_or_chosen(show: Open, rich: str) -> None:
    """And what was chosen is remembered where the browser allows it."""
    page = show(rich, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(13, 17, 23)"

    page.get_by_label("Colours").select_option("light")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.reload()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_a_print_is_unfolded_and_a_part_goes_back(show: Open, rich: str) -> None:
    """On paper nothing can be opened; on the screen nothing is open that was not."""
    page = show(rich)
    closed = "document.querySelectorAll('#changes details:not([open])').length"
    assert page.evaluate(closed) == 9

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate(closed) == 0
    assert page.locator("#changes .diff").count() > 5
    assert page.locator(".box").count() == 8
    expect(page.get_by_label("Search")).to_be_hidden()

    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) == 9


def test_environments_are_chosen(show: Open) -> None:
    """Each is shown as if it were alone."""
    page = show(
        html_page(
            [
                html_part(a_rich_plan(), now=NOW, title="dev"),
                html_part(a_plan(), now=NOW, title="production"),
            ],
            now=NOW,
        )
    )
    assert count(page) == "9 changes."

    page.get_by_label("Environment").select_option("production")

    assert count(page) == "4 changes."
    assert violations(page) == []


def test_without_scripts_there_is_a_summary(show: Open, rich: str) -> None:
    """A viewer of artifacts that runs none shows the verdict, and says what is missing."""
    page = show(rich, java_script_enabled=False)

    expect(page.locator("main")).to_contain_text("Apply incomplete: 3 done, 1 failed.")
    expect(page.locator("main")).to_contain_text("open it in a browser")


def test_ten_thousand_changes_stay_usable(show: Open, large: str) -> None:
    """Only what is looked at is drawn, and a search looks into all of it."""
    page = show(large)
    assert page.evaluate("document.getElementsByTagName('*').length") < 6_000
    assert count(page) == "10,000 changes."
    expect(rows(page)).to_have_count(100)

    page.get_by_label("Search").fill("plan_02499")
    assert count(page) == "2 of 10,000 changes."
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Show 100 more").first.click()
    page.locator("#graph").scroll_into_view_if_needed()
    page.wait_for_selector(".box")
    assert 0 < page.locator(".box").count() <= 150
    page.get_by_role("button", name="Show all steps").click()
    assert page.locator(".box").count() == 150
