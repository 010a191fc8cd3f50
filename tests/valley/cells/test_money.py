"""Cash flow, runway, support, throttling, closure: hand-solved cases and balances."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bvsim.schema.money import (
    ClosureRule,
    CostClass,
    Loan,
    MoneySpec,
    Owners,
    SiteMoney,
    Support,
    ThrottleRule,
)
from bvsim.valley.cells.backing import LoanAccount
from bvsim.valley.cells.costs import Activity, Throttle, scrap_cost
from bvsim.valley.cells.money import MONEY, SitePurse
from bvsim.valley.ground.calendar import Period
from demand_case import CALENDAR, context, flat
from slots import changed

CELLS = CostClass(
    base_year=2027,
    price=flat(50.0),
    materials=35.0,
    trend=0.0,
    other_variable=2.0,
    scrap_point=0.5,
    fixed=3.0,
)
CLOSURE = ClosureRule(remains=0.5, memory=0.0)
NO_OWNERS = Owners(credit=0.0, backing=0.0, lasts=1.0)
MONTH_ENDS = [
    p
    for p, after in zip(CALENDAR.periods, [*CALENDAR.periods[1:], None], strict=True)
    if after is None or after.month != p.month
]
FUTURE = [p for p in MONTH_ENDS if p.start_day > context().as_of_day]
ACTIVITY = Activity(
    delivered_gwh=0.5,
    good_gwh=0.6,
    started_gwh=0.75,
    scrap=0.2,
    nameplate_gwh=12.0,
    heads=1000.0,
    energy_gwh=30.0,
)
IDLE = changed(ACTIVITY, delivered_gwh=0.0, good_gwh=0.0, started_gwh=0.0)


def plant(*, funds: float, shareholders: float = 0.0, **changes: Any) -> SiteMoney:
    made = SiteMoney(cells="nmc", funds=funds, shareholders=shareholders, owners=NO_OWNERS)
    return replace(made, **changes)


def money_spec(**changes: Any) -> MoneySpec:
    spec = MoneySpec(
        classes={"nmc": CELLS},
        default_class="nmc",
        default_funds=100.0,
        default_shareholders=0.0,
        default_owners=NO_OWNERS,
        support_sooner=0.0,
        wage=60_000.0,
        electricity=flat(80.0),
        sites={"plant": plant(funds=300.0, shareholders=0.0)},
        supports={},
        throttle=ThrottleRule(cap_above=0.2, lift_below=0.1, grace=12.0, cap=0.6),
        closure=CLOSURE,
    )
    return replace(spec, **changes)


def months(purse: SitePurse, activity: Activity, periods: list[Period]) -> None:
    for period in periods:
        purse.month(period, activity)


def opened(site, spec, ctx) -> SitePurse:
    """Return the purse of a site with SOP at the beginning of the first month after `as_of`."""
    purse = SitePurse(site, spec, ctx)
    purse.open(ctx.calendar.month_starts[FUTURE[0].month])
    return purse


def test_a_month_by_hand() -> None:
    ctx = context()
    purse = opened("plant", money_spec(), ctx)
    in_2027 = next(p for p in FUTURE if p.year == 2027)
    purse.month(in_2027, ACTIVITY)
    now = ctx.books.accounts["yearly", "plant:money"].now
    scrap = 0.5 * 20 * 0.75  # EUR million a point and GWh, 20 points, 0.75 GWh started
    variable = 0.6 * 35 + 0.75 * 2 + 30 * 0.08  # 30 GWh at EUR 80/MWh are EUR 2.4 million
    standing = 1000 * 0.06 / 12 + 12 * 3 / 12
    assert now[MONEY.revenue_meur] == pytest.approx(25.0)
    assert now[MONEY.scrap_cost_meur] == pytest.approx(scrap)
    assert now[MONEY.cost_meur] == pytest.approx(scrap + variable + standing)
    assert purse.cash == pytest.approx(300 + 25 - scrap - variable - standing)
    assert purse.cash_months == pytest.approx(purse.cash / (scrap + variable + standing - 25))


def test_a_point_of_scrap_costs_its_figure() -> None:
    more = changed(ACTIVITY, scrap=0.21)
    assert scrap_cost(CELLS, more) - scrap_cost(CELLS, ACTIVITY) == pytest.approx(0.5 * 0.75)


def test_prices_and_costs_fall_together() -> None:
    falling = money_spec(classes={"nmc": replace(CELLS, trend=-0.1)})
    flows = []
    for year in (2027, 2029):
        ctx = context()
        purse = opened("plant", falling, ctx)
        purse.month(next(p for p in FUTURE if p.year == year), ACTIVITY)
        flows.append(purse.cash - 300.0)
    assert flows[1] == pytest.approx(0.81 * flows[0])


def test_the_account_begins_at_as_of() -> None:
    purse = opened("plant", money_spec(), context())
    past = [p for p in MONTH_ENDS if p.end_day <= context().as_of_day]
    months(purse, IDLE, past)
    assert purse.cash == 0.0
    assert purse.cash_months == math.inf
    months(purse, IDLE, FUTURE[:1])
    assert purse.cash == pytest.approx(300.0 - 5.0 - 3.0 - 2.4)


def test_a_plant_before_its_sop_spends_nothing() -> None:
    purse = SitePurse("plant", money_spec(), context())
    months(purse, IDLE, FUTURE[:24])
    assert purse.cash == 0.0
    assert purse.cash_months == math.inf


def test_shareholders_make_good_their_part() -> None:
    spec = money_spec(sites={"plant": plant(funds=300.0, shareholders=0.75)})
    purse = opened("plant", spec, context())
    months(purse, IDLE, FUTURE[:10])
    assert purse.cash == pytest.approx(300.0 - 10 * 10.4 * 0.25)
    assert purse.cash_months == pytest.approx(purse.cash / 2.6)


@pytest.mark.parametrize("kind", ["loan", "grant"])
def test_a_loan_is_paid_back_and_a_grant_is_not(kind: Any) -> None:
    support = Support(
        kind=kind,
        total=flat(1000.0),
        start=FUTURE[3].start_day,
        shares={"plant": 0.12},
        grace=1.0,
        term=2.0,
    )
    rich = money_spec(sites={"plant": plant(funds=3000.0)})
    spec = replace(rich, supports={"help": support})
    helped, alone = (opened("plant", s, context()) for s in (spec, rich))
    gains = []
    for period in FUTURE[:60]:
        helped.month(period, IDLE)
        alone.month(period, IDLE)
        gains.append(helped.cash - alone.cash)
    assert gains[0] == 0.0
    assert max(gains) == pytest.approx(120.0)
    assert gains[10] == pytest.approx(120.0)
    assert gains[-1] == pytest.approx(0.0 if kind == "loan" else 120.0)
    drops = -np.diff(gains[5:])
    assert drops.max() == pytest.approx(120.0 / 24 if kind == "loan" else 0.0)


def test_another_sites_loan_is_not_ours() -> None:
    support = Support(
        kind="loan", total=flat(1000.0), start=0.0, shares={"other": 0.5}, grace=1.0, term=2.0
    )
    purse = opened("plant", money_spec(supports={"help": support}), context())
    months(purse, IDLE, FUTURE[:1])
    assert purse.cash == pytest.approx(300.0 - 10.4)


def test_cash_balances_through_closure() -> None:
    support = Support(
        kind="loan", total=flat(500.0), start=0.0, shares={"plant": 0.2}, grace=0.5, term=1.0
    )
    spec = money_spec(
        supports={"help": support},
        sites={"plant": plant(funds=300.0, shareholders=0.4)},
    )
    purse = opened("plant", spec, context())
    rng = np.random.default_rng(2)
    for period in FUTURE[:40]:
        purse.month(period, changed(ACTIVITY, delivered_gwh=float(rng.uniform(0, 2))))
    for closing in (False, True):
        if closing:
            purse.stop()
            months(purse, ACTIVITY, FUTURE[40:50])
        (account,) = purse.balances()
        assert account.opening + account.inflow - account.outflow == pytest.approx(account.closing)
    assert purse.cash == 0.0


def test_starts_are_capped_and_released_at_different_thresholds() -> None:
    throttle = Throttle(ThrottleRule(cap_above=0.2, lift_below=0.1, grace=12.0, cap=0.6))
    assert not throttle.update(0.5, 6.0)  # within the grace
    assert not throttle.update(0.15, 13.0)
    assert throttle.update(0.25, 14.0)
    assert throttle.update(0.15, 15.0)  # still on: between the thresholds
    assert not throttle.update(0.09, 16.0)
    assert not throttle.update(0.15, 17.0)


def test_the_purse_counts_the_grace_from_sop() -> None:
    purse = opened("plant", money_spec(), context())
    dear = changed(ACTIVITY, scrap=0.4)
    months(purse, dear, FUTURE[:11])
    assert not purse.throttle_wanted
    months(purse, dear, FUTURE[11:13])
    assert purse.throttle_wanted
    assert purse.throttle_cap == 0.6
    months(purse, changed(dear, scrap=0.05), FUTURE[13:14])
    assert not purse.throttle_wanted


def account_of(purse: SitePurse, ctx: Any) -> list[float]:
    return ctx.books.accounts["yearly", f"{purse.site}:money"].now


def test_bills_that_neither_cash_nor_credit_nor_owners_carry_stay_unpaid() -> None:
    """30 of cash, a line of 20 and 15 of owners carry six months of 10.4, and no seventh."""
    owners = Owners(credit=20.0, backing=15.0, lasts=50.0)
    ctx = context()
    purse = opened("plant", money_spec(sites={"plant": plant(funds=30.0, owners=owners)}), ctx)
    for period, failed in zip(FUTURE[:7], [False] * 6 + [True], strict=True):
        purse.month(period, IDLE)
        assert purse.insolvent == failed
        assert purse.headroom >= 0.0
    now = account_of(purse, ctx)
    assert now[MONEY.creditors_meur] == pytest.approx(7 * 10.4 - 30.0 - 20.0 - 15.0)
    assert purse.cash == now[MONEY.cash_meur] == pytest.approx(-20.0)
    assert now[MONEY.headroom_meur] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("patience", "sooner", "months_of_help"), [(0.5, 0.0, 6), (1.0, 0.75, 3)])
def test_owners_stand_by_for_their_time_and_no_longer(
    patience: float, sooner: float, months_of_help: int
) -> None:
    owners = Owners(credit=0.0, backing=1e6, lasts=1.0)
    site = plant(funds=500.0, shareholders=1.0, owners=owners)
    spec = money_spec(sites={"plant": site}, support_sooner=sooner)
    purse = SitePurse("plant", spec, context(), patience=patience)
    purse.open(0.0)
    months(purse, IDLE, FUTURE[:12])
    assert purse.cash == pytest.approx(500.0 - (12 - months_of_help - 1) * 10.4, abs=10.5)


def test_loans_are_served_out_of_cash() -> None:
    """120 at 6% over two years: 0.6 of interest a month at first, then 5 and less interest."""
    loan = Loan(amount=120.0, interest=0.06, repaid_from=FUTURE[2].start_day - 5.0, term=2.0)
    spec = money_spec(sites={"plant": plant(funds=300.0, loans={"bank": loan})})
    ctx = context()
    purse, served = opened("plant", spec, ctx), []
    for period in FUTURE[:30]:
        purse.month(period, IDLE)
        served.append(account_of(purse, ctx)[MONEY.debt_service_meur] - sum(served))
    assert served[0] == pytest.approx(0.6)
    begins = next(i for i, service in enumerate(served) if service > 1.0)
    assert served[begins : begins + 2] == pytest.approx([5.6, 5.0 + 115.0 * 0.005])
    assert served[begins + 24] == pytest.approx(0.0, abs=1e-9)


def test_a_loan_is_paid_back_from_its_very_day_on() -> None:
    account = LoanAccount(Loan(amount=120.0, interest=0.06, repaid_from=100.0, term=2.0))
    assert [account.due(day) for day in (99.0, 100.0)] == pytest.approx([0.6, 5.6])


def test_money_closes_month_by_month_through_a_stop_and_a_restart() -> None:
    owners = Owners(credit=20.0, backing=15.0, lasts=50.0)
    loan = Loan(amount=50.0, interest=0.05, repaid_from=0.0, term=5.0)
    spec = money_spec(sites={"plant": plant(funds=60.0, owners=owners, loans={"bank": loan})})
    ctx = context()
    purse, before = opened("plant", spec, ctx), 0.0
    names = ("funds", "cash_flow", "support", "creditors")
    for i, period in enumerate(FUTURE[:24]):
        if purse.insolvent:
            purse.stop()
        if i == 14:
            purse.restart(period.start_day, 200.0, 1.0)
        purse.month(period, IDLE)
        now = account_of(purse, ctx)
        change = sum(now[getattr(MONEY, f"{name}_meur")] for name in names)
        change -= now[MONEY.debt_service_meur]
        assert now[MONEY.cash_meur] - before == pytest.approx(change, abs=1e-9)
        assert now[MONEY.headroom_meur] >= 0.0
        before = now[MONEY.cash_meur]
        now[:] = [0.0] * len(now)
    assert 0.0 < before < 200.0  # no debts of before


def test_cash_is_checked_from_the_first_month_also_where_it_begins_with_nothing() -> None:
    spec = money_spec(
        sites={"plant": plant(funds=0.0, owners=Owners(credit=20.0, backing=0.0, lasts=50.0))}
    )
    ctx = context()
    purse = opened("plant", spec, ctx)
    for period in CALENDAR.periods:
        if period.index > FUTURE[3].index:
            break
        if period.index == FUTURE[1].index:  # a restart in the month of the stop
            purse.stop()
            purse.restart(period.start_day, 200.0, 1.0)
        if period.end_day == CALENDAR.month_starts[period.month + 1]:
            purse.month(period, IDLE)
            ctx.books.close_month()
    assert 0.0 < purse.cash < 200.0
    purse.check(CALENDAR)


def test_a_site_without_an_entry_has_the_default_purse() -> None:
    purse = opened("newcomer", money_spec(), context())
    months(purse, IDLE, FUTURE[:1])
    assert purse.cash == pytest.approx(100.0 - 10.4)
