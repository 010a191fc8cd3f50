"""A stored run made again: equal bit for bit, or what differs."""

from __future__ import annotations

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import bvsim as bv
from bvsim.analysis.reproducing import compare_tables
from bvsim.cli import main


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored") / "run"
    bv.run("reference", draws=1, seed=3, workers=1, out=folder)
    return folder


def test_a_run_is_equal_to_itself_made_again(stored):
    before = {path.name: path.read_bytes() for path in stored.glob("*.*")}
    words = ["reproduce", str(stored), "--workers", "1", "--json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["equal"]
    assert found["rows"] == 1
    assert found["versions"] == {}
    assert before == {path.name: path.read_bytes() for path in stored.glob("*.*")}


def test_a_changed_bit_is_told_with_exit_code_1(stored, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(stored, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    unsealed = {k: v for k, v in manifest.items() if k not in ("files", "checksum")}
    (folder / "manifest.json").write_text(json.dumps(unsealed | {"bvsim": "0.0.9"}))
    kpis = pq.read_table(folder / "kpis.parquet")
    place = kpis.column_names.index("output_2030_gwh")
    twice = pa.array([2 * kpis.column(place)[0].as_py()])
    pq.write_table(kpis.set_column(place, "output_2030_gwh", twice), folder / "kpis.parquet")
    done = CliRunner().invoke(main, ["reproduce", str(folder), "--workers", "1", "--json"])
    assert done.exit_code == 1, done.output
    found = json.loads(done.stdout)
    assert [line.split(":")[0] for line in found["differences"]] == ["kpis.output_2030_gwh"]
    assert found["largest_relative_difference"] == 0.5
    assert found["versions"]["bvsim"][0] == "0.0.9"


def test_numbers_differ_by_bits_and_empty_cells_are_equal():
    then = pa.table({"x": [1.0, None, 0.3], "name": ["a", "b", "c"]})
    now = pa.table({"x": [1.0, None, 0.1 + 0.2], "name": ["a", "b", "c"]})
    assert compare_tables("kpis", then, then) == ([], 0.0)
    lines, largest = compare_tables("kpis", then, now)
    assert lines == ["kpis.x: 1 cells, first 0.3 -> 0.30000000000000004"]
    assert largest == pytest.approx(2**-54 / 0.3, rel=1e-6)


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (pa.table({"x": [1.0, 2.0]}), "t: 1 rows then, 2 now"),
        (pa.table({"y": [1.0]}), "t.x: only then"),
        (pa.table({"x": pa.array([None], pa.float64())}), "t.x: 1 cells, first 1.0 -> None"),
    ],
)
def test_what_is_not_there_is_told(now, line):
    assert compare_tables("t", pa.table({"x": [1.0]}), now)[0][0] == line
