"""How figures look: colours, titles, files."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes

from bvsim.reading.whole_files import write_bytes
from bvsim.valley.cells.causes import CAUSES

INK = "#22272e"
QUIET = "#6a737d"
FAINT = "#e4e7eb"
COLOURS = {name: cause.colour for name, cause in CAUSES.items()}
"""One colour a cause, everywhere: after Paul Tol's muted scheme (safe for the colour-blind),
the plan's own losses in greys."""
OUTPUT = COLOURS["good"]


def render(ax: Axes, suffix: str = "svg") -> bytes:
    """Return the figure of an Axes as a file: the same bytes for the same figure."""
    buffer = io.BytesIO()
    metadata: dict[str, None] = {"Date": None} if suffix == "svg" else {}
    figure = ax.figure
    with rc_context({"svg.hashsalt": "bvsim", "svg.fonttype": "path"}):
        figure.savefig(  # type: ignore[union-attr]
            buffer, format=suffix, dpi=200, bbox_inches="tight", pad_inches=0.12, metadata=metadata
        )
    return buffer.getvalue()


def save(ax: Axes, folder: Path, name: str) -> list[Path]:
    """Write the figure of an Axes as PNG and SVG; return the files."""
    paths = [folder / f"{name}.{suffix}" for suffix in ("png", "svg")]
    for path in paths:
        write_bytes(path, render(ax, path.suffix[1:]))
    return paths


def tidy(ax: Axes, grid: str) -> None:
    """Leave data, one axis line and quiet guides."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(QUIET)
    ax.tick_params(colors=QUIET, labelsize=9, length=3)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color=FAINT, lw=0.8)  # type: ignore[arg-type]
        ax.tick_params(axis=grid, length=0)  # type: ignore[arg-type]


def title(ax: Axes, finding: str, measure: str) -> None:
    """Write what a figure finds, and below it what it measures."""
    text = balanced(finding, 68)
    ax.set_title(text, loc="left", size=11.5, weight="bold", color=INK, pad=22, linespacing=1.25)
    ax.annotate(
        measure,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 8),
        textcoords="offset points",
        size=9,
        color=QUIET,
    )


def balanced(text: str, width: int) -> str:
    """Wrap a text into lines of about equal length, none longer than `width`."""
    lines = len(textwrap.wrap(text, width))
    shortest = max((len(word) for word in text.split()), default=1)
    widths = range(min(shortest, width), width + 1)
    best = next((w for w in widths if len(textwrap.wrap(text, w)) <= lines), width)
    return textwrap.fill(text, best)


def note(ax: Axes, text: str) -> None:
    """Write a line below an Axes."""
    ax.annotate(
        text,
        (0, 0),
        xycoords="axes fraction",
        xytext=(0, -26),
        textcoords="offset points",
        va="top",
        size=8,
        color=QUIET,
    )
