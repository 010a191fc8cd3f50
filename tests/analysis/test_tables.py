"""Reading a run piece by piece gives what reading it whole gives."""

import dataclasses

import pandas as pd
import pytest

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.tables import by_year, ledger_by
from bvsim.show.report import cube, render_page
from bvsim.show.report.cube import Cached, Cube
from run_folder import make_run


@pytest.fixture
def runs(tmp_path):
    """The same run twice: in memory, and in files cut into pieces of five replications."""
    whole = make_run(12)
    for name in ("ledger", "yearly", "binding", "kpis"):
        try:
            table = whole.table(name)
        except KeyError:
            continue
        size = len(table) // 12 * 5 if name != "kpis" else 12
        table.to_parquet(tmp_path / f"{name}.parquet", index=False, row_group_size=size)
    return whole, dataclasses.replace(whole, folder=tmp_path)


@pytest.mark.parametrize("group", ["region", "site", "block"])
def test_pieces_add_up_to_the_whole(runs, group):
    whole, filed = (ledger_by(run, group) for run in runs)
    assert len(whole) > 100
    pd.testing.assert_frame_equal(whole, filed)


def test_quantities_and_bottlenecks_are_the_same(runs):
    for name, entity in (("good_gwh", None), ("good_gwh", "acc-douvrin"), ("headcount", None)):
        whole, filed = (by_year(run, name, entity) for run in runs)
        pd.testing.assert_frame_equal(whole, filed)
    whole, filed = (shares(run) for run in runs)
    pd.testing.assert_frame_equal(whole, filed)


def test_charts_of_a_long_run_are_of_its_first_draws_and_say_so(runs, monkeypatch):
    monkeypatch.setattr(cube, "MOST_ROWS", 8)
    assert Cube(Cached(runs[1]), "ledger").of("good_gwh").shape[0] == 8
    assert "drawn from the first 8 draws" in render_page(runs[1])


def test_charts_of_a_short_run_are_of_all(runs):
    assert Cube(Cached(runs[1]), "ledger").of("good_gwh").shape[0] == 12
    assert "drawn from the first" not in render_page(runs[1])


def test_charts_of_a_shard_are_of_the_first_draws_it_holds(runs, monkeypatch):
    """The draws of a shard are not consecutive: most of them lie beyond any small number."""
    whole, filed = runs
    for path in filed.folder.glob("*.parquet"):
        table = pd.read_parquet(path)
        table.assign(draw=table["draw"] * 50).to_parquet(path, index=False)
    monkeypatch.setattr(
        type(whole), "table", lambda run, name: pd.read_parquet(run.folder / f"{name}.parquet")
    )
    monkeypatch.setattr(cube, "MOST_ROWS", 8)
    assert Cube(Cached(filed), "ledger").of("good_gwh").shape[0] == 8
