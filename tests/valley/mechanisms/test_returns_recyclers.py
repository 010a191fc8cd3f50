"""Recyclers: every share between the gates and black mass; the world is that of `returns_case`."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from bvsim.schema.recycling import NonEv, Return
from bvsim.valley.returns.recycler import nothing
from fleet_case import constant
from mechanism_table import exact, table
from returns_case import CALENDAR, LINE, SCRAP, WORKS, WORLD, France, column, play

# -- feed ----------------------------------------------------------------------------------------


def packs_t(spec):
    return column(play(spec), "eol_feedstock_t")


def others_t(spec):
    return column(play(spec), "non_ev_feedstock_t")


def scrap_t(spec):
    return column(play(spec, scrap=SCRAP), "scrap_feedstock_t")


def scrap_elsewhere_t(spec):
    return column(play(spec, scrap=SCRAP), "scrap_elsewhere_t")


def lucky_scrap_t(spec):
    """Scrap of a plant whose luck is three quarters: half-way from the mean to the top."""
    return column(play(spec, scrap=SCRAP, luck=0.75), "scrap_feedstock_t")


def term_days(spec):
    made = play(spec, scrap=SCRAP, luck=0.75)
    return made.contracts.by_site["plant"].until - CALENDAR.month_starts[0]


@table(
    WORLD,
    ("reach.pull", 0.25, packs_t, 62.0),  # 0.25 / (0.25 + 1) of 310 t
    ("reach.local", 0.2, packs_t, 186.0),  # 0.2 + 0.8 x 1/2 of 310 t
    # Half-way between 2024 and 2026 rivals have three times its capacity: 1/4 of 310 t.
    ("reach.competitors", {"2024": 0.0, "2026": 21_915.0}, packs_t, 77.5),
    ("recyclers.works.per_pack", 0.5, packs_t, 310 * 2 / 3),  # 20 t of packs a day against 10
    ("non_ev.collected", 730.5, others_t, 31.0),  # 2 t a day, half of 62 t
    ("scrap.contract", 0.7, scrap_t, 70.0),
    ("scrap.contract", 0.7, scrap_elsewhere_t, 30.0),
    ("scrap.spread", 0.2, lucky_scrap_t, 100.0),  # 1.1 is no share
)
def test_what_the_region_draws(spec, measure, expected):
    assert measure(spec) == exact(expected)


SHARED = replace(
    WORLD,
    non_ev=NonEv(collected=730.5, base_year=2023, growth=0.0),
    scrap=replace(WORLD.scrap, contract=constant(0.5)),
)


@table(
    SHARED,
    ("non_ev.growth", 0.1, others_t, 37.51),  # 1.1 squared x 31 t
    ("scrap.spread", 0.2, lucky_scrap_t, 60.0),  # 0.5 + 0.2 x (2 x 0.75 - 1)
    ("scrap.term_first", 2.0, term_days, 1004.4375),  # 2 + 0.75 x 1 years
    ("scrap.term_last", 5.0, term_days, 1461.0),  # 1 + 0.75 x 4 years
)
def test_contracts_and_other_batteries(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- the works -----------------------------------------------------------------------------------


def shredded_t(spec, daily=10.0, months=1):
    made = play(spec, packs=France(daily), months=months)
    return column(made, "processed_t", "works", months - 1)


def flooded_t(spec):
    """Feed shredded where far more is offered than it can take."""
    return shredded_t(spec, 1000.0)


def flooded_elsewhere_t(spec):
    return column(play(spec, packs=France(100.0)), "sent_elsewhere_t", "works")


def second_month_t(spec):
    return shredded_t(spec, 1000.0, months=2)


def black_mass_t(spec):
    return column(play(spec), "black_mass_t")


def black_mass_lfp_t(spec):
    return column(play(spec, packs=France(0.0, 10.0)), "black_mass_t")


def black_mass_scrap_t(spec):
    """Black mass of 100 t each of trim and of dry cells, apart from that of packs."""
    scrap = [("plant", "nmc", "trim", 100.0), ("plant", "nmc", "dry_cell", 100.0)]
    return column(play(spec, packs=France(0.0), scrap=scrap), "black_mass_t")


def treated_nickel_t(spec):
    return column(play(spec), "treated_nickel_t")


def powder_nickel_t(spec):
    """Nickel of 10 t of rejected precursor, which needs no shredder."""
    powder = [("maker", "nmc", "precursor", 10.0)]
    return column(play(spec, packs=France(0.0), scrap=powder), "treated_nickel_t")


@table(
    WORLD,
    # Usable capacity in the middle of January, 15.5 days after the start.
    ("recyclers.works.ramp", 15.5 / 365.25, flooded_t, 310.0),  # it starts at its full rate
    ("recyclers.works.first_rate", 0.4, flooded_t, 131.728086876515),  # 1 - 0.6 e^(-15.5/365.25)
    # Opened on 1 January, in its first series a month later: only February's half is usable
    # from 31 days on. 30.4375 days of commissioning, 31 + 14 = 45 in February's middle.
    ("recyclers.works.commissioning", 1.0, second_month_t, 280.0),
    ("recyclers.works.commissioning", 1.0, flooded_t, 0.0),
    ("recyclers.works.batch", 100.0, flooded_t, 300.0),  # three whole batches of 310 t
    ("recyclers.works.batch", 100.0, second_month_t, 200.0),  # 10 t carried over + 280 t
    # 1550 t come; four weeks' store and a month's work are taken: 1550 - 280 - 310.
    ("recyclers.works.intake", 4.0, flooded_elsewhere_t, 960.0),
    ("recyclers.works.intake", 8.0, flooded_elsewhere_t, 680.0),
    ("yields.pack", 0.4, black_mass_t, 62.0),  # 0.4 x 155 t
    ("yields.trim", 0.8, black_mass_scrap_t, 150.0),  # 80 + 70 t
    ("yields.dry_cell", 0.5, black_mass_scrap_t, 140.0),  # 90 + 50 t
    ("chemistries.lfp.yield_factor", 0.8, black_mass_lfp_t, 62.0),  # 0.8 x 0.5 x 155 t
    ("chemistries.lfp.yield_factor", 0.8, black_mass_t, 77.5),  # NMC alone: 0.5 x 155 t
    ("capture.nickel", 0.8, treated_nickel_t, 19.375),  # 0.2 x 77.5 t are 80% of it
    ("chemistries.nmc.powders.precursor.nickel", 0.5, powder_nickel_t, 5.0),
)
def test_shredding(spec, measure, expected):
    assert measure(spec) == exact(expected)


def result_eur(spec, *, scrap=(), luck=None):
    return column(play(spec, scrap=scrap, luck=luck), "result_eur", "works")


def result_with_scrap_eur(spec):
    return result_eur(spec, scrap=SCRAP)


def result_at_twice_the_price_eur(spec):
    """Result of a year whose luck is one standard deviation above the mean."""
    return result_eur(spec, luck=0.8413447460685429)


# January: fees 15,500; black mass 155 t x 500 = 77,500; copper and running costs
# 155 x (50 - 0.6 x 200) = -10,850; standing costs 310 x 0.4 x 200 = 24,800. In all 57,350.
@table(
    WORLD,
    ("chemistries.nmc.gate_fee", 160.0, result_eur, 66_650.0),  # + 155 x 60
    ("economics.opex", 300.0, result_eur, 35_650.0),  # - 155 x 60 - 310 x 40
    ("economics.fixed", 0.5, result_eur, 54_250.0),  # + 155 x 20 - 310 x 20
    ("economics.prices.nickel", 16_000.0, result_eur, 103_850.0),  # 155 x 800
    ("economics.payable.nickel", 0.8, result_eur, 103_850.0),  # 155 x 800
    ("economics.other_metals", 90.0, result_eur, 63_550.0),  # + 155 x 40
    # 100 t of cells besides: bought at 0.6, sold at 600 EUR, 70 EUR lost on each.
    ("economics.scrap_price", 0.6, result_with_scrap_eur, 74_350.0),
    ("economics.scrap_price", 0.75, result_with_scrap_eur, 65_350.0),
    ("economics.price_volatility", math.log(2.0), result_at_twice_the_price_eur, 134_850.0),
)
def test_what_recycling_brings(spec, measure, expected):
    assert measure(spec) == exact(expected)


VOLATILE = replace(
    WORLD, economics=replace(WORLD.economics, price_volatility=0.5, pass_through=0.3)
)


def result_at_mean_prices_eur(spec):
    return result_eur(spec, luck=0.5)


def third_price(spec):
    """Metal price after three years, each one standard deviation lucky."""
    return play(spec, luck=0.8413447460685429)._prices[2]


@table(
    VOLATILE,
    # Fee 100 - 0.3 x 500 = -50 at twice the price: 134,850 - 155 x 150.
    ("economics.price_volatility", math.log(2.0), result_at_twice_the_price_eur, 111_600.0),
    ("economics.pass_through", 0.5, result_at_mean_prices_eur, 57_350.0),  # as ever
    # New deviations of 0.5 x 0.8: 0.4, then 0.6 x 0.4 + 0.4 = 0.64, then 0.784: e^0.784.
    ("economics.price_persistence", 0.6, third_price, 2.190215629630643),
)
def test_prices_of_metals(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- mothballed, back, and never built -----------------------------------------------------------

# 8 t a day: 4 t of 10 come, and a gate fee of -500 EUR loses money on each.
LOSING = replace(
    WORLD,
    recyclers={"works": replace(WORKS, minimum_load=0.5)},
    chemistries={"nmc": replace(WORLD.chemistries["nmc"], gate_fee=-500.0)},
)


def first_day(made, event, entity="works"):
    """Return the day of an entity's first event of a kind; infinite when there is none."""
    log = made.ctx.trace.events
    days = [each.day for each in log if each.entity == entity and each.event == event]
    return min(days, default=math.inf)


def mothballed_day(spec):
    return first_day(play(spec, packs=France(8.0), months=8), "mothballed")


def dried_up_day(spec):
    """Day of mothballing where packs come in January alone, and fill the works then."""
    return first_day(play(spec, packs=France(20.0, until=1), months=8), "mothballed")


def restart_day(spec):
    return first_day(play(spec, packs=France(8.0), months=13), "restarts")


def mothballed_heads(spec):
    return column(play(spec, packs=France(8.0), months=5), "headcount", "works", 4)


@table(
    LOSING,
    # January, February and March below the minimum: decided on 1 April.
    ("recyclers.works.minimum_load", 0.5, mothballed_day, 90.0),
    ("recyclers.works.minimum_load", 0.35, mothballed_day, math.inf),  # a load of 0.4 suffices
    ("recyclers.works.patience", 5.0, mothballed_day, 151.0),
    ("chemistries.nmc.gate_fee", 100.0, mothballed_day, math.inf),  # it earns money
    ("recyclers.works.patience", 1.0, dried_up_day, 59.0),  # February, looked at on 1 March
    # In sight on 1 May and 1 June (0.4 of its capacity); three months later, on 1 September.
    ("recyclers.works.restart_load", 0.35, restart_day, 243.0),
    ("recyclers.works.restart_load", 0.45, restart_day, math.inf),
    ("recyclers.works.restart_sustained", 1.0, restart_day, 212.0),  # 120 + 91.3
    ("recyclers.works.restart_sustained", 4.0, restart_day, 304.0),
    ("recyclers.works.restart_delay", 1.0, restart_day, 212.0),
    ("recyclers.works.mothballed_staff", 0.5, mothballed_heads, 25.0),  # half of 40 + 10
)
def test_mothballing(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    replace(LOSING, recyclers={"works": replace(WORKS, minimum_load=0.5, patience=1.0)}),
    # January and February together have a load of 310 / 590: one month more.
    ("recyclers.works.load_window", 2.0, dried_up_day, 90.0),
)
def test_window_of_the_load(spec, measure, expected):
    assert measure(spec) == exact(expected)


SUSPENDED = replace(
    WORLD,
    recyclers={
        "works": replace(
            WORKS,
            lines={"line-1": replace(LINE, opened=None)},
            suspended=date(2024, 6, 1),
            returns=Return(threshold=0.3, sustained=3.0, build=12.0, foresight=0.0, outlet=0.0),
        )
    },
)


def decided_day(spec):
    return first_day(play(spec, packs=France(8.0), months=12), "decision to build")


def foreseen_day(spec):
    """Day of the decision where packs come from January 2027 on."""
    return first_day(play(spec, packs=France(8.0, since=24), months=30), "decision to build")


def returned_day(spec):
    return first_day(play(spec, packs=France(8.0), months=24), "line opens")


@table(
    SUSPENDED,
    # A load of 0.4 in sight on the first of January, February and March.
    ("recyclers.works.returns.threshold", 0.3, decided_day, 59.0),
    ("recyclers.works.returns.threshold", 0.45, decided_day, math.inf),
    ("recyclers.works.returns.sustained", 1.0, decided_day, 0.0),
    ("recyclers.works.returns.sustained", 5.0, decided_day, 120.0),
    ("recyclers.works.returns.outlet", 100.0, decided_day, 181.0),  # May, June, July
    ("recyclers.works.returns.foresight", 2.0, foreseen_day, 59.0),
    ("recyclers.works.returns.foresight", 1.0, foreseen_day, 424.0),  # a year later
    ("recyclers.works.returns.build", 6.0, returned_day, 241.625),  # 59 + 182.625
)
def test_return_of_a_suspended_project(spec, measure, expected):
    assert measure(spec) == exact(expected)


PLANNED = replace(
    WORLD,
    recyclers={
        "works": replace(WORKS, lines={"line-1": replace(LINE, opened=None, announced=100.0)})
    },
)


def opened_day(spec):
    return first_day(play(spec, months=24), "line opens")


@table(
    PLANNED,
    ("recyclers.works.lines.line-1.slip", 0.5, opened_day, 282.625),  # 100 + 182.625
    ("recyclers.works.lines.line-1.notice", 12.0, opened_day, 365.25),
    ("recyclers.works.lines.line-1.probability", 0.9, opened_day, math.inf),  # not certain
)
def test_opening_of_a_line(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(WORLD, ("recyclers.works.lines.line-1.notice", 12.0, opened_day, 0.0))
def test_a_line_that_opened_on_the_day_of_knowledge_is_a_fact(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_with_no_room_anywhere_feed_comes_to_the_gates_by_capacity():
    made = play(WORLD)
    brought = []
    for usable in (3.0, 1.0):
        work = SimpleNamespace(
            usable_t=usable,
            room=lambda days: 0.0,
            work=lambda mix, share, taken, days, money: brought.append((share, taken)) or nothing(),
            account=made.recyclers[0].account,
        )
        made._open.append(work)
    made._open = made._open[-2:]
    made._bring(0.0)
    assert brought == [(0.75, 0.0), (0.25, 0.0)]


def april_of(name):
    """Return a measure: a column of the works in April, days 90 to 120, before its review."""

    def measure(spec):
        made = play(spec, months=3)
        made.ctx.env.run(until=119.5)
        account = made.recyclers[0].account
        return account.now[[each.name for each in account.columns].index(name)]

    measure.__name__ = f"{name}_in_april"
    return measure


LATER = replace(LINE, opened=None, announced=110.0)


@table(
    replace(
        WORLD,
        recyclers={"works": replace(WORKS, lines={"line-1": LATER, "line-2": LATER})},
    ),
    # Each line has 10 t a day and 10 people beside the 40 of the works.
    ("recyclers.works.lines.line-1.announced", 100.0, april_of("capacity_t"), 300.0),  # 20 + 10
    ("recyclers.works.lines.line-1.announced", 100.0, april_of("nameplate_t"), 7305.0),
    ("recyclers.works.lines.line-1.announced", 130.0, april_of("capacity_t"), 100.0),
    ("recyclers.works.lines.line-1.announced", 130.0, april_of("nameplate_t"), 3652.5),
    ("recyclers.works.lines.line-1.announced", 130.0, april_of("headcount"), 50.0),
)
def test_lines_that_open_in_the_middle_of_a_month(spec, measure, expected):
    assert measure(spec) == exact(expected)


@pytest.mark.parametrize(("result", "below"), [(-0.5, 1), (0.0, 0), (0.5, 0)])
def test_only_works_that_lose_money_count_months_below_their_load(result, below):
    works = play(LOSING).recyclers[0]
    works._fed[0], works._could[0], works._results[0] = 1.0, 10.0, result
    works._below = 0
    works._judge()
    assert works._below == below


TWO_LINES = replace(
    WORLD,
    recyclers={"works": replace(WORKS, lines={"line-1": LINE, "line-2": LINE}, load_window=2.0)},
)


def second_line_day(spec):
    """Day of the second line of a works whose first runs at half its load."""
    made = play(spec, months=8)
    days = [each.day for each in made.ctx.trace.events if each.event == "line opens"]
    return days[1] if len(days) > 1 else math.inf


@table(
    TWO_LINES,
    ("recyclers.works.lines.line-2.needs_load", 0.45, second_line_day, 31.0),
    ("recyclers.works.lines.line-2.needs_load", 0.55, second_line_day, math.inf),
)
def test_a_second_line_waits_for_load(spec, measure, expected):
    assert measure(spec) == exact(expected)
