"""Free plants of a class: the valley's own block with nothing outside that binds.

    plants = bv.ramp("incumbent-abroad", lines=6, interval=4)
    plants.quantiles("share")

Each member draws the figures of the class. What it makes is measured on the block that the valley
runs, lines, stops, scrap and all, and averaged over several lucks: the plant's curve is what its
figures say, a fire in some month is luck. No formula stands in for it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.schema.errors import unknown
from bvsim.schema.figure import Figure
from bvsim.schema.ramp import RampClass
from bvsim.schema.stages import Project, Shock, Stage, Stages, Stops
from bvsim.schema.unit import Timed
from bvsim.valley.ground.books import Books, Trace
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, MONTHS_PER_YEAR, Calendar, make_calendar
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.stages import STAGE_NAMES, Pipeline

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

LUCKS: Final = 4
"""With so many, no stop of weeks moves the tenth percentile of a thousand plants by 5%."""
LEVELS: Final = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
SHORT_OF_VALUE: Final = 0.05
SHORT_OF_NAMEPLATE: Final = 0.002
_DAYS_PER_YEAR: Final = 365
"""A plant cannot be as fast as its curve when it falls short of it by more than both."""


@dataclass(frozen=True)
class Layout:
    """How a plant's nameplate comes into service.

    Parameters
    ----------
    lines : float
        Number of lines.
    interval_months : float
        Drawn time between two releases.
    nameplate : float
        Good units a year.
    """

    lines: float = 1.0
    interval_months: float = 0.0
    nameplate: float = 1.0


@dataclass(frozen=True)
class FreePlant:
    """One free plant.

    Parameters
    ----------
    share, scrap : array of float, shape (months + 1,)
        Good cells as a share of nameplate, and scrap as a share of starts, by month after SOP;
        the share is the mean over a month around it (at SOP: over the half month after it).
        Both are means over the lucks that the plant was run with.
    share_once : array of float, shape (months + 1,)
        The share with the first of these lucks: what one plant makes in one month.
    sooner_months : float
        How much sooner the last line came than at the drawn interval.
    yield_pace : float
        Factor on the times in which scrap falls: below 1 where the curve needs yield sooner.
    too_slow : bool
        Whether the lines cannot be as fast as the plant's curve all the same.
    """

    share: FloatArray
    scrap: FloatArray
    share_once: FloatArray
    sooner_months: float
    yield_pace: float
    too_slow: bool


@dataclass(frozen=True)
class FreePlants:
    """Free plants of one class.

    Parameters
    ----------
    ramp : str
        The class.
    as_of : datetime.date
        Vintages of its figures known by then.
    members : tuple of FreePlant
        The plants.
    """

    ramp: str
    as_of: dt.date
    members: tuple[FreePlant, ...]

    @property
    def share(self) -> FloatArray:
        """Good cells as a share of nameplate, mean over lucks, shape (members, months + 1)."""
        return np.array([each.share for each in self.members])

    @property
    def share_once(self) -> FloatArray:
        """The same with one luck each: wider below, as stops of weeks fall into some months."""
        return np.array([each.share_once for each in self.members])

    @property
    def scrap(self) -> FloatArray:
        """Scrap as a share of starts, shape (members, months + 1)."""
        return np.array([each.scrap for each in self.members])

    @property
    def sooner(self) -> float:
        """Share of members whose lines come sooner than drawn: the interval gives."""
        return float(np.mean([each.sooner_months > 0.0 for each in self.members]))

    @property
    def sooner_months(self) -> float:
        """Median of how much sooner the last line comes, where any does; 0 where none."""
        given = [each.sooner_months for each in self.members if each.sooner_months > 0.0]
        return float(np.median(given)) if given else 0.0

    @property
    def yield_sooner(self) -> float:
        """Share of members whose yield comes sooner than drawn: the curve needs it."""
        return float(np.mean([each.yield_pace < 1.0 for each in self.members]))

    @property
    def too_slow(self) -> float:
        """Share of members that cannot be as fast as their curve, whatever gives."""
        return float(np.mean([each.too_slow for each in self.members]))

    def quantiles(self, quantity: str = "share") -> pd.DataFrame:
        """Return P10, P50 and P90 of share, scrap or share_once by month after SOP."""
        import pandas as pd

        values = np.quantile(getattr(self, quantity), list(LEVELS.values()), axis=0)
        index = pd.RangeIndex(values.shape[1], name="month")
        return pd.DataFrame(values.T, index=index, columns=list(LEVELS))

    def __repr__(self) -> str:
        months = self.members[0].share.size - 1 if self.members else 0
        return f"<{len(self.members)} free plants of class {self.ramp}, {months} months>"


def ramp(
    name: str,
    *,
    site: str | None = None,
    ramped_before: int | None = None,
    nameplate: float | None = None,
    lines: int | None = None,
    interval: float | None = None,
    as_of: dt.date | str | None = None,
    members: int = 1000,
    lucks: int = LUCKS,
    seed: int = 1,
    months: int = 60,
    model: str | None = None,
) -> FreePlants:
    """Simulate free plants of a class.

    Parameters
    ----------
    name : str
        The class, such as ``new-entrant``.
    site : str, optional
        Takes the layout of this site's first block; by default one line of nameplate 1.
    ramped_before : int, optional
        Plants abroad that the maker had ramped before, for classes that depend on it.
    nameplate, lines, interval : float, optional
        Good units a year, number of lines, months between two releases: in place of the
        site's.
    as_of : date, optional
        Vintages of the class known by then; by default on the day of the scenario `reference`.
    members, lucks, seed, months : int
        Number of plants, how often each is run with the same figures, seed, and months after
        SOP.
    model : str, optional
        The model that holds the class; by default that of the scenario `reference`.

    Raises
    ------
    AnalysisError
        When there is no such class or site.
    """
    from bvsim.reading.datafiles import default_model

    day, model = _day(as_of), model or default_model()
    known = _classes(model, day)
    chosen_class = _by_experience(name, ramped_before, known)
    figures = {each.name: getattr(known[chosen_class], each.name) for each in fields(RampClass)}
    given = {"lines": lines, "interval_months": interval, "nameplate": nameplate}
    layout_figures = _layout_figures(site, model, day)
    ties = _ties(model, chosen_class, day)
    drawn = _drawn(figures, layout_figures, members, seed, ties)
    made = []
    for i, (ramp_class, layout) in enumerate(drawn):
        chosen = {**layout, **{key: x for key, x in given.items() if x is not None}}
        keys = [Key(seed, i, luck) for luck in range(lucks)]
        made.append(free_plant(ramp_class, Layout(**chosen), keys, months))
    return FreePlants(name, day, tuple(made))


def _day(as_of: dt.date | str | None) -> dt.date:
    if as_of is None:
        from bvsim.reading import load

        return load("reference").as_of
    try:
        return dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        raise AnalysisError(f"{as_of!r} is not a date: write YYYY-MM-DD") from None


def _classes(model: str, day: dt.date) -> Mapping[str, Any]:
    from bvsim.analysis.truth.classes import ramp_classes

    return ramp_classes(_folder(model), day)


def _by_experience(name: str, ramped_before: int | None, known: Mapping[str, Any]) -> str:
    """Return the class of a maker who had ramped so many plants; three and more are alike."""
    if name not in known:
        raise AnalysisError(unknown("class", name, known))
    if ramped_before is None:
        return name
    graded = sorted(each for each in known if re.fullmatch(rf"{re.escape(name)}-\d", each))
    if not graded:
        raise AnalysisError(f"no figure of {name} depends on how many plants were ramped before")
    return graded[min(ramped_before, len(graded) - 1)]


def _ties(model: str, name: str, day: dt.date) -> list[tuple[str, str, float]]:
    """Return the rank correlations of a class's figures."""
    from bvsim.reading.folder import read_model
    from bvsim.reading.model_ties import template_ties

    found = template_ties(read_model(_folder(model)).tree, "classes", name, day)
    return [tie.correlation for tie in found if tie.rank != 0.0]


def _folder(model: str) -> Path:
    from bvsim.reading.datafiles import find_model

    folder = find_model(model)
    if folder is None:
        raise AnalysisError(f"there is no model {model!r} here")
    return folder


def _layout_figures(site: str | None, model: str, day: dt.date) -> dict[str, Figure]:
    """Return the figures of the layout of a site's first block."""
    if site is None:
        return {}
    from bvsim.reading.assembly import assemble, kind_of
    from bvsim.reading.folder import read_model

    sites = assemble(read_model(_folder(model)), (), kind_of(), day).model.sites
    blocks = {name: each.blocks for name, each in sites.items() if each.blocks}
    if site not in blocks:
        raise AnalysisError(unknown("site", site, blocks))
    block = blocks[site][min(blocks[site])]
    return {
        "lines": block.lines,
        "interval_months": block.line_interval,
        "nameplate": block.nameplate,
    }


def _drawn(
    ramp_figures: Mapping[str, object],
    layout: Mapping[str, Figure],
    members: int,
    seed: int,
    ties: Iterable[tuple[str, str, float]] = (),
) -> list[tuple[RampClass, dict[str, float]]]:
    """Draw classes and layouts: a scrambled Sobol design over all that is uncertain."""
    from bvsim.ensemble.design.correlation import Copula
    from bvsim.ensemble.design.points import design

    everything = {**ramp_figures, **{f"layout {key}": x for key, x in layout.items()}}
    certain = {k: x for k, x in everything.items() if not isinstance(x, Figure)}
    figures = {k: x for k, x in everything.items() if isinstance(x, Figure)}
    uncertain = sorted(key for key, figure in figures.items() if figure.uncertain)
    tied = [tie for tie in ties if set(tie[:2]) <= set(uncertain)]
    uniforms = Copula(uncertain, tied)(design(len(uncertain), members, seed).uniforms())
    columns = {key: np.full(members, figure.distribution.median) for key, figure in figures.items()}
    for i, key in enumerate(uncertain):
        columns[key] = figures[key].distribution.quantile(uniforms[:, i])
    bounded = {
        key: np.clip(values, figures[key].unit.lower, figures[key].unit.upper)
        for key, values in columns.items()
    }
    found = []
    for i in range(members):
        row: dict[str, Any] = {key: float(values[i]) for key, values in bounded.items()}
        figures_of_class: dict[str, Any] = {
            key: row.get(key, certain.get(key)) for key in ramp_figures
        }
        ramp_class = RampClass(**figures_of_class)
        found.append((ramp_class, {key: row[f"layout {key}"] for key in layout}))
    return found


# -- one plant ----------------------------------------------------------------------------------


@cache
def _calendar(months: int) -> Calendar:
    """Return weeks from SOP on, without shutdowns: scheduled time is time."""
    start = dt.date(2030, 1, 1)
    days = int((months + 1) * DAYS_PER_MONTH) + 1
    end = start + dt.timedelta(days=days)
    return make_calendar(start, end, review_days=7, scheduled_days=_DAYS_PER_YEAR, august_share=0.0)


def free_plant(
    ramp_class: RampClass, layout: Layout, keys: Sequence[Key], months: int
) -> FreePlant:
    """Simulate one plant of a class with nothing outside that binds.

    Parameters
    ----------
    ramp_class : RampClass
        Its drawn figures.
    layout : Layout
        Its lines.
    keys : sequence of Key
        Its lucks, at least one.
    months : int
        How long after SOP.
    """
    runs = [_run(ramp_class, layout, key, _calendar(months)) for key in keys]
    at = np.arange(months + 1) / MONTHS_PER_YEAR
    shares = [_share(ages, made, at) / layout.nameplate for _, ages, made, _ in runs]
    scraps = [np.interp(at, ages, scrap) for _, ages, _, scrap in runs]
    block = runs[0][0]
    return FreePlant(
        share=np.mean(shares, axis=0),
        scrap=np.mean(scraps, axis=0),
        share_once=shares[0],
        sooner_months=block.line_curve.schedule.given_days / DAYS_PER_MONTH,
        yield_pace=block.yield_pace,
        too_slow=_too_slow(block, at.tolist()),
    )


def _share(ages: list[float], made: list[float], at: FloatArray) -> FloatArray:
    """Return good units a year in the month around each time `at`."""
    half = 0.5 / MONTHS_PER_YEAR
    begin, end = np.maximum(at - half, 0.0), at + half
    good = np.interp(end, ages, made) - np.interp(begin, ages, made)
    return np.asarray(good / (end - begin), dtype=float)


def _run(
    ramp_class: RampClass, layout: Layout, key: Key, calendar: Calendar
) -> tuple[Block, list[float], list[float], list[float]]:
    """Let a block run; return it, and by the ends of periods: age, good units, scrap."""
    trace = Trace(calendar, keep=False)
    env, books = Environment(), Books(calendar, trace)
    ctx = Context(env, env.clock, calendar, Streams(key), books, trace, as_of_day=0.0)
    entity = "plant.block-1"
    block = Block(
        entity=entity,
        nameplate=layout.nameplate,
        lines=layout.lines,
        line_interval=Timed((), (layout.interval_months,)),
        ramp=ramp_class,
        ctx=ctx,
        pipeline=Pipeline(_open_at_once(), entity, ctx, Shock(level=0.5, correlation=0.0)),
    )
    block.start()
    ages, made, scrap = [0.0], [0.0], [ramp_class.scrap_start]
    for period in calendar.periods:
        env.run(until=period.start_day + 1e-6)
        block.levels(period, 1.0)
        made.append(made[-1] + block.run(1.0, period, 0.0)[1])
        ages.append(ages[-1] + period.scheduled_days / calendar.scheduled_days_per_year)
        scrap.append(block.scrap)
    return block, ages, made, scrap


@cache
def _open_at_once() -> Project:
    stage = Stage(duration=0.0, stop_hazard=0.0)
    stops = Stops(cancelled=1.0, downsized=0.0, downsize_factor=1.0, review=12.0, resume=0.0)
    stages = Stages(**dict.fromkeys(STAGE_NAMES, stage))
    return Project(begins=0.0, sop=0.0, stages=stages, stops=stops)


def _too_slow(block: Block, at: Iterable[float]) -> bool:
    """Tell whether lines at full rate fall short of the curve in some month, undisturbed."""
    curve, mature = block.line_curve, block.ramp.mature
    reached = block.rating * block.availability.mean()
    for years in at:
        wanted = mature * curve.curve.share(years)
        short = wanted - reached * min(curve.curve.share(years), curve.usual_yield.at(years))
        if short > SHORT_OF_NAMEPLATE and short > SHORT_OF_VALUE * wanted:
            return True
    return False
