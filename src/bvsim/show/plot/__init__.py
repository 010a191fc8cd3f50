"""Figures: one function a figure, each drawing on a matplotlib Axes and returning it.

A notebook shows the figure: as the last expression of a cell, when it is assigned, and where it
is named again. `plot.picture` says how.
"""

from __future__ import annotations

from bvsim.show.plot.analyses import difference, relief, sensitivity
from bvsim.show.plot.dates import milestones
from bvsim.show.plot.figures import bottlenecks, fan, save_figures, waterfall
from bvsim.show.plot.matter import sankey
from bvsim.show.plot.odds import exceedance, histogram
from bvsim.show.plot.people import people
from bvsim.show.plot.picture import blank
from bvsim.show.plot.places import map
from bvsim.show.plot.strip import heat_strip
from bvsim.show.plot.style import COLOURS, INK, OUTPUT, QUIET, render
from bvsim.show.plot.sweep import heatmap, line, save_sweep_figures

__all__ = [
    "COLOURS",
    "INK",
    "OUTPUT",
    "QUIET",
    "blank",
    "bottlenecks",
    "difference",
    "exceedance",
    "fan",
    "heat_strip",
    "heatmap",
    "histogram",
    "line",
    "map",
    "milestones",
    "people",
    "relief",
    "render",
    "sankey",
    "save_figures",
    "save_sweep_figures",
    "sensitivity",
    "waterfall",
]
