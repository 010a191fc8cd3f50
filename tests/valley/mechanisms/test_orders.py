"""Orders: every share between a car sold in Europe and a cell that a site may make.

The market is flat: 1.2 million cars a year in France and 10 million in the Union, half of
them electric with 60 kWh each, so 36 and 300 GWh a year. A fifth of the Union's demand is
open (60 GWh) and rivals offer 90 for it. One site of 10 GWh, without contracts but where a
table says so, costs 25% more than its rivals.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

from scipy.special import logit

from bvsim.schema.demand import (
    CarMarket,
    Co2Step,
    Deviation,
    OpenMarket,
    SecondSource,
    SharePath,
    Supplier,
)
from bvsim.schema.storage import StorageDemand
from bvsim.valley.orders.market import VEHICLES, Demand
from bvsim.valley.orders.vehicles import ar1, share_knots
from demand_case import CALENDAR, COST_GAP, OBSERVED, OFFTAKE, PROGRAMME, context, demand_spec, flat
from mechanism_table import Fortune, exact, table

AFTER_AS_OF = next(p for p in CALENDAR.periods if p.start_day >= CALENDAR.day(date(2026, 4, 1)))


def flat_path(share, weight=1.0):
    return SharePath(weight=weight, home={"2026": share}, export={"2026": share})


def cars(level):
    return CarMarket(base_year=2025, level=level, trend=0.0, rho=0.0, sd=0.0)


WORLD = replace(
    demand_spec(),
    paths={"flat": flat_path(0.5)},
    deviation=Deviation(rho=0.0, sd=0.0, correlation=0.6),
    home=cars(1_200_000.0),
    export=cars(10_000_000.0),
    observed={},
    cost_gap=replace(COST_GAP, at_start=0.25, memory=0.0),
    open_market=OpenMarket(
        contestable=0.2, rival_capacity=1.5, sensitivity=0.0, preference=0.0, award=0.0
    ),
    suppliers={},
)


# -- the market ----------------------------------------------------------------------------------


def demand(spec, luck=None):
    ctx = context(as_of=date(2026, 3, 31))
    return Demand(spec, ctx if luck is None else replace(ctx, streams=Fortune(luck)))


def yearly(spec, quantity, year):
    made = demand(spec)
    return float(getattr(made.market, quantity)[made._years == year].sum())


def cars_2026(spec):
    return yearly(spec, "home_bev", 2026)


def cars_2027(spec):
    return yearly(spec, "home_bev", 2027)


def union_cars_2026(spec):
    return yearly(spec, "export_bev", 2026)


def vans_2026(spec):
    return yearly(spec, "home_lcv", 2026)


def hybrids_2026(spec):
    return yearly(spec, "home_phev", 2026)


def french_gwh_2027(spec):
    return yearly(spec, "home_gwh", 2027)


def union_gwh_2027(spec):
    return yearly(spec, "export_gwh", 2027)


def growth_to_2027(spec):
    return yearly(spec, "home_bev", 2027) / yearly(spec, "home_bev", 2026)


# Vans: 400,000 x 0.5 x 0.5 = 100,000 with 50 kWh; hybrids: 0.1 of 600,000 with 20 kWh.
# France: 36 + 5 + 1.2 = 42.2 GWh a year.
@table(
    WORLD,
    ("other_vehicles.van_share", 0.8, vans_2026, 160_000.0),  # 0.8 x half of 400,000
    ("other_vehicles.vans", 300_000.0, vans_2026, 75_000.0),
    ("other_vehicles.phev_of_rest", 0.15, hybrids_2026, 90_000.0),  # of 600,000
    ("pack.growth", 2.0, french_gwh_2027, 44.6),  # two years later 64 kWh: 38.4 + 6.2
    ("pack.growth", 2.0, union_gwh_2027, 320.0),
    ("pack.lcv", 40.0, french_gwh_2027, 41.2),
    ("pack.phev", 30.0, french_gwh_2027, 42.8),
    ("home.trend", 0.1, growth_to_2027, 1.099928242451651),  # 1.1^(365 / 365.25)
    ("bonus.change", 1000.0, cars_2026, 624_000.0),  # + 0.02 of 1.2 million
    ("bonus.change", 1000.0, union_cars_2026, 5_024_000.0),  # they are sold in the Union too
    ("bonus.effect", 0.05, cars_2026, 600_000.0),  # no change of the incentive
    # 50,000 places in October, half of which add sales; 0.6 of these are missing in spring.
    ("leasing.probability", 1.0, cars_2026, 625_000.0),
    ("leasing.probability", 1.0, cars_2027, 610_000.0),
    ("leasing.probability", 0.9, cars_2026, 600_000.0),  # not certain
)
def test_market(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_registrations_of_months_add_up_in_the_books():
    made = demand(WORLD)
    first = int((made._years == 2026).argmax())
    for month in (first, first + 1):
        made._months.record(made._region.now, month)
    for name in ("home_bev", "export_bev"):
        booked = made._region.now[getattr(VEHICLES, f"{name}_registrations")]
        assert booked == exact(float(getattr(made.market, name)[first : first + 2].sum()))
        assert booked > 0.0


@table(
    replace(WORLD, leasing=replace(WORLD.leasing, probability=flat(1.0))),
    ("leasing.additional", 0.3, cars_2026, 615_000.0),
    ("leasing.places", 20_000.0, cars_2026, 610_000.0),
    ("leasing.borrowed", 0.4, cars_2027, 615_000.0),  # + 25,000 - 10,000
    # All in October; the 15,000 are missing from November to May, in two months of seven.
    ("leasing.delivery", 1.5, cars_2026, 620_714.285714286),
    ("leasing.payback", 30.0, cars_2027, 619_000.0),  # 12 months of 30
    ("leasing.opens_month", 12, cars_2026, 608_333.333333333),  # one month of three
)
def test_subsidised_leasing(spec, measure, expected):
    assert measure(spec) == exact(expected)


def share_before(spec):
    """Electric share in the last month before the deadline at the end of 2027."""
    made = demand(spec)
    return float(made.market.home_share[made._years == 2027][-1])


def share_five_months_before(spec):
    made = demand(spec)
    return float(made.market.home_share[made._years == 2027][-5])


def share_after(spec):
    made = demand(spec)
    return float(made.market.home_share[made._years == 2028][0])


STEP = Co2Step(deadline=date(2027, 12, 31), push=0.4, months=6.0, payback=0.5)


@table(
    replace(WORLD, co2_steps={"2027": STEP}),
    ("co2_steps.2027.push", 0.4, share_before, 0.598687660112452),  # log odds of 0.4
    ("co2_steps.2027.push", 0.4, share_after, 0.450166002687522),  # and of -0.2
    ("co2_steps.2027.payback", 1.0, share_after, 0.401312339887548),
    ("co2_steps.2027.months", 4.0, share_five_months_before, 0.5),
    ("co2_steps.2027.known_from", date(2026, 3, 31), share_before, 0.598687660112452),
    ("co2_steps.2027.known_from", date(2026, 6, 1), share_before, 0.5),  # after `as_of`
)
def test_deadlines_of_fleet_targets(spec, measure, expected):
    assert measure(spec) == exact(expected)


def knot(position):
    """Return a measure: the share of 2028 at a position among low, central and high."""

    def share(spec):
        return share_knots(spec, "home", position)[2028]

    share.__name__ = f"share_at_{position:g}"
    return share


@table(
    demand_spec(),
    # Half-way between log odds of 0.3 and 0.4, whose weights lie at 0.125 and 0.5:
    # sqrt(3/7 x 2/3) = 0.534522483824849 in odds.
    ("paths.low.weight", 0.25, knot(0.3125), 0.348331477354788),
    ("paths.low.weight", 0.5, knot(0.4), 0.348331477354788),  # now they lie at 0.2 and 0.6
    ("paths.low.weight", 0.5, knot(0.1), 0.3),  # below the lowest it holds
)
def test_positions_of_paths(spec, measure, expected):
    assert measure(spec) == exact(expected)


def second_deviation(spec):
    """Deviation after two months that are both one standard deviation lucky."""
    return float(ar1([1.0, 1.0], rho=spec.deviation.rho, sd=spec.deviation.sd)[1])


def french_over_union(spec):
    """French over European deviation, where all luck is alike."""
    market = demand(spec, luck=0.8).market
    union = market.export_bev[-1] / (10_000_000.0 / 12.0)
    return logit(market.home_share[-1]) / logit(union)


@table(
    replace(WORLD, deviation=Deviation(rho=0.5**12, sd=0.4, correlation=0.6)),
    # Half is left a month later: 1.5 x 0.4 sqrt(0.75 / (1 - 0.5^24)).
    ("deviation.sd", 0.4, second_deviation, 0.519615257756405),
    ("deviation.correlation", 0.6, french_over_union, 1.4),  # 0.6 + 0.8
    ("deviation.correlation", 1.0, french_over_union, 1.0),
)
def test_deviations(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- contracts -----------------------------------------------------------------------------------


def book_of(spec, *, nameplate=10.0, period=AFTER_AS_OF, luck=None):
    """Return the order book of a site that opens in a period, and its demand."""
    made = demand(spec, luck)
    book = made.order_book("plant")
    book.nameplate_gwh = nameplate
    made._ctx.env._now = period.start_day
    made.order(period)
    return book, made


def committed(spec):
    return book_of(spec)[0].committed


def booked(spec, column):
    """Return a column of the books in the site's second month."""
    book, made = book_of(spec)
    made.order(next(p for p in CALENDAR.periods if p.month == AFTER_AS_OF.month + 1))
    return book._account.now[[each.name for each in book._account.columns].index(column)]


def booked_contracts(spec):
    return booked(spec, "committed_orders_gwh_per_year")


def booked_tenders(spec):
    return booked(spec, "won_orders_gwh_per_year")


CLOSED_MARKET = replace(WORLD.open_market, contestable=0.0)
UNDER_CONTRACT = replace(WORLD, open_market=CLOSED_MARKET, programmes={"one": PROGRAMME})
"""100,000 cars of 50 kWh, four fifths of them sourced here: 4 GWh a year."""


@table(
    UNDER_CONTRACT,
    ("programmes.one.volume", 150_000.0, committed, 6.0),
    ("programmes.one.volume", 150_000.0, booked_contracts, 6.0),
    ("programmes.one.volume", 150_000.0, booked_tenders, 0.0),
    ("programmes.one.energy", 60.0, committed, 4.8),
    ("programmes.one.sourced_here", 0.5, committed, 2.5),
    ("programmes.one.build_up", 12.0, committed, 0.043805612594114),  # 4 x 4 days / 365.25
    ("programmes.one.start", 5000.0, committed, 0.0),
    ("level", 0.9, committed, 3.6),
)
def test_programmes(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    replace(WORLD, open_market=CLOSED_MARKET, offtakes={"one": OFFTAKE}),
    ("offtakes.one.called", 0.7, committed, 7.0),  # of 10 GWh
    ("offtakes.one.take_or_pay", 0.8, committed, 8.0),  # at least that
    ("offtakes.one.called", 1.3, committed, 10.0),  # at most all
)
def test_offtakes(spec, measure, expected):
    assert measure(spec) == exact(expected)


GROWN = replace(
    UNDER_CONTRACT,
    programmes={"one": replace(PROGRAMME, market="export", base_year=2024)},
    observed={
        "2024": replace(OBSERVED, known_from=date(2025, 1, 31), export_bev_car=2_000_000),
        "2025": OBSERVED,
        "2026": replace(OBSERVED, known_from=date(2026, 3, 1), export_bev_car=3_000_000),
    },
)


@table(
    GROWN,
    ("market_response", 1.0, committed, 6.0),  # half as many cars again as in the base year
    ("market_response", 2.0, committed, 9.0),  # 1.5 squared
    ("market_response", 0.0, committed, 4.0),
    ("programmes.one.market", "none", committed, 4.0),
)
def test_response_to_the_market(spec, measure, expected):
    assert measure(spec) == exact(expected)


def supplied(spec, months=1, delivered=0.5):
    """Return the contracted orders after months in each of which a share was delivered."""
    book, made = book_of(spec)
    for month in range(1, months + 1):
        book.deliver(delivered * book.ordered_gwh, AFTER_AS_OF)
        made.order(next(p for p in CALENDAR.periods if p.month == AFTER_AS_OF.month + month))
    return book.committed


def supplied_then_kept(spec):
    """Return them after a month of half and a month of full deliveries."""
    book, made = book_of(spec)
    for month, share in ((1, 0.5), (2, 1.0)):
        book.deliver(share * book.ordered_gwh, AFTER_AS_OF)
        made.order(next(p for p in CALENDAR.periods if p.month == AFTER_AS_OF.month + month))
    return book.committed


def made_dear(spec):
    """Return them a month after the site's materials became a fifth dearer."""
    book, made = book_of(spec)
    book.report(0.95, 0.8, dearer=0.2)
    made.order(next(p for p in CALENDAR.periods if p.month == AFTER_AS_OF.month + 1))
    return book.committed


LATE = SecondSource(share=0.4, ready=0.0, term=60.0)


@table(
    replace(UNDER_CONTRACT, lfp={"2025": 0.1, "2035": 0.1}, second_source=LATE),
    ("programmes.one.lfp", 0.0, committed, 4.0),
    ("programmes.one.lfp", 2.5, committed, 3.0),  # a quarter of the cars
    ("programmes.one.lfp", 20.0, committed, 0.0),  # all of them, and no more
    ("second_source.share", 0.4, supplied, 3.2),  # 0.4 of the half that is missing
    ("second_source.share", 0.0, supplied, 4.0),
    ("second_source.ready", 12.0, supplied, 3.936035531642),  # 4 (1 - 0.2 (1 - e^(-1/12)))
    ("second_source.term", 60.0, supplied_then_kept, 3.213222836943),  # 4 (1 - 0.2 e^(-1/60))
    ("second_source.term", 0.0, supplied_then_kept, 4.0),
    ("substitution", 1.5, made_dear, 2.8),  # 4 (1 - 1.5 x 0.2)
    ("substitution", 9.0, made_dear, 0.0),
)
def test_what_turns_to_others(spec, measure, expected):
    assert measure(spec) == exact(expected)


INSTALLED = StorageDemand(
    path={"2025": 100.0}, level=flat(1.5), contestable=0.0, rivals=0.0, preference=0.0, award=0.0
)


def test_contracts_may_follow_stationary_storage():
    spec = replace(WORLD, offtakes={"one": replace(OFFTAKE, market="storage")})
    for storage, expected in ((INSTALLED, 9.0), (replace(INSTALLED, level=flat(1.0)), 6.0)):
        made = Demand(spec, context(as_of=date(2026, 3, 31)), storage)
        book = made.order_book("plant")
        book.nameplate_gwh = 10.0
        made.order(AFTER_AS_OF)
        # 0.6 of 10 GWh are called on the path, and half as much again above it
        assert book.committed == exact(expected)


# -- tenders -------------------------------------------------------------------------------------


def won(spec):
    """Return what the site wins in its second month."""
    book, made = book_of(spec)
    made.order(next(p for p in CALENDAR.periods if p.month == AFTER_AS_OF.month + 1))
    return book.won


@table(
    WORLD,
    ("open_market.contestable", 0.1, won, 60 / 11),  # 30 x 10 / (45 + 10)
    ("lfp", {"2025": 0.25}, won, 180 / 31),  # 45 x 10 / (67.5 + 10)
    ("open_market.rival_capacity", 1.0, won, 60 / 7),  # 60 x 10 / (60 + 10)
    ("open_market.preference", math.log(2.0), won, 120 / 11),  # 60 x 20 / (90 + 20)
    ("open_market.sensitivity", 4 * math.log(2.0), won, 60 / 19),  # half: 60 x 5 / (90 + 5)
    ("open_market.award", 12.0, won, 0.479733512224),  # 6 (1 - e^(-1/12))
    ("level", 0.5, won, 3.0),
    ("programmes", {"one": PROGRAMME}, won, 3.75),  # it offers 6: 60 x 6 / 96
    ("suppliers", {"plant": Supplier(open_market=False)}, won, 0.0),
)
def test_tenders(spec, measure, expected):
    assert measure(spec) == exact(expected)


def gap(spec):
    """Gap of a site that reported a yield of 0.76 and a use of 0.4, a month later."""
    book, made = book_of(spec)
    book.report(0.76, 0.4)
    made.order(next(p for p in CALENDAR.periods if p.month == AFTER_AS_OF.month + 1))
    return book.gap


# 1.25 (0.8 x 0.95 / 0.76 + 0.2 x 0.8 / 0.4) - 1 = 0.75.
@table(
    WORLD,
    ("cost_gap.mature", 0.5, gap, 1.1),  # 1.5 x 1.4 - 1
    ("cost_gap.fixed", 0.3, gap, 0.84375),  # 1.25 (0.7 x 1.25 + 0.3 x 2) - 1
    ("cost_gap.reference_yield", 0.76, gap, 0.5),  # 1.25 (0.8 + 0.4) - 1
    ("cost_gap.reference_use", 0.4, gap, 0.5),  # 1.25 (1 + 0.2) - 1
    ("cost_gap.lowest_use", 0.8, gap, 0.5),
    ("cost_gap.memory", 6.0, gap, 0.326759137555),  # 0.25 + 0.5 (1 - e^(-1/6))
)
def test_cost_gap(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- closed sites, finished goods, outlook -------------------------------------------------------


def taken_over(spec):
    """Orders that pass to a site of 10 GWh, beside one of 30, where a third one closes."""
    made = demand(spec)
    books = {name: made.order_book(name) for name in ("heir", "other", "plant")}
    for (_, book), nameplate in zip(sorted(books.items()), (10.0, 30.0, 10.0), strict=True):
        book.nameplate_gwh = nameplate
    made._ctx.env._now = AFTER_AS_OF.start_day
    made.order(AFTER_AS_OF)
    books["plant"].close()
    made.order(next(p for p in CALENDAR.periods if p.month == AFTER_AS_OF.month + 1))
    return books["heir"].taken_over


def room_gwh(spec):
    """What a site without orders may make: its room for finished cells."""
    return book_of(replace(spec, open_market=CLOSED_MARKET))[0].limit_gwh


def room_with_stock_gwh(spec):
    """Room and a week's orders of 4 GWh a year, with 0.3 GWh in stock already."""
    book = book_of(spec)[0]
    book.stock_gwh = 0.3
    book.place(7 / 343, unlimited=False)
    return book.limit_gwh


def outlook(spec):
    """Orders in sight for 20 GWh of nameplate, a year ahead."""
    made = book_of(spec)[1]
    return made.outlook_gwh_per_year("plant", 20.0, made._ctx.env.now + 365.25)


@table(
    UNDER_CONTRACT,
    ("transferred", 0.6, taken_over, 0.6),  # a quarter of 0.6 x 4 GWh
    ("suppliers", {"other": Supplier(takes_over=False)}, taken_over, 2.0),  # all of 0.5 x 4
    ("finished", 49.0, room_with_stock_gwh, 1.210204081632653),  # 10/7 - 0.3 + 4 x 7/343
)
def test_orders_of_closed_sites_and_finished_goods(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    WORLD,
    ("finished", 49.0, room_gwh, 10 / 7),  # 49 / 343 of 10 GWh
    ("open_market.rival_capacity", 2.0, outlook, 60 / 7),  # 60 x 20 / (120 + 20)
    ("programmes", {"one": PROGRAMME}, outlook, 13.056603773584905),  # 4 + 60 x 16 / 106
    ("suppliers", {"plant": Supplier(open_market=False)}, outlook, 0.0),
    ("level", 0.5, outlook, 60 / 11),  # half of 60 x 20 / 110
)
def test_outlook(spec, measure, expected):
    assert measure(spec) == exact(expected)
