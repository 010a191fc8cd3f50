"""When things happen: lines start, plants open, sites close."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.milestones import milestones as dates_of
from bvsim.analysis.tables import RunLike
from bvsim.show.plot.picture import axes
from bvsim.show.plot.style import COLOURS, INK, OUTPUT, QUIET, tidy, title
from bvsim.show.words import Speaker, called, fixed, percent

_LOOKS = {
    "starts": ("o", OUTPUT),
    "opens": ("s", COLOURS["yield"]),
    "closes": ("X", COLOURS["closure"]),
}
"""By what happens, its marker and colour: told apart by shape too."""

_CERTAIN = 0.1
"""Years between P10 and P90 below which a date is drawn as known."""


def milestones(
    run: RunLike, *, kind: str | None = None, lang: str = "en", ax: Axes | None = None
) -> Axes:
    """Draw when lines start, plants open and sites close, and in what share of futures.

    A marker is the median of the futures in which it happens, a bar the middle four fifths
    of them, a hollow diamond the announced year. Rare things are pale.

    Parameters
    ----------
    run : RunLike
        The run.
    kind : {"starts", "opens", "closes"}, optional
        Only these; all by default.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.

    Raises
    ------
    AnalysisError
        When nothing of that kind happens or was announced.
    """
    table = dates_of(run)
    shown = table if kind is None else table[table["kind"] == kind]
    if shown.empty:
        raise AnalysisError(f"nothing {kind or 'happens'} in this run")
    shown = shown.assign(order=[list(_LOOKS).index(each) for each in shown["kind"]])
    shown = shown.sort_values(["order", "p50"], kind="stable", na_position="last")
    ax, said = ax or axes(height=1.5 + 0.27 * len(shown)), Speaker(lang)
    for row, each in enumerate(shown.to_dict("records")):
        _draw(ax, row, each, said)
    names = [
        said(f"figure.{kind}", name=called(run, str(entity)))
        for entity, kind in zip(shown["entity"], shown["kind"], strict=True)
    ]
    ax.set_yticks(range(len(shown)), names)
    ax.invert_yaxis()
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    tidy(ax, "x")
    ax.tick_params(axis="y", labelcolor=INK, length=0)
    title(ax, _message(shown, said), said("figure.milestones"))
    return ax


def _draw(ax: Axes, row: int, each: Mapping[Any, Any], said: Speaker) -> None:
    marker, colour = _LOOKS[str(each["kind"])]
    low, middle, high, share = (float(each[name]) for name in ("p10", "p50", "p90", "share"))
    alpha = 0.35 + 0.65 * share
    known = share == 1.0 and high - low < _CERTAIN
    ax.plot([low, high], [row, row], color=colour, lw=4, alpha=0.45 * alpha, solid_capstyle="butt")
    ax.plot([middle], [row], marker, color=INK if known else colour, ms=7, alpha=alpha)
    announced = float(each["announced"])
    ax.plot([announced], [row], "D", color=INK, mfc="none", ms=5.5, mew=1.1)
    text = said("figure.known") if known else _share(share, said)
    ax.annotate(
        text, (1.01, row), xycoords=("axes fraction", "data"), va="center", size=8.5, color=QUIET
    )


def _share(share: float, said: Speaker) -> str:
    kind = "never" if share == 0.0 else "always" if share == 1.0 else "sometimes"
    return said(f"figure.{kind}", share=percent(share))


def _message(shown: pd.DataFrame, said: Speaker) -> str:
    """Say how many of the announced lines start in most futures, and how late."""
    promised = shown[(shown["kind"] == "starts") & shown["announced"].notna()]
    if promised.empty:
        often = int((shown["share"] > 0.5).sum())
        return said("figure.often", often=often, all=len(shown))
    likely = promised[promised["share"] > 0.5]
    text = said("figure.likely", likely=len(likely), all=len(promised))
    late = (likely["p50"] - likely["announced"] - 1.0).clip(lower=0.0)
    if len(late) and late.max() >= 0.5:
        text += said("figure.latest", years=fixed(late.max(), 0))
    return text
