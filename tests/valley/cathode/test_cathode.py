"""The cathode market: conservation, cuts, detours, approvals, precursor, sharing."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bvsim.schema.cathode import Qualification
from bvsim.schema.imports import Disruption, ExportControl, Halt
from bvsim.valley.cathode.makers import PCAM
from bvsim.valley.cathode.recycled import NICKEL
from bvsim.valley.cathode.sharing import RULES, Claim
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from cathode_case import (
    NEVER,
    Factory,
    assert_closed,
    block,
    cam_plant,
    context,
    contract,
    handling,
    imports,
    market,
    pcam_plant,
    policy,
    project,
    ramp,
    simulate,
)

NMC = ("nmc-811",)


def constant(rate: float, since: float = 0.0):
    return lambda day: rate if day >= since else 0.0


def factories(side, **rates) -> list[Factory]:
    return [
        Factory(side.buyer(site, "na-nvpf" if site == "sodium" else "nmc-811"), constant(rate))
        for site, rate in rates.items()
    ]


def total(ctx, entity: str, column: str) -> float:
    account = ctx.books.accounts["yearly", entity]
    names = [c.name for c in account.columns]
    return float(account.monthly()[:, names.index(column)].sum())


def last(ctx, entity: str, column: str) -> float:
    account = ctx.books.accounts["yearly", entity]
    return account.months[-1][[c.name for c in account.columns].index(column)]


# -- imports alone -------------------------------------------------------------------


def test_constant_use_is_never_short_and_everything_is_imported() -> None:
    ctx = context()
    side = market(ctx)
    plants = factories(side, a=40.0, b=5.0)
    assert_closed(simulate(ctx, side, plants))
    for plant in plants:
        assert plant.used == pytest.approx(plant.asked)
        assert total(ctx, f"{plant.buyer.site}:cathode", "cam_short_weeks") == 0.0
    assert total(ctx, "region:cathode", "cam_import_t") == pytest.approx(
        sum(plant.used for plant in plants)
    )
    assert total(ctx, "region:cathode", "cam_local_t") == 0.0


def test_recorded_needs_follow_the_recipe() -> None:
    ctx = context()
    side = market(ctx)
    (plant,) = factories(side, a=40.0)
    simulate(ctx, side, [plant])
    gwh_started = plant.used / plant.buyer.cam_t_per_gwh
    assert plant.buyer.cam_t_per_gwh == pytest.approx(1.25 / 0.92 * 1000.0)
    foil = gwh_started * 0.1 * 1000.0
    assert total(ctx, "a:cathode", "aluminium_foil_t") == pytest.approx(foil)
    assert total(ctx, "a:cathode", "anode_t") == pytest.approx(gwh_started * 850.0)
    local, world = (total(ctx, "a:cathode", f"foil_carbon_{of}_t") for of in ("local", "world"))
    assert world - local == pytest.approx(foil / 0.85 * (16.0 - 4.4))


def test_cutting_nmc_imports_stops_nmc_once_stocks_are_used_and_nothing_else() -> None:
    ctx = context()
    cut = Halt(goods=("cam",), chemistries=NMC, start=400.0)
    side = market(ctx, spec=imports(halts={"cut": cut}))
    nmc, sodium = factories(side, nmc=40.0, sodium=5.0)
    assert_closed(simulate(ctx, side, [nmc, sodium]))
    after = [use for day, _, use in nmc.daily if day > 400.0 + 71.0 + 35.0 + 28.0 + 40.0]
    before = [(asked, use) for day, asked, use in nmc.daily if day < 400.0]
    assert max(after) == 0.0
    assert nmc.buyer.limit_t == 0.0
    assert all(use == pytest.approx(asked) for asked, use in before)
    assert sodium.used == pytest.approx(sodium.asked)
    # what was under way when the cut came is used to the last kilogram
    assert sum(use for day, _, use in nmc.daily if day >= 400.0) > 35.0 * 40.0 * 0.9


def test_a_new_plant_after_a_cut_gets_no_opening_stock() -> None:
    ctx = context()
    side = market(ctx, spec=imports(halts={"cut": Halt(goods=("cam",), start=300.0)}))
    late = Factory(side.buyer("late", "nmc-811"), constant(10.0, since=500.0))
    simulate(ctx, side, [late])
    assert late.used == 0.0


@pytest.mark.parametrize(("safety", "costs"), [(49.0, False), (2.0, True)])
def test_the_detour_by_the_cape_costs_nothing_with_a_large_safety_stock(safety, costs) -> None:
    ctx = context()
    closed = Disruption(closes=("suez",), start=400.0, until=NEVER, spread=1.0)
    spec = imports(cam=policy(safety_stock=safety), disruptions={"red-sea": closed})
    side = market(ctx, spec=spec)
    (plant,) = factories(side, a=40.0)
    simulate(ctx, side, [plant])
    lost = plant.asked - plant.used
    assert (lost > 40.0) if costs else (lost == pytest.approx(0.0, abs=1e-6))


def test_observed_use_is_never_limited_and_is_booked_as_imports() -> None:
    ctx = context(as_of=date(2028, 6, 30))
    side = market(ctx, spec=imports(halts={"cut": Halt(goods=("cam",), start=0.0)}))
    (plant,) = factories(side, a=40.0)
    assert_closed(simulate(ctx, side, [plant]))
    observed = [(asked, use) for day, asked, use in plant.daily if day < ctx.as_of_day]
    assert all(asked == use for asked, use in observed)
    assert plant.buyer.feed.at_will == pytest.approx(sum(use for _, use in observed))
    # at `as_of` the plant starts with its policy's stock, then the cut bites
    first = next(use for day, _, use in plant.daily if day > ctx.as_of_day)
    assert first > 0.0
    assert plant.daily[-2][2] == 0.0


def test_lifting_the_constraint_gives_cam_at_will() -> None:
    ctx = context(lifts=frozenset({"cathode"}))
    side = market(ctx, spec=imports(halts={"cut": Halt(goods=("cam",), start=0.0)}))
    (plant,) = factories(side, a=40.0)
    assert_closed(simulate(ctx, side, [plant]))
    assert plant.used == pytest.approx(plant.asked)


def test_using_more_than_the_limit_is_refused() -> None:
    ctx = context()
    side = market(ctx)
    (plant,) = factories(side, a=40.0)
    plant.run = lambda period: plant.buyer.use(plant.buyer.limit_t + 1.0, 0.0)  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="more cam than it has"):
        simulate(ctx, side, [plant])


def test_a_growing_plant_that_orders_ahead_is_seldom_short() -> None:
    ctx = context(end=date(2034, 12, 31))
    side = market(ctx)
    buyer = side.buyer("a", "nmc-811")
    plant = Factory(buyer, lambda day: 40.0 / (1.0 + 2.718 ** (-(day - 1000.0) / 200.0)))
    assert_closed(simulate(ctx, side, [plant]))
    assert plant.used > 0.999 * plant.asked


def test_a_closed_plant_sells_its_stock_and_what_still_arrives() -> None:
    ctx = context()
    side = market(ctx)
    (plant,) = factories(side, a=40.0)
    plant.close_day = 700.0
    assert_closed(simulate(ctx, side, [plant]))
    feed = plant.buyer.feed
    assert feed.stock.total == 0.0
    assert feed.restocking.on_order == 0.0
    assert feed.restocking.resold > 0.0


def test_idle_stock_is_written_off_at_the_end_of_its_shelf_life() -> None:
    ctx = context()
    side = market(ctx, spec=imports(cam=policy(shelf_life=180.0)))
    plant = Factory(side.buyer("a", "nmc-811"), lambda day: 40.0 if day < 300.0 else 0.0)
    assert_closed(simulate(ctx, side, [plant]))
    assert total(ctx, "a:cathode", "cam_written_off_t") > 35.0 * 40.0
    assert plant.buyer.stock == 0.0


# -- local makers --------------------------------------------------------------------


def neomat(pcam: bool = True, **changes):
    cathode = {
        "neomat-cam": cam_plant(
            {"a": contract(), "b": contract()},
            precursor="neomat-pcam" if pcam else None,
            **changes,
        )
    }
    if pcam:
        cathode["neomat-pcam"] = pcam_plant()
    return cathode


def test_a_source_delivers_only_after_approval_and_sells_little_before() -> None:
    ctx = context()
    side = market(ctx, neomat())
    plants = factories(side, a=40.0, b=20.0, c=10.0)
    assert_closed(simulate(ctx, side, plants))
    maker = side.makers.cam[0]
    wait = 6.0 * DAYS_PER_MONTH
    for pair in maker.pairs:
        assert pair.approved_day >= 300.0 + wait
        assert pair.approved_day < 300.0 + wait + 60.0
    delivered = side.makers.cam[0].account.monthly()[:, 4]
    before = [value for month, value in enumerate(delivered) if month < 16]
    assert sum(before) == 0.0
    assert sum(delivered) > 0.0
    assert total(ctx, "c:cathode", "cam_local_t") == 0.0  # no contract, no approval
    assert total(ctx, "neomat-cam", "cam_exported_t") > 0.0


def test_product_made_before_its_approval_is_kept_and_holds_nothing_back() -> None:
    made, sold = {}, {}
    for wait in (0.0, 6.0):
        ctx = context()
        cathode = neomat()
        early = pcam_plant(blocks={"phase-1": block(38_000.0, first_sales=wait)})
        side = market(ctx, {**cathode, "neomat-pcam": early})
        assert_closed(simulate(ctx, side, factories(side, a=40.0, b=20.0)))
        account = side.makers.pcam[0].account.monthly()
        names = [column.name for column in PCAM.columns]
        made[wait] = account[:, names.index("good_t")]
        sold[wait] = account[:, names.index("pcam_delivered_t")]
    first = next(month for month, tonnes in enumerate(made[6.0]) if tonnes > 0.0)
    assert made[6.0][first : first + 6].sum() >= made[0.0][first : first + 6].sum() > 0.0
    assert sold[6.0][: first + 6].sum() == 0.0
    assert sold[0.0][: first + 6].sum() > 0.0
    assert sold[6.0].sum() > 0.0


def test_a_start_given_by_a_scenario_replaces_the_pipelines_draw() -> None:
    ctx = context()
    side = market(ctx, neomat(sop=1234.0))
    simulate(ctx, side, [])
    assert side.makers.cam[0].blocks[0].pipeline.sop_day == 1234.0


def test_repeat_loops_delay_approval_as_often_as_the_figure_says() -> None:
    rounds = []
    for draw in range(300):
        ctx = context(end=date(2026, 12, 31), chance=True, draw=draw)
        sure = Qualification(duration=6.0, spread=1.0, repeat=0.3, repeat_length=6.0)
        side = market(ctx, neomat(pcam=False, qualification=sure))
        rounds.append(len(side.makers.cam[0].pairs[0]._rounds()))
    assert sum(rounds) / len(rounds) == pytest.approx(1.0 / 0.7, abs=0.15)


def test_local_cam_without_local_precursor_leaves_the_dependence_on_imports() -> None:
    shares = {}
    for pcam in (True, False):
        ctx = context()
        side = market(ctx, neomat(pcam))
        assert_closed(simulate(ctx, side, factories(side, a=40.0, b=20.0)))
        used = total(ctx, "region:cathode", "cam_used_t")
        pcam_t = total(ctx, "region:cathode", "pcam_t")
        shares[pcam] = (
            total(ctx, "region:cathode", "cam_local_t") / used,
            total(ctx, "region:cathode", "pcam_local_t") / pcam_t,
        )
    assert shares[False][0] > 0.3
    assert shares[False][1] == 0.0
    assert 0.1 < shares[True][1] <= shares[True][0] + 1e-9


@pytest.mark.parametrize("pcam", [True, False])
def test_a_stop_of_all_imports_reaches_local_cam_through_its_precursor(pcam: bool) -> None:
    ctx = context()
    cut = Halt(goods=("cam", "pcam"), start=1400.0)
    side = market(ctx, neomat(pcam), imports(halts={"cut": cut}))
    plants = factories(side, a=30.0, b=20.0)
    assert_closed(simulate(ctx, side, plants))
    used_late = sum(use for day, _, use in plants[0].daily if day > 1800.0)
    assert (used_late > 0.0) == pcam


def test_export_licences_on_precursor_hurt_the_local_maker_not_the_importers() -> None:
    used = {}
    for probability in (0.0, 1.0):
        ctx = context()
        control = ExportControl(
            goods=("pcam", "kilns"),
            start=1200.0,
            probability=probability,
            length=240.0,
            licence=200.0,
            denial=0.0,
        )
        spec = imports(controls={"licences": control}, pcam=policy(safety_stock=10.0))
        side = market(ctx, neomat(pcam=False), spec)
        plants = factories(side, a=40.0, c=20.0)
        simulate(ctx, side, plants)
        used[probability] = (total(ctx, "neomat-cam", "good_t"), plants[1].used)
    assert used[1.0][0] < used[0.0][0]
    assert used[1.0][1] == used[0.0][1]


def test_kilns_under_licence_delay_a_plant_that_waits_for_them() -> None:
    days = []
    for probability in (0.0, 1.0):
        ctx = context()
        control = ExportControl(
            goods=("kilns",),
            start=0.0,
            probability=probability,
            length=240.0,
            licence=90.0,
            denial=0.0,
        )
        side = market(ctx, neomat(pcam=False, sop=None), imports(controls={"licences": control}))
        simulate(ctx, side, [])
        days.append(side.makers.cam[0].blocks[0].pipeline.sop_day)
    assert days[1] - days[0] == pytest.approx(90.0)


def test_a_cancelled_first_phase_takes_the_second_one_with_it() -> None:
    ctx = context()
    blocks = {
        "phase-1": block(project=project(cancelled=date(2025, 12, 1))),
        "phase-2": block(project=project(begins=100.0)),
    }
    side = market(ctx, neomat(pcam=False, sop=None, blocks=blocks))
    plants = factories(side, a=40.0)
    assert_closed(simulate(ctx, side, plants))
    assert total(ctx, "neomat-cam", "good_t") == 0.0
    assert last(ctx, "neomat-cam", "nameplate_t") == 0.0
    assert plants[0].used == pytest.approx(plants[0].asked)


def test_a_precursor_plant_does_not_outlive_the_plant_it_feeds() -> None:
    ctx = context()
    dead = {"phase-1": block(project=project(cancelled=date(2025, 12, 1)))}
    cathode = neomat(sop=None, blocks=dead)
    side = market(ctx, cathode)
    assert_closed(simulate(ctx, side, factories(side, a=40.0)))
    assert total(ctx, "neomat-pcam", "good_t") == 0.0
    assert last(ctx, "neomat-pcam", "nameplate_t") == 0.0


def test_recycled_metals_displace_fresh_feed_and_reach_the_cells() -> None:
    ctx = context()
    side = market(ctx, neomat())
    plants = factories(side, a=40.0, b=20.0)
    start = side.start

    def with_metal() -> None:
        start()
        for metal, tonnes in (("nickel", 500.0), ("cobalt", 50.0), ("lithium", 80.0)):
            side.receive_recycled(metal, tonnes)

    side.start = with_metal  # type: ignore[method-assign]
    assert_closed(simulate(ctx, side, plants))
    fresh = total(ctx, "neomat-cam", "lithium_hydroxide_t")
    started = total(ctx, "neomat-cam", "started_t")
    assert fresh == pytest.approx(0.445 * (started - 80.0 / 0.0713))
    assert total(ctx, "neomat-pcam", "recycled_nickel_t") == 500.0
    in_cells = total(ctx, "region:cathode", "recycled_nickel_in_cam_t")
    assert 0.0 < in_cells < 500.0
    assert side.metals.stock[NICKEL] == pytest.approx(0.0, abs=1e-9)


def test_no_result_depends_on_the_order_in_which_sites_are_registered() -> None:
    used = []
    for order in (("a", "b", "c"), ("c", "b", "a")):
        ctx = context(chance=True)
        side = market(ctx, neomat(), imports(handling=handling(spread=1.1, late=0.5)))
        rates = {"a": 40.0, "b": 20.0, "c": 10.0}
        plants = factories(side, **{site: rates[site] for site in order})
        simulate(ctx, side, plants)
        used.append({plant.buyer.site: plant.used for plant in plants})
    assert used[0] == used[1]


# -- sharing -------------------------------------------------------------------------

CLAIMS = [Claim("a", 60.0, 0.2, 30.0), Claim("b", 30.0, 0.6, 20.0), Claim("c", 10.0, 0.2, 10.0)]


@pytest.mark.parametrize(
    ("rule", "given_t"),
    [
        ("proportional-to-need", [30.0, 15.0, 5.0]),
        ("by-contract", [10.0, 30.0, 10.0]),
        ("first-come", [10.0, 30.0, 10.0]),
    ],
)
def test_rules_share_fifty_tonnes_as_by_hand(rule: str, given_t: list[float]) -> None:
    assert RULES[rule](50.0, CLAIMS) == pytest.approx(given_t)


@pytest.mark.parametrize("rule", sorted(RULES))
@given(
    needs=st.lists(st.floats(0.0, 1e3), min_size=1, max_size=6),
    available=st.floats(0.0, 3e3),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_rules_give_nobody_more_than_wanted_and_leave_nothing_unused(
    rule, needs, available, data
) -> None:
    claims = [
        Claim(f"s{i}", need, data.draw(st.floats(0.0, 0.5)), data.draw(st.floats(0.0, 9.0)))
        for i, need in enumerate(needs)
    ]
    given_t = RULES[rule](available, claims)
    assert all(0.0 <= got <= need + 1e-9 for got, need in zip(given_t, needs, strict=True))
    assert sum(given_t) == pytest.approx(min(available, sum(needs)), abs=1e-6)


# -- conservation --------------------------------------------------------------------


@given(
    draw=st.integers(0, 10_000),
    rates=st.tuples(*[st.floats(0.1, 80.0)] * 3),
    cut=st.floats(0.0, 2000.0),
    close=st.floats(100.0, 3000.0),
    sop=st.floats(0.0, 1500.0),
    shelf=st.floats(60.0, 400.0),
    rule=st.sampled_from(sorted(RULES)),
    as_of=st.sampled_from([date(2025, 12, 31), date(2026, 10, 14)]),
)
@settings(max_examples=25, deadline=None)
def test_tonnes_are_conserved_under_disruption_and_closure(
    draw, rates, cut, close, sop, shelf, rule, as_of
) -> None:
    ctx = context(chance=True, draw=draw, as_of=as_of, end=date(2030, 12, 31))
    spec = imports(
        cam=policy(
            shelf_life=shelf, emergency_cover=10.0, emergency_share=0.05, moisture_reject=0.02
        ),
        pcam=policy(shelf_life=shelf),
        emergency="air",
        handling=handling(spread=1.2, late=0.5),
        halts={"cut": Halt(goods=("cam", "pcam"), start=cut, until=cut + 300.0)},
    )
    plant = neomat()
    plant["neomat-cam"] = replace(plant["neomat-cam"], sop=sop, rule=rule)
    side = market(ctx, plant, spec)
    plants = factories(side, a=rates[0], b=rates[1], sodium=rates[2])
    plants[0].close_day = close
    side.receive_recycled("nickel", 100.0)
    balances = simulate(ctx, side, plants)
    assert_closed(balances)
    for plant_ in plants:
        assert sum(plant_.buyer.feed.used_by_source()[:2]) == pytest.approx(plant_.used, rel=1e-9)
    made = next(b for b in balances if b.balance == "cam.made")
    account = ctx.books.accounts["yearly", "neomat-cam"].monthly().sum(axis=0)
    assert account[1] == pytest.approx(made.inflow, rel=1e-9, abs=1e-9)
    # what the source sent into the valley is what the cell makers received from it
    received = sum(b.inflow for b in balances if b.balance == "cam.neomat-cam")
    assert account[4] == pytest.approx(received, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("lines", [1.0, 4.0])
def test_an_undisturbed_plant_follows_the_curve_of_its_class(lines: float) -> None:
    ctx = context()
    figures = ramp(t50=14.0, k=0.2, scrap_time=4.0)
    spec = cam_plant(ramp=figures, sop=0.0, blocks={"phase-1": block(lines=lines)})
    plant = market(ctx, {"neomat-cam": spec}).makers.cam[0]
    plant.start()
    campaign = 344.0 / 365.0  # kilns are overhauled for 21 days after 344
    compared = 0
    for period in ctx.calendar.periods[:200]:
        ctx.env.run(until=period.start_day + 1e-6)
        _, good = plant.make(plant.possible(period), period)
        worked = [ctx.calendar.worked_days(day) for day in (period.start_day, period.end_day)]
        months = [12.0 * days / ctx.calendar.scheduled_days_per_year for days in worked]
        ends = [math.log1p(math.exp(figures.k * (m - figures.t50))) / figures.k for m in months]
        expected = 40_000.0 * 0.9 * campaign * (ends[1] - ends[0]) / 12.0
        assert good == pytest.approx(expected, rel=1e-6, abs=1e-9)
        compared += good > 0.0
    assert compared > 150
