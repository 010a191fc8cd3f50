"""From black mass to salts of nickel, cobalt, lithium and manganese.

Stages in the valley take black mass first, in proportion to their capacity; of the
rest a share leaves the export market by the trade rules of the day, and stages elsewhere in
that market take what they can. A share of what a stage recovers goes back into the
valley's precursor and cathode material. Stages are taken to comply with the law: their
recovery is never below the target in force.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from bvsim.schema.recycling import HydrometSpec, Regulation, Trade
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import DAYS_PER_YEAR
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.sums import total
from bvsim.valley.returns.recycler import ELEMENTS

METALS: Final = len(ELEMENTS)
_PLACES: Final = {element: i for i, element in enumerate(ELEMENTS)}


class HydrometStage:
    """One hydrometallurgical stage."""

    def __init__(self, name: str, spec: HydrometSpec, ctx: Context) -> None:
        self.name, self.spec, self.ctx = name, spec, ctx
        self.opens = math.inf
        self.built = False
        self.capacity_t = 0.0
        """Black mass it can treat, tonnes a day."""
        self.recovery = vec[float]([0.0] * METALS)
        self.returned = 0.0
        self.treated_t = 0.0
        """Black mass treated so far, tonnes."""
        rates = [spec.recovery.get(element) for element in ELEMENTS]
        self._at_first = vec[float]([0.0 if rate is None else rate.now for rate in rates])
        self._learnt = vec[float]([0.0 if r is None else r.mature - r.now for r in rates])
        """Recoveries at the opening, and what is added to them in the long run."""
        self._ramp_days: float = max(spec.ramp * DAYS_PER_YEAR, 1e-9)
        self._full_t: float = spec.capacity / DAYS_PER_YEAR
        self.follows: str | None = spec.after
        self._returned = OverTime(spec.returned)

    def start(self) -> None:
        """Decide whether it is built, and when."""
        self.built = self.ctx.streams.stream(self.name, "hydromet").happens(self.spec.probability)
        if self.built and self.spec.after is None:
            self.opens = max(float(self.spec.opens), self.ctx.as_of_day)

    def follow(self, opening: float) -> None:
        """Set the opening after that of the recycler it follows (a day, or infinity)."""
        if self.built and math.isinf(self.opens) and math.isfinite(opening):
            day = opening + self.spec.lag * DAYS_PER_YEAR
            self.opens = max(day, float(self.spec.opens), self.ctx.clock.now)

    def review(self, day: float, floor: vec[float]) -> None:
        """Set capacity and recoveries for the month to come.

        Parameters
        ----------
        day : float
            Today.
        floor : vec of float
            Least recovery by element that the law asks for today.
        """
        if not self.capacity_t:
            self._log_opening()
        age = day - self.opens
        grown = 1.0 - math.exp(-(age if age > 1.0 else 1.0) / self._ramp_days)
        self.capacity_t = self._full_t * grown
        for i, least in enumerate(floor):
            own = self._at_first[i] + self._learnt[i] * grown
            self.recovery[i] = own if own > least else least
        self.returned = self._returned.at(day)

    def _log_opening(self) -> None:
        cause = f"follows {self.spec.after}" if self.spec.after else "project completed"
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.name,
            event="hydrometallurgy opens",
            cause=cause,
            value=self.spec.capacity,
            unit="t/yr",
        )


class Hydromet:
    """All stages, the trade in black mass and what comes back into the valley.

    Parameters
    ----------
    specs : mapping
        Stages by name.
    trade, regulation : Trade, Regulation
        Rules.
    ctx : Context
        Surroundings.
    """

    def __init__(
        self,
        specs: Mapping[str, HydrometSpec],
        trade: Trade,
        regulation: Regulation,
        ctx: Context,
    ) -> None:
        self.ctx = ctx
        self._rule_from: float = trade.rule_from
        self._leaving_before: float = trade.exported_before
        self._leaving_after: float = trade.exported_after
        self.stages = [HydrometStage(name, specs[name], ctx) for name in sorted(specs)]
        targets = sorted(
            (
                ctx.calendar.day(target.applies),
                [target.shares.get(element, 0.0) for element in ELEMENTS],
            )
            for target in regulation.recovery.values()
        )
        self._floors = [(day, vec[float](shares)) for day, shares in targets]
        self._no_floor = vec[float]([0.0] * METALS)
        self._ours = [stage for stage in self.stages if stage.spec.in_valley]
        self._others = [stage for stage in self.stages if not stage.spec.in_valley]
        self._waiting = vec[float]([0.0] * METALS)
        self._our_capacity = self._other_capacity = self._days = 0.0
        """Black mass that stages of the valley, and elsewhere, can treat, tonnes a day; the
        days in which what they treat was made."""
        self._made = self._exported = self._sold = 0.0

    def start(self) -> None:
        """Decide the luck of every stage."""
        for stage in self.stages:
            stage.start()

    def review(self, openings: Mapping[str, float]) -> None:
        """Set the month's capacities; `openings`: day each recycler opened, or infinity."""
        day = self.ctx.clock.now
        floor, opened = self.floor(day), False
        for stage in self.stages:
            if stage.follows is not None and stage.built and stage.opens == math.inf:
                stage.follow(openings.get(stage.follows, math.inf))
            if stage.opens <= day:
                stage.review(day, floor)
                opened = True
        if opened:
            ours = vec[float]([stage.capacity_t for stage in self._ours])
            others = vec[float]([stage.capacity_t for stage in self._others])
            self._our_capacity, self._other_capacity = total(ours), total(others)

    def floor(self, day: float) -> vec[float]:
        """Return the least recovery by element that the law asks for on a day."""
        floor = self._no_floor
        for applies, shares in self._floors:
            if day >= applies:
                floor = shares
        return floor

    def treat(self, mass: float, metals: vec[float], days: float) -> vec[float]:
        """Send a lot of black mass on.

        Parameters
        ----------
        mass : float
            Black mass made in the region, tonnes.
        metals : vec of float
            Nickel, cobalt, lithium and manganese in it, tonnes.
        days : float
            Time over which it was made: stages take what they can treat in it.

        Returns
        -------
        vec of float
            Black mass to the valley's stages, to stages elsewhere in the market, leaving the
            market, sold in it; then metals recovered and metals returned, by element.
        """
        amounts = vec[float]([0.0] * (4 + 2 * METALS))
        self._made, self._days = self._made + mass, days
        share = vec[float]([0.0] * METALS)
        for i in range(METALS):
            share[i] = metals[i] / mass
        room = self._our_capacity * days
        taken = self._through(self._ours, mass, share, room, amounts)
        now = self.ctx.clock.now
        leaving = self._leaving_after if now >= self._rule_from else self._leaving_before
        exported = (mass - taken) * leaving
        rest = mass - taken - exported
        room = self._other_capacity * days
        tolled = self._through(self._others, rest, share, room, amounts)
        self._exported += exported
        self._sold += rest - tolled
        amounts[0], amounts[1], amounts[2] = taken, tolled, exported
        amounts[3] = rest - tolled
        return amounts

    def _through(
        self,
        stages: list[HydrometStage],
        offered: float,
        share: vec[float],
        room: float,
        amounts: vec[float],
    ) -> float:
        """Treat what some stages have room for of an offer with given shares of metals."""
        if room <= 0.0 or offered <= 0.0:
            return 0.0
        taken = offered if offered < room else room
        for stage in stages:
            part = taken * (stage.capacity_t * self._days / room)
            stage.treated_t += part
            for i, rate in enumerate(stage.recovery):
                recovered = share[i] * part * rate
                returned = recovered * stage.returned
                amounts[4 + i] += recovered
                amounts[4 + METALS + i] += returned
                self._waiting[i] += returned
        return taken

    def recovered_since_last(self, element: str) -> float:
        """Return metal that came back into the valley since the last call, tonnes."""
        place = _PLACES[element]
        tonnes = self._waiting[place]
        self._waiting[place] = 0.0
        return tonnes

    def balance(self) -> Balance:
        """Return the account of the region's black mass and powder."""
        treated = sum(stage.treated_t for stage in self.stages)
        outflow = treated + self._exported + self._sold
        return Balance("black_mass", "region", 0.0, self._made, outflow, 0.0, "t")
