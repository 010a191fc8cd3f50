"""Figures of a sweep: a heat map for two axes, a line with its interval for one.

table = pd.read_parquet("runs/my-sweep/sweep.parquet")
ax = bvsim.show.plot.sweep.heatmap(table, "output_2030_gwh", x="...", y="...")
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bvsim.analysis.kpis import unit_of
from bvsim.show import words
from bvsim.show.plot.picture import axes, blank
from bvsim.show.plot.style import INK, OUTPUT, QUIET, save
from bvsim.show.words import Speaker, unit

_HEIGHT = 4.6
_DARK = 0.55
"""Share of the colour scale from which on numbers are written in white."""


def heatmap(
    table: pd.DataFrame,
    kpi: str,
    x: str,
    y: str,
    *,
    value: str = "mean",
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw a key figure over two axes of a sweep, with the number in each cell.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of a sweep; one row for each pair of values of the two axes.
    kpi : str
        A key figure.
    x, y : str
        Columns of the axes.
    value : str
        What to draw: ``mean``, ``p10``, ``p50``, ``p90`` ...
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Raises
    ------
    ValueError
        When the table has no such key figure, or several rows for one pair.
    """
    rows = _rows(table, kpi)
    if rows.duplicated([x, y]).any():
        raise ValueError(f"several points have the same {x} and {y}: choose among them first")
    grid = rows.pivot(index=y, columns=x, values=value).sort_index(ascending=False)
    ax = ax or axes(height=_HEIGHT)
    numbers = grid.to_numpy(dtype=np.float64)
    ax.imshow(numbers, cmap="Blues", aspect="auto")
    _write_cells(ax, numbers)
    for side in ("x", "y"):
        labels = [_label(word) for word in (grid.columns if side == "x" else grid.index)]
        getattr(ax, f"set_{side}ticks")(range(len(labels)), labels)
    ax.tick_params(colors=QUIET, labelsize=9, length=0)
    ax.set_xlabel(x, color=QUIET, size=9)
    ax.set_ylabel(y, color=QUIET, size=9)
    for spine in ax.spines.values():
        spine.set_visible(False)
    said = Speaker(lang)
    _title(ax, kpi, said.of(words.column(value)), said)
    return ax


def line(
    table: pd.DataFrame, kpi: str, x: str, *, lang: str = "en", ax: Axes | None = None
) -> Axes:
    """Draw a key figure over one axis: its mean with the 95% interval, and P10 to P90.

    Parameters
    ----------
    table, kpi, x, lang, ax
        As for `heatmap`.
    """
    rows = _rows(table, kpi).sort_values(x)
    at = rows[x] if pd.api.types.is_numeric_dtype(rows[x]) else np.arange(len(rows))
    ax = ax or axes(height=_HEIGHT)
    ax.fill_between(at, rows["p10"], rows["p90"], color=OUTPUT, alpha=0.15, lw=0)
    ax.fill_between(at, rows["ci95_lo"], rows["ci95_hi"], color=OUTPUT, alpha=0.35, lw=0)
    ax.plot(at, rows["mean"], color=OUTPUT, lw=1.8, marker="o", ms=4)
    ax.set_xticks(list(at), [_label(word) for word in rows[x]])
    ax.tick_params(colors=QUIET, labelsize=9)
    ax.set_xlabel(x, color=QUIET, size=9)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    said = Speaker(lang)
    _title(ax, kpi, said("figure.swept"), said)
    return ax


def save_sweep_figures(
    table: pd.DataFrame, levers: Sequence[str], kpis: Sequence[str], folder: Path
) -> list[Path]:
    """Write a figure for each key figure, as PNG and SVG: nothing for three axes or more.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of a sweep.
    levers : sequence of str
        Columns of its axes.
    kpis : sequence of str
        Key figures.
    folder : pathlib.Path
        Where; it must exist.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    if len(levers) not in (1, 2):
        return []
    draw = heatmap if len(levers) == 2 else line
    return [
        path
        for kpi in kpis
        for path in save(draw(table, kpi, *levers, ax=blank(height=_HEIGHT)), folder, kpi)
    ]


def _rows(table: pd.DataFrame, kpi: str) -> pd.DataFrame:
    rows = table[table["kpi"] == kpi]
    if rows.empty:
        raise ValueError(f"the sweep has no key figure {kpi!r}")
    return rows


def _write_cells(ax: Axes, numbers: np.ndarray) -> None:
    """Write each number into its cell, in a colour that can be read there."""
    defined = numbers[np.isfinite(numbers)]
    low, high = (defined.min(), defined.max()) if len(defined) else (0.0, 1.0)
    for (row, column), number in np.ndenumerate(numbers):
        if np.isfinite(number):
            share = (number - low) / (high - low) if high > low else 0.0
            colour = "white" if share > _DARK else INK
            text = _number(float(number))
            ax.text(column, row, text, ha="center", va="center", color=colour, size=10)


def _title(ax: Axes, kpi: str, what: str, said: Speaker) -> None:
    measured = f"{what}, {said.of(unit(unit_of(kpi)))}"
    text = said("figure.pair", name=kpi.replace("_", " "), what=measured)
    ax.set_title(text, loc="left", size=11.5, weight="bold", color=INK, pad=12)


def _label(word: object) -> str:
    return f"{word:g}" if isinstance(word, float) else str(word)


def _number(value: float) -> str:
    """Write a number for a reader: two or three significant digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
