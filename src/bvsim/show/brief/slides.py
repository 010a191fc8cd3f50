"""The brief as slides (python-pptx): a finding on each, with its picture or its sentences."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Inches, Pt

from bvsim.reading.whole_files import atomic
from bvsim.show.brief import pictures
from bvsim.show.brief.told import Told
from bvsim.show.plot.style import INK, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 13.333, 7.5
"""Inches of a slide."""
_EDGE = 0.6
_PICTURE, _ACROSS = (8.8, 3.6), 12.1
"""Inches of a picture as it is drawn, and how wide it stands on the slide: letters grow with it."""
_BLANK = 6  # layout of the template without placeholders
Draw = Callable[["Axes", Told], None]


def write_slides(told: Told, path: Path) -> Path:
    """Write six slides, and return the file."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
    _sentences(deck, told, told.say("page.heading"), told.answer, size=22)
    for section, finding, draw, left in (
        ("section.output", told.messages.get("output", ""), pictures.fan, 0.08),
        ("section.odds", told.odds, pictures.odds, 0.08),
        ("section.waterfall", told.messages.get("waterfall", ""), pictures.steps, 0.26),
    ):
        _picture(deck, told, (told.say(section), finding), draw, left)
    _sentences(deck, told, told.say("section.help"), [*told.limits, told.say("help.booked")])
    _sentences(deck, told, told.say("section.precision"), told.caveats)
    with atomic(path) as temporary:
        deck.save(str(temporary))
    return path


def _picture(deck: Any, told: Told, said: tuple[str, str], draw: Draw, left: float) -> None:
    section, finding = said
    slide = _slide(deck, told, finding or section)
    figure = Figure(figsize=_PICTURE)
    draw(figure.add_axes((left, 0.13, 0.9 - left, 0.84)), told)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=220)
    drawn.seek(0)
    shape = slide.shapes.add_picture(drawn, Inches(_EDGE), Inches(1.75), Inches(_ACROSS))
    shape._element.nvPicPr.cNvPr.set("descr", f"{section}: {finding}")  # read out by screen readers


def _sentences(deck: Any, told: Told, title: str, texts: Sequence[str], size: int = 16) -> None:
    slide = _slide(deck, told, title)
    _write(slide, (1.8, 4.9), texts, size)


def _slide(deck: Any, told: Told, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    _write(
        slide,
        (0.3, 0.4),
        [told.place],
        12,
        colour=QUIET,
    )
    _write(slide, (0.65, 1.0), [title], 22, bold=True)
    _write(slide, (6.95, 0.4), [f"{told.origin} · {told.say('page.limits')}"], 10, colour=QUIET)
    return slide


def _write(
    slide: Any,
    place: tuple[float, float],
    texts: Sequence[str],
    size: int,
    *,
    bold: bool = False,
    colour: str = INK,
) -> None:
    """Write paragraphs into a box across the slide: its top and height in inches."""
    colours: Any = RGBColor  # untyped
    top, height = map(Inches, place)
    box = slide.shapes.add_textbox(Inches(_EDGE), top, Inches(_WIDTH - 2 * _EDGE), height)
    frame = box.text_frame
    frame.word_wrap = True
    for at, text in enumerate(texts):
        line = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        line.text = text
        line.space_after = Pt(size * 0.5)
        line.font.size, line.font.bold = Pt(size), bold
        line.font.color.rgb = colours(*bytes.fromhex(colour.removeprefix("#")))
