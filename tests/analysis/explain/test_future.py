"""One future against the median one: which events are told, in which order, with which weight."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import bvsim.analysis.explain.future as future
import bvsim.ensemble.store.results
from bvsim.cli import main
from bvsim.valley.ground.books import Event
from bvsim.valley.record.record import Record, Table
from run_folder import MadeUpRun

START = date(2026, 1, 1)
GOOD = {"a.one": (40.0, 10.0), "a.two": (20.0, 0.0), "b.one": (5.0, 5.0)}
"""Good cells of each block, in the median future and in the other."""


def event(entity, name, day, cause="why"):
    return Event(day, START + timedelta(days=day), entity, name, cause, np.nan, "")


def record(side, *events):
    values = np.array([[GOOD[entity][side]] for entity in GOOD])
    index = (("year", (2030,) * len(GOOD)), ("entity", tuple(GOOD)))
    return Record({"ledger": Table(index, ("good_gwh",), values)}, tuple(events))


MEDIAN = record(
    0,
    event("a.one", "SOP", 100),
    event("a.two", "SOP", 500),
    event("a.two", "line 1 released", 500),
    event("b.one", "SOP", 50),
    event("school", "graduation", 10),
)
OTHER = record(
    1,
    event("a.one", "SOP", 100 + 365),
    event("a", "closed", 900, "cash"),
    event("b.one", "SOP", 50),
    event("school", "graduation", 10 + 700),
)


@pytest.fixture
def run(monkeypatch):
    kpis = pd.DataFrame({"draw": [0, 1, 2], "replication": 0, "output_2030_gwh": [9.0, 20.0, 30.0]})
    records = {0: OTHER, 1: MEDIAN}
    monkeypatch.setattr(future, "replay_run", lambda _, draw, replication, **__: records[draw])
    monkeypatch.setattr(future, "scenario_of", lambda _: None)
    return MadeUpRun({"scenario": "made-up", "design": "random"}, {"kpis": kpis})


def test_the_futures_are_the_tenth_percentile_and_the_median(run):
    assert future.row_at(run, 0.5) == (1, 0)
    told = future.tell(run)
    assert (told.row, told.median) == ((0, 0), (1, 0))
    assert (told.output, told.median_output) == (9.0, 20.0)
    assert (told.total, told.median_total) == (15.0, 65.0)


def test_events_that_part_the_futures_are_told_by_date_and_no_others(run):
    turns = future.tell(run).turns
    assert [(turn.entity, turn.event) for turn in turns] == [
        ("a.one", "SOP"),
        ("a.two", "SOP"),  # its first line follows from it and is not told again
        ("a", "closed"),
    ]
    start, never, closed = turns
    assert (start.here, start.days, start.gwh) == (True, 365.0, -30.0)
    assert (never.here, never.gwh) == (False, -20.0)
    assert (closed.here, closed.gwh, closed.cause) == (True, -50.0, "cash")  # of both its blocks
    assert future.tell(run, site="b").turns == ()


def test_no_more_than_ten_are_told(run, monkeypatch):
    many = [event(f"a.one.{i}", "SOP", i) for i in range(30)]
    records = {0: record(1, *many), 1: MEDIAN}
    monkeypatch.setattr(future, "replay_run", lambda _, draw, replication, **__: records[draw])
    monkeypatch.setattr(future, "scenario_of", lambda _: None)
    assert len(future.tell(run).turns) == future.MOST


def test_the_command_tells_it_in_lines_and_json(run, monkeypatch, tmp_path):
    monkeypatch.setattr(bvsim.ensemble.store.results, "open_run", lambda _: run)
    said = CliRunner().invoke(main, ["explain", str(tmp_path)]).stdout
    assert "a.one: SOP (why), 12 months later; \N{MINUS SIGN}30 GWh" in said
    assert "a.two: SOP in the median future, never here; \N{MINUS SIGN}20 GWh" in said
    answer = json.loads(CliRunner().invoke(main, ["explain", str(tmp_path), "--json"]).stdout)
    assert [each["days_later"] for each in answer["events"]] == [365.0, None, None]
    wrong = CliRunner().invoke(main, ["explain", "a", "b", "--draw", "1"])
    assert wrong.exit_code == 2
