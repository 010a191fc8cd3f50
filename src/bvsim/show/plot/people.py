"""People: own staff of the plants by year, and the posts that stay empty."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bvsim.analysis.summary import quantiles
from bvsim.analysis.tables import ROW, RunLike, cell, columns_from
from bvsim.show.plot.labels import name_ends, stack
from bvsim.show.plot.picture import axes
from bvsim.show.plot.style import INK, QUIET, tidy, title
from bvsim.show.words import Both, Speaker, called, fixed, say

_SHADES = ("#08306b", "#2171b5", "#6baed6", "#9ecae1", "#c6dbef", "#e3eef8")
_LEAST = 0.02
"""Plants with less than this share of all staff, in their best year, are drawn as one."""


def people(run: RunLike, *, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw own staff of the gigafactories by year, and the posts that are empty.

    Areas are means, one a site; the line above them adds the posts that the plants want
    filled and that are not.

    Parameters
    ----------
    run : RunLike
        The run.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.
    """
    heads, empty = (_by_site(run, name) for name in ("headcount", "vacancies"))
    ax, said = ax or axes(), Speaker(lang)
    areas = _areas(heads)
    years = heads.index.to_numpy(dtype=float)
    names = [said.of(_site(run, str(site))) for site in areas.columns]
    if names:
        ax.stackplot(years, areas.to_numpy().T, colors=_SHADES, ec="white", lw=0.8)
    wanted = heads.sum(axis=1) + empty.sum(axis=1)
    ax.plot(years, wanted, color=INK, lw=1.4, dashes=(4, 2.5))
    tidy(ax, "y")
    ax.set_xlim(years[0], years[-1])
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(9, integer=True))
    ax.yaxis.set_major_formatter(said.axis_number)
    middles = stack(areas.iloc[-1].to_numpy())
    ends = [(float(y), name, INK, "normal") for y, name in zip(middles, names, strict=True)]
    name_ends(ax, [*ends, (float(wanted.iloc[-1]), said("figure.with_empty"), QUIET, "normal")])
    title(ax, _message(run, empty, said), said("figure.staff"))
    return ax


def _site(run: RunLike, name: str) -> Both:
    return say("chart.others") if name == "others" else called(run, name)


def _by_site(run: RunLike, column: str) -> pd.DataFrame:
    """Return means by year (index) and site (columns)."""
    table = columns_from(run, "yearly", [*ROW, "year", "entity", column])
    rows = table[table["entity"].astype(str).isin(run.manifest["sites"])]
    means = rows.groupby(["year", rows["entity"].astype(str)])[column].mean()
    found: pd.DataFrame = means.unstack("entity").fillna(0.0)
    return found


def _areas(heads: pd.DataFrame) -> pd.DataFrame:
    """Return sites from the largest up, the small ones added up as the last."""
    order = heads.sum().sort_values(ascending=False).index
    part = heads.max() / max(float(heads.sum(axis=1).max()), 1e-9)
    large = [site for site in order if part[site] >= _LEAST][: len(_SHADES)]
    rest = heads.drop(columns=large).sum(axis=1)
    shown = heads[large]
    return shown.assign(others=rest) if rest.max() > 0.5 and len(large) < len(_SHADES) else shown


def _message(run: RunLike, empty: pd.DataFrame, said: Speaker) -> str:
    found = quantiles(run, "headcount")
    year = 2030 if 2030 in found.index else int(found.index[-1])
    heads = {q: _tens(cell(found, year, q)) for q in ("mean", "p10", "p90")}
    posts = float(empty.sum(axis=1)[year])
    ending = "posts" if posts >= 0.5 else "no_posts"
    return said("figure.people", year=year, **heads) + said(
        f"figure.{ending}", posts=fixed(posts, 0)
    )


def _tens(heads: float) -> Both:
    return fixed(round(heads, -1), 0)
