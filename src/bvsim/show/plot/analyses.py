"""Figures of analyses: what a change makes, what lifting frees, what matters."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bvsim.analysis.policy.compare import Comparison
from bvsim.analysis.tables import REGION, cell
from bvsim.show.plot.picture import axes
from bvsim.show.plot.style import INK, OUTPUT, QUIET, tidy, title
from bvsim.show.words import Speaker, cause, join, listing, plain, say, signed

FALLS = "#cc6677"
MEASURES = {
    "tornado": ("swing", "swing_lo", "swing_hi"),
    "morris": ("mu_star", "mu_star_lo", "mu_star_hi"),
    "sobol": ("total", "total_lo", "total_hi"),
    "prcc": ("prcc", "lo", "hi"),
}
"""By method, the column of its measure and those of its interval."""

_KINDS = {"alone": "o", "last": "s", "shapley": "D"}


def difference(
    comparison: Comparison,
    name: str = "good_gwh",
    *,
    entity: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what a change makes of a quantity by year, pair by pair.

    Parameters
    ----------
    comparison : Comparison
        Of two runs, from `bvsim.compare`.
    name : str
        A column of the ledger or of the yearly table.
    entity : str, optional
        A block, site or plant; the whole valley by default.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.
    """
    found, said = comparison.by_year(name, entity), Speaker(lang)
    ax = ax or axes()
    years = found.index.to_numpy(dtype=float)
    parts = {"p10": "p90", "ci95_lo": "ci95_hi"}
    for (low, high), alpha, what in zip(
        parts.items(), (0.15, 0.35), ("figure.eight_pairs", "figure.interval_of_mean"), strict=True
    ):
        ends = (found[low].to_numpy(dtype=float), found[high].to_numpy(dtype=float))
        ax.fill_between(years, *ends, color=OUTPUT, alpha=alpha, lw=0, label=said(what))
    ax.plot(
        years, found["mean"].to_numpy(dtype=float), color=OUTPUT, lw=2, label=said("chart.mean")
    )
    ax.axhline(0.0, color=INK, lw=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    tidy(ax, "y")
    ax.legend(frameon=False, fontsize=8.5, loc="best")
    of = f"{entity}, " if entity else ""
    title(ax, _change(comparison.name, found, said), said("figure.paired", what=of + name))
    return ax


def _change(name: str, found: pd.DataFrame, said: Speaker) -> str:
    """Say by how much a change moves a quantity in 2030, or in the last year there is."""
    year = 2030 if 2030 in found.index else int(found.index[-1])
    mean, low, high = (cell(found, year, side) for side in ("mean", "ci95_lo", "ci95_hi"))
    text = said("figure.change", name=name, mean=signed(mean), year=year)
    return (
        text if math.isnan(low) else text + said("figure.range", low=signed(low), high=signed(high))
    )


def sensitivity(
    table: pd.DataFrame, *, most: int = 15, lang: str = "en", ax: Axes | None = None
) -> Axes:
    """Draw the figures or groups that an outcome depends on most, with 95% intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `bvsim sensitivity`, by any method; the method is known by its columns.
    most : int
        How many to draw.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.

    Raises
    ------
    ValueError
        When the table is of no method.
    """
    method = next((name for name, found in MEASURES.items() if {*found} <= {*table}), None)
    if method is None:
        raise ValueError("not a table of bvsim sensitivity: no column of a measure")
    value, low, high = MEASURES[method]
    shown = table.sort_values(value, key=abs, ascending=False).head(most)
    names = shown.iloc[:, 0] if isinstance(table.index, pd.RangeIndex) else shown.index
    ax = ax or axes(height=1.4 + 0.28 * len(shown))
    _dots(ax, [str(name) for name in names], shown[[value, low, high]].to_numpy(dtype=float))
    said, most_of_all = Speaker(lang), [plain(str(name)) for name in names[:2]]
    heading = "figure.matters" if len(names) == 1 else "figure.matter"
    text = said(heading, names=join(most_of_all), method=method)
    title(ax, text, said("figure.with_intervals", what=said(f"figure.{method}")))
    return ax


def relief(
    table: pd.DataFrame,
    year: int = 2030,
    *,
    entity: str = REGION,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what lifting each constraint frees: alone, last, and by its Shapley share.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `bvsim bottlenecks` (`analysis/relief.parquet`) or `bvsim.analysis.ledger.relief.relief`.
    year : int
        The year.
    entity : str
        A site; the whole valley by default.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.

    Raises
    ------
    ValueError
        When the table has nothing of that year and entity.
    """
    flat = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
    own = flat[(flat["year"] == year) & (flat["entity"] == entity) & flat["measure"].isin(_KINDS)]
    if own.empty:
        raise ValueError(f"nothing of {entity} in {year}")
    lifted = list(dict.fromkeys(own["lifted"].astype(str)))
    own = own.assign(order=[lifted.index(str(name)) for name in own["lifted"]])
    own = own.sort_values("order", kind="stable")
    said = Speaker(lang)
    names = [
        said.of(listing([cause(lifted), say(f"figure.{measure}")]))
        for lifted, measure in zip(own["lifted"], own["measure"], strict=True)
    ]
    ax = ax or axes(height=1.4 + 0.28 * len(names))
    columns = ["mean_gwh", "ci95_lo_gwh", "ci95_hi_gwh"]
    _dots(ax, names, own[columns].to_numpy(dtype=float), [_KINDS[m] for m in own["measure"]])
    where = "" if entity == REGION else f"{entity}, "
    measure = said("figure.with_intervals", what=where + said("chart.gwh"))
    title(ax, said("figure.freed", year=year), measure)
    return ax


def _dots(
    ax: Axes, names: list[str], numbers: np.ndarray, markers: list[str] | None = None
) -> None:
    """Draw a dot and its interval a row, the first on top; hollow where it holds zero."""
    for row, (value, low, high) in enumerate(numbers):
        colour = FALLS if value < 0 else OUTPUT
        clear = low > 0 or high < 0
        ax.plot([low, high], [row, row], color=colour, lw=1.8, alpha=0.6)
        ax.plot(
            [value],
            [row],
            marker=markers[row] if markers else "o",
            ms=6,
            color=colour,
            mfc=colour if clear else "white",
        )
    ax.axvline(0.0, color=QUIET, lw=0.8)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    tidy(ax, "x")
