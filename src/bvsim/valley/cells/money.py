"""Money: a site's monthly cash flow, its runway, and the two rules that rest on it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from bvsim.schema.money import ClosureRule, CostClass, MoneySpec, SiteMoney, Support, ThrottleRule
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR, MONTHS_PER_YEAR, Period
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context

# 1 GWh at 1 EUR/kWh, and 1 GWh at 1000 EUR/MWh, are EUR 1 million.
_MWH_PER_GWH: Final = 1000.0
_EUR_PER_MILLION: Final = 1e6
_POINTS: Final = 100.0


@dataclass(frozen=True)
class MoneyColumns(Columns):
    """A site's money."""

    revenue_meur: int = flow("Cells delivered at their price, EUR million.")
    cost_meur: int = flow("Materials, energy, people, fixed and scrap cost, EUR million.")
    scrap_cost_meur: int = flow("Part of the cost that is due to scrap, EUR million.")
    support_meur: int = flow("Loans and grants less repayments, and shareholders, EUR million.")
    cash_flow_meur: int = flow("Revenue less cost, EUR million.")
    cash_meur: int = stock("Cash and undrawn credit, EUR million; tracked from as_of.")


MONEY: Final = laid_out(MoneyColumns)


class Activity(NamedTuple):
    """What a site did in a month.

    Parameters
    ----------
    delivered_gwh, good_gwh, started_gwh : float
        Cells delivered, good cells made, cells started.
    scrap : float
        Share of started cells that is scrapped.
    nameplate_gwh : float
        GWh a year of released lines.
    heads : float
        Own staff.
    energy_gwh : float
        Energy used.
    """

    delivered_gwh: float
    good_gwh: float
    started_gwh: float
    scrap: float
    nameplate_gwh: float
    heads: float
    energy_gwh: float


def scrap_cost(costs: CostClass, activity: Activity) -> float:
    """Return the EUR million that scrap costs in a month."""
    return costs.scrap_point * _POINTS * activity.scrap * activity.started_gwh


def running_cost(
    costs: CostClass, activity: Activity, *, level: float, wage: float, electricity: float
) -> float:
    """Return a month's cost without scrap in EUR million.

    Parameters
    ----------
    costs : CostClass
        Figures of the kind of cells.
    activity : Activity
        The month.
    level : float
        Level of costs over the base year's.
    wage, electricity : float
        EUR per head and year; EUR per MWh.
    """
    variable = activity.good_gwh * costs.materials
    variable += activity.started_gwh * costs.other_variable
    variable += activity.energy_gwh * electricity / _MWH_PER_GWH
    people = activity.heads * wage / _EUR_PER_MILLION
    standing = (people + activity.nameplate_gwh * costs.fixed) / MONTHS_PER_YEAR
    return (variable + standing) * level


class Throttle:
    """Caps starts while scrap is too dear: on above one threshold, off below another."""

    def __init__(self, rule: ThrottleRule) -> None:
        self.rule = rule
        self.wanted = False

    def update(self, scrap: float, months_since_sop: float) -> bool:
        """Take note of a month's scrap; return whether starts are capped from now on."""
        if self.wanted:
            self.wanted = scrap >= self.rule.lift_below
        else:
            self.wanted = months_since_sop >= self.rule.grace and scrap > self.rule.cap_above
        return self.wanted


def closure_multiplier(rule: ClosureRule, cash_months: float) -> float:
    """Return the factor on the class's closure hazard at a runway in months."""
    if cash_months <= 0.0:
        return rule.highest
    factor = float((rule.reference / cash_months) ** rule.power)
    return min(max(factor, rule.lowest), rule.highest)


class SupportAccount:
    """One loan or grant as one site sees it."""

    def __init__(self, support: Support, share: float) -> None:
        self._support, self._share = support, share
        self._paid_on: float | None = None
        self.drawn, self.repaid = 0.0, 0.0

    def month(self, day: float) -> tuple[float, float]:
        """Return what is paid in and paid back in the month that begins on a day."""
        support = self._support
        if self._paid_on is None:
            if day < support.start:
                return 0.0, 0.0
            self._paid_on = day
            self.drawn = support.total.at(day) * self._share
            return self.drawn, 0.0
        due = self._due(day - self._paid_on)
        self.repaid += due
        return 0.0, due

    def _due(self, days_since_payment: float) -> float:
        support = self._support
        if support.kind == "grant" or days_since_payment < support.grace * DAYS_PER_YEAR:
            return 0.0
        rest = self.drawn - self.repaid
        instalments = max(1.0, support.term * MONTHS_PER_YEAR)
        return min(rest, self.drawn / instalments)


class SitePurse:
    """A site's money.

    Parameters
    ----------
    site : str
        Name of the site.
    spec : MoneySpec
        Drawn figures.
    ctx : Context
        Surroundings of the replication.

    Attributes
    ----------
    cash_months : float
        Runway at the average recent loss; infinite for a plant that earns money, or
        before the account begins.
    """

    def __init__(self, site: str, spec: MoneySpec, ctx: Context) -> None:
        self.site, self._spec, self._ctx = site, spec, ctx
        self._own = spec.sites.get(site) or SiteMoney(
            cells=spec.default_class,
            funds=spec.default_funds,
            shareholders=spec.default_shareholders,
        )
        self._costs = spec.classes[self._own.cells]
        self._supports = [
            SupportAccount(spec.supports[name], spec.supports[name].shares[site])
            for name in sorted(spec.supports)
            if site in spec.supports[name].shares
        ]
        self.throttle = Throttle(spec.throttle)
        self.cash, self.cash_months = 0.0, math.inf
        self._sop: float | None = None
        self._begun = self._closed = False
        self._loss: float | None = None
        self._in, self._out = 0.0, 0.0
        memory = spec.closure.memory
        self._step = 1.0 - math.exp(-1.0 / memory) if memory > 0.0 else 1.0
        self._account = ctx.books.open("yearly", f"{site}:money", MONEY.columns)

    @property
    def throttle_wanted(self) -> bool:
        """Whether the plant caps its starts from now on."""
        return self.throttle.wanted

    @property
    def throttle_cap(self) -> float:
        """Starts allowed under the cap, over those the ramp would allow."""
        return self._spec.throttle.cap

    @property
    def closure_hazard_multiplier(self) -> float:
        """Factor on the class's closure hazard; one until the account begins."""
        if not self._begun:
            return 1.0
        return closure_multiplier(self._spec.closure, self.cash_months)

    def open(self, sop_day: float) -> None:
        """Begin to count: the first block of the site has reached SOP."""
        self._sop = sop_day

    def month(self, last: Period, activity: Activity) -> None:
        """Book the month that ends with a period, and apply the rules to it."""
        if self._closed:
            return
        if self._sop is None:
            return
        flow = self._flow(last, activity)
        if last.end_day > self._ctx.as_of_day:
            self._settle(self._ctx.calendar.month_starts[last.month], flow)
        if activity.started_gwh > 0.0:
            self._throttle(last, activity.scrap, last.end_day - self._sop)

    def close(self) -> None:
        """Stop the account when the site closes; what is left goes to the creditors."""
        self._closed = True
        self._out += self.cash
        self.cash = 0.0
        self._account.now[MONEY.cash_meur] = 0.0

    def _flow(self, last: Period, activity: Activity) -> float:
        spec, costs, day = self._spec, self._costs, last.start_day
        level = (1.0 + costs.trend) ** (last.year - costs.base_year)
        revenue = activity.delivered_gwh * costs.price.at(day) * level
        scrap = scrap_cost(costs, activity) * level
        running = running_cost(
            costs,
            activity,
            level=level,
            wage=spec.wage,
            electricity=spec.electricity.at(day),
        )
        now = self._account.now
        now[MONEY.revenue_meur] += revenue
        now[MONEY.cost_meur] += running + scrap
        now[MONEY.scrap_cost_meur] += scrap
        now[MONEY.cash_flow_meur] += revenue - running - scrap
        return float(revenue - running - scrap)

    def _settle(self, day: float, flow: float) -> None:
        """Move cash: funds at the beginning, flow, shareholders, loans and grants."""
        if not self._begun:
            self._begun = True
            self._pay_in(self._own.funds)
        if flow >= 0.0:
            self._pay_in(flow)
        else:
            self._pay_out(-flow)
        support = self._own.shareholders * max(-flow, 0.0)
        for account in self._supports:
            paid, due = account.month(day)
            support += paid - due
        if support >= 0.0:
            self._pay_in(support)
        else:
            self._pay_out(-support)
        now = self._account.now
        now[MONEY.support_meur] += support
        now[MONEY.cash_meur] = self.cash
        self._update_runway(flow * (1.0 - self._own.shareholders) if flow < 0.0 else flow)

    def _pay_in(self, amount: float) -> None:
        self.cash += amount
        self._in += amount

    def _pay_out(self, amount: float) -> None:
        self.cash -= amount
        self._out += amount

    def _update_runway(self, net: float) -> None:
        previous = -net if self._loss is None else self._loss
        self._loss = previous + self._step * (-net - previous)
        self.cash_months = max(self.cash, 0.0) / self._loss if self._loss > 0.0 else math.inf

    def _throttle(self, last: Period, scrap: float, days_since_sop: float) -> None:
        before = self.throttle.wanted
        after = self.throttle.update(scrap, days_since_sop / DAYS_PER_MONTH)
        if before != after:
            self._ctx.trace.log(
                day=last.end_day,
                entity=self.site,
                event="starts capped" if after else "cap on starts lifted",
                cause="cost of scrap",
                value=scrap,
                unit="share",
            )

    def balances(self) -> Iterator[Balance]:
        """Yield the cash account, EUR million."""
        yield Balance("cash", self.site, 0.0, self._in, self._out, self.cash, "EUR million")
