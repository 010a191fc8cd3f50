"""A brief to hand on: two pages of PDF with three pictures, odds, what would help and caveats."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from bvsim.analysis.ledger.limits import sentences
from bvsim.analysis.summary import summarise
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.store.folder import atomic
from bvsim.show import plot
from bvsim.show.plot.style import INK, OUTPUT, QUIET, tidy
from bvsim.show.report import helping, words
from bvsim.show.report.answer import answer, precision
from bvsim.show.report.cube import Cached
from bvsim.show.report.model import facts_of
from bvsim.show.report.odds import THRESHOLDS_GWH
from bvsim.show.report.page import FOCUS
from bvsim.show.report.series import STEPS, Series
from bvsim.show.report.words import Both, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

A4 = (8.27, 11.69)
_COLUMNS = 96
_LEAST_GWH = 0.05


def write_brief(run: RunLike, path: Path | None = None, *, lang: str = "en") -> Path:
    """Write two pages about a run.

    Parameters
    ----------
    run : Run
        A finished run.
    path : pathlib.Path, optional
        The file; ``brief.pdf`` in the run folder by default.
    lang : {"en", "fr"}
        Its language.

    Returns
    -------
    pathlib.Path
        The file.
    """
    path = path or run.folder / "brief.pdf"
    cached = Cached(run)
    series = Series(cached, facts_of(run.folder))
    year = min(FOCUS, series.years[-1])
    with atomic(path) as temporary, PdfPages(str(temporary)) as pages:
        for page in (_first(cached, series, year, lang), _second(cached, series, year, lang)):
            pages.savefig(page)
    return path


def _first(run: Cached, series: Series, year: int, lang: str) -> Figure:
    figure = Figure(figsize=A4)
    name = str(run.manifest["scenario"])
    _write(figure, 0.95, [_in(say("page.place", scenario=name), lang)], size=9, colour=QUIET)
    _write(figure, 0.925, [_in(say("page.heading"), lang)], size=17, weight="bold")
    said = [_in(text, lang) for text in answer(run, summarise(run), year)]
    top = _write(figure, 0.885, said, size=11.5)
    _head(figure, top - 0.01, "section.output", lang)
    _fan(figure.add_axes((0.1, 0.37, 0.82, top - 0.42)), series, lang)
    _head(figure, 0.335, "section.odds", lang)
    _odds(figure.add_axes((0.1, 0.08, 0.82, 0.23)), series, year, lang)
    return figure


def _second(run: Cached, series: Series, year: int, lang: str) -> Figure:
    figure = Figure(figsize=A4)
    _head(figure, 0.945, "section.waterfall", lang)
    _steps(figure.add_axes((0.3, 0.645, 0.62, 0.28)), series, year, lang)
    _head(figure, 0.59, "section.help", lang)
    top = _write(figure, 0.565, _help(run, series, lang), size=9.5)
    _head(figure, top - 0.01, "section.precision", lang)
    caveats = [*precision(run, summarise(run), year), say("page.limits")]
    _write(figure, top - 0.035, [_in(text, lang) for text in caveats], size=9.5)
    model, version = run.manifest["model_hash"], run.manifest["bvsim"]
    _write(figure, 0.045, [f"bvsim {version} · model {model}"], size=7.5, colour=QUIET)
    return figure


def _help(run: Cached, series: Series, lang: str) -> list[str]:
    """Say how near each limit is to binding, and which levers there are."""
    limits = [_in(words.native(both), lang) for both in sentences(run, series.facts.title).values()]
    levers = [f"·  {row['command']}" for row in helping.untried(run)[:3]]
    return [*limits, _in(say("help.booked"), lang), _in(say("help.commands"), lang), *levers]


def _in(text: Both, lang: str) -> str:
    return str(getattr(text, lang))


def _write(
    figure: Figure,
    top: float,
    texts: list[str],
    *,
    size: float,
    weight: str = "normal",
    colour: str = INK,
) -> float:
    """Write paragraphs below each other; return where the next thing may stand."""
    for text in texts:
        lines = textwrap.wrap(text, int(_COLUMNS * 9.5 / size), break_long_words=False)
        figure.text(
            0.08,
            top,
            "\n".join(lines),
            va="top",
            size=size,
            weight=weight,
            color=colour,
            linespacing=1.35,
        )
        top -= len(lines) * size * 1.42 / (72 * A4[1]) + 0.005
    return top


def _head(figure: Figure, top: float, key: str, lang: str) -> None:
    figure.text(0.08, top, _in(say(key), lang), va="top", size=12.5, weight="bold", color=INK)


def _fan(ax: Axes, series: Series, lang: str) -> None:
    good, said = series.step("good"), words.section("chart")[lang]
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


def _odds(ax: Axes, series: Series, year: int, lang: str) -> None:
    """Draw by year how likely each of some outputs is: the darker, the more."""
    good = series.step("good")
    marks = ("o", "s", "^", "D", "v")
    for i, (gwh, mark) in enumerate(zip(THRESHOLDS_GWH, marks, strict=True)):
        shares = 100.0 * (good >= gwh).mean(axis=0)
        colour = str(0.62 - 0.14 * i)
        label = _in(say("odds.least", gwh=gwh), lang)
        ax.plot(series.years, shares, color=colour, marker=mark, ms=4, lw=1.4, label=label)
    ax.axvline(year, color=QUIET, lw=0.7, ls=":")
    tidy(ax, "y")
    ax.set_ylim(0, 102)
    ax.set_xlim(series.years[0], series.years[-1])
    ax.set_ylabel(f"{words.section('chart')[lang]['share']}, %", size=8.5)
    ax.legend(frameon=False, fontsize=8, loc="upper left")


def _steps(ax: Axes, series: Series, year: int, lang: str) -> None:
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
        text = sign + _in(words.short(size), lang)
        ax.annotate(
            text, (start + size, row), (4, 0), textcoords="offset points", va="center", size=8.5
        )
    ax.set_yticks(range(len(shown)), [_in(words.cause(step), lang).capitalize() for step in shown])
    ax.invert_yaxis()
    tidy(ax, "x")
    ax.set_xlim(0, 1.12 * max(means["announced"] + means["beyond_plan"], _LEAST_GWH))
    ax.set_xlabel(
        f"{words.section('chart')[lang]['gwh']}, {year}, {words.section('chart')[lang]['mean']}",
        size=8.5,
    )
