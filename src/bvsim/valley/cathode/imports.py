"""Routes from overseas: which are open, how long a shipment takes, what a licence delays."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from bvsim.schema.imports import ExportControl, Hazard, Imports, Tariff
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import lognormal
from bvsim.valley.ground.streams import Stream


@dataclass(frozen=True)
class Spell:
    """A span of days in which something disturbs the routes.

    Parameters
    ----------
    name : str
        What it is called in the model.
    start, end : float
        Days since the start of the simulation; `end` may be infinite.
    closes, slows : tuple of str
        Routes that are shut, and routes that take longer.
    slowdown, spread : float
        Factors on the transit of slowed routes and on the log spread of lead times.
    """

    name: str
    start: float
    end: float
    closes: tuple[str, ...]
    slows: tuple[str, ...]
    slowdown: float
    spread: float


@dataclass(frozen=True)
class Licences:
    """An export control that acts: on what, from when to when, and how hard.

    Parameters
    ----------
    name : str
        What it is called in the model.
    goods : tuple of str
        What needs a licence.
    start, end : float
        Days since the start of the simulation.
    days : float
        Time that a licence takes.
    denial : float
        Share of the applications that are refused.
    """

    name: str
    goods: tuple[str, ...]
    start: float
    end: float
    days: float
    denial: float


@dataclass(frozen=True)
class Duty:
    """A tariff that is due: on what, from when to when, and how much of the price."""

    name: str
    goods: tuple[str, ...]
    start: float
    end: float
    rate: float


@dataclass(frozen=True)
class Stop:
    """A halt: goods, of some chemistries or (empty) of all, that do not leave from when to when."""

    goods: tuple[str, ...]
    chemistries: tuple[str, ...]
    start: float
    end: float


class Departure:
    """How a shipment would travel that leaves on a given day.

    Parameters
    ----------
    route : str
        Which way.
    transit : float
        Days to the port of arrival.
    spread : float
        Factor on the log spread of lead times.
    by_sea : bool
        Whether it may miss the schedule of a ship.
    """

    __slots__ = ("by_sea", "end", "route", "spread", "start", "transit")

    def __init__(self, route: str, transit: float, spread: float, *, by_sea: bool) -> None:
        self.route, self.transit, self.spread, self.by_sea = route, transit, spread, by_sea
        self.start = self.end = math.inf
        """Between which days it would travel so."""


class Outlook:
    """A lead time that buyers count on, and the span in which they do."""

    __slots__ = ("end", "lead", "start")

    def __init__(self, start: float, end: float, lead: float) -> None:
        self.start, self.end, self.lead = start, end, lead


def _hazard_spells(name: str, hazard: Hazard, ctx: Context) -> list[Spell]:
    """Draw a hazard's events over the horizon, from `as_of` on."""
    stream = ctx.streams.stream("imports", f"hazard.{name}")
    spells: list[Spell] = []
    if hazard.rate <= 0.0:
        return spells
    mean_quiet = DAYS_PER_YEAR / hazard.rate
    day = max(0.0, ctx.as_of_day) + stream.exponential(mean_quiet)
    while day < ctx.calendar.horizon_days:
        end = day + lognormal(stream.uniform(), hazard.length, hazard.length_spread)
        spells.append(
            Spell(name, day, end, hazard.closes, hazard.slows, hazard.slowdown, hazard.spread)
        )
        day = end + stream.exponential(mean_quiet)
    return spells


def _licences(name: str, control: ExportControl, ctx: Context) -> list[Licences]:
    """Decide whether a control acts, and until when."""
    stream = ctx.streams.stream("imports", f"control.{name}")
    length = _lasts(stream, control.probability, control.length)
    if not length:
        return []
    start, end = control.start, control.start + length
    return [Licences(name, control.goods, start, end, control.licence, control.denial)]


def _duties(name: str, tariff: Tariff, ctx: Context) -> list[Duty]:
    """Decide whether a tariff is due, and until when."""
    stream = ctx.streams.stream("imports", f"tariff.{name}")
    length = _lasts(stream, tariff.probability, tariff.length)
    if not length:
        return []
    return [Duty(name, tariff.goods, tariff.start, tariff.start + length, tariff.rate)]


def _lasts(stream: Stream, probability: float, months: float) -> float:
    """Return for how many days a measure lasts; 0 when it is not taken."""
    acts = stream.happens(probability)
    mean = months * DAYS_PER_MONTH
    length = stream.exponential(mean)
    if not acts:
        return 0.0
    return mean if math.isinf(length) else length


class Lanes:
    """The routes of one replication, with every disturbance known to nature beforehand.

    Disturbances depend on nothing else in the valley, so they are drawn at
    construction; nobody in the valley looks ahead of the present day.

    Parameters
    ----------
    spec : Imports
        Routes, handling, disruptions and controls, drawn.
    ctx : Context
        The replication's surroundings.

    Attributes
    ----------
    to_ship_days : float
        Time from an order until the goods are loaded, licences apart.
    emergency_lead_days : float
        Lead time of goods that are flown in, licences apart; infinite where none are.
    cam_of_materials : float
        CAM's part of the cost of a cell's materials.
    """

    def __init__(self, spec: Imports, ctx: Context) -> None:
        self.spec = spec
        self._ctx = ctx
        self._order = [(name, spec.routes[name]) for name in spec.prefer]
        self.spells = [
            Spell(name, fact.start, fact.until, fact.closes, (), 1.0, fact.spread)
            for name, fact in sorted(spec.disruptions.items())
        ]
        for name in sorted(spec.hazards):
            self.spells += _hazard_spells(name, spec.hazards[name], ctx)
        self.licences: list[Licences] = []
        for name in sorted(spec.controls):
            self.licences += _licences(name, spec.controls[name], ctx)
        self.duties: list[Duty] = []
        for name in sorted(spec.tariffs):
            self.duties += _duties(name, spec.tariffs[name], ctx)
        self._halts = [
            Stop(x.goods, x.chemistries, x.start, math.inf if x.until is None else x.until)
            for _, x in sorted(spec.halts.items())
        ]
        self._edges = [edge for spell in self.spells for edge in (spell.start, spell.end)]
        self._edges += [edge for span in self.licences for edge in (span.start, span.end)]
        self._edges.sort()
        self._expected: dict[str, Outlook] = {}
        self._departures: dict[int, Departure] = {}
        self._way: Departure | None = None
        """The one that was asked for last."""
        handling = spec.handling
        self.to_ship_days: float = handling.order_to_ship + handling.origin
        self._after: float = handling.port + handling.onward + handling.inspection
        self._spread: float = handling.spread
        self._late: float = handling.late
        self._late_by: float = handling.late_by
        self._late_spread: float = handling.late_spread
        self.emergency_lead_days = self._emergency_lead()
        self.cam_of_materials: float = spec.cam_of_materials

    def start(self) -> None:
        """Log every disturbance on its day, when a trace is kept."""
        if self._ctx.trace.keep:
            self._ctx.env.process(self._tell())

    def _tell(self) -> Generator[Any, Any, None]:
        """Wait for each disturbance and write it down."""
        dated = [(s.start, s.end, s.name, "routes disturbed") for s in self.spells]
        dated += [(x.start, x.end, x.name, "export licences required") for x in self.licences]
        dated += [(x.start, x.end, x.name, "duty on imports") for x in self.duties]
        for start, end, name, what in sorted(dated):
            if start > self._ctx.clock.now:
                yield self._ctx.env.timeout(start - self._ctx.clock.now)
            self._ctx.trace.log(
                day=max(start, 0.0),
                entity="imports",
                event=what,
                cause=name,
                value=end - start,
                unit="days",
            )

    def departure(self, day: float) -> Departure:
        """Return the route taken by a shipment that leaves on a day: the first open one."""
        way = self._way
        if way is not None and way.start <= day < way.end:
            return way
        segment = bisect_right(self._edges, day)
        way = self._departures.get(segment)
        if way is None:
            way = self._departures[segment] = self._first_open(day)
            way.start, way.end = self._span(segment)
        self._way = way
        return way

    def _span(self, segment: int) -> tuple[float, float]:
        """Return between which two changes a day lies."""
        edges = self._edges
        start = edges[segment - 1] if segment else -math.inf
        return start, edges[segment] if segment < len(edges) else math.inf

    def _first_open(self, day: float) -> Departure:
        closed: set[str] = set()
        slows: dict[str, float] = {}
        spread = 1.0
        for spell in self.spells:
            if spell.start <= day < spell.end:
                closed.update(spell.closes)
                spread = max(spread, spell.spread)
                for slowed in spell.slows:
                    slows[slowed] = max(slows.get(slowed, 1.0), spell.slowdown)
        opened = [each for each in self._order if each[0] not in closed]
        name, route = opened[0] if opened else self._order[-1]
        transit = route.transit * slows.get(name, 1.0)
        return Departure(name, transit, spread, by_sea=route.mode == "sea")

    def licence(self, goods: str, day: float) -> Licences | None:
        """Return the control that a good needs a licence under on a day, if any."""
        for licences in self.licences:
            if licences.start <= day < licences.end and goods in licences.goods:
                return licences
        return None

    def duty(self, goods: str, day: float) -> float:
        """Return the duty on a good over its price: all tariffs that are due on a day."""
        due = [x.rate for x in self.duties if x.start <= day < x.end and goods in x.goods]
        return math.fsum(due) if due else 0.0

    def halt(self, goods: str, chemistry: str, day: float) -> Stop | None:
        """Return the halt that keeps a good from leaving on a day, if any."""
        for halt in self._halts:
            concerned = not halt.chemistries or chemistry in halt.chemistries
            if halt.start <= day < halt.end and goods in halt.goods and concerned:
                return halt
        return None

    def expected(self, goods: str, day: float) -> float:
        """Return the lead time that a buyer counts on who orders on a day."""
        known = self._expected.get(goods)
        if known is None or not known.start <= day < known.end:
            known = self._expected[goods] = self._outlook(goods, day)
        return known.lead

    def _outlook(self, goods: str, day: float) -> Outlook:
        """Return what is expected on a day, and between which two changes it is."""
        start, end = self._span(bisect_right(self._edges, day))
        licences = self.licence(goods, day)
        wait = self.to_ship_days + (0.0 if licences is None else licences.days)
        return Outlook(start, end, wait + self.departure(day).transit + self._after)

    def _emergency_lead(self) -> float:
        spec, handling = self.spec, self.spec.handling
        if spec.emergency is None:
            return math.inf
        return handling.origin + spec.routes[spec.emergency].transit + handling.inspection

    def lead_time(self, wait: float, leaves: float, stream: Stream) -> float:
        """Draw the days from order to stock of a shipment that leaves on a day.

        The sum of the parts is spread lognormally; a shipment by sea may in
        addition miss its schedule.

        Parameters
        ----------
        wait : float
            Days from the order until the goods are ready and loaded.
        leaves : float
            Day of departure, which decides on the route.
        stream : Stream
            The buyer's luck.
        """
        way = self.departure(leaves)
        parts = wait + way.transit + self._after
        body = lognormal(stream.uniform(), parts, math.pow(self._spread, way.spread))
        late = stream.happens(self._late)
        luck = stream.uniform()
        if not late or not way.by_sea:
            return body
        return body + lognormal(luck, self._late_by, self._late_spread)
