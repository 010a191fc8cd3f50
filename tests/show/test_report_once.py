"""A page reads what it is made of once: the scenario, and each column of its tables."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import bvsim as bv
from bvsim import reading
from bvsim.show.report import page, write_report
from bvsim.show.report.cube import Cached, Cube

TOYLAND = Path(__file__).parents[1] / "data" / "toyland" / "scenarios" / "toy.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("once") / "run"
    return bv.run(TOYLAND, 4, out=folder, workers=1)


def test_a_report_loads_its_scenario_once(run, monkeypatch):
    load, loaded = reading.load, []
    monkeypatch.setattr(reading, "load", lambda *words: loaded.append(words) or load(*words))
    explained, told = page.explained, []
    monkeypatch.setattr(page, "explained", lambda run: told.append(explained(run)) or told[0])
    write_report(run)
    assert told != [None], "two of its rows were to be simulated again"
    assert len(loaded) == 1


def test_a_report_reads_each_column_of_its_charts_once(run, monkeypatch):
    columns, read = Cached.columns, Counter()

    def count(cached, name, wanted):
        read.update((name, column) for column in wanted if "_" in column)
        return columns(cached, name, wanted)

    monkeypatch.setattr(Cached, "columns", count)
    write_report(run)
    assert read
    assert set(read.values()) == {1}


def test_a_chart_counts_rows_in_the_order_of_draws_and_replications(run):
    cube = Cube(Cached(run), "ledger")
    good, table = cube.of("good_gwh"), run.table("ledger")
    for (draw, _), own in table.groupby(["draw", "replication"]):
        for entity, block in own.groupby("entity", observed=True):
            at = cube.entities.index(str(entity))
            assert good[draw, :, at].tolist() == block["good_gwh"].tolist()
