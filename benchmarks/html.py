"""The HTML report of 10,000 changes: written, opened in a real Chromium, and searched.

A plan of that size has 2,500 launch plans that move to another version, each with a schedule and
an image that changes. Opened is a page once its DOM is complete: the script has run by then, and
the first hundred changes are drawn. Where there is no Chromium the file is only written.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.world import Figure, best
from reconciler.report import as_html
from tests.report.html.plans import NOW, a_large_plan

STEPS = 10_000
WRITTEN, OPENED = 2.0, 1.0
_OPENED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000"
# From the last letter until the list that was found is on the screen.
_SEARCHED = """async (sought) => {
  const field = document.getElementById("search");
  const from = performance.now();
  field.value = sought;
  field.dispatchEvent(new Event("input"));
  await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  return (performance.now() - from) / 1000;
}"""


def run() -> Iterator[Figure]:
    what = f"HTML report of {STEPS:,} changes"
    plan = a_large_plan(STEPS)
    pages = []

    def write() -> None:
        pages.append(as_html(plan, now=NOW).encode())

    yield Figure(f"{what}, written", best(write), "s", WRITTEN)
    yield Figure(f"{what}, its size", len(pages[-1]) / 1e6, "MB")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.html"
        file.write_bytes(pages[-1])
        yield from opened(what, file, chromium)


def opened(what: str, file: Path, chromium: str) -> Iterator[Figure]:
    """A page in a window of its own, several times; the quickest counts."""
    from playwright.sync_api import sync_playwright

    times, searches, again = [], [], []
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(5):
            page = browser.new_page()
            page.goto(file.as_uri())
            times.append(page.evaluate(_OPENED))
            searches.append(page.evaluate(_SEARCHED, "plan_02499"))
            again.append(page.evaluate(_SEARCHED, "plan_01234 activate"))
            assert page.locator("#changes .rows > li").count() == 1
            page.close()
            time.sleep(0.1)  # the browser gives back what the page took
        browser.close()
    yield Figure(f"{what}, opened in Chromium", min(times), "s", OPENED)
    yield Figure(
        f"{what}, opened and searched",
        min(map(sum, zip(times, searches, strict=True))),
        "s",
        OPENED,
    )
    yield Figure(f"{what}, searched again", min(again), "s")
