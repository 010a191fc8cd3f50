"""Relief and Shapley shares on a case solved by hand, on games, and on the reference."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import two_plants
from bvsim.analysis.ledger.bottlenecks import bottlenecks, share_intervals, time_bottlenecks
from bvsim.analysis.ledger.relief import (
    CONSTRAINTS,
    booked_and_caused,
    relief,
    relief_rows,
    run_relief,
    surplus,
)
from bvsim.analysis.ledger.shapley import (
    alone,
    interactions,
    last,
    pair_names,
    pairs,
    shapley,
    subsets,
)
from bvsim.ensemble.store.folder import RunError


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """The two plants of `two_plants`, whose docstring is the paper, in eight equal rows."""
    return run_relief(
        two_plants.Paper(),
        draws=8,
        out=tmp_path_factory.mktemp("paper") / "run",
        years=(),
        workers=1,
        job=two_plants.PaperJob(),
    )


def named(table, columns):
    one = table.xs(0, level="draw").droplevel(["replication", "year"])
    return {entity: tuple(row) for entity, row in one[columns].iterrows()}


def test_the_bottlenecks_by_loss_of_the_case_on_paper(by_hand):
    columns = ["cause", "lost_gwh", "second", "second_lost_gwh"]
    sites = named(bottlenecks(by_hand, "site"), columns)
    assert sites["a"] == ("cathode", pytest.approx(4.0), "labour", pytest.approx(0.85))
    assert sites["b"] == ("ramp_up", pytest.approx(2.0), "labour", pytest.approx(1.30))
    valley = named(bottlenecks(by_hand), columns)["region"]
    assert valley == ("cathode", pytest.approx(4.0), "labour", pytest.approx(2.15))


def test_the_bottlenecks_by_time_of_the_case_on_paper(by_hand):
    columns = ["cause", "weeks", "second", "second_weeks", "next", "next_weeks"]
    sites = named(time_bottlenecks(by_hand, "site"), columns)
    assert sites["a"] == ("labour", 26.0, "cathode", 26.0, "ramp", 26.0)
    assert sites["b"] == ("labour", 52.0, "none", 0.0, "ramp", 52.0)
    valley = named(time_bottlenecks(by_hand), columns)["region"]
    assert valley == ("labour", 78.0, "cathode", 26.0, "ramp", 78.0)
    assert time_bottlenecks(by_hand)["running_weeks"].tolist() == [104.0] * 8


def test_the_relief_of_the_case_on_paper(by_hand):
    valley = relief(by_hand)["mean_gwh"].xs((2030, "region"), level=(0, 1))
    expected = {
        ("alone", "labour"): 2.15,
        ("alone", "cathode"): 3.15,
        ("last", "labour"): 3.00,
        ("last", "cathode"): 4.00,
        ("shapley", "labour"): 2.575,
        ("shapley", "cathode"): 3.575,
        ("shapley", "demand"): 0.0,
        ("pair", "labour+cathode"): 6.15,
        ("interaction", "labour+cathode"): 0.85,
        ("all", "labour+cathode+demand+delay+closure"): 6.15,
    }
    for key, gwh in expected.items():
        assert valley[key] == pytest.approx(gwh, abs=1e-12), key
    site = relief(by_hand)["mean_gwh"].xs((2030, "a"), level=(0, 1))
    assert site["alone", "labour"] == pytest.approx(0.85)
    assert site["alone", "cathode"] == pytest.approx(3.15)
    assert site["pair", "labour+cathode"] == pytest.approx(4.85)


def test_single_reliefs_do_not_add_up_but_shapley_shares_do(by_hand):
    sums = surplus(by_hand).loc[2030]
    assert sums["all"] == pytest.approx(6.15)
    assert sums["sum_shapley"] == pytest.approx(6.15, abs=1e-12)
    assert sums["sum_alone"] == pytest.approx(5.30)
    assert sums["sum_last"] == pytest.approx(7.00)


def test_what_is_booked_stands_beside_what_is_caused(by_hand):
    """The ledger books 2.15 to labour and 4 to cathode; lifted alone they free 2.15 and 3.15."""
    found = booked_and_caused(by_hand).loc[2030]
    assert found.loc["labour", "booked_gwh"] == pytest.approx(2.15)
    assert found.loc["cathode", "booked_gwh"] == pytest.approx(4.0)
    assert found.loc["cathode", "caused_gwh"] == pytest.approx(3.15)
    closure = found.loc["closure"].to_numpy().reshape(2, 3)
    assert closure[:, 0].tolist() == [0.0, 0.0]
    assert np.isnan(closure[:, 1:]).all()  # rows that agree do not tell how rare another is


def test_rows_of_relief_cannot_be_mixed_with_others(by_hand):
    with pytest.raises(RunError, match="cannot be mixed"):
        run_relief(
            two_plants.Paper(),
            draws=16,
            out=by_hand.folder,
            stops=True,
            years=(),
            workers=1,
            resume=True,
            job=two_plants.PaperJob(),
        )


def test_relief_can_be_resumed_with_more_draws(tmp_path):
    options = {"years": (), "workers": 1, "job": two_plants.PaperJob(), "out": tmp_path / "run"}
    run_relief(two_plants.Paper(), 2, **options)
    more = run_relief(two_plants.Paper(), 5, resume=True, **options)
    assert len(relief_rows(more)) == 5 * 3


def test_shares_carry_intervals_even_where_all_rows_agree(by_hand):
    table = share_intervals(by_hand).loc[2030].loc["region"]
    assert table.loc["cathode", "share"] == 1.0
    assert table.loc["cathode", "ci95_lo"] == pytest.approx(0.025 ** (1 / 8))  # Clopper-Pearson
    assert table.loc["labour", "ci95_hi"] == pytest.approx(1.0 - 0.025 ** (1 / 8))
    by_time = share_intervals(by_hand, "site", by="time").loc[2030]
    assert by_time.loc[("b", "labour"), "share"] == 1.0
    with pytest.raises(ValueError, match="loss or time"):
        share_intervals(by_hand, by="money")


# -- games ---------------------------------------------------------------------------


def by_permutations(worth, count):
    """The mean contribution over all orders, straight from the definition."""
    shares = np.zeros(count)
    for order in permutations(range(count)):
        members = 0
        for i in order:
            shares[i] += worth[members | 1 << i] - worth[members]
            members |= 1 << i
    return shares / math.factorial(count)


worths = st.lists(st.floats(-100, 100), min_size=16, max_size=16)


@settings(max_examples=50, deadline=None)
@given(worths)
def test_shapley_is_the_mean_over_all_orders_and_adds_up(worth):
    worth = np.array(worth)
    shares = shapley(worth)
    assert shares == pytest.approx(by_permutations(worth, 4), abs=1e-9)
    assert shares.sum() == pytest.approx(worth[-1] - worth[0], abs=1e-9)


def test_the_glove_game():
    """Two left gloves, one right: a pair is worth 1. Known shares: 1/6, 1/6, 2/3."""
    worth = [float(k & 4 > 0 and k & 3 > 0) for k in range(8)]
    assert shapley(worth) == pytest.approx([1 / 6, 1 / 6, 2 / 3])
    assert alone(worth).tolist() == [0, 0, 0]
    assert last(worth).tolist() == [0, 0, 1]
    assert pair_names("abc") == ("a+b", "a+c", "b+c")
    assert pairs(worth).tolist() == [0, 1, 1]
    assert interactions(worth).tolist() == [0, 1, 1]


def test_subsets_stand_in_the_order_of_their_bits():
    assert subsets("ab") == ((), ("a",), ("b",), ("a", "b"))
    assert len(subsets(CONSTRAINTS)) == 32
    with pytest.raises(ValueError, match="power of two"):
        shapley(np.zeros(5))


# -- the reference -------------------------------------------------------------------


@pytest.mark.slow
def test_on_the_reference_shares_add_up_and_constraints_interact(tmp_path):
    import bvsim as bv

    run = run_relief(bv.load("reference"), 2, out=tmp_path / "run", years=(2030,))
    rows = relief_rows(run)
    gap = rows["shapley"].sum(axis=1) - rows["all"].iloc[:, 0]
    assert np.abs(gap).max() < 1e-9
    sums = surplus(run)
    assert np.abs(sums["sum_alone"] - sums["all"]).max() > 0.01
    plain = bv.run(bv.load("reference"), draws=2, out=tmp_path / "plain", years=(2030,))
    for name in ("kpis", "ledger"):
        pd.testing.assert_frame_equal(run.table(name), plain.table(name))
