"""Recyclers: conservation, openings, mothballing, returns, and the way of black mass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bvsim.schema.recycling import RecyclingSpec
from bvsim.valley.returns.hydromet import Hydromet
from bvsim.valley.returns.market import Recycling
from bvsim.valley.returns.recycler import ELEMENTS, MIX, RECYCLER, Recycler, nothing
from fleet_case import CALENDAR, constant, context
from recycling_case import recycling_spec, simulate, yearly

SPEC = recycling_spec()


def scrap(tonnes_per_year: float):
    return lambda period: tonnes_per_year / 365.25 if period.year >= 2024 else 0.0


def with_recycler(spec: RecyclingSpec, name: str, **changes: object) -> RecyclingSpec:
    return replace(
        spec, recyclers={**spec.recyclers, name: replace(spec.recyclers[name], **changes)}
    )


def assert_balanced(recycling: Recycling) -> None:
    for balance in recycling.balances():
        entering = balance.opening + balance.inflow
        leaving = balance.outflow + balance.closing
        assert entering == pytest.approx(leaving, rel=1e-9, abs=1e-9), balance


def events(recycling: Recycling, entity: str, event: str) -> list[date]:
    log = recycling.ctx.trace.events
    return [e.when for e in log if e.entity == entity and e.event == event]


@settings(max_examples=12, deadline=None)
@given(
    tonnes=st.floats(0.0, 60_000.0),
    vehicles=st.floats(0.0, 3.0),
    intake=st.floats(0.0, 8.0),
    batch=st.sampled_from([0.0, 20.0, 500.0]),
    patience=st.floats(1.0, 40.0),
    draw=st.integers(0, 1000),
    chance=st.booleans(),
)
def test_tonnes_are_conserved_whatever_comes(
    tonnes: float,
    vehicles: float,
    intake: float,
    batch: float,
    patience: float,
    draw: int,
    chance: bool,
) -> None:
    spec = with_recycler(SPEC, "battri", intake=intake, batch=batch, patience=patience)
    ctx = context(chance=chance, draw=draw)
    recycling = simulate(spec, scrap_t_per_day=scrap(tonnes), vehicles=vehicles, ctx=ctx)
    assert_balanced(recycling)
    for name in spec.recyclers:
        for column in ("feed_t", "processed_t", "capacity_t", "black_mass_t", "sent_elsewhere_t"):
            assert min(yearly(recycling, name, column).values()) >= 0.0
        for year, capacity in yearly(recycling, name, "capacity_t").items():
            # A batch may begin in one year and end in the next.
            assert yearly(recycling, name, "processed_t")[year] <= capacity + batch + 1e-6


def test_gates_add_up_to_the_region() -> None:
    recycling = simulate(SPEC, scrap_t_per_day=scrap(20_000.0))
    for ours, regional in (
        ("feed_eol_t", "eol_feedstock_t"),
        ("feed_scrap_t", "scrap_feedstock_t"),
        ("feed_replacement_t", "replacement_feedstock_t"),
        ("feed_non_ev_t", "non_ev_feedstock_t"),
        ("black_mass_t", "black_mass_t"),
    ):
        region = yearly(recycling, "region:eol", regional)
        gates = [yearly(recycling, name, ours) for name in SPEC.recyclers]
        for year, tonnes in region.items():
            assert sum(gate[year] for gate in gates) == pytest.approx(tonnes, rel=1e-9, abs=1e-9)
    for name in SPEC.recyclers:
        parts = [
            yearly(recycling, name, f"feed_{origin}_t")
            for origin in ("scrap", "eol", "replacement", "non_ev")
        ]
        for year, feed in yearly(recycling, name, "feed_t").items():
            assert sum(part[year] for part in parts) == pytest.approx(feed, rel=1e-9, abs=1e-9)


def test_facts_until_as_of_and_only_those() -> None:
    recycling = simulate(SPEC, ctx=context(chance=False))
    assert events(recycling, "battri", "line opens") == [date(2025, 6, 20)]
    assert events(recycling, "glencore-licycle", "line opens") == []
    assert yearly(recycling, "battri", "processed_t")[2024] == 0.0
    assert yearly(recycling, "battri", "processed_t")[2025] > 0.0
    capacity = yearly(recycling, "battri", "capacity_t")
    assert capacity[2025] == pytest.approx(15_000 * 195 / 365.25, rel=1e-9)
    assert capacity[2027] == pytest.approx(15_000 * 365 / 365.25, rel=1e-9)

    before = simulate(SPEC, ctx=context(chance=False, as_of=date(2023, 12, 31)))
    assert events(before, "battri", "line opens") != [date(2025, 6, 20)]


def test_nothing_to_treat_mothballs_after_its_patience() -> None:
    spec = replace(SPEC, non_ev=replace(SPEC.non_ev, collected=0.0))
    spec = with_recycler(spec, "battri", patience=24.0)
    for chance in (False, True):
        recycling = simulate(spec, vehicles=0.0, ctx=context(chance=chance))
        # Two years and the month of opening after June 2025; decided at a month's start.
        assert events(recycling, "battri", "mothballed") in (
            [date(2027, 7, 1)],
            [date(2027, 8, 1)],
            [date(2027, 9, 1)],
            [date(2027, 10, 1)],
            [date(2027, 11, 1)],
        )
        assert yearly(recycling, "battri", "mothballed_weeks")[2030] == pytest.approx(365 / 7)
        assert yearly(recycling, "battri", "capacity_t")[2030] == 0.0
        assert sum(yearly(recycling, "region:eol", "black_mass_t").values()) == 0.0
        assert_balanced(recycling)


def test_patience_counts_and_a_loaded_plant_stays_open() -> None:
    empty = replace(SPEC, non_ev=replace(SPEC.non_ev, collected=0.0))
    short = simulate(with_recycler(empty, "battri", patience=6.0), vehicles=0.0)
    long = simulate(with_recycler(empty, "battri", patience=30.0), vehicles=0.0)
    (early,), (late,) = (events(run, "battri", "mothballed") for run in (short, long))
    assert (late.year - early.year) * 12 + late.month - early.month == 24
    loaded = simulate(empty, scrap_t_per_day=scrap(40_000.0), vehicles=0.0)
    assert events(loaded, "battri", "mothballed") == []


def test_a_mothballed_plant_restarts_when_feed_is_in_sight() -> None:
    spec = replace(SPEC, non_ev=replace(SPEC.non_ev, collected=0.0))
    spec = with_recycler(spec, "battri", patience=6.0)

    def late_scrap(period):
        return 60_000.0 / 365.25 if period.year >= 2030 else 0.0

    recycling = simulate(spec, scrap_t_per_day=late_scrap, vehicles=0.0)
    (restart,) = events(recycling, "battri", "restarts")
    assert date(2030, 6, 1) <= restart <= date(2031, 12, 31)
    assert yearly(recycling, "battri", "processed_t")[2029] == 0.0
    assert yearly(recycling, "battri", "processed_t")[2033] > 10_000.0


def test_a_suspended_project_returns_by_rule_or_by_lever_only() -> None:
    starved = simulate(SPEC, vehicles=0.0)
    assert events(starved, "relieve", "line opens") == []

    rule = replace(SPEC.recyclers["relieve"].returns, outlet=0.0, sustained=6.0, build=24.0)
    fed = simulate(with_recycler(SPEC, "relieve", returns=rule), scrap_t_per_day=scrap(120_000.0))
    (decision,) = events(fed, "relieve", "decision to build")
    (opening,) = events(fed, "relieve", "line opens")
    assert decision >= date(2026, 8, 1)
    assert (opening - decision).days == pytest.approx(730.5, abs=1)

    lever = with_recycler(SPEC, "relieve", opens=CALENDAR.day(date(2029, 1, 1)))
    returned = simulate(lever, vehicles=0.0)
    assert events(returned, "relieve", "line opens") == [date(2029, 1, 1)]
    harnes = with_recycler(SPEC, "glencore-licycle", opens=CALENDAR.day(date(2028, 3, 1)))
    assert events(simulate(harnes), "glencore-licycle", "line opens") == [date(2028, 3, 1)]


def test_another_recycler_takes_feed_from_the_first() -> None:
    feed = scrap(15_000.0)
    alone = simulate(SPEC, scrap_t_per_day=feed, ctx=context(chance=False))
    lever = with_recycler(SPEC, "relieve", opens=CALENDAR.day(date(2029, 1, 1)))
    both = simulate(lever, scrap_t_per_day=feed, ctx=context(chance=False))
    for year in (2031, 2033):
        assert (
            yearly(both, "battri", "processed_t")[year]
            < yearly(alone, "battri", "processed_t")[year]
        )
        assert (
            yearly(both, "region:eol", "eol_feedstock_t")[year]
            > yearly(alone, "region:eol", "eol_feedstock_t")[year]
        )


def test_less_scrap_is_less_feed() -> None:
    only = replace(SPEC, recyclers={"battri": SPEC.recyclers["battri"]})
    runs = [simulate(only, scrap_t_per_day=scrap(t)) for t in (2_000.0, 6_000.0, 12_000.0)]
    shares = [sum(yearly(run, "battri", "feed_scrap_t").values()) for run in runs]
    loads = [yearly(run, "battri", "processed_t")[2028] for run in runs]
    assert shares == sorted(shares)
    assert loads == sorted(loads)
    assert shares[1] == pytest.approx(3 * shares[0], rel=1e-6)


def test_an_intake_that_is_full_sends_feed_elsewhere() -> None:
    """Feed far above capacity: processed equals what the ramp allows, the rest leaves."""
    spec = replace(SPEC, recyclers={"battri": replace(SPEC.recyclers["battri"], batch=0.0)})
    recycling = simulate(spec, scrap_t_per_day=scrap(200_000.0), ctx=context(chance=False))
    feed = yearly(recycling, "battri", "feed_t")
    processed = yearly(recycling, "battri", "processed_t")
    elsewhere = yearly(recycling, "battri", "sent_elsewhere_t")
    assert processed[2038] == pytest.approx(15_000, rel=0.01)
    assert feed[2038] == pytest.approx(processed[2038] + elsewhere[2038], rel=1e-3)
    buffer = recycling.ctx.books.accounts["yearly", "battri"].monthly()[:, -3]
    assert buffer.max() <= 15_000 * 4 * 7 / 365.25 + 1e-6


def test_a_works_that_is_mothballed_sends_its_pile_after_what_it_sent_before() -> None:
    recycler = Recycler("battri", SPEC.recyclers["battri"], context(chance=False))
    recycler.start()
    recycler.account.now[RECYCLER.sent_elsewhere_t] = 7.0
    recycler.pile[0] = 5.0
    recycler._mothball(0.1)
    assert recycler.account.now[RECYCLER.sent_elsewhere_t] == 12.0
    assert list(recycler.pile) == list(nothing())


def test_black_mass_of_a_batch_is_feed_times_yield() -> None:
    ctx = context(chance=False)
    recycler = Recycler("battri", replace(SPEC.recyclers["battri"], batch=10.0), ctx)
    recycler.start()
    recycler.open("line-1", -10_000.0, "test")
    recycler.review(0.0, 0.0, 31.0)
    mix = [95.0, 95.0 * 0.3, 5.0, 1.0, 1.0, 1.0, 100.0]
    out = recycler.work(mix, 1.0, 1.0, 31.0, (0.0, 1.0, 0.0))
    assert out[0] == pytest.approx(90.0)
    assert out[1] == pytest.approx(27.0)
    assert recycler.pile[0] == pytest.approx(5.0)
    assert len(nothing()) == len(MIX) == len(mix)


def hydromet(returned: float = 0.5, opens: float = 0.0) -> Hydromet:
    stage = replace(
        SPEC.hydromet["mecaware"],
        opens=opens,
        probability=1.0,
        capacity=3652.5,
        ramp=0.0,
        returned=constant(returned),
    )
    ctx = context(chance=False, as_of=date(2023, 1, 1))
    made = Hydromet({"mecaware": stage}, SPEC.trade, SPEC.regulation, ctx)
    made.start()
    return made


def test_metals_come_back_through_a_stage_and_only_then() -> None:
    open_stage = hydromet()
    open_stage.ctx.env.run(until=30.0)
    open_stage.review({})
    amounts = open_stage.treat(400.0, (80.0, 20.0, 12.0, 20.0), 30.0)
    taken, tolled, exported, sold = amounts[:4]
    assert (taken, tolled) == (pytest.approx(300.0), 0.0)  # 10 t a day
    assert exported == pytest.approx(100.0 * SPEC.trade.exported_before)
    assert taken + exported + sold == pytest.approx(400.0)
    nickel = 80.0 * 300.0 / 400.0 * SPEC.hydromet["mecaware"].recovery["nickel"].mature
    assert amounts[4] == pytest.approx(nickel)
    assert open_stage.recovered_since_last("nickel") == pytest.approx(nickel / 2)
    assert open_stage.recovered_since_last("nickel") == 0.0

    closed = hydromet(opens=5_000.0)
    closed.review({})
    assert sum(closed.treat(400.0, (80.0, 20.0, 12.0, 20.0), 30.0)[4:]) == 0.0
    assert all(closed.recovered_since_last(element) == 0.0 for element in ELEMENTS)


def test_recovery_meets_the_law_from_its_day_on() -> None:
    stages = hydromet()
    assert stages.floor(CALENDAR.day(date(2027, 12, 30)))[0] == 0.0
    assert stages.floor(CALENDAR.day(date(2027, 12, 31)))[0] == 0.90
    assert stages.floor(CALENDAR.day(date(2032, 1, 1)))[0] == 0.95


def test_the_same_key_gives_the_same_run_and_order_does_not_matter() -> None:
    backwards = replace(SPEC, recyclers=dict(reversed(SPEC.recyclers.items())))
    first, second = (
        simulate(spec, scrap_t_per_day=scrap(9_000.0), ctx=context(draw=7))
        for spec in (SPEC, backwards)
    )
    for entity in (*SPEC.recyclers, "region:eol"):
        ours = first.ctx.books.accounts["yearly", entity].monthly()
        theirs = second.ctx.books.accounts["yearly", entity].monthly()
        assert ours.tobytes() == theirs.tobytes()
