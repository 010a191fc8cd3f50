"""Still pictures as SVG: axes, bands, bars and flows in a few kilobytes, texts in both languages.

They stand in the page until its scripts draw the same numbers anew, and on pages without scripts.
Their colours of text and lines are the page's own, so they follow its dark mode.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from bvsim.show import words
from bvsim.show.words import LANGUAGES, Both

WIDTH = 720.0
SIZE = 12.0
"""Of texts, in units of the drawing."""
_LETTER = 0.6
"""Width of a letter, mean, as a share of its size."""
_AXIS, _LEGEND = 20.0, 18.0
Point = tuple[float, float]
Write = Callable[[float], Both]


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers between two ends."""
    rough = (high - low) / most or 1.0
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * f for f in (1, 2, 2.5, 5, 10) if unit * f >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


@dataclass
class Still:
    """A picture under way: a plot in a frame, with scales from data to the drawing.

    Parameters
    ----------
    across, up : (float, float)
        Ends of the data on each axis; `up` may run downwards.
    height : float
        Of the whole drawing.
    left, right, top : float
        Room beside and above the plot.
    """

    across: Point
    up: Point
    height: float = 300.0
    left: float = 56.0
    right: float = 12.0
    top: float = 12.0
    bottom: float = _AXIS
    parts: list[str] = field(default_factory=list)

    def x(self, value: float) -> float:
        """Return where a value stands across."""
        low, high = self.across
        inner = WIDTH - self.left - self.right
        return round(self.left + inner * (value - low) / ((high - low) or 1.0), 1)

    def y(self, value: float) -> float:
        """Return where a value stands in height."""
        low, high = self.up
        inner = self.height - self.top - self.bottom
        return round(self.height - self.bottom - inner * (value - low) / ((high - low) or 1.0), 1)

    def text(self, at: Point, said: Both, anchor: str = "start", kind: str = "") -> None:
        """Write a text, in each language where they differ."""
        both = [("", said.en)] if said.en == said.fr else [(n, getattr(said, n)) for n in LANGUAGES]
        for lang, text in both:
            own = Markup(' lang="{}"').format(lang) if lang else ""
            names = " ".join(filter(None, (lang, kind)))
            self.parts.append(
                f'<text x="{at[0]:g}" y="{at[1]:g}" text-anchor="{anchor}" '
                f'class="{names}"{own}>{escape(text)}</text>'
            )

    def box(self, at: Point, to: Point, colour: str, opacity: float = 1.0) -> None:
        """Draw a filled rectangle between two corners, in units of the drawing."""
        (x0, y0), (x1, y1) = at, to
        self.parts.append(
            f'<rect x="{min(x0, x1):g}" y="{min(y0, y1):g}" width="{abs(x1 - x0):.1f}" '
            f'height="{abs(y1 - y0):.1f}" fill="{colour}"{_faint(opacity)}></rect>'
        )

    def path(self, text: str, colour: str, opacity: float = 1.0) -> None:
        """Fill a path."""
        self.parts.append(f'<path d="{text}" fill="{colour}"{_faint(opacity)}></path>')

    def line(self, points: Sequence[Point], colour: str, dash: str = "", wide: float = 2.0) -> None:
        """Draw a line through points of the data."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<path d="{_through(self, points)}" fill="none" stroke="{colour}" '
            f'stroke-width="{wide:g}"{dashed}></path>'
        )

    def area(
        self, low: Sequence[Point], high: Sequence[Point], colour: str, opacity: float
    ) -> None:
        """Fill between two lines of the data."""
        around = _through(self, [*high, *reversed(low)])
        self.path(f"{around}Z", colour, opacity)

    def years(self, years: Sequence[int], every: int = 1) -> None:
        """Write years below the plot."""
        for year in years[::every]:
            self.text((self.x(year), self.height - 4), words.plain(str(year)), "middle", "mark")

    def heights(self, unit: Both, write: Write = words.number) -> None:
        """Draw a grid with its numbers at the left, and the unit above it."""
        for tick in ticks(min(self.up), max(self.up)):
            y = self.y(tick)
            self._rule((self.left, y), (WIDTH - self.right, y))
            self.text((self.left - 6, y + 4), write(tick), "end", "mark")
        self.text((0, self.top - 6), unit, kind="mark")

    def widths(self, write: Write = words.number) -> None:
        """Draw a grid with its numbers below the plot."""
        for tick in ticks(*self.across, 7):
            x = self.x(tick)
            self._rule((x, self.top), (x, self.height - self.bottom))
            self.text((x, self.height - 4), write(tick), "middle", "mark")

    def _rule(self, at: Point, to: Point) -> None:
        self.parts.append(
            f'<path class="rule" d="M{at[0]:g},{at[1]:g}L{to[0]:g},{to[1]:g}"></path>'
        )

    def legend(self, entries: Sequence[tuple[Both, str, float]]) -> None:
        """Write names beside swatches above the plot, wrapped; call it before any scale is used."""
        x, y = 0.0, 12.0
        for said, colour, opacity in entries:
            need = 26 + _LETTER * SIZE * max(len(said.en), len(said.fr))
            if x and x + need > WIDTH:
                x, y = 0.0, y + _LEGEND
            self.box((x, y - 9), (x + 12, y + 1), colour, opacity)
            self.text((x + 17, y), said)
            x += need
        self.top = y + 26

    def svg(self) -> Markup:
        """Return the picture as part of a page, where something around it bears its name."""
        # All texts are escaped where they are written.
        drawn = "".join(self.parts)
        box = f"0 0 {WIDTH:g} {self.height:g}"
        return Markup(f'<svg class="still" viewBox="{box}" aria-hidden="true">{drawn}</svg>')


def _through(still: Still, points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{still.x(x):g},{still.y(y):g}" for x, y in points)


def _faint(opacity: float) -> str:
    return "" if opacity == 1.0 else f' opacity="{opacity:.2g}"'
