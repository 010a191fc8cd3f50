"""Flow diagrams: columns of nodes and ribbons between them, as wide as what flows.

Every ribbon and every node of a picture has the same scale, and nodes are as high as the larger
of what enters and what leaves: where the two differ, it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from bvsim.show.plot.labels import spread
from bvsim.show.plot.style import INK
from bvsim.show.words import Speaker

_NODE, _GAP, _LINE = 0.035, 0.05, 0.07
"""Width of a node, the gap between two, and that between lines, as shares of the picture."""


_PLANT = "#3d454e"


@dataclass(frozen=True)
class Flow:
    """So much of something from one node to another.

    Parameters
    ----------
    source, target : str
        Names of nodes.
    amount : float
        Not negative.
    """

    source: str
    target: str
    amount: float


def balance(flows: Iterable[Flow]) -> dict[str, tuple[float, float]]:
    """Return what enters and what leaves each node."""
    found: dict[str, tuple[float, float]] = {}
    for flow in flows:
        entered, left = found.get(flow.source, (0.0, 0.0))
        found[flow.source] = entered, left + flow.amount
        entered, left = found.get(flow.target, (0.0, 0.0))
        found[flow.target] = entered + flow.amount, left
    return found


def draw_flows(
    ax: Axes,
    columns: Sequence[Sequence[str]],
    flows: Sequence[Flow],
    colours: Mapping[str, str],
    *,
    names: Mapping[str, str],
    said: Speaker,
) -> None:
    """Draw flows between columns of nodes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    columns : sequence of sequences of str
        Nodes from left to right, each column from top to bottom; those without flow are left out.
    flows : sequence of Flow
        From a column to the next.
    colours : mapping of str to str
        The colours of nodes; those without are dark. A ribbon has that of where it comes
        from, or of where it goes.
    names : mapping of str to str
        What each node is called; its tonnes are written with it.
    said : Speaker
        Who writes the tonnes.
    """
    sizes = {name: max(both) for name, both in balance(flows).items()}
    kept = [[name for name in column if sizes.get(name, 0.0) > 0.0] for column in columns]
    places = _places(kept, sizes)
    scale = _scale(kept, sizes)
    for name, (x, y) in places.items():
        height = sizes[name] * scale
        ax.add_patch(
            Rectangle((x, y - height), _NODE, height, fc=colours.get(name, _PLANT), ec="none")
        )
    for column in kept:
        middles = {name: places[name][1] - sizes[name] * scale / 2 for name in column}
        texts = {
            name: _text(names[name], said.axis_number(sizes[name]), sizes[name] * scale)
            for name in column
        }
        _write(ax, texts, middles, places[column[0]][0], first=column is kept[0])
    foot = {(name, side): y for name, (_, y) in places.items() for side in ("in", "out")}
    order = {name: number for number, name in enumerate(places)}
    for flow in sorted(flows, key=lambda flow: (order[flow.source], order[flow.target])):
        width = flow.amount * scale
        start, end = foot[flow.source, "out"], foot[flow.target, "in"]
        foot[flow.source, "out"] -= width
        foot[flow.target, "in"] -= width
        colour = colours.get(flow.source) or colours.get(flow.target, _PLANT)
        left, right = places[flow.source][0] + _NODE, places[flow.target][0]
        ax.add_patch(_ribbon((left, start), (right, end), width, colour))
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_axis_off()


def _scale(columns: list[list[str]], sizes: Mapping[str, float]) -> float:
    """Return height by amount such that the tallest column fits."""
    rooms = [1.0 - _GAP * (len(column) - 1) for column in columns]
    totals = [sum(sizes[name] for name in column) for column in columns]
    return min(room / total for room, total in zip(rooms, totals, strict=True) if total > 0.0)


def _places(columns: list[list[str]], sizes: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Return the left edge and the top of each node; columns are centred."""
    scale = _scale(columns, sizes)
    found = {}
    for x, column in zip(np.linspace(0.0, 1.0 - _NODE, len(columns)), columns, strict=True):
        height = sum(sizes[name] for name in column) * scale + _GAP * (len(column) - 1)
        top = 0.5 + height / 2
        for name in column:
            found[name] = float(x), top
            top -= sizes[name] * scale + _GAP
    return found


def _ribbon(
    begin: tuple[float, float], finish: tuple[float, float], width: float, colour: str
) -> PathPatch:
    """Return a band of constant height from a point to another, both on its upper edge."""
    (left, start), (right, end) = begin, finish
    bend = (left + right) / 2
    top = [(left, start), (bend, start), (bend, end), (right, end)]
    below = [(x, y - width) for x, y in reversed(top)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path([*top, *below, top[0]], codes), fc=colour, ec="none", alpha=0.42)


def _text(name: str, amount: str, height: float) -> str:
    """Return name and tonnes, on two lines where there is room."""
    between = "\n" if height > 2 * _LINE else "  "
    return f"{name}{between}{amount} t"


def _write(
    ax: Axes, texts: Mapping[str, str], middles: Mapping[str, float], x: float, *, first: bool
) -> None:
    """Write beside the nodes of a column, clear of each other: outside on the left."""
    at = x - 0.012 if first else x + _NODE + 0.012
    side = "right" if first else "left"
    names = sorted(middles, key=lambda name: middles[name])
    heights = spread([middles[name] for name in names], _LINE)
    for name, y in zip(names, heights, strict=True):
        ax.text(at, y, texts[name], ha=side, va="center", size=8.5, color=INK)
