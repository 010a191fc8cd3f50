"""Chains from a change to the cells: counts by hand, and where each chain stops."""

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.explain.chains import chains
from bvsim.analysis.policy.compare import Comparison
from run_folder import MadeUpRun

ROWS, YEARS = 16, (2029, 2030)
NOISE = np.random.default_rng(5).normal(size=ROWS)


def run_of(intake, weeks_labour, lost, good):
    """Return a run of one block; the numbers are for each year, in each row with the same noise."""
    index = [(draw, year) for draw in range(ROWS) for year in YEARS]
    base = pd.DataFrame(index, columns=["draw", "year"]).assign(replication=0)
    noise = NOISE[base["draw"]]
    block = base.assign(entity="a.one")
    tables = {
        "kpis": pd.DataFrame({"draw": range(ROWS), "replication": 0, "output_2030_gwh": 1.0}),
        "ledger": block.assign(good_gwh=good + noise, lost_labour_gwh=lost + noise),
        "binding": block.assign(weeks_ramp=52.0 - weeks_labour, weeks_labour=weeks_labour),
        "yearly": pd.concat(
            [
                base.assign(entity="a", headcount=10.0),
                base.assign(entity="school", intake=intake + noise),
            ]
        ),
    }
    return MadeUpRun({"scenario": "made-up", "design": "random", "sites": ["a"]}, tables)


def people(base, other, site=None):
    found = chains(Comparison(base, other), site)
    return next(chain for chain in found if chain.name == "people")


def counts(chain):
    return {step.link.column: (step.base, step.other, step.mean) for step in chain.steps}


def test_counts_are_those_of_the_tables():
    base, other = run_of(100, 1.0, 5.0, 20.0), run_of(150, 0.0, 2.0, 23.0)
    found = counts(people(base, other))
    noise = 2 * NOISE.mean()
    assert found["intake"] == pytest.approx((200 + noise, 300 + noise, 100))  # two years, summed
    assert found["headcount"] == pytest.approx((10, 10, 0))  # a stock: the mean
    assert found["weeks_labour"] == pytest.approx((2, 0, -2))
    table = base.table("ledger")
    assert found["good_gwh"][0] == pytest.approx(table["good_gwh"].sum() / ROWS)


def test_a_change_that_frees_cells_is_said_with_the_loss_that_fell():
    said = people(run_of(100, 1.0, 5.0, 20.0), run_of(150, 0.0, 2.0, 23.0)).says
    assert said == "lost to people -6.0 GWh; good cells +6.0 GWh"


def test_where_people_do_not_bind_the_chain_stops_and_says_so():
    said = people(run_of(100, 0.5, 5.0, 20.0), run_of(150, 0.5, 5.0, 20.0)).says
    assert said.startswith("it stops after trainees taken in")
    assert "people bind in 1.0 of 104 running block-weeks (1.0%)" in said
    assert "more cannot give cells" in said


def test_where_people_bind_and_more_change_nothing_that_is_said_instead():
    said = people(run_of(100, 20.0, 5.0, 20.0), run_of(150, 20.0, 5.0, 20.0)).says
    assert "too little to tell in cells" in said


def test_cells_that_come_another_way_are_not_claimed():
    said = people(run_of(100, 1.0, 5.0, 20.0), run_of(150, 1.0, 5.0, 23.0)).says
    assert "come another way" in said


def test_nothing_that_moves_is_one_line():
    chain = people(run_of(100, 1.0, 5.0, 20.0), run_of(100, 1.0, 5.0, 20.0))
    assert not chain.moved
    assert chain.says == "nothing on this way moves"


def test_one_sites_counts_and_a_site_that_is_not_there():
    base, other = run_of(100, 1.0, 5.0, 20.0), run_of(150, 0.0, 2.0, 23.0)
    assert "headcount" in counts(people(base, other, "a"))
    with pytest.raises(ValueError, match="no entity 'b'"):
        chains(Comparison(base, other), "b")
