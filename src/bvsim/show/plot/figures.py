"""Figures of a run: one function a figure, each drawing on a matplotlib Axes and returning it.

    import bvsim as bv
    ax = bv.plot.fan(run, "good_gwh")
    ax.figure.savefig("output.svg")

Without `ax` a figure of its own is made, which a notebook shows (`plot.picture`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bvsim.analysis.ledger.bottlenecks import largest_plan_loss, ledger_of, shares
from bvsim.analysis.summary import quantiles
from bvsim.analysis.tables import RunLike, by_year, cell, last_years, ranked
from bvsim.show.plot.labels import legend, name_ends
from bvsim.show.plot.picture import TALL, axes, blank
from bvsim.show.plot.style import COLOURS, INK, OUTPUT, QUIET, note, save, tidy, title
from bvsim.show.words import Speaker, capital, percent, short
from bvsim.valley.cells.causes import BOTTLENECKS, LOSSES, NONE

_ROOM = 0.12
"""Share of the width below which the name of the observed years is wider than they are."""


def fan(
    run: RunLike,
    quantity: str = "good_gwh",
    *,
    entity: str | None = None,
    announced: bool = True,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw a quantity by year: its mean, the middle half and the middle four fifths of rows.

    Parameters
    ----------
    run : RunLike
        The run.
    quantity : str
        A column of the ledger or of the yearly table.
    entity : str, optional
        A block, site or plant; the whole valley by default.
    announced : bool
        Draw the announced plan beside output.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    """
    found, said = quantiles(run, quantity, entity), Speaker(lang)
    ax = ax or axes()
    years = found.index.to_numpy()
    ax.fill_between(years, found["p10"], found["p90"], color=OUTPUT, alpha=0.16, lw=0)
    ax.fill_between(years, found["p25"], found["p75"], color=OUTPUT, alpha=0.28, lw=0)
    ax.plot(years, found["mean"], color=OUTPUT, lw=2.2, solid_capstyle="round")
    plan = None
    if announced and quantity == "good_gwh":
        plan = by_year(run, "announced_gwh", entity).mean()
        ax.plot(plan.index, plan, color=INK, lw=1.4, dashes=(4, 2.5))
    tidy(ax, "y")
    ax.set_ylim(bottom=0)
    ax.set_xlim(years[0], years[-1])
    ax.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
    _mark_observed(ax, run, said)
    _label_fan(ax, found, plan, said)
    made = quantity == "good_gwh"
    heading = said("figure.output") if made else quantity.replace("_", " ")
    unit = said("figure.good_gwh") if made else quantity
    title(ax, _fan_title(heading, found, plan, said), _of(unit, entity))
    return ax


def _fan_title(
    heading: str, found: pd.DataFrame, plan: pd.Series[float] | None, said: Speaker
) -> str:
    year = 2030 if 2030 in found.index else int(found.index[-1])
    numbers = {name: short(cell(found, year, name)) for name in ("p10", "mean", "p90")}
    if plan is not None and plan.get(year, 0.0) > 0:
        return said("figure.fan_plan", year=year, plan=short(plan[year]), **numbers)
    return said("figure.fan", year=year, heading=heading, **numbers)


def _mark_observed(ax: Axes, run: RunLike, said: Speaker) -> None:
    """Shade the years that are facts, not simulation."""
    _, observed = last_years(run)
    if observed is None:
        return
    first, last = ax.get_xlim()
    edge = observed + 0.5
    ax.axvspan(first, edge, color=QUIET, alpha=0.07, lw=0, zorder=0)
    wide = (edge - first) / (last - first)
    at, side = (wide / 2, "center") if wide > _ROOM else (0.01, "left")
    text = said("chart.observed")
    ax.text(at, 0.97, text, transform=ax.transAxes, ha=side, va="top", size=8, color=QUIET)


def _label_fan(ax: Axes, found: pd.DataFrame, plan: pd.Series[float] | None, said: Speaker) -> None:
    """Name lines and bands at the right edge, clear of each other."""
    last = found.iloc[-1]
    labels = [
        (last["mean"], said("chart.mean"), OUTPUT, "bold"),
        ((last["mean"] + last["p75"]) / 2, said("chart.half"), OUTPUT, "normal"),
        ((last["p75"] + last["p90"]) / 2, said("chart.eight"), OUTPUT, "normal"),
    ]
    if plan is not None:
        labels.append((float(plan.iloc[-1]), said("chart.plan"), INK, "normal"))
    name_ends(ax, labels)


def waterfall(
    run: RunLike,
    year: int = 2030,
    *,
    entity: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean staircase of one year, from announced output down to good cells.

    Losses that are zero in every row are named below the figure.

    Parameters
    ----------
    run : RunLike
        The run.
    year : int
        The year.
    entity : str, optional
        A site or block; the whole valley by default.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    """
    stairs, said = ledger_of(run, year, entity), Speaker(lang)
    ax = ax or axes(height=TALL)
    shown = [step for step in stairs.index if _is_shown(stairs, str(step))]
    level = 0.0
    for row, step in enumerate(shown):
        mean = cell(stairs, step, "mean")
        start, level = _stair(step, mean, level)
        ax.barh(row, abs(mean), left=start, height=0.68, color=COLOURS[step], lw=0)
        if row + 1 < len(shown):
            ax.plot([level, level], [row - 0.34, row + 1.34], color=QUIET, lw=0.6, zorder=0)
        sign = "\N{MINUS SIGN}" if step in LOSSES else ""
        _label_stair(ax, stairs.loc[step], (start + abs(mean), row), sign, said)
    ax.set_yticks(range(len(shown)), [capital(said.cause(step)) for step in shown])
    ax.invert_yaxis()
    widest = float(stairs.loc[["announced", "beyond_plan"], "mean"].sum())
    ax.set_xlim(0, max(widest, 1e-9) * 1.2)
    tidy(ax, "x")
    ax.tick_params(axis="y", length=0, labelsize=9.5, labelcolor=INK)
    for name, text in zip(shown, ax.get_yticklabels(), strict=True):
        text.set_fontweight("bold" if name in ("announced", "good") else "normal")
    title(ax, _waterfall_title(stairs, year, said), _of(said("figure.stairs"), entity))
    nothing = [said.cause(cause) for cause in LOSSES if cause not in shown]
    if nothing:
        note(ax, said("figure.nothing", causes=", ".join(nothing)))
    return ax


def _is_shown(stairs: pd.DataFrame, step: str) -> bool:
    return step in ("announced", "good") or cell(stairs, step, "mean") >= 0.05


def _stair(step: str, mean: float, level: float) -> tuple[float, float]:
    """Return where a bar starts and the level after it."""
    if step in ("announced", "good"):
        return 0.0, mean
    if step == "beyond_plan":
        return level, level + mean
    return level - mean, level - mean


def _label_stair(
    ax: Axes, step: pd.Series[float], at: tuple[float, float], sign: str, said: Speaker
) -> None:
    low, mean, high = (said.of(short(step[name])) for name in ("p10", "mean", "p90"))
    spread = "" if step["p10"] == step["p90"] else f" ({low}\N{EN DASH}{high})"
    number = ax.annotate(
        f"{sign}{mean}",
        at,
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        size=9,
        color=INK,
        weight="bold",
    )
    ax.annotate(
        spread, (1, 0.5), xycoords=number, va="center", size=8, color=QUIET, annotation_clip=False
    )


def _waterfall_title(stairs: pd.DataFrame, year: int, said: Speaker) -> str:
    announced, good = (cell(stairs, step, "mean") for step in ("announced", "good"))
    cause, lost = largest_plan_loss(stairs)
    ends = {"year": year, "plan": short(announced), "good": short(good)}
    if announced <= 0 or lost <= 0:
        return said("figure.made", **ends)
    return said("figure.waterfall", cause=said.cause(cause), lost=short(lost), **ends)


def bottlenecks(
    run: RunLike, *, entity: str | None = None, lang: str = "en", ax: Axes | None = None
) -> Axes:
    """Draw by year in which share of rows each cause is the bottleneck.

    Parameters
    ----------
    run : RunLike
        The run.
    entity : str, optional
        A site or block; the whole valley by default.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    """
    found, said = shares(run, "region", entity), Speaker(lang)
    ax = ax or axes()
    kept = [cause for cause in (*BOTTLENECKS, NONE) if found[cause].max() > 0]
    order = sorted((c for c in kept if c != NONE), key=lambda c: -found[c].mean())
    order += [NONE] * (NONE in kept)
    base = np.zeros(len(found))
    for cause in order:
        ax.bar(found.index, found[cause], bottom=base, width=0.86, color=COLOURS[cause], lw=0)
        base += found[cause].to_numpy()
    tidy(ax, "")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(0, 1)
    ax.yaxis.set_major_formatter(said.axis_percent)
    ax.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
    ax.set_xlim(found.index.min() - 0.6, found.index.max() + 0.6)
    legend(ax, order, said)
    title(ax, _bottleneck_title(found, said), _of(said("figure.bottlenecks"), entity))
    return ax


def _bottleneck_title(found: pd.DataFrame, said: Speaker) -> str:
    year = 2030 if 2030 in found.index else int(found.index[-1])
    first, *others = ranked(found.loc[year])
    share = percent(first[1])
    if first[0] == NONE:
        return said("figure.free", year=year, share=share)
    cause = capital(said.cause(first[0]))
    text = said("figure.bottleneck", cause=cause, year=year, share=share)
    if not others:
        return text
    second = {"cause": said.cause(others[0][0]), "share": percent(others[0][1])}
    return text + said("figure.second", **second)


def save_figures(run: RunLike, folder: Path, *, year: int = 2030, lang: str = "en") -> list[Path]:
    """Write the output fan, the ledger waterfall and the bottlenecks as PNG and SVG.

    Parameters
    ----------
    run : RunLike
        The run.
    folder : pathlib.Path
        Where; it is made.
    year : int
        The year of the waterfall; the run's last when that is earlier.
    lang : {"en", "fr"}
        Their language.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last, _ = last_years(run)
    drawn = {
        "output_fan": fan(run, lang=lang, ax=blank()),
        f"ledger_{min(year, last)}": waterfall(
            run, min(year, last), lang=lang, ax=blank(height=TALL)
        ),
        "bottlenecks": bottlenecks(run, lang=lang, ax=blank()),
    }
    return [path for name, ax in drawn.items() for path in save(ax, folder, name)]


def _of(measure: str, entity: str | None) -> str:
    return f"{entity}. {measure}" if entity else measure
