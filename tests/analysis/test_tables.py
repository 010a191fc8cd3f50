"""Reading a run piece by piece gives what reading it whole gives."""

import dataclasses

import pandas as pd
import pytest

from bvsim.analysis import summary, tables
from bvsim.analysis.ledger.bottlenecks import ledger_of, shares
from bvsim.analysis.summary import run_json, summarise
from bvsim.analysis.tables import Kept, by_year, last_years, ledger_by, means_by, pieces
from bvsim.show import plot
from bvsim.show.matter import system
from bvsim.show.report import cube, render_page
from bvsim.show.report.cube import Cached, Cube
from run_folder import make_run


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The same run twice: in memory, and in files cut into pieces of five replications."""
    monkeypatch.setattr(tables, "PIECE_NUMBERS", 1)
    return _runs(tmp_path)


def _runs(tmp_path):
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


def test_means_years_and_staircases_are_the_same(runs):
    whole, filed = (
        means_by(run, "yearly", ["year", "entity"], ["good_gwh", "headcount"]) for run in runs
    )
    table = runs[0].table("yearly")
    own = table.groupby(["year", "entity"])[["good_gwh", "headcount"]].mean()
    pd.testing.assert_frame_equal(whole, own)
    pd.testing.assert_frame_equal(filed, own, rtol=1e-12)
    pd.testing.assert_frame_equal(*(ledger_of(run, 2030) for run in runs))
    assert last_years(runs[0]) == last_years(runs[1]) == (2040, None)
    pd.testing.assert_frame_equal(*(summarise(run) for run in runs))


def test_a_file_is_read_in_pieces_of_about_so_many_numbers(runs, monkeypatch):
    lines = len(runs[0].table("ledger")) // 12 * 5
    for numbers, read in ((1, [5, 5, 2]), (4 * lines, [10, 2]), (2**20, [12])):
        monkeypatch.setattr(tables, "PIECE_NUMBERS", numbers)
        found = list(pieces(runs[1], "ledger", ["draw", "year"]))
        assert [piece["draw"].nunique() for piece in found] == read


def test_no_table_is_read_as_a_whole_for_a_summary_or_its_pictures(runs, monkeypatch):
    read_parquet, whole = pd.read_parquet, []

    def read(path, columns=None, **words):
        whole.append((path.stem, None if columns is None else len(columns)))
        return read_parquet(path, columns=columns, **words)

    monkeypatch.setattr(summary, "_TOGETHER", 8)
    filed = dataclasses.replace(runs[1], tables={})  # whoever asks it for a table ends in an error
    monkeypatch.setattr(pd, "read_parquet", read)
    run_json(filed)
    system(filed)
    plot.fan(filed)
    plot.waterfall(filed, 2030)
    by_year(filed, "headcount")
    assert whole
    assert all(name == "kpis" and count <= 8 + 1 for name, count in whole)


def test_what_is_worked_out_of_a_kept_run_is_made_once(runs, monkeypatch):
    read = []
    monkeypatch.setattr(tables, "pieces", lambda *words: read.append(words) or pieces(*words))
    kept = Kept(runs[1])
    for _ in range(2):
        by_year(kept, "good_gwh")
        shares(kept)
        ledger_of(kept, 2030)
    assert len(read) == 3
    by_year(runs[1], "good_gwh")
    by_year(runs[1], "good_gwh")
    assert len(read) == 5


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
