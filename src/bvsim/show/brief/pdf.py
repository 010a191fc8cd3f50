"""Two pages of A4 about a run."""

from __future__ import annotations

import textwrap
from io import BytesIO
from pathlib import Path

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from bvsim.reading.whole_files import write_bytes
from bvsim.show.brief import pictures
from bvsim.show.brief.told import Told
from bvsim.show.plot.style import INK, QUIET

A4 = (8.27, 11.69)
_COLUMNS = 96


def write_pdf(told: Told, path: Path) -> Path:
    """Write two pages, and return the file."""
    drawn = BytesIO()  # whoever draws cannot be told of a full disk
    with PdfPages(drawn) as pages:
        for page in (_first(told), _second(told)):
            pages.savefig(page)
    write_bytes(path, drawn.getvalue())
    return path


def _first(told: Told) -> Figure:
    figure = Figure(figsize=A4)
    _write(
        figure,
        0.95,
        [told.place],
        size=9,
        colour=QUIET,
    )
    _write(figure, 0.925, [told.say("page.heading")], size=17, weight="bold")
    top = _write(figure, 0.885, told.answer, size=11.5)
    _head(figure, top - 0.01, told.say("section.output"))
    pictures.fan(figure.add_axes((0.1, 0.37, 0.82, top - 0.42)), told)
    _head(figure, 0.335, told.say("section.odds"))
    pictures.odds(figure.add_axes((0.1, 0.08, 0.82, 0.23)), told)
    return figure


def _second(told: Told) -> Figure:
    figure = Figure(figsize=A4)
    _head(figure, 0.945, told.say("section.waterfall"))
    pictures.steps(figure.add_axes((0.3, 0.645, 0.62, 0.28)), told)
    _head(figure, 0.59, told.say("section.help"))
    top = _write(figure, 0.565, told.help, size=9.5)
    _head(figure, top - 0.01, told.say("section.precision"))
    _write(figure, top - 0.035, told.caveats, size=9.5)
    _write(figure, 0.045, [told.origin], size=7.5, colour=QUIET)
    return figure


def _write(
    figure: Figure,
    top: float,
    texts: list[str],
    *,
    size: float,
    weight: str = "normal",
    colour: str = INK,
) -> float:
    """Write paragraphs below each other; return where the next thing may stand."""
    for text in texts:
        lines = textwrap.wrap(text, int(_COLUMNS * 9.5 / size), break_long_words=False)
        figure.text(
            0.08,
            top,
            "\n".join(lines),
            va="top",
            size=size,
            weight=weight,
            color=colour,
            linespacing=1.35,
        )
        top -= len(lines) * size * 1.42 / (72 * A4[1]) + 0.005
    return top


def _head(figure: Figure, top: float, text: str) -> None:
    figure.text(0.08, top, text, va="top", size=12.5, weight="bold", color=INK)
