"""The heat strip: what holds each site back, year by year, as small stacked bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.tables import RunLike, ranked
from bvsim.show.plot.labels import legend
from bvsim.show.plot.picture import axes
from bvsim.show.plot.style import COLOURS, FAINT, INK, tidy, title
from bvsim.show.words import Speaker, called
from bvsim.valley.cells.causes import BOTTLENECKS, NONE

_HEIGHT = 0.84
"""Of a row's bars; the rest of the row stays white."""


def heat_strip(run: RunLike, *, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw by site and year in what share of futures each cause is the bottleneck.

    A small bar a year, as high as its row: what nothing holds back, or nobody plans, is empty.

    Parameters
    ----------
    run : RunLike
        The run.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.
    """
    said = Speaker(lang)
    found = {said("figure.valley"): shares(run)} | {
        said.of(called(run, str(site))): part.droplevel("entity")
        for site, part in shares(run, "site").groupby(level="entity")
        if part[NONE].min() < 1.0
    }
    everything = pd.concat(found.values())
    order = sorted(BOTTLENECKS, key=lambda cause: -everything[cause].mean())
    order = [cause for cause in order if everything[cause].max() > 0.0]
    ax = ax or axes(height=1.6 + 0.5 * len(found))
    for row, part in enumerate(found.values()):
        _draw(ax, row, part, order)
    ax.set_yticks(range(len(found)), list(found))
    ax.set_ylim(len(found) - 0.4, -0.6)
    years = everything.index.unique()
    ax.set_xlim(years.min() - 0.6, years.max() + 0.6)
    ax.set_xticks([year for year in years if year % 2 == 0])
    tidy(ax, "")
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.get_yticklabels()[0].set_fontweight("bold")
    legend(ax, order, said)
    title(ax, _message(found, said), said("figure.strip"))
    return ax


def _draw(ax: Axes, row: int, part: pd.DataFrame, order: list[str]) -> None:
    """Stack the causes of each year upward from the foot of the row."""
    foot = np.full(len(part), row + _HEIGHT / 2)
    ax.axhline(row + _HEIGHT / 2, color=FAINT, lw=0.8, zorder=0)
    for cause in order:
        size = _HEIGHT * part[cause].to_numpy()
        foot = foot - size
        ax.bar(part.index, size, bottom=foot, width=0.86, color=COLOURS[cause], lw=0)


def _message(found: dict[str, pd.DataFrame], said: Speaker) -> str:
    """Say what leads at how many of the sites in 2030, or in the last year there is."""
    valley, *sites = found.values()
    year = 2030 if 2030 in valley.index else int(valley.index[-1])
    leaders = [ranked(part.loc[year])[0][0] for part in sites if year in part.index]
    bound = [cause for cause in leaders if cause != NONE]
    if not bound:
        return said("figure.strip_free", year=year)
    first = max(BOTTLENECKS, key=bound.count)
    noun = said("figure.site" if len(leaders) == 1 else "figure.sites")
    fields = {"count": bound.count(first), "all": len(leaders), "sites": noun}
    return said("figure.strip_first", year=year, cause=said.cause(first), **fields)
