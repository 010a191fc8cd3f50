"""Odds: how a key figure is spread over futures, and how often it reaches a value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.kpis import unit_of
from bvsim.analysis.ledger.bottlenecks import share_interval
from bvsim.analysis.tables import RunLike, columns_from, columns_of
from bvsim.show.plot.picture import axes
from bvsim.show.plot.style import INK, OUTPUT, note, tidy, title
from bvsim.show.words import Both, Speaker, fixed, general, kpi_words, percent, unit

_STEPS = 80
"""Thresholds along an exceedance curve."""


@dataclass(frozen=True)
class _Values:
    """A key figure in the rows where it is defined.

    Parameters
    ----------
    kpi : str
        The key figure.
    words : Both
        What it is called.
    unit, design : str
        Its unit, and the design of the run.
    numbers, draws : array, shape (defined rows,)
        Its values, and the draw of each.
    undefined : int
        Rows without a value.
    """

    kpi: str
    words: Both
    unit: str
    design: str
    numbers: NDArray[np.float64]
    draws: NDArray[np.int64]
    undefined: int

    def at_least(self, threshold: float) -> tuple[float, float, float]:
        """Return the share of rows at or above a value, and its 95% interval."""
        hits = (self.numbers >= threshold).astype(np.float64)
        return share_interval(hits, self.draws, self.design)

    def chance(self, threshold: float, said: Speaker) -> str:
        """Say how likely a value is reached."""
        share, low, high = map(percent, self.at_least(threshold))
        value = _with_unit(general(threshold), self.unit)
        return said("figure.chance", value=value, share=share, low=low, high=high)


def histogram(
    run: RunLike,
    kpi: str,
    *,
    threshold: float | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how a key figure is spread over the futures of a run.

    Parameters
    ----------
    run : RunLike
        The run.
    kpi : str
        A key figure, such as ``output_2030_gwh``.
    threshold : float, optional
        A value to reach: bars from there on are dark, and the title says how likely it is.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.

    Raises
    ------
    AnalysisError
        When the run has no such key figure, or no row has a value.
    """
    found, said = _values(run, kpi), Speaker(lang)
    ax = ax or axes()
    edges = _edges(found.numbers, threshold)
    counts, _ = np.histogram(found.numbers, edges)
    reached = edges[:-1] >= (-math.inf if threshold is None else threshold)
    colours = np.where(reached, OUTPUT, "#b3d4e8")
    shares = counts / len(found.numbers)
    ax.bar(edges[:-1], shares, np.diff(edges), align="edge", color=colours, ec="white", lw=0.8)
    low, middle, high = np.quantile(found.numbers, [0.1, 0.5, 0.9])
    for value, text in ((low, "P10"), (middle, said("chart.median")), (high, "P90")):
        _guide(ax, value, text)
    tidy(ax, "y")
    ax.set_ylim(0.0, 1.12 * shares.max())
    ax.yaxis.set_major_formatter(said.axis_percent)
    ends = {"p50": _with_unit(_n(middle), found.unit), "p10": _n(low), "p90": _n(high)}
    message = said("figure.spread", **ends)
    if threshold is not None:
        message = found.chance(threshold, said)
    _title(ax, found, message, said("figure.futures"), said)
    return ax


def exceedance(
    run: RunLike,
    kpi: str,
    *,
    threshold: float | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how likely a key figure reaches each value, with 95% intervals.

    Parameters
    ----------
    run, kpi, lang, ax
        As for `histogram`.
    threshold : float, optional
        A value to mark; the title says how likely it is reached. The median by default.

    Raises
    ------
    AnalysisError
        As for `histogram`.
    """
    found, said = _values(run, kpi), Speaker(lang)
    ax = ax or axes()
    at = np.linspace(min(0.0, found.numbers.min()), found.numbers.max(), _STEPS)
    share, low, high = np.array([found.at_least(value) for value in at]).T
    ax.fill_between(at, low, high, color=OUTPUT, alpha=0.22, lw=0, step="post")
    ax.step(at, share, where="post", color=OUTPUT, lw=2)
    marked = float(np.median(found.numbers)) if threshold is None else threshold
    height = found.at_least(marked)[0]
    ax.plot([at[0], marked, marked], [height, height, 0.0], color=INK, lw=1, dashes=(4, 2.5))
    ax.plot([marked], [height], "o", color=INK, ms=5)
    tidy(ax, "y")
    ax.set_xlim(at[0], at[-1] * 1.02 or 1.0)
    ax.set_ylim(0.0, 1.0)
    ax.yaxis.set_major_formatter(said.axis_percent)
    message = found.chance(float(f"{marked:.3g}"), said)
    _title(ax, found, message, said("figure.exceeded"), said)
    return ax


def _values(run: RunLike, kpi: str) -> _Values:
    if kpi not in columns_of(run, "kpis"):
        raise AnalysisError(f"the run has no key figure {kpi!r}")
    table = columns_from(run, "kpis", ["draw", kpi])
    numbers = table[kpi].to_numpy(dtype=np.float64)
    defined = np.isfinite(numbers)
    if not defined.any():
        raise AnalysisError(f"{kpi} has no value in any row")
    draws = table["draw"].to_numpy(dtype=np.int64)[defined]
    design = str(run.manifest["design"])
    missing = int((~defined).sum())
    words = kpi_words(run, kpi)
    return _Values(kpi, words, unit_of(kpi), design, numbers[defined], draws, missing)


def _edges(numbers: NDArray[np.float64], threshold: float | None) -> NDArray[np.float64]:
    """Return round edges of bars, of which one lies at the threshold."""
    low, high = float(numbers.min()), float(numbers.max())
    most = int(np.clip(2.0 * len(numbers) ** (1 / 3), 6, 30))
    ticks = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    step = float(ticks[1] - ticks[0])
    start = float(ticks[0]) if threshold is None else threshold
    first = start + math.floor((low - start) / step) * step
    count = math.ceil((high - first) / step + 1e-9) + 2
    edges = np.asarray(first + step * np.arange(count), dtype=np.float64)
    return edges[: int(np.searchsorted(edges, high, side="right")) + 1]


def _guide(ax: Axes, value: float, text: str) -> None:
    ax.axvline(value, color=INK, lw=1, ls=":")
    ax.annotate(
        text,
        (value, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3, -3),
        textcoords="offset points",
        va="top",
        size=8.5,
        color=INK,
        bbox={"fc": "white", "ec": "none", "pad": 1, "alpha": 0.8},
    )


def _title(ax: Axes, found: _Values, message: str, what: str, said: Speaker) -> None:
    """Write title and measure, and below the figure how many futures have no value."""
    name = said.of(found.words)
    measure = f"{found.kpi}, {said.of(unit(found.unit))}" if found.unit else found.kpi
    title(
        ax,
        said("figure.pair", name=name, what=message),
        said("figure.pair", name=measure, what=what),
    )
    if found.undefined:
        rows = found.undefined + len(found.numbers)
        note(ax, said("figure.left_out", count=found.undefined, rows=rows))


def _n(value: float) -> Both:
    """Write a value with about three digits, a year with all of them."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    if 1900 < value < 2200:
        text = f"{value:.{digits}f}"
        return Both(text, text.replace(".", ","))
    return fixed(value, digits)


def _with_unit(value: Both, name: str) -> Both:
    """Add a unit; a year needs none."""
    if name in ("", "year"):
        return value
    written_ = unit(name)
    return Both(f"{value.en} {written_.en}", f"{value.fr}\N{NO-BREAK SPACE}{written_.fr}")
