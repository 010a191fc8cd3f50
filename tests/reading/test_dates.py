"""A date is read by one rule everywhere, and a scenario's dates are checked in every pair."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from bvsim.reading.scenario import load
from bvsim.reading.validating import validate
from bvsim.schema.days import as_day
from bvsim.schema.errors import SpecError
from small_model import Model, write

DAY = date(2030, 12, 31)
SPELLINGS = (DAY, "2030-12-31", datetime(2030, 12, 31), pd.Timestamp("2030-12-31"))
NONE = (
    "2030/12/31",
    "31.12.2030",
    "2030-12-31T00:00",
    "2030-02-30",
    datetime(2030, 12, 31, 6),
    datetime(2030, 12, 31, tzinfo=UTC),
    pd.NaT,
    20301231,
    True,
    None,
)


@pytest.mark.parametrize("raw", SPELLINGS, ids=repr)
def test_a_day_however_it_is_given(raw, tmp_path):
    assert as_day(raw) == DAY
    write(tmp_path)
    assert load("base", {"end": raw}, root=tmp_path, model_class=Model).end == DAY


@pytest.mark.parametrize("raw", NONE, ids=repr)
def test_what_is_no_day(raw, tmp_path):
    assert as_day(raw) is None
    write(tmp_path)
    with pytest.raises(SpecError, match=r"end: .*is not a date: write YYYY-MM-DD"):
        load("base", {"end": raw}, root=tmp_path, model_class=Model)


@pytest.mark.parametrize("text", ["end: 2030-12-31", 'end: "2030-12-31"', "set: {end: 2030-12-31}"])
def test_files_may_quote_a_date_and_set_the_end(text, tmp_path):
    write(tmp_path, {"scenarios/other.yaml": f"name: other\nextends: base\n{text}\n"})
    assert load("other", root=tmp_path, model_class=Model).end == DAY


def test_a_date_given_twice_is_refused(tmp_path):
    text = "name: other\nextends: base\nend: 2030-12-31\nset: {end: 2031-12-31}\n"
    write(tmp_path, {"scenarios/other.yaml": text})
    with pytest.raises(SpecError, match=r"other.yaml:4:7: set.end: end is given twice"):
        load("other", root=tmp_path, model_class=Model)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("start", "2027-01-01", "start: 2027-01-01 lies after as_of 2026-03-31"),
        ("start", "2023-02-01", "start: 2023-02-01 is not a 1 January"),
        ("end", "2030-06-30", "end: 2030-06-30 is not a 31 December"),
        ("end", "2023-01-01", "end: 2023-01-01 is not after start"),
        ("as_of", "2019-12-31", "lies after as_of 2019-12-31"),
        ("end", "2199-12-31", "end: more than 100 years after the start"),
        ("plan_as_of", "9999-12-31", "plan_as_of: 9999-12-31 is not between"),
    ],
)
def test_dates_that_contradict_another(key, value, said):
    with pytest.raises(SpecError) as caught:
        load("reference", {key: value})
    assert any(said in str(problem) for problem in caught.value.problems)


def test_a_lever_from_after_the_end_would_do_nothing():
    lever = {"labour.programmes.*.seats": {"times": 2, "from": "2031-01-01"}}
    with pytest.raises(SpecError, match="a lever from after the end"):
        load("reference", {"end": "2030-12-31", **lever})
    assert load("reference", {"end": "2031-12-31", **lever})


def test_a_setting_moves_no_date_into_the_past():
    with pytest.raises(SpecError, match=r"2019-06-01 is not after as_of .*facts stay"):
        load("reference", {"cathode.neomat-cam.sop": "2019-06-01"})
    assert load("reference", {"cathode.neomat-cam.sop": "2029-06-01"})


def test_the_scenario_file_is_where_the_message_points_to(tmp_path):
    path = tmp_path / "late.yaml"
    path.write_text("name: late\nextends: reference\nstart: 2027-01-01\n")
    (problem,) = validate(path)
    assert (problem.place.line, problem.path) == (3, "start")
