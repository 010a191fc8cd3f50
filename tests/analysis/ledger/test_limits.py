"""How limits stood: a case solved by hand, and what runs without the record say."""

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.ledger.limits import learning, limits, sentences
from bvsim.valley.cells.causes import RUNNING
from run_folder import MadeUpRun

LACKED = ("applicants", "posts", "rooms", "tutors")
BINDERS = (*RUNNING, "shutdown", "not_running")


def row(draw, entity, year, *, possible=10.0, slack=(), **weeks):
    found = {"draw": draw, "replication": 0, "year": year, "entity": entity}
    for prefix in ("weeks_", "weeks_second_"):
        found |= {f"{prefix}{name}": 0.0 for name in BINDERS}
    found |= {f"weeks_{name}": value for name, value in weeks.items()}
    spare = dict(zip(RUNNING[1:], slack, strict=False))
    found |= {f"slack_{name}_gwh": spare.get(name, 0.0) for name in RUNNING[1:]}
    return found | {"possible_gwh": possible}


@pytest.fixture
def by_hand():
    """Two draws, two plants, two years of forty weeks.

    People bind for 10 weeks at A in 2029 and for 30 in 2030, in draw 1 only: 40 of 320 weeks.
    They come second in 80 weeks of draw 0, and leave 4 of 80 GWh unused. Orders never bind.
    """
    rows = [
        row(0, "a.block-1", 2029, ramp=40.0, second_labour=40.0, slack=(1.0,)),
        row(0, "a.block-1", 2030, ramp=40.0, second_labour=40.0, slack=(1.0,)),
        row(0, "b.block-1", 2029, ramp=40.0, second_demand=40.0, slack=(2.0,)),
        row(0, "b.block-1", 2030, ramp=40.0),
        row(1, "a.block-1", 2029, ramp=30.0, labour=10.0),
        row(1, "a.block-1", 2030, ramp=10.0, labour=30.0),
        row(1, "b.block-1", 2029, ramp=40.0),
        row(1, "b.block-1", 2030, ramp=40.0),
    ]
    yearly = [
        {"draw": d, "replication": 0, "year": 2030, "entity": e, "observed": False}
        | {"nameplate_gwh": gwh, "learning_speed": speed}
        for d, e, gwh, speed in (
            (0, "a", 5.0, 1.0),
            (1, "a", 5.0, 0.5),
            (0, "b", 0.0, 0.1),  # no line in service
            (1, "region", np.nan, np.nan),
        )
    ]
    tables = {"binding": pd.DataFrame(rows), "yearly": pd.DataFrame(yearly)}
    return MadeUpRun({"tables": {name: {} for name in tables}}, tables)


def test_people_by_hand(by_hand):
    labour = limits(by_hand).loc["labour"]
    assert labour["rows"] == 0.5
    assert labour["weeks"] == pytest.approx(40 / 320)
    assert labour["second"] == pytest.approx(80 / 320)
    assert labour["slack"] == pytest.approx(4 / 80)
    # a quarter of its weeks at A are of 2029: they belong to the middle four fifths
    assert tuple(labour[["site", "first_year", "last_year"]]) == ("a", 2029, 2030)


def test_what_never_binds_is_said_to_be_idle(by_hand):
    demand = limits(by_hand).loc["demand"]
    assert (demand["rows"], demand["weeks"], demand["site"]) == (0.0, 0.0, "")
    english, french = sentences(by_hand)["demand"]
    assert english.startswith("Demand: never bound; second in 12% of weeks")
    assert french.startswith("Demande : limite jamais atteinte")


def test_the_sentence_names_rows_weeks_and_place(by_hand):
    english, french = sentences(by_hand, called={"a": "Plant A"}.get)["labour"]
    assert english == (
        "Labour: bound in 50% of rows and 12% of weeks, mostly at Plant A in 2029-30; second in "
        "25%; it would have allowed 5% more than the lines could make."
    )
    assert "50\N{NO-BREAK SPACE}% des tirages" in french


def test_learning_counts_sites_with_lines(by_hand):
    assert learning(by_hand)["speed"].to_dict() == {("a", 2030): 0.75}
    assert "75% of the speed" in sentences(by_hand)["learning"][0]


def test_a_run_that_recorded_none_of_it_says_nothing(by_hand):
    del by_hand.manifest["tables"]["binding"]
    del by_hand.tables["yearly"]["learning_speed"]
    assert sentences(by_hand) == {}


def test_what_empty_seats_lack_is_said_in_words(by_hand):
    """Of 100 seats 20 are filled; 60 of the 80 others found no applicants."""
    yearly = by_hand.tables["yearly"]
    seats = {"seats": 50.0, "intake": 10.0, "empty_for_applicants": 30.0, "empty_for_posts": 10.0}
    seats |= {"empty_for_rooms": 0.0, "empty_for_tutors": 0.0}
    courses = pd.DataFrame([{"entity": "course", "year": y, **seats} for y in (2029, 2030)])
    by_hand.tables["yearly"] = pd.concat([yearly, courses], ignore_index=True)
    english, french = sentences(by_hand)["seats"]
    assert english == (
        "Training seats: 20% filled; applicants are what most of the rest lacks (75% of them)."
    )
    assert "les candidats" in french
    yearly = by_hand.tables["yearly"]
    yearly["empty_for_posts"] *= 9.0
    assert "posts to go to are what" in sentences(by_hand)["seats"][0]


def test_full_courses_lack_nothing(by_hand):
    yearly = by_hand.tables["yearly"]
    for name in ("seats", "intake", *(f"empty_for_{x}" for x in LACKED)):
        yearly[name] = 1.0 if name in ("seats", "intake") else 0.0
    assert "seats" not in sentences(by_hand)
