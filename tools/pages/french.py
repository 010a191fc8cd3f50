"""Every French string of a run's page and workbook, one a line, to be read through.

python -m pages.french RUN [FILE]

writes them to FILE (default: french.txt in RUN). Commands, ids and column names are left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bvsim.ensemble.store.results import Run, open_run
from bvsim.show.report import render_page

SILENT = {"script", "style", "code", "pre"}
VOID = {"meta", "input", "br", "link", "img"}
SAID = ("title", "data-fr", "data-label-fr")
"""Attributes that are read out or shown."""


class Heard(HTMLParser):
    """What a French reader meets on a page: texts outside of English parts, and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, None] = {}
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note whether an element is silent, and what its attributes say."""
        known = {name: text or "" for name, text in attrs}
        silent = (
            tag in SILENT or "en" in known.get("class", "").split() or known.get("lang") == "en"
        )
        if tag not in VOID:
            self._open.append((tag, silent or (bool(self._open) and self._open[-1][1])))
        for name in SAID:
            if name in known and (name != "title" or "data-fr" not in known):
                self._note(known[name])

    def handle_endtag(self, tag: str) -> None:
        """Close elements up to this one."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep a text that is shown."""
        if not (self._open and self._open[-1][1]):
            self._note(data)

    def _note(self, text: str) -> None:
        text = " ".join(text.split())
        if re.search(r"[^\W\d_]{2}", text):
            self.said.setdefault(text)


def page_strings(run: Run) -> Iterator[str]:
    """Yield what the French page says, and what its scripts may write."""
    page = render_page(run, lang="fr")
    heard = Heard()
    body = page[page.index("<body>") :]
    heard.feed(body)
    yield from heard.said
    data: dict[str, Any] = json.loads(re.search(r'id="data">(.*?)</script>', body, re.DOTALL)[1])  # type: ignore[index]
    for part in ("words", "causes", "confidences", "maps", "names", "parts", "constraints"):
        yield from map(str, data[part]["fr"].values())


def workbook_strings(run: Run) -> Iterator[str]:
    """Yield sheets, contents, heads, names and chart titles of the French workbook."""
    import openpyxl  # type: ignore[import-untyped]

    from bvsim.show.export import export_run

    with TemporaryDirectory() as folder:
        book = openpyxl.load_workbook(export_run(run, "xlsx", Path(folder) / "x.xlsx", lang="fr"))
    yield from book.sheetnames
    contents, *sheets = book.worksheets
    yield from (str(cell.value) for row in contents.iter_rows() for cell in row if cell.value)
    for chart in contents._charts:
        parts = chart.title.tx.rich.p
        yield "".join(run_.t for part in parts for run_ in part.r or ())
    for sheet in sheets:
        heads = [str(cell.value) for cell in sheet[1]]
        yield from (head for head in heads if "_" not in head)
        for at, head in enumerate(heads, start=1):
            if head == "nom" and sheet.title != "Dictionnaire":
                yield from (str(cell.value) for (cell,) in sheet.iter_rows(2, None, at, at))


def strings(run: Run) -> list[str]:
    """Return every French string once, in the order of the page and then of the workbook."""
    return list(dict.fromkeys([*page_strings(run), *workbook_strings(run)]))


def main() -> int:
    """Write the strings of a run."""
    folder, *rest = map(Path, sys.argv[1:])
    path = rest[0] if rest else folder / "french.txt"
    path.write_text("\n".join(strings(open_run(folder))) + "\n", encoding="utf-8")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
