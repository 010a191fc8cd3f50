"""The grid of people on runs solved by hand: paired changes, the link that stops, the verdict."""

import pandas as pd
import pytest

from bvsim.analysis.ledger.moves import absorbed, origins
from bvsim.analysis.policy.people import ELASTICITY, SEATS, WILLING, people_grid, verdict
from bvsim.valley.people.pools import ORIGINS
from run_folder import MadeUpRun

LINKS = ("applicants", "posts", "rooms", "tutors")


def made_up(outputs, *, intake=40.0, speed=0.8, **empty):
    """A run of one site and one course in 2028; `outputs` are GWh of 2028 by draw."""
    ledger, yearly = [], []
    for draw, gwh in enumerate(outputs):
        key = {"draw": draw, "replication": 0}
        for year in range(2028, 2033):
            ledger.append(key | {"year": year, "entity": "a.block-1", "good_gwh": gwh / 5.0})
        course = {f"empty_for_{link}": empty.get(link, 0.0) for link in LINKS}
        seats = intake + sum(empty.values())
        course |= {"seats": seats, "intake": intake, "graduates": 0.8 * intake}
        yearly.append(key | {"year": 2028, "entity": "course", "observed": False} | course)
        plant = {"learning_speed": speed, "nameplate_gwh": 5.0}
        yearly.append(key | {"year": 2028, "entity": "a", "observed": False} | plant)
    tables = {"ledger": pd.DataFrame(ledger), "yearly": pd.DataFrame(yearly)}
    return MadeUpRun({"tables": {name: {} for name in tables}, "design": "random"}, tables)


def cell(times, run, elasticity=0.5):
    return {WILLING: 0.02, SEATS: times, ELASTICITY: elasticity}, run


def test_a_cell_is_compared_with_its_own_seats_of_today():
    grid = people_grid(
        [
            cell(1.0, made_up([10.0, 30.0], applicants=60.0)),
            cell(2.0, made_up([12.0, 30.0], applicants=100.0, posts=60.0)),
            cell(1.0, made_up([40.0, 40.0], posts=10.0), elasticity=0.9),
        ]
    )
    doubled = grid.loc[0.02, 2.0, 0.5]
    assert doubled["output_gwh"] == 21.0
    assert doubled["change_gwh"] == 1.0  # the mean of 2 and 0
    assert doubled["change"] == pytest.approx(1.0 / 20.0)
    assert (doubled["seats"], doubled["filled"], doubled["graduates"]) == (200.0, 0.2, 32.0)
    assert doubled["link"] == "applicants"
    assert grid.loc[0.02, 1.0, 0.9]["link"] == "posts"
    assert grid.loc[0.02, 1.0, 0.9]["change_gwh"] == 0.0
    said = verdict(grid)
    assert said.startswith("Seats move output of 2028-2032 by 2% or more in 1 of 3 cells, most by")
    assert "most by +5.0% (+1.00 GWh), with 2 times the seats at 2% willing" in said
    # the middle: today's seats at the higher of two elasticities, 40 GWh
    assert grid["of_all"].tolist() == [-0.5, 0.0, -0.475]


def test_when_no_cell_moves_output_the_verdict_says_so_and_why():
    grid = people_grid(
        [
            cell(1.0, made_up([10.0, 30.0], speed=1.0)),
            cell(2.0, made_up([10.0, 30.2], speed=1.0, posts=60.0)),
        ]
    )
    assert set(grid["link"]) == {"skills do not bind"}
    said = verdict(grid)
    assert said.startswith("Seats move output of 2028-2032 by 2% in no cell: most by +0.5%")
    assert "What stops the rest: skills do not bind in 2 of 2 cells." in said


def moved():
    """Plant b closes in 2028 with 30 people; a wins 12 in 2028 and 8 in 2029, 4 wait."""
    rows = []
    for year, won, away, waiting in ((2028, 12.0, 5.0, 13.0), (2029, 8.0, 1.0, 4.0)):
        key = {"draw": 0, "replication": 0, "year": year}
        plant = {f"won_from_{origin}": 0.0 for origin in ORIGINS} | {"won_from_plants": won}
        rows.append(key | {"entity": "a", "leavers": 3.0, "won_freed": won} | plant)
        freed = {"freed": 30.0 if year == 2028 else 0.0, "freed_to_competitors": 0.0}
        rows.append(
            key | {"entity": "east", "freed_to_other_work": away, "freed_waiting": waiting} | freed
        )
    return MadeUpRun({"tables": {"yearly": {}}}, {"yearly": pd.DataFrame(rows)})


def test_who_absorbs_a_closed_plant_adds_up_to_the_person():
    found = absorbed(moved())
    assert list(found.columns) == ["freed", "a", "competing sites", "other work", "waiting"]
    gone = found[["a", "competing sites", "other work"]].sum(axis=1).cumsum()
    assert (found["freed"].cumsum() == gone + found["waiting"]).all()


def test_origins_by_plant_and_year():
    found = origins(moved())
    assert found.loc[("a", 2028), "plants"] == 12.0
    assert found.loc[("a", 2029), "left"] == 3.0
    assert found[list(ORIGINS)].sum(axis=1).tolist() == [12.0, 8.0]
