"""The three pictures of a brief: output, odds, and the steps from announced to good cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bvsim.show import plot, words
from bvsim.show.brief.told import Told
from bvsim.show.plot.style import INK, OUTPUT, QUIET, tidy
from bvsim.show.report.odds import THRESHOLDS_GWH
from bvsim.show.report.series import STEPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST_GWH = 0.05


def fan(ax: Axes, told: Told) -> None:
    """Draw output by year against its plan."""
    series, said = told.series, told.words
    good = series.step("good")
    for low, high, key, alpha in ((0.1, 0.9, "eight", 0.16), (0.25, 0.75, "half", 0.28)):
        ends = np.quantile(good, [low, high], axis=0)
        ax.fill_between(series.years, *ends, color=OUTPUT, alpha=alpha, lw=0, label=said[key])
    ax.plot(series.years, good.mean(axis=0), color=OUTPUT, lw=2.2, label=said["mean"])
    plan = series.step("announced").mean(axis=0)
    ax.plot(series.years, plan, color=INK, lw=1.3, dashes=(4, 2.5), label=said["plan"])
    tidy(ax, "y")
    ax.set_ylim(bottom=0)
    ax.set_xlim(series.years[0], series.years[-1])
    ax.set_ylabel(said["gwh"], size=8.5)
    ax.legend(frameon=False, fontsize=8.5, loc="upper left")


def odds(ax: Axes, told: Told) -> None:
    """Draw by year how likely each of some outputs is: the darker, the more."""
    series, year = told.series, told.year
    good = series.step("good")
    marks = ("o", "s", "^", "D", "v")
    for i, (gwh, mark) in enumerate(zip(THRESHOLDS_GWH, marks, strict=True)):
        shares = 100.0 * (good >= gwh).mean(axis=0)
        colour = str(0.62 - 0.14 * i)
        label = told.say("odds.least", gwh=gwh)
        ax.plot(series.years, shares, color=colour, marker=mark, ms=4, lw=1.4, label=label)
    ax.axvline(year, color=QUIET, lw=0.7, ls=":")
    tidy(ax, "y")
    ax.set_ylim(0, 102)
    ax.set_xlim(series.years[0], series.years[-1])
    ax.set_ylabel(f"{told.words['share']}, %", size=8.5)
    ax.legend(frameon=False, fontsize=8, loc="upper left")


def steps(ax: Axes, told: Told) -> None:
    """Draw the steps from announced to good cells of the brief's year."""
    series, year = told.series, told.year
    at = series.years.index(year)
    means = {step: float(series.step(step).mean(axis=0)[at]) for step in STEPS}
    ends = ("announced", "good")
    shown = [step for step in STEPS if step in ends or means[step] >= _LEAST_GWH]
    level = 0.0
    for row, step in enumerate(shown):
        size = means[step]
        start = 0.0 if step in ends else level if step == "beyond_plan" else level - size
        level = start if step not in (*ends, "beyond_plan") else start + size
        ax.barh(row, size, left=start, height=0.68, color=plot.COLOURS[step])
        sign = "" if step in ends else "+" if step == "beyond_plan" else "\N{MINUS SIGN}"
        text = sign + told.text(words.short(size))
        ax.annotate(
            text, (start + size, row), (4, 0), textcoords="offset points", va="center", size=8.5
        )
    ax.set_yticks(range(len(shown)), [told.text(words.cause(step)).capitalize() for step in shown])
    ax.invert_yaxis()
    tidy(ax, "x")
    ax.set_xlim(0, 1.12 * max(means["announced"] + means["beyond_plan"], _LEAST_GWH))
    ax.set_xlabel(
        f"{told.words['gwh']}, {year}, {told.words['mean']}",
        size=8.5,
    )
