"""What a run is said to cost, held against a run."""

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

import bvsim as bv
from bvsim.cli import main
from bvsim.ensemble.cost import Cost, cost_of

TOYLAND = Path(__file__).parents[1] / "data" / "toyland" / "scenarios" / "toy.yaml"


def test_costs_add_up_as_on_paper():
    cost = Cost(rows=1_000_000, workers=50, row_s=0.36, row_kb=60.0, worker_gb=0.4)
    assert cost.cpu_hours == pytest.approx(100.0)
    assert cost.hours == pytest.approx(2.0)
    assert cost.disk_gb == pytest.approx(60.0)
    assert cost.memory_gb == pytest.approx(20.0)


def test_tables_are_as_large_as_they_were_said_to_be(tmp_path):
    rows = 64
    cost = cost_of(bv.load(TOYLAND), rows, 1, seed=1)
    made = bv.run(TOYLAND, rows, workers=1, out=tmp_path / "run")
    size = sum(path.stat().st_size for path in made.folder.glob("*.parquet"))
    fixed = size - rows * cost.row_kb * 1e3  # head and foot of each table, whatever the rows
    assert 0.0 < fixed < 0.8 * size
    assert cost.row_s > 0.0
    assert cost.worker_gb > 0.05 or math.isnan(cost.worker_gb)


def test_the_command_says_so_and_makes_no_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["run", str(TOYLAND), "-n", "1000", "--per-draw", "3", "--shard", "1/4", "--estimate"]
    done = CliRunner().invoke(main, [*words, "--workers", "2", "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["rows"], said["workers"]) == (750, 2)
    assert said["cpu_hours"] == pytest.approx(750 * said["row_s"] / 3600)
    assert said["hours"] == pytest.approx(said["cpu_hours"] / 2)
    assert list(tmp_path.iterdir()) == []
