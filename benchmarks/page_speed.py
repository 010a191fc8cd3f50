"""How fast the page answers in a browser: medians of a step of the year, the language, loading.

python benchmarks/page_speed.py RUN [--steps 40] [--json]

Times are the page's own: a step is all of its script and layout, loading lasts until the browser's
load event, charts in sight drawn. They are printed, never judged; the marks to hold them against
are 50 ms, 300 ms and 1 s on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

MARKS_MS = {"year": 50, "language": 300, "load": 1000}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
STEP = """(make) => {
  const from = performance.now();
  eval(make);
  document.body.offsetHeight;
  return performance.now() - from;
}"""


def timed(page: Page, makes: list[str]) -> list[float]:
    """Return the milliseconds of script and layout of each step."""
    found = []
    for make in makes:
        page.evaluate(f"() => {DRAWN}")
        found.append(page.evaluate(STEP, make))
    return found


def loading(page: Page, address: str, times: int) -> list[float]:
    """Return the milliseconds from navigation until the page says that it is ready."""
    found = []
    for _ in range(times):
        page.goto(address)
        page.wait_for_function("document.documentElement.dataset.ready === 'true'")
        found.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    return found


def measure(report: Path, steps: int) -> dict[str, float]:
    """Return the medians, milliseconds."""
    path = next(p for n in ("chromium", "google-chrome", "chrome") if (p := shutil.which(n)))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page = context.new_page()
        load = loading(page, report.as_uri(), 7)
        years = page.evaluate("data.years")
        year = timed(page, [f"setYear({years[i % len(years)]})" for i in range(steps)])
        tongues = [f"setLanguage('{('fr', 'en')[i % 2]}')" for i in range(steps // 4)]
        language = timed(page, tongues)
        browser.close()
    found = {"year": year, "language": language, "load": load}
    return {name: statistics.median(times) for name, times in found.items()}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="a run folder with report.html")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure((options.run / "report.html").resolve(), options.steps)
    if options.json:
        print(json.dumps(found))
        return 0
    for name, median in found.items():
        print(f"{name:9} {median:6.0f} ms (mark {MARKS_MS[name]} ms)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
