"""Files of the repository as pages of the site: their text, with a number and an anchor a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import PurePosixPath

from pages.chain import ROOT

FOLDER = "source"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{file}</title>
<link rel="icon" href="{root}assets/images/favicon.png">
<link rel="stylesheet" href="{root}assets/source.css"></head>
<body><header><a href="{root}index.html">bvsim</a> <b>{file}</b>
<a href="{root}reference/figures.html">all figures</a></header>
<ol>
{lines}
</ol></body></html>
"""


def page(file: str, rows: Mapping[int, Mapping[str, str]]) -> str:
    """Return a file as HTML.

    Parameters
    ----------
    file : str
        As the repository names it.
    rows : mapping of int to mapping
        By line, the keys of figures and the anchors of their rows in the page of figures.
    """
    root = "../" * len(PurePosixPath(file).parts)
    text = (ROOT / file).read_text(encoding="utf-8")
    lines = (
        f'<li id="L{number}">{_line(line, root, rows.get(number, {}))}</li>'
        for number, line in enumerate(text.splitlines(), start=1)
    )
    return _PAGE.format(file=escape(file), root=root, lines="\n".join(lines))


def _line(line: str, root: str, rows: Mapping[str, str]) -> str:
    """Return a line; the keys of figures lead to their rows."""
    text = escape(line)
    for key, row in rows.items():
        link = f'<a href="{root}reference/figures.html#{row}">{key}</a>'
        text = re.sub(rf"(?<![\w.-]){re.escape(key)}(?=:)", link, text, count=1)
    return text
