"""Money: a site's monthly cash flow, its runway, and the two rules that rest on it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bvsim.schema.money import MoneySpec, SiteMoney
from bvsim.valley.cells.backing import Backing, LoanAccount, SupportAccount
from bvsim.valley.cells.costs import Activity, Costs, Throttle, running_cost, scrap_cost
from bvsim.valley.ground.books import Balance, FloatArray
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, Calendar, Period
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.ground.sums import exact

_ROUNDING_MEUR: Final = 1e-9


@dataclass(frozen=True)
class MoneyColumns(Columns):
    """A site's money."""

    revenue_meur: i64 = flow("Cells delivered at their price, EUR million.")
    cost_meur: i64 = flow("Materials, energy, people, fixed and scrap cost, EUR million.")
    scrap_cost_meur: i64 = flow("Part of the cost that is due to scrap, EUR million.")
    support_meur: i64 = flow("Loans and grants less repayments, and shareholders, EUR million.")
    cash_flow_meur: i64 = flow("Revenue less cost, EUR million.")
    cash_meur: i64 = stock("Cash, EUR million; tracked from as_of. Below zero: credit drawn.")
    headroom_meur: i64 = stock("Cash and undrawn credit, EUR million; tracked from as_of.")
    funds_meur: i64 = flow("Cash at the beginning of the account or a restart, EUR million.")
    debt_service_meur: i64 = flow("Interest and repayments of loans, EUR million.")
    creditors_meur: i64 = flow(
        "Bills and debts left unpaid at a stop, less cash left, EUR million."
    )


MONEY: Final = laid_out(MoneyColumns)
_UNBOOKED: Final[FloatArray] = np.zeros(len(MONEY.columns))
"""What cash rests on, but for that of the month before: nothing is left where all is booked."""
_UNBOOKED[[MONEY.cash_meur, MONEY.debt_service_meur]] = 1.0
_UNBOOKED[[MONEY.cash_flow_meur, MONEY.support_meur, MONEY.funds_meur, MONEY.creditors_meur]] = -1.0


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
    patience : float
        How long owners stand by the site, over the mean.
    storage : str
        Class of costs of cells for stationary storage; none when empty.

    Attributes
    ----------
    cash_months : float
        Runway at the average recent loss; infinite for a plant that earns money, or
        before the account begins.
    insolvent : bool
        Whether cash, credit and backing have ended.
    """

    def __init__(
        self,
        site: str,
        spec: MoneySpec,
        ctx: Context,
        *,
        patience: float = math.inf,
        storage: str = "",
    ) -> None:
        self.site, self._ctx = site, ctx
        self._own = spec.sites.get(site) or SiteMoney(
            cells=spec.default_class,
            funds=spec.default_funds,
            shareholders=spec.default_shareholders,
            owners=spec.default_owners,
        )
        self._costs = Costs(spec.classes[self._own.cells])
        self._storage = Costs(spec.classes[storage]) if storage else None
        self._credit: float = self._own.owners.credit
        self._wage: float = spec.wage
        self._electricity = OverTime(spec.electricity)
        self._support_sooner: float = spec.support_sooner
        self.throttle_cap: float = spec.throttle.cap
        """Starts allowed under the cap, over those the ramp would allow."""
        self._supports = [
            SupportAccount(spec.supports[name], spec.supports[name].shares[site])
            for name in sorted(spec.supports)
            if site in spec.supports[name].shares
        ]
        self._loans = [LoanAccount(loan) for _, loan in sorted(self._own.loans.items())]
        self._backing = Backing(
            self._own.owners, self._own.shareholders, patience, self._support_sooner
        )
        self.throttle = Throttle(spec.throttle)
        self.cash, self.cash_months = 0.0, math.inf
        self._sop: float | None = None
        self._stopping = self._stopped = self._told = False
        self._begun_day = math.inf
        self.insolvent = False
        self._loss: float | None = None
        self._in, self._out = 0.0, 0.0
        memory = spec.closure.memory
        self._step = 1.0 - math.exp(-1.0 / memory) if memory > 0.0 else 1.0
        self._account = ctx.books.open("yearly", f"{site}:money", MONEY.columns)

    @property
    def throttle_wanted(self) -> bool:
        """Whether the plant caps its starts from now on."""
        return self.throttle.wanted

    def _backed(self, patience: float) -> Backing:
        """Return owners who stand by the site for some time."""
        own = self._own
        return Backing(own.owners, own.shareholders, patience, self._support_sooner)

    def open(self, sop_day: float) -> None:
        """Begin to count: the first block of the site has reached SOP."""
        self._sop = sop_day

    def month(self, last: Period, activity: Activity) -> None:
        """Book the month that ends with a period, and apply the rules to it."""
        if self._sop is None or self._stopped:
            return
        flow = self._flow(last, activity)
        if last.end_day > self._ctx.as_of_day:
            self._settle(self._ctx.calendar.month_starts[last.month], flow)
        if self._stopping:
            self._hand_over()
        elif activity.started_gwh > 0.0:
            self._throttle(last, activity.scrap, last.end_day - self._sop)

    def stop(self) -> None:
        """Stop the account with the month under way: what is left then goes to the creditors."""
        self._stopping = True

    def restart(self, day: float, money: float, patience: float) -> None:
        """Go on without the debts of before, with new money.

        Parameters
        ----------
        day : float
            Of the restart.
        money : float
            New money, EUR million.
        patience : float
            How long owners stand by the site, over the mean.
        """
        self._hand_over()
        self._stopping = self._stopped = self._told = self.insolvent = False
        self._supports, self._loans = [], []
        self._backing, self._loss = self._backed(patience), None
        self._begin(day, money)
        self._write()

    def _begin(self, day: float, money: float) -> None:
        self._begun_day = min(self._begun_day, day)
        self._backing.begin(day)
        self._move(money)
        self._account.now[MONEY.funds_meur] += money

    def _hand_over(self) -> None:
        """Give what is left to the creditors, or leave them what is owed."""
        self._stopped = True
        self._leave_unpaid(-self.cash)
        now = self._account.now
        self.cash = now[MONEY.cash_meur] = now[MONEY.headroom_meur] = 0.0

    def _leave_unpaid(self, amount: float) -> None:
        """Leave an amount to the creditors (below zero: pay it to them)."""
        self._move(amount)
        self._account.now[MONEY.creditors_meur] += amount

    def _flow(self, last: Period, activity: Activity) -> float:
        costs, day = self._costs, last.start_day
        level = costs.level(last.year)
        revenue = activity.delivered_gwh * costs.price.at(day) * level
        extra_revenue, extra_cost = self._of_storage(activity, last, level)
        scrap = scrap_cost(costs, activity) * level
        running = running_cost(
            costs,
            activity,
            level=level,
            wage=self._wage,
            electricity=self._electricity.at(day),
        )
        revenue, running = revenue + extra_revenue, running + extra_cost + activity.salts_meur
        now = self._account.now
        now[MONEY.revenue_meur] += revenue
        now[MONEY.cost_meur] += running + scrap
        now[MONEY.scrap_cost_meur] += scrap
        now[MONEY.cash_flow_meur] += revenue - running - scrap
        return revenue - running - scrap

    def _of_storage(self, activity: Activity, last: Period, level: float) -> tuple[float, float]:
        """Return what the part for storage adds to revenue and to cost, EUR million.

        Its cells were reckoned at the site's own price and materials before.
        """
        storage, own = activity.storage, self._costs
        if storage is None or self._storage is None:
            return 0.0, 0.0
        other, day = self._storage, last.start_day
        other_level = other.level(last.year)
        price = other.price.at(day) * other_level - own.price.at(day) * level
        cost = storage.good_gwh * (other.materials * other_level - own.materials * level)
        cost += storage.started_gwh * (
            other.other_variable * other_level - own.other_variable * level
        )
        return storage.delivered_gwh * price, cost + storage.spent_meur

    def storage_margin(self, last: Period) -> float:
        """Return what a storage cell earns beyond its own cost, EUR/kWh; minus infinity if none."""
        other = self._storage
        if other is None:
            return -math.inf
        level = other.level(last.year)
        return (other.price.at(last.start_day) - other.materials - other.other_variable) * level

    def _settle(self, day: float, flow: float) -> None:
        """Move cash: funds at the beginning, flow, owners, loans and grants, debt service.

        What the credit line does not carry the owners put in, as far as their backing goes;
        beyond that bills stay unpaid, and the site is insolvent.
        """
        if self._begun_day == math.inf:
            self._begin(day, self._own.funds)
        support = self._backing.makes_good(-flow, day)
        net, service = flow + support, 0.0
        if self._loans:
            service = exact(vec[float]([loan.due(day) for loan in self._loans]))
        for account in self._supports:
            paid, due = account.month(day)
            support += paid - due
        self._move(flow)
        self._move(support)
        self._move(-service)
        missing = -self.headroom
        filled = self._backing.fills(missing if missing > 0.0 else 0.0, day)
        self._move(filled)
        now = self._account.now
        now[MONEY.support_meur] += support + filled
        now[MONEY.debt_service_meur] += service
        if self.headroom < -_ROUNDING_MEUR:
            self.insolvent = True
            self._leave_unpaid(-self.headroom)
        self._write()
        self._update_runway(net - service)
        self._tell_end(day)

    @property
    def headroom(self) -> float:
        """Cash and undrawn credit, EUR million."""
        return self.cash + self._credit

    def _write(self) -> None:
        now, left = self._account.now, self.headroom
        now[MONEY.cash_meur] = self.cash
        now[MONEY.headroom_meur] = left if left > 0.0 else 0.0

    def _tell_end(self, day: float) -> None:
        """Put the end of the owners' support into the trace, once."""
        if not self._told and day >= self._backing.ends_day:
            self._told = True
            self._ctx.trace.log(
                day=self._backing.ends_day,
                entity=self.site,
                event="owners end their support",
                cause="patience of owners",
                value=self.cash,
                unit="EUR million of cash",
            )

    def _move(self, amount: float) -> None:
        self.cash += amount
        if amount >= 0.0:
            self._in += amount
        else:
            self._out -= amount

    def _update_runway(self, net: float) -> None:
        previous = -net if self._loss is None else self._loss
        self._loss = previous + self._step * (-net - previous)
        left = self.headroom
        left = left if left > 0.0 else 0.0
        self.cash_months = left / self._loss if self._loss > 0.0 else math.inf

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

    def check(self, calendar: Calendar) -> None:
        """Check month by month that cash moves as booked, and stays above the credit line.

        Raises
        ------
        IdentityError
            Naming the site, the quantity, the month and the size.
        """
        if self._begun_day == math.inf:
            return
        first = bisect_right(calendar.month_starts, self._begun_day) - 1
        rows = self._account.monthly()[first:]
        unbooked = np.dot(rows, _UNBOOKED)
        unbooked[1:] -= rows[:-1, MONEY.cash_meur]
        cash = np.abs(unbooked)
        if not cash.max() <= _ROUNDING_MEUR:  # else it is rounding, whatever the size of a month
            cash /= np.maximum(1.0, np.abs(rows).max(axis=1))
        for name, off in (("cash", cash), ("headroom", -rows[:, MONEY.headroom_meur])):
            worst = int(np.argmax(off))
            if not off[worst] <= _ROUNDING_MEUR:
                when = calendar.date(calendar.month_starts[first + worst])
                size_ = float(off[worst])
                raise IdentityError(entity=self.site, quantity=name, when=when, size=size_)

    def balances(self) -> Iterator[Balance]:
        """Yield the cash account, EUR million."""
        yield Balance("cash", self.site, 0.0, self._in, self._out, self.cash, "EUR million")
