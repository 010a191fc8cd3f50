"""Tables that set scenarios and levers side by side, in Markdown.

Differences are paired: row by row on common draws and luck, with the 95% interval of their
mean that the design allows (`bvsim.ensemble.design.interval.ci95_mean`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.tables import ROW, RunLike, by_year, cell
from bvsim.ensemble.design.interval import ci95_mean
from bvsim.reading.levers import Lever, price
from bvsim.schema.pages import ScenariosPage, ScrapPage
from bvsim.valley.cells.causes import label

FIRST_YEAR, LAST_YEAR = 2027, 2035
"""The span over which output and prices of levers are added up."""

REVERSERS = {"closure": "closure", "throttling": "throttle", "volume": "demand"}
"""What may turn a row against what is expected of scrap, and the loss of the ledger that tells."""

Series = pd.Series


# -- quantities by row ---------------------------------------------------------------


def kpi(run: RunLike, name: str) -> Series[float]:
    """Return a key figure by row."""
    table = run.table("kpis").set_index(ROW)
    return table[name].astype(float)


def summed(run: RunLike, column: str, entity: str | None = None) -> Series[float]:
    """Return a yearly quantity added up over the span, by row."""
    frame = by_year(run, column, entity)
    years = [year for year in frame.columns if FIRST_YEAR <= int(year) <= LAST_YEAR]
    return frame[years].sum(axis=1)


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, its 95% interval, and how many rows fell, rose."""

    mean: float
    low: float
    high: float
    fell: int
    rose: int

    @property
    def sign(self) -> int:
        """1 or -1 where the interval excludes zero, else 0."""
        return int(self.low > 0.0) - int(self.high < 0.0)

    def text(self, digits: int = 1) -> str:
        """Return the mean with its interval."""
        if math.isnan(self.mean):
            return "-"
        zero = 0.5 * 10.0**-digits
        low, mean, high = (0.0 if abs(x) < zero else x for x in (self.low, self.mean, self.high))
        return f"{mean:+,.{digits}f} [{low:+,.{digits}f}, {high:+,.{digits}f}]"


def paired(of: Series[float], minus: Series[float], design: str = "sobol") -> Difference:
    """Return the difference of two quantities on common rows.

    Rows in which either is undefined are left out.
    """
    both = pd.concat([of, minus], axis=1, join="inner").dropna()
    change = (both.iloc[:, 0] - both.iloc[:, 1]).to_numpy(dtype=float)
    if not len(change):
        return Difference(math.nan, math.nan, math.nan, 0, 0)
    draws = both.index.get_level_values("draw").to_numpy()
    span = ci95_mean(change, draws, design) or (-math.inf, math.inf)
    small = 1e-9 * max(1.0, float(np.abs(both.to_numpy()).max()))
    fell, rose = int((change < -small).sum()), int((change > small).sum())
    return Difference(float(change.mean()), *span, fell, rose)


# -- Markdown ------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def quantiles(values: Series[float], digits: int = 1, scale: float = 1.0) -> str:
    """Return P10 / P50 / P90 of the rows in which a quantity is defined."""
    defined = values.dropna() * scale
    if defined.empty:
        return "-"
    found = defined.quantile([0.1, 0.5, 0.9])
    return " / ".join(f"{value:,.{digits}f}" for value in found)


def _median(values: Series[float], digits: int = 0, scale: float = 1.0) -> str:
    defined = values.dropna()
    return "-" if defined.empty else f"{defined.median() * scale:,.{digits}f}"


def _bottleneck(run: RunLike, year: int) -> str:
    found = shares(run)
    cause, share = max(
        ((name, cell(found, year, name)) for name in map(str, found)), key=lambda x: x[1]
    )
    return f"{label(cause)} ({share:.0%})"


# -- the page of scenarios -----------------------------------------------------------

HEAD = (
    "scenario",
    "output 2030, GWh (P10 / P50 / P90)",
    "30 GWh by 2030",
    "50 GWh by 2030",
    "jobs 2030",
    "local CAM 2030, 2035",
    "retired packs 2030, kt",
    "scrap 2030, kt",
    "main bottleneck 2030",
)


def scenario_row(name: str, run: RunLike) -> list[str]:
    """Return a scenario's row of the table of all scenarios."""
    return [
        f"`{name}`",
        quantiles(kpi(run, "output_2030_gwh")),
        f"{kpi(run, 'reach_30_gwh_2030').mean():.0%}",
        f"{kpi(run, 'reach_50_gwh_2030').mean():.0%}",
        _median(kpi(run, "headcount_2030")),
        ", ".join(f"{kpi(run, f'local_cam_share_{y}').mean():.0%}" for y in (2030, 2035)),
        _median(kpi(run, "eol_feedstock_2030_t"), 1, 1e-3),
        _median(kpi(run, "scrap_2030_t"), 1, 1e-3),
        _bottleneck(run, 2030),
    ]


MEASURES: tuple[tuple[str, Callable[[RunLike], Series[float]], int], ...] = (
    ("output 2030, GWh", lambda run: kpi(run, "output_2030_gwh"), 2),
    ("output 2035, GWh", lambda run: kpi(run, "output_2035_gwh"), 2),
    (f"output {FIRST_YEAR}-{LAST_YEAR}, GWh", lambda run: summed(run, "good_gwh"), 1),
    ("jobs 2030", lambda run: kpi(run, "headcount_2030"), 0),
    ("local CAM 2035, points", lambda run: 100.0 * kpi(run, "local_cam_share_2035"), 1),
    ("local pCAM 2035, points", lambda run: 100.0 * kpi(run, "local_pcam_share_2035"), 1),
)


def differences(runs: Mapping[str, RunLike], frames: Sequence[str]) -> str:
    """Return each scenario but frames less the reference, in a few measures."""
    base = {head: measure(runs["reference"]) for head, measure, _ in MEASURES}
    rows = []
    for name, run in runs.items():
        if name not in {"reference", *frames}:
            found = [paired(measure(run), base[head]).text(n) for head, measure, n in MEASURES]
            rows.append([f"`{name}`", *found])
    return table(["scenario less reference", *base], rows)


def ladder(runs: Mapping[str, RunLike], names: Sequence[str]) -> str:
    """Return the steps between scenarios that should be in order, from low to high."""
    rows = []
    for low, high in itertools.pairwise(names):
        for head, measure, digits in MEASURES[:3]:
            found = paired(measure(runs[high]), measure(runs[low]))
            rows.append(
                [
                    f"`{high}` less `{low}`",
                    head,
                    found.text(digits),
                    f"{found.rose} up, {found.fell} down",
                    {1: "in order", 0: "not told apart", -1: "against the order"}[found.sign],
                ]
            )
    return table(["step", "measure", "paired mean [95%]", "rows", "verdict"], rows)


def paradox(runs: Mapping[str, RunLike], page: ScrapPage) -> str:
    """Return what learning and volume do to a recycler's scrap."""
    rows, recycler = [], page.recycler
    for name, expected in page.expected.items():
        run, base = runs[name], runs["reference"]
        scraps = summed(run, "feed_scrap_t", recycler), summed(base, "feed_scrap_t", recycler)
        feed, against = paired(*scraps), (scraps[0] - scraps[1]) * expected < 0.0
        scrap = paired(summed(run, "scrap_t"), summed(base, "scrap_t"))
        output = paired(summed(run, "good_gwh"), summed(base, "good_gwh"))
        waits = paired(
            summed(run, "mothballed_weeks", recycler), summed(base, "mothballed_weeks", recycler)
        )
        counts = f"{feed.rose} up, {feed.fell} down"
        rows.append(
            [
                f"`{name}`",
                feed.text(0),
                counts,
                _reversed_by(run, base, against),
                scrap.text(0),
                output.text(1),
                waits.text(1),
            ]
        )
    head = [
        f"less reference, {FIRST_YEAR}-{LAST_YEAR}",
        f"scrap fed to {recycler}, t",
        "rows",
        "rows against it, by what changed most",
        "scrap of all plants, t",
        "output, GWh",
        f"{recycler} mothballed, weeks",
    ]
    return table(head, rows)


def _reversed_by(run: RunLike, base: RunLike, rows: Series[bool]) -> str:
    """Count the rows by which of closure, throttling and orders changed most."""
    changes = pd.DataFrame(
        {
            word: (summed(run, f"lost_{cause}_gwh") - summed(base, f"lost_{cause}_gwh")).abs()
            for word, cause in REVERSERS.items()
        }
    )[rows]
    if changes.empty:
        return "none"
    counts = changes.idxmax(axis=1).value_counts()
    return ", ".join(f"{word} {counts[word]}" for word in REVERSERS if word in counts)


def scenarios_page(
    runs: Mapping[str, RunLike], stories: Mapping[str, str], page: ScenariosPage
) -> str:
    """Return the generated part of the page of scenarios."""
    draws = len(kpi(runs["reference"], "output_2030_gwh"))
    told = [f"- `{name}`: {stories[name].strip()}" for name in runs]
    parts = [
        f"{len(runs)} scenarios on {draws} common draws of the uncertain figures, one replication"
        " each.",
        "## What each asks",
        "\n".join(told),
        "## All scenarios",
        "Jobs and feedstock are medians; shares of local cathode material are means over the"
        " rows in which cells were made. The bottleneck is the largest loss of the region's"
        " ledger, the plan's own losses apart, with the share of rows in which it is.",
        table(HEAD, [scenario_row(name, run) for name, run in runs.items()]),
        "## Differences from the reference",
        "Paired: the mean over rows of the difference on the same draw and luck, with its 95%"
        " interval. Other regions, and what frames the others, stand in none.",
        differences(runs, page.frames),
    ]
    if page.ladders:
        parts += ["## Are they in order?", *(ladder(runs, names) for names in page.ladders)]
    if page.scrap is not None:
        parts += ["## The recyclers' paradox", paradox(runs, page.scrap)]
    return "\n\n".join(parts)


# -- the page of levers --------------------------------------------------------------


def price_of(lever: Lever, run: RunLike, base: RunLike) -> float | None:
    """Return what a lever costs over the span, EUR million; None where it is unpriced."""
    if lever.booked:
        return paired(
            summed(run, lever.booked, "region"), summed(base, lever.booked, "region")
        ).mean
    return price(lever, FIRST_YEAR, LAST_YEAR).meur


def worth(gain: Difference, meur: float | None) -> str:
    """Return the GWh for each EUR million, where it is honest to state it."""
    if meur is None:
        return "unpriced"
    if gain.sign <= 0:
        return "no gain told apart from zero" if gain.sign == 0 else "a loss"
    if meur <= 0.0:
        return "costs nothing"
    two_digits = float(f"{gain.mean / meur:.2g}")
    return f"{two_digits:.9f}".rstrip("0").rstrip(".")


def levers_page(
    levers: Mapping[str, Lever], runs: Mapping[str, RunLike], scenarios: Mapping[str, RunLike]
) -> str:
    """Return the generated part of the page of levers.

    Parameters
    ----------
    levers : mapping of str to Lever
        The levers.
    runs : mapping of str to RunLike
        The reference with each lever turned alone.
    scenarios : mapping of str to RunLike
        The scenarios, of which `reference` and `all-levers` are used.
    """
    base, every = scenarios["reference"], scenarios["all-levers"]
    whole = summed(every, "good_gwh")
    effects, prices = [], []
    for name, lever in levers.items():
        run = runs[name]
        output = summed(run, "good_gwh")
        gain = paired(output, summed(base, "good_gwh"))
        meur = price_of(lever, run, base)
        in_2030 = paired(kpi(run, "output_2030_gwh"), kpi(base, "output_2030_gwh"))
        amount = "unpriced" if meur is None else f"{meur:,.0f}"
        rest = paired(whole, output).text(1)
        effects.append(
            [f"`{name}`", in_2030.text(2), gain.text(1), amount, worth(gain, meur), rest]
        )
        prices.append([f"`{name}`", lever.title, str(lever.since), *_told(lever)])
    total = paired(whole, summed(base, "good_gwh"))
    in_2030 = paired(kpi(every, "output_2030_gwh"), kpi(base, "output_2030_gwh"))
    effects.append(["all together", in_2030.text(2), total.text(1), "", "", ""])
    span = f"{FIRST_YEAR}-{LAST_YEAR}"
    head = ["lever less reference", "output 2030, GWh", f"output {span}, GWh"]
    head += [f"price {span}, EUR million", "GWh per EUR million", "all levers less this one, GWh"]
    return "\n\n".join(
        [
            "## The levers and their prices",
            table(["lever", "what it does", "from", "price", "sources", "note"], prices),
            "## What they do",
            f"{len(whole)} common draws; paired means with 95% intervals, each lever alone.",
            table(head, effects),
        ]
    )


def _told(lever: Lever) -> list[str]:
    """Return a lever's price, sources and note in words."""
    if lever.unpriced:
        return ["unpriced", "", lever.unpriced]
    if lever.booked:
        return ["as the run books it", "", f"column `{lever.booked}`, less that of the reference"]
    figure: Any = lever.total if lever.total is not None else lever.per_year
    told = price(lever, FIRST_YEAR, LAST_YEAR)
    return [figure.describe(), ", ".join(told.sources), told.note]
