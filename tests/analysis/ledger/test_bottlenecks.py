"""Bottlenecks on a case solved by hand, and the properties of shares and staircases."""

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.ledger.bottlenecks import bottlenecks, ledger_of, shares
from bvsim.valley.cells.causes import BOTTLENECKS
from bvsim.valley.cells.causes import LOSSES as STAIRCASE
from run_folder import LOSSES, MadeUpRun, make_run


def ledger_row(draw, entity, announced, good, year=2030, beyond=0.0, **lost):
    row = {"draw": draw, "replication": 0, "year": year, "entity": entity}
    row |= {"announced_gwh": announced, "beyond_plan_gwh": beyond, "good_gwh": good}
    row |= {f"lost_{cause}_gwh": float(lost.get(cause, 0.0)) for cause in LOSSES}
    assert announced + beyond == pytest.approx(good + sum(lost.values()))
    return row


@pytest.fixture
def by_hand():
    """Two plants, three draws: all numbers small enough to add up on paper.

    Draw 0: A loses 4 to labour and 3 to ramp-up; B loses 5 to ramp-up and 1 to labour.
            A: labour (4 > 3). B: ramp-up. Valley: ramp-up 8 against labour 5.
    Draw 1: A loses 2 to cathode and 2 to demand, a tie: cathode stands first. B's loss is
            not_built alone: none. Valley: cathode.
    Draw 2: A has two blocks: block 1 loses 3 to yield, block 2 loses 2 to closure and 2 to
            yield. A: yield (5 > 2). B makes everything: none. Valley: yield.
    """
    rows = [
        ledger_row(0, "a.block-1", 10, 3, labour=4, ramp_up=3),
        ledger_row(0, "a.block-2", 0, 0),
        ledger_row(0, "b.block-1", 10, 1, ramp_up=5, labour=1, delay=3),
        ledger_row(1, "a.block-1", 10, 6, cathode=2, demand=2),
        ledger_row(1, "a.block-2", 0, 0),
        ledger_row(1, "b.block-1", 10, 0, not_built=10),
        ledger_row(2, "a.block-1", 6, 3, **{"yield": 3}),
        ledger_row(2, "a.block-2", 6, 2, closure=2, **{"yield": 2}),
        ledger_row(2, "b.block-1", 10, 10),
    ]
    return MadeUpRun({}, {"ledger": pd.DataFrame(rows)})


def named(run, group):
    table = bottlenecks(run, group).droplevel(["replication", "year"])
    return {key: (row["cause"], row["lost_gwh"]) for key, row in table.iterrows()}


def test_the_valley_by_hand(by_hand):
    assert named(by_hand, "region") == {
        (0, "region"): ("ramp_up", 8.0),
        (1, "region"): ("cathode", 2.0),
        (2, "region"): ("yield", 5.0),
    }


def test_the_sites_by_hand(by_hand):
    assert named(by_hand, "site") == {
        (0, "a"): ("labour", 4.0),
        (0, "b"): ("ramp_up", 5.0),
        (1, "a"): ("cathode", 2.0),
        (1, "b"): ("none", 0.0),
        (2, "a"): ("yield", 5.0),
        (2, "b"): ("none", 0.0),
    }


def test_the_blocks_by_hand(by_hand):
    found = named(by_hand, "block")
    assert found[2, "a.block-2"] == ("closure", 2.0)  # 2 to closure, 2 to yield: closure is first
    assert found[0, "a.block-2"] == ("none", 0.0)


def test_the_runner_up_by_hand(by_hand):
    second = bottlenecks(by_hand)[["second", "second_lost_gwh"]]
    assert second.to_numpy().tolist() == [["labour", 5.0], ["demand", 2.0], ["closure", 2.0]]


def test_the_shares_by_hand(by_hand):
    valley = shares(by_hand).loc[2030]
    assert valley[valley > 0].to_dict() == pytest.approx(
        {"ramp_up": 1 / 3, "cathode": 1 / 3, "yield": 1 / 3}
    )
    site = shares(by_hand, "site").loc[("b", 2030)]
    assert site[site > 0].to_dict() == pytest.approx({"ramp_up": 1 / 3, "none": 2 / 3})


def test_a_year_without_a_plan_has_no_bottleneck():
    rows = [ledger_row(0, "a.block-1", 0.0, 1.0, beyond=2.0, ramp_up=1.0)]
    assert bottlenecks(MadeUpRun({}, {"ledger": pd.DataFrame(rows)}))["cause"].tolist() == ["none"]


def test_rounding_neither_breaks_a_tie_nor_makes_a_loss():
    rows = [
        ledger_row(0, "a.block-1", 10, 9.1, labour=0.1 + 0.2, cathode=0.3, demand=0.3),
        ledger_row(1, "a.block-1", 10, 10 - 1e-15, **{"yield": 1e-15}),
    ]
    rows[0]["lost_labour_gwh"], rows[0]["lost_cathode_gwh"] = 0.3, 0.1 + 0.2  # the later is larger
    table = bottlenecks(MadeUpRun({}, {"ledger": pd.DataFrame(rows)}))
    assert table["cause"].tolist() == ["labour", "none"]


def test_the_causes_are_those_of_the_ledger():
    assert set(LOSSES) == set(STAIRCASE)
    assert set(BOTTLENECKS) == set(STAIRCASE) - {"not_built", "delay"}


def test_shares_of_every_year_add_up_to_one():
    run = make_run(40)
    assert np.allclose(shares(run).sum(axis=1), 1.0, atol=1e-12)
    assert np.allclose(shares(run, "site").sum(axis=1), 1.0, atol=1e-12)


def test_shares_do_not_depend_on_the_order_of_rows():
    run = make_run(20)
    mixed = run.tables["ledger"].sample(frac=1.0, random_state=3)
    pd.testing.assert_frame_equal(shares(run), shares(MadeUpRun({}, {"ledger": mixed})))


def test_the_mean_staircase_closes():
    mean = ledger_of(make_run(40), 2030)["mean"]
    top = mean["announced"] + mean["beyond_plan"]
    assert mean["good"] + mean[list(LOSSES)].sum() == pytest.approx(top, rel=1e-12)


def test_a_site_is_the_sum_of_its_blocks():
    run = make_run(10)
    blocks = [f"acc-douvrin.block-{i}" for i in (1, 2, 3)]
    site = ledger_of(run, 2034, "acc-douvrin")["mean"]
    parts = sum(ledger_of(run, 2034, block)["mean"] for block in blocks)
    assert site.to_numpy() == pytest.approx(parts.to_numpy())


@pytest.mark.parametrize(("year", "entity"), [(1999, None), (2030, "nowhere")])
def test_what_the_run_does_not_have_is_named(year, entity):
    with pytest.raises(ValueError, match=entity or str(year)):
        ledger_of(make_run(2), year, entity)
