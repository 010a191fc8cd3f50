"""Figures: one function a figure, each drawing on a matplotlib Axes and returning it."""

from __future__ import annotations

from bvsim.show.plot.analyses import difference, relief, sensitivity
from bvsim.show.plot.figures import bottlenecks, fan, save_figures, waterfall
from bvsim.show.plot.picture import blank
from bvsim.show.plot.style import COLOURS, INK, OUTPUT, QUIET, render
from bvsim.show.plot.sweep import heatmap, save_sweep_figures

__all__ = [
    "COLOURS",
    "INK",
    "OUTPUT",
    "QUIET",
    "blank",
    "bottlenecks",
    "difference",
    "fan",
    "heatmap",
    "relief",
    "render",
    "save_figures",
    "save_sweep_figures",
    "sensitivity",
    "waterfall",
]
