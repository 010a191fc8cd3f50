"""Where matter comes from and where it goes, in one year: a flow diagram in tonnes."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.tables import RunLike
from bvsim.show.matter import COLOURS, ENTERS, LEAVES, MIDDLE, System, system
from bvsim.show.plot.picture import axes
from bvsim.show.plot.ribbons import Flow, balance, draw_flows
from bvsim.show.plot.style import note, title
from bvsim.show.words import Both, Speaker, called, percent, say

_LEAST_T = 0.5
"""Tonnes; what is less is not drawn."""
_PARTS = {"system": slice(0, 5), "cathode": slice(0, 3), "feedstock": slice(2, 5)}
"""The lanes that each part of the system has."""


def sankey(
    run: RunLike,
    year: int = 2030,
    *,
    of: str = "system",
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw where matter comes from and where it goes in a year; means over futures.

    Nothing is lost between the lanes: what enters a plant leaves it, or stays in its store.

    Parameters
    ----------
    run : RunLike
        The run.
    year : int
        The year.
    of : {"system", "cathode", "feedstock"}
        All of it; or from cathode material to cells and scrap; or from scrap and packs through
        recyclers to what becomes of them.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.

    Raises
    ------
    AnalysisError
        When nothing of that kind flows in the year.
    """
    if of not in _PARTS:
        raise AnalysisError(f"of is {of!r}: it must be one of {', '.join(_PARTS)}")
    found, said = system(run), Speaker(lang)
    if year not in found.years:
        raise AnalysisError(f"the run has no year {year}")
    lanes = found.lanes[_PARTS[of]]
    flows = _within(found, year, lanes)
    if not flows:
        raise AnalysisError(f"no matter flows in {year}")
    names = {name for flow in flows for name in (flow.source, flow.target)}
    titles = {name: said.of(_called(run, name)) for name in names}
    colours = {name: COLOURS[name[1:]] for name in names if name.startswith("@")}
    wide = 7.6 if len(lanes) < 5 else 11.0
    ax = ax or axes(wide, 1.6 + 0.55 * max(3, *map(len, lanes)))
    draw_flows(ax, lanes, flows, colours, names=titles, said=said)
    title(ax, _message(flows, said, year), said("figure.matter_measure", year=year))
    note(ax, said("figure.matter_note"))
    return ax


def _within(found: System, year: int, lanes: Sequence[Sequence[str]]) -> list[Flow]:
    """Return the flows whose both ends stand in the lanes."""
    shown = {name for lane in lanes for name in lane}
    flows = (Flow(*each) for each in found.of_year(year) if {*each[:2]} <= shown)
    return [flow for flow in flows if flow.amount >= _LEAST_T]


def _called(run: RunLike, name: str) -> Both:
    return say(f"chart.{name[1:]}") if name.startswith("@") else called(run, name)


def _message(flows: Sequence[Flow], said: Speaker, year: int) -> str:
    """Say where most of the cathode material comes from, and what most of the feed becomes."""
    sums = {name: max(both) for name, both in balance(flows).items()}
    parts = []
    for names, key in ((ENTERS[:3], "from"), (MIDDLE[1:5], "feed"), (LEAVES, "into")):
        known = {name: sums[name] for name in names if name in sums}
        if known:
            first = max(known, key=lambda name: known[name])
            share = percent(known[first] / sum(known.values()))
            parts.append(said(f"figure.most_{key}", name=say(f"chart.{first[1:]}"), share=share))
    return said("figure.pair", name=year, what=said("figure.and_then").join(parts))
