"""The staircase, on cases solved by hand and on generated ones."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvsim.valley.cells import ledger
from bvsim.valley.cells.causes import LOSSES
from bvsim.valley.cells.ledger import (
    LEDGER,
    check_ledger,
    post,
    post_binding,
    post_closed,
)
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.projects.lines import Levels
from demand_case import CALENDAR

NO = math.inf


def posted(into=post, **changes):
    figures = {
        "announced": 10.0,
        "standing": 10.0,
        "built": 6.0,
        "rated": 5.0,
        "ramped": 4.0,
        "available": 3.5,
        "limits": (NO, NO, NO, NO),
        "good": 3.0,
    }
    figures |= changes
    row = [0.0] * len(LEDGER.columns)
    levels = Levels(*(figures.pop(name) for name in ("built", "rated", "ramped", "available")))
    if into is post_closed:
        del figures["standing"]
        into(row, would=levels, **figures)
    else:
        into(row, levels=levels, **figures)
    names = [column.name for column in LEDGER.columns]
    return dict(zip(names, row, strict=True))


def losses(row):
    return {cause: row[f"lost_{cause}_gwh"] for cause in LOSSES if row[f"lost_{cause}_gwh"]}


def test_a_block_under_way_by_hand():
    row = posted()
    assert losses(row) == {
        "delay": 4.0,
        "rating": 1.0,
        "ramp_up": 1.0,
        "availability": 0.5,
        "yield": 0.5,
    }
    assert row["beyond_plan_gwh"] == 0.0


def test_only_the_binding_limit_is_booked():
    row = posted(limits=(2.0, 1.5, NO, NO), good=1.2)
    assert losses(row)["cathode"] == 2.0
    assert "labour" not in losses(row)


def test_ties_bind_in_the_order_labour_cathode_demand_throttle():
    row = posted(limits=(NO, 1.5, 1.5, 1.5), good=1.2)
    assert losses(row)["cathode"] == 2.0


def test_a_cancelled_block_is_not_built():
    row = posted(standing=0.0, built=0.0, rated=0.0, ramped=0.0, available=0.0, good=0.0)
    assert losses(row) == {"not_built": 10.0}


def test_a_closed_site_books_closure_at_what_it_would_have_made():
    row = posted(post_closed, limits=(NO, NO, 3.2, NO), good=3.0)
    assert losses(row) == pytest.approx(
        {
            "not_built": 4.0,
            "closure": 3.0,
            "rating": 1.0,
            "ramp_up": 1.0,
            "availability": 0.5,
            "demand": 0.3,
            "yield": 0.2,
        }
    )
    assert row["announced_gwh"] == 10.0
    assert row["good_gwh"] == row["beyond_plan_gwh"] == 0.0


def test_a_closed_site_loses_no_more_than_its_plan():
    assert losses(posted(post_closed, announced=2.0)) == {"closure": 2.0}


def test_a_downsized_block_is_partly_not_built():
    row = posted(standing=7.0)
    assert losses(row)["not_built"] == 3.0
    assert losses(row)["delay"] == 1.0


def test_capacity_beyond_the_plan_is_shown():
    row = posted(announced=5.0, standing=6.0)
    assert row["beyond_plan_gwh"] == 1.0
    assert "delay" not in losses(row)


amounts = st.floats(0.0, 100.0)


@given(
    announced=amounts,
    standing=amounts,
    into=st.sampled_from([post, post_closed]),
    steps=st.lists(amounts, min_size=5, max_size=5),
    limits=st.tuples(*[st.one_of(amounts, st.just(NO))] * 4),
)
def test_the_identity_holds_and_no_loss_is_negative(announced, standing, into, steps, limits):
    built, rated, ramped, available, good = sorted(steps, reverse=True)
    row = posted(
        into,
        announced=announced,
        standing=standing,
        built=built,
        rated=rated,
        ramped=ramped,
        available=available,
        limits=limits,
        good=min(good, *limits),
    )
    total = sum(row[f"lost_{cause}_gwh"] for cause in LOSSES)
    left = row["announced_gwh"] + row["beyond_plan_gwh"]
    assert left == pytest.approx(row["good_gwh"] + total, abs=1e-9)
    assert all(row[f"lost_{cause}_gwh"] >= 0.0 for cause in LOSSES)


def test_binding_weeks_add_up_and_the_second_is_kept():
    row = [0.0] * len(ledger.BINDING.columns)
    post_binding(row, 5.0, (4.0, NO, 4.5, NO), 7.0, 5.0)
    weeks = dict(zip((c.name for c in ledger.BINDING.columns), row, strict=True))
    assert weeks["weeks_labour"] == pytest.approx(5.0 / 7.0)
    assert weeks["weeks_second_demand"] == pytest.approx(5.0 / 7.0)
    assert weeks["weeks_shutdown"] == pytest.approx(2.0 / 7.0)
    count = len(ledger.BINDERS)
    assert sum(row[:count]) == pytest.approx(1.0)
    assert sum(row[count : 2 * count]) == pytest.approx(1.0)


def test_slack_is_what_limits_would_have_allowed_at_most_as_much_again():
    row = [0.0] * len(ledger.BINDING.columns)
    post_binding(row, 5.0, (4.0, NO, 6.5, 5.0), 7.0, 7.0)
    names = [column.name for column in ledger.BINDING.columns]
    slack = {name: value for name, value in zip(names, row, strict=True) if "gwh" in name}
    assert slack == {
        "possible_gwh": 5.0,
        "slack_labour_gwh": 0.0,
        "slack_cathode_gwh": 5.0,
        "slack_demand_gwh": 1.5,
        "slack_throttle_gwh": 0.0,
    }


def test_a_loss_below_zero_is_told_by_its_name_and_month():
    rows = np.zeros((4, len(LEDGER.columns)))
    demand = LEDGER.lost + LOSSES.index("demand")
    rows[2, [LEDGER.good_gwh, demand]] = 1.0, -1.0  # the month closes
    account = SimpleNamespace(columns=LEDGER.columns, monthly=lambda: rows)
    with pytest.raises(IdentityError, match=r"a\.block-1.*lost_demand_gwh.*2023-03"):
        check_ledger({"a.block-1": [account]}, CALENDAR)
