"""The vehicle market: electric shares and registrations, known before anything runs.

Nothing in the valley acts back on how many cars are sold, so that the
whole path of a replication is computed once, month by month, as arrays.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, reduce
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri

from bvsim.schema.demand import DRAWN, CarMarket, Co2Step, DemandSpec, Leasing, ObservedYear
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR, MONTHS_PER_YEAR, Calendar
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.ground.rows import numbers_of, vec
from bvsim.valley.ground.streams import Stream

FloatArray: TypeAlias = NDArray[np.float64]

_EDGE: Final = 1e-4  # shares of 0 and 1 have no log odds
_CENTRAL: Final = 0.5  # the position among the paths that everyone plans with
_GWH_PER_KWH: Final = 1e-6
_EUR_PER_KEUR: Final = 1000.0


@dataclass(frozen=True)
class MarketMonths:
    """Whole months from the start of a simulation to some years beyond its end.

    The market goes on beyond the horizon: plans look ahead, and a volume may be that of
    a later year. So neither depends on when a simulation ends.

    Parameters
    ----------
    starts : tuple of float
        First day of each month, and the day after the last one.
    years : ndarray of int
        Calendar year of each month.
    days, times : ndarray
        Middles of the months, in days since the start and in decimal years.
    of_year : dict of int to slice
        The months of each year.
    """

    starts: tuple[float, ...]
    years: NDArray[np.int_]
    days: FloatArray
    times: FloatArray
    of_year: dict[int, slice]


def months_to(calendar: Calendar, last_year: int) -> MarketMonths:
    """Return the months up to December of a year."""
    return _months_to(calendar.start, last_year)


@lru_cache(maxsize=16)
def _months_to(first: date, last_year: int) -> MarketMonths:
    end = (last_year + 1) * MONTHS_PER_YEAR
    months = range(first.year * MONTHS_PER_YEAR + first.month - 1, end + 1)
    firsts = [date(m // MONTHS_PER_YEAR, m % MONTHS_PER_YEAR + 1, 1) for m in months]
    starts = (0.0, *[float((day - first).days) for day in firsts[1:]])
    days = 0.5 * (np.array(starts[:-1]) + np.array(starts[1:]))
    times = first.year + (first.timetuple().tm_yday - 1 + days) / DAYS_PER_YEAR
    years = np.array([day.year for day in firsts[:-1]])
    named = range(first.year, last_year + 1)
    ends = [0, *np.searchsorted(years, named, side="right").tolist()]
    of_year = {year: slice(ends[i], ends[i + 1]) for i, year in enumerate(named)}
    return MarketMonths(starts, years, days, times, of_year)


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part over whole, and zero where there is nothing."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0.0)


@dataclass(frozen=True)
class EvMarket:
    """Monthly arrays of one replication, shape (months,) each.

    Parameters
    ----------
    home_share : ndarray
        Battery-electric share of new cars at home.
    home_bev, home_lcv, home_phev : ndarray
        Registrations at home of electric cars, electric vans, plug-in hybrids a month.
    home_cars, export_bev : ndarray
        New cars at home; electric cars in the export market, a month.
    home_gwh, export_gwh : ndarray
        Batteries of the vehicles registered a month (export market: cars only).
    home_central, export_central : ndarray
        Electric cars a month on the central path, without deviations: what plans rest on.
    export_central_gwh : ndarray
        Their batteries, export market.
    lfp_share : ndarray
        Share of LFP in the batteries of electric cars in the export market.
    times : ndarray
        Middles of the months in decimal years.
    """

    home_share: FloatArray
    home_bev: FloatArray
    home_lcv: FloatArray
    home_phev: FloatArray
    home_cars: FloatArray
    export_bev: FloatArray
    home_gwh: FloatArray
    export_gwh: FloatArray
    home_central: FloatArray
    export_central: FloatArray
    export_central_gwh: FloatArray
    lfp_share: FloatArray
    times: FloatArray


def ar1(shocks: list[float], *, rho: float, sd: float) -> FloatArray:
    """Return a monthly first-order autoregression that starts at zero.

    Parameters
    ----------
    shocks : list of float
        Standard normal numbers, one a month.
    rho, sd : float
        Persistence and innovation of the *yearly* process x' = rho x + sd e. The
        monthly one has the persistence rho**(1/12) and the same stationary
        variance sd**2 / (1 - rho**2).

    Raises
    ------
    ValueError
        When rho is not below one.
    """
    if not 0.0 <= rho < 1.0:
        raise ValueError(f"rho must be in [0, 1), not {rho}")
    step: float = rho ** (1.0 / MONTHS_PER_YEAR)
    scale = sd * math.sqrt((1.0 - step * step) / (1.0 - rho * rho))
    x, path = 0.0, vec[float]([0.0] * len(shocks))
    for i, shock in enumerate(shocks):
        x = step * x + scale * shock
        path[i] = x
    return numbers_of(path)


def positions(weights: list[float]) -> list[float]:
    """Return where ordered paths lie in [0, 1]: the middles of their shares of the weight."""
    totals, total = [], 0.0
    for weight in weights:
        total += weight
        totals.append(total)
    return [(totals[i] - 0.5 * weight) / total for i, weight in enumerate(weights)]


def log_odds(shares: ArrayLike) -> FloatArray:
    """Return the log odds of shares, of which 0 and 1 have none."""
    return np.asarray(logit(np.minimum(np.maximum(shares, _EDGE), 1.0 - _EDGE)))


def blend(position: float, at: list[float], values: ArrayLike) -> FloatArray:
    """Interpolate between paths in the log odds; outside the outermost paths, they hold.

    Parameters
    ----------
    position : float
        Where to look, in [0, 1].
    at : list of float
        Positions of the paths, ascending.
    values : array_like
        Shares on the paths, shape (paths,) or (paths, years).
    """
    odds, above = log_odds(values), bisect_right(at, position)
    if above in {0, len(at)}:
        return np.asarray(expit(odds[min(above, len(at) - 1)]))
    slope = (odds[above] - odds[above - 1]) / (at[above] - at[above - 1])
    return np.asarray(expit(slope * (position - at[above - 1]) + odds[above - 1]))


def share_knots(spec: DemandSpec, region: str, position: float) -> dict[int, float]:
    """Return the share by year at a position among the paths, which are ordered by size."""
    shares = {name: getattr(path, region) for name, path in spec.paths.items()}
    # Ordered by the share at homes for both regions, so that `path` means the same in both.
    names = sorted(spec.paths, key=lambda name: (sum(spec.paths[name].home.values()), name))
    at = positions([spec.paths[name].weight for name in names])
    years = sorted(shares[names[0]])
    found = blend(position, at, [[shares[name][y] for y in years] for name in names])
    return dict(zip([int(year) for year in years], found.tolist(), strict=True))


def named_knots(spec: DemandSpec, region: str) -> dict[int, float]:
    """Return the share by year of the path that a replication follows."""
    if spec.follow == DRAWN:
        return share_knots(spec, region, spec.path)
    path: dict[str, float] = getattr(spec.paths[spec.follow], region)
    return {int(year): share for year, share in path.items()}


def monthly_log_odds(
    times: FloatArray, knots: dict[int, float], observed: dict[int, float]
) -> FloatArray:
    """Interpolate the log odds of yearly shares, each at mid-year; flat outside.

    Parameters
    ----------
    times : ndarray
        Middles of the months in decimal years.
    knots, observed : dict of int to float
        Shares by year; a path's knots up to the last observed year are left out.
    """
    last = max(observed, default=-1)
    points = observed | {year: share for year, share in knots.items() if year > last}
    years = sorted(points)
    odds = log_odds([points[year] for year in years])
    return np.asarray(np.interp(times, np.array(years) + 0.5, odds), dtype=np.float64)


def by_mid_years(times: FloatArray, knots: Mapping[str, float]) -> FloatArray:
    """Interpolate yearly values, each at mid-year, at decimal years; flat outside."""
    years = sorted(knots)
    middles = [float(year) + 0.5 for year in years]
    return np.asarray(np.interp(times, middles, [knots[year] for year in years]))


def step_log_odds(days: FloatArray, deadline: float, step: Co2Step) -> FloatArray:
    """Return the push before a deadline and the slack after it, at the days given."""
    length = step.months * DAYS_PER_MONTH
    before = (days >= deadline - length) & (days < deadline)
    after = (days >= deadline) & (days < deadline + length)
    return np.asarray(step.push * before - step.push * step.payback * after)


def lease(
    cars: vec[float], days: list[float], opening: float, places: float, spec: Leasing
) -> None:
    """Add the registrations a month that one opening adds, and takes back later.

    Parameters
    ----------
    cars : vec of float
        To which they are added, by month.
    days : list of float
        Middles of the months, ascending.
    opening : float
        Day on which the scheme opens.
    places : float
        Cars that it is open for.
    spec : Leasing
        How many of them are sold besides, and when.
    """
    delivered = opening + spec.delivery * DAYS_PER_MONTH
    paid_back = delivered + spec.payback * DAYS_PER_MONTH
    additional = places * spec.additional
    first, then = bisect_left(days, opening), bisect_left(days, delivered)
    end = bisect_left(days, paid_back)
    each = additional / max(1, then - first)
    for month in range(first, then):
        cars[month] += each
    each = additional * spec.borrowed / max(1, end - then)
    for month in range(then, end):
        cars[month] -= each


def market_size(times: FloatArray, market: CarMarket, deviation: FloatArray | float) -> FloatArray:
    """Return all new cars a month."""
    growth = (times - market.base_year - 0.5) * math.log1p(market.trend)
    return np.asarray(market.level / MONTHS_PER_YEAR * np.exp(growth + deviation))


def _normals(stream: Stream, future: slice) -> FloatArray:
    """Return standard normal numbers of the months to come; past ones have theirs too."""
    return np.asarray(ndtri(numbers_of(stream.row(future.stop))[future]))


class _Builder:
    """Puts an `EvMarket` together; lives only while it does."""

    def __init__(self, spec: DemandSpec, ctx: Context, months: MarketMonths) -> None:
        self.spec, self.ctx = spec, ctx
        calendar = ctx.calendar
        self.months, self.days, self.times = months, months.days, months.times
        self.years = months.years
        self.observed: dict[int, ObservedYear] = {
            int(year): facts
            for year, facts in sorted(spec.observed.items())
            if calendar.day(facts.known_from) <= ctx.as_of_day
        }
        self.export_observed = self.observed
        """Years of the export market that are facts: those that any region of it knows."""
        last = max(self.observed, default=int(self.years[0]) - 1)
        begin = int(np.searchsorted(self.years, last, side="right"))
        self.future = slice(begin, len(self.years))
        self.pushes = list(self._pushes())

    def _pushes(self) -> Iterator[FloatArray]:
        """Yield what each deadline that is known by `as_of` does to the log odds, by name."""
        calendar = self.ctx.calendar
        for _, step in sorted(self.spec.co2_steps.items()):
            if step.known_from is None or calendar.day(step.known_from) <= self.ctx.as_of_day:
                deadline = calendar.day(step.deadline + timedelta(days=1))
                yield step_log_odds(self.days, deadline, step)

    def deviation(self, normals: FloatArray, rho: float, sd: float) -> FloatArray:
        """Return a deviation that is zero up to the last observed month; `normals` come after."""
        path = np.zeros(len(self.years))
        path[self.future] = ar1(normals.tolist(), rho=rho, sd=sd)
        return path

    def share(
        self, region: str, knots: dict[int, float], deviation: FloatArray | float
    ) -> FloatArray:
        """Return the monthly electric share before pulses."""
        home = region == "home"
        bev, cars = ("bev_car", "cars") if home else ("export_bev_car", "export_cars")
        known = self.observed if home else self.export_observed
        past = {y: getattr(f, bev) / getattr(f, cars) for y, f in known.items()}
        odds = monthly_log_odds(self.times, knots, past) + deviation
        for push in self.pushes:
            odds = odds + push
        return np.asarray(expit(odds))

    def pulses(self) -> FloatArray:
        """Return the registrations at home a month due to subsidised leasing."""
        spec, calendar = self.spec.leasing, self.ctx.calendar
        stream = self.ctx.streams.stream("demand", "leasing")
        if spec is None:
            return np.zeros(len(self.days))
        days: list[float] = self.days.tolist()
        cars = vec[float]([0.0] * len(days))
        places, probability = OverTime(spec.places), OverTime(spec.probability)
        for name in sorted(spec.opened):
            day = calendar.day(spec.opened[name])
            if day <= self.ctx.as_of_day:
                lease(cars, days, day, places.at(day), spec)
        for year in self.months.of_year:
            day = calendar.day(date(year, spec.opens_month, 1))
            funded = stream.happens(probability.at(day))
            if funded and day > self.ctx.as_of_day:
                lease(cars, days, day, places.at(day), spec)
        return numbers_of(cars)

    def bonus(self) -> FloatArray:
        """Return the change of the share at home by the incentive, per month."""
        bonus = self.spec.bonus
        if bonus is None:
            return np.zeros(len(self.days))
        if not bonus.change.days:
            change = np.full(len(self.days), bonus.change.values[0])
        else:
            change = np.array([bonus.change.at(day) for day in self.days.tolist()])
        return np.asarray(change / _EUR_PER_KEUR * bonus.effect)

    def impose(self, values: FloatArray, field: str) -> FloatArray:
        """Put the observed years in place of simulated ones."""
        values = values.copy()
        known = self.export_observed if field.startswith("export_") else self.observed
        for year, facts in known.items():
            if year in self.months.of_year:
                values[self.months.of_year[year]] = getattr(facts, field) / MONTHS_PER_YEAR
        return values


@dataclass(frozen=True)
class _HomeMarket:
    """A region's own market, and what its policy adds to the export market it is part of."""

    build: _Builder
    share: FloatArray
    cars: FloatArray
    export_deviation: FloatArray
    cycle: FloatArray
    of_policy: FloatArray


def make_ev_market(spec: DemandSpec, ctx: Context, months: MarketMonths) -> EvMarket:
    """Compute the vehicle market of one replication, for some months.

    Up to the last calendar year whose figures were known at `as_of`, observed
    registrations are imposed; later months follow the chosen path with
    autoregressive deviations on the log odds (the two markets correlated),
    fleet-target deadlines, subsidised leasing and incentives.
    """
    return make_ev_markets([(spec, ctx)], months)[0]


def make_ev_markets(
    regions: Sequence[tuple[DemandSpec, Context]], months: MarketMonths
) -> list[EvMarket]:
    """Compute the vehicle markets of regions that share one export market.

    Each as `make_ev_market` does it; what the policy of any region adds to its own sales is
    registered in the one export market, and years that any of them knows as facts are facts
    of it.
    """
    builders = [_Builder(spec, ctx, months) for spec, ctx in regions]
    known: dict[int, ObservedYear] = {}
    for build in builders:
        known = build.observed | known
    for build in builders:
        build.export_observed = dict(sorted(known.items()))
    homes = [_home_market(build) for build in builders]
    of_policy = reduce(np.add, [home.of_policy for home in homes])
    return [_whole_market(home, of_policy) for home in homes]


def _home_market(build: _Builder) -> _HomeMarket:
    spec, streams = build.spec, build.ctx.streams
    future, chance, names = build.future, spec.deviation, spec.markets
    export = _normals(streams.stream("demand", f"{names.export.name}-share"), future)
    own = _normals(streams.stream("demand", f"{names.home.name}-share"), future)
    home = chance.correlation * export + math.sqrt(1.0 - chance.correlation**2) * own
    cycle = _normals(streams.stream("demand", "car-market"), future)

    deviation = build.deviation(home, chance.rho, chance.sd)
    cars = market_size(build.times, spec.home, build.deviation(cycle, spec.home.rho, spec.home.sd))
    base = build.share("home", named_knots(spec, "home"), deviation)
    share = np.clip(base + ratio(build.pulses(), cars) + build.bonus(), 0.0, 1.0)
    return _HomeMarket(
        build=build,
        share=share,
        cars=cars,
        export_deviation=build.deviation(export, chance.rho, chance.sd),
        cycle=cycle,
        # cars that policy at home adds to the path are registered in the export market too
        of_policy=(share - np.clip(base, 0.0, 1.0)) * cars,
    )


def _whole_market(home: _HomeMarket, of_policy: FloatArray) -> EvMarket:
    """Return a region's view of the vehicle market; `of_policy` are cars of all regions."""
    build, home_share, home_cars = home.build, home.share, home.cars
    spec = build.spec
    export_cars = market_size(
        build.times, spec.export, build.deviation(home.cycle, spec.export.rho, spec.export.sd)
    )
    export_share = build.share("export", named_knots(spec, "export"), home.export_deviation)

    home_cars_seen = build.impose(home_cars, "cars")
    home_bev = build.impose(home_share * home_cars, "bev_car")
    vans = np.clip(home_share * spec.other_vehicles.van_share, 0.0, 1.0)
    home_lcv = build.impose(vans * spec.other_vehicles.vans / MONTHS_PER_YEAR, "bev_lcv")
    rest = (1.0 - home_share) * spec.other_vehicles.phev_of_rest
    home_phev = build.impose(rest * home_cars, "phev_car")
    export_bev = build.impose(
        np.clip(export_share * export_cars + of_policy, 0.0, export_cars), "export_bev_car"
    )

    home_central = build.share("home", share_knots(spec, "home", _CENTRAL), 0.0)
    export_central = build.share("export", share_knots(spec, "export", _CENTRAL), 0.0)
    home_plain = build.impose(home_central * market_size(build.times, spec.home, 0.0), "bev_car")
    export_plain = build.impose(
        export_central * market_size(build.times, spec.export, 0.0), "export_bev_car"
    )

    drift = spec.pack.growth * (build.years - spec.pack.base_year)
    home_pack = np.maximum(spec.pack.home_bev + drift, 0.0) * _GWH_PER_KWH
    export_pack = np.maximum(spec.pack.export_bev + drift, 0.0) * _GWH_PER_KWH
    others = (home_lcv * spec.pack.lcv + home_phev * spec.pack.phev) * _GWH_PER_KWH
    return EvMarket(
        home_share=ratio(home_bev, home_cars_seen),
        home_bev=home_bev,
        home_lcv=home_lcv,
        home_phev=home_phev,
        home_cars=home_cars_seen,
        export_bev=export_bev,
        home_gwh=home_bev * home_pack + others,
        export_gwh=export_bev * export_pack,
        home_central=home_plain,
        export_central=export_plain,
        export_central_gwh=export_plain * export_pack,
        lfp_share=by_mid_years(build.times, spec.lfp),
        times=build.times,
    )
