"""Names written beside what they name, instead of a box somewhere else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from bvsim.show.plot.style import COLOURS, INK
from bvsim.show.words import Speaker

_GAP = 0.055
"""Of the height of an Axes, between names."""


def name_ends(ax: Axes, ends: Sequence[tuple[float, str, str, str]]) -> None:
    """Write names at the right edge of an Axes, clear of each other.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With its limits set.
    ends : sequence of (float, str, str, str)
        Height in data, text, colour and weight of each.
    """
    ordered = sorted(ends, key=lambda end: end[0])
    bottom, top = ax.get_ylim()
    heights = spread([end[0] for end in ordered], (top - bottom) * _GAP)
    for y, (_, text, colour, weight) in zip(heights, ordered, strict=True):
        ax.annotate(
            text,
            (1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            size=8.5,
            color=colour,
            weight=weight,
        )


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move ascending heights apart until neighbours are a gap from each other."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    return placed


def legend(ax: Axes, causes: Sequence[str], said: Speaker) -> None:
    """Name causes beside an Axes in the order of their bars, the last on top."""
    inches = ax.figure.get_figheight() * (ax.get_position().height or 1.0)  # type: ignore[union-attr]
    step = 0.245 / inches
    for place, cause in enumerate(reversed(causes)):
        y = 1.0 - step * (place + 0.4)
        ax.annotate("■", (1.015, y), xycoords="axes fraction", va="center", color=COLOURS[cause])
        text = said.cause(cause)
        ax.annotate(text, (1.05, y), xycoords="axes fraction", va="center", size=9, color=INK)


def stack(values: np.ndarray) -> np.ndarray:
    """Return the middle of each part of a stack of values."""
    middles: np.ndarray = np.cumsum(values) - np.asarray(values) / 2
    return middles
