"""The figures that stand in the page where its scripts do not run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from bvsim.analysis.tables import RunLike
from bvsim.show import plot
from bvsim.show.plot.picture import TALL, blank
from bvsim.show.report.words import Both, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def static_figures(run: RunLike, year: int) -> dict[str, Markup]:
    """Return the output fan, the waterfall and the bottlenecks as SVG, by chart."""
    drawn: dict[str, tuple[Axes, Both]] = {
        "fan": (plot.fan(run, ax=blank()), say("section.output")),
        "waterfall": (
            plot.waterfall(run, year, ax=blank(height=TALL)),
            say("section.waterfall"),
        ),
        "bottlenecks": (plot.bottlenecks(run, ax=blank()), say("section.holdback")),
    }
    return {
        name: inline_svg(plot.render(ax).decode(), name, alt.en)
        for name, (ax, alt) in drawn.items()
    }


def inline_svg(text: str, prefix: str, alt: str) -> Markup:
    """Make an SVG file part of a page: own names for its ids, scaled to the page, with a label."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'href="#', f'href="#{prefix}-', text)
    text = re.sub(r"url\(#", f"url(#{prefix}-", text)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    opening = Markup('<svg role="img" aria-label="{}"').format(alt)
    # The drawing is our own: matplotlib has escaped the names in it.
    return Markup(text.replace("<svg", str(opening), 1))
