"""Debian's Chromium, and pages that keep what they said and asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATH = next((path for path in map(shutil.which, NAMES) if path), None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NEEDED = [
    pytest.mark.slow,
    pytest.mark.skipif(sync_playwright is None, reason="playwright is not installed"),
    pytest.mark.skipif(PATH is None, reason=f"no browser: none of {', '.join(NAMES)}"),
]


@contextmanager
def started() -> Iterator[Any]:
    """Start a browser, and end it."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=PATH, args=FLAGS)
        yield browser
        browser.close()


class Opened:
    """A page, with all that it said and asked for."""

    def __init__(
        self, browser: Any, path: Path, width: int = 1200, query: str = "", **options: Any
    ) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri() + query)

    def open_all(self) -> None:
        """Open every fold and draw every chart, as one who has looked through the page."""
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        self.page.evaluate("all('.chart').forEach(element => draw(element))")
        self.page.wait_for_timeout(300)

    def read(self, script: str) -> Any:
        return self.page.evaluate(script)

    def chart(self, name: str) -> Any:
        """Scroll to a chart, so that it is drawn as things stand, and return it."""
        found = self.page.locator(f"[data-chart='{name}']")
        found.scroll_into_view_if_needed()
        self.page.wait_for_timeout(250)
        return found
