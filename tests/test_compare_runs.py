"""The comparison of run folders sees every bit, and nothing but the tables' content."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "compare_runs.py"
VALUES = [1.0, None, float("nan"), 0.1 + 0.2]


def write_run(folder: Path, values: list[float | None], **options: object) -> Path:
    folder.mkdir()
    labels = pa.array(["a", "b", "a", None]).dictionary_encode()
    table = pa.table({"entity": labels, "good_gwh": pa.array(values, pa.float64())})
    pq.write_table(table, folder / "yearly.parquet", **options)
    (folder / "scenario.yaml").write_text("name: test\n", encoding="utf-8")
    return folder


def compare(a: Path, b: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, SCRIPT, a, b], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_same_content_in_another_encoding_is_the_same(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", VALUES)
    b = write_run(tmp_path / "b", VALUES, row_group_size=1, compression="none")
    assert compare(a, b) == (0, "the same, bit for bit\n")


@pytest.mark.parametrize(
    ("row", "value"),
    [(3, float(np.nextafter(0.1 + 0.2, 1.0))), (1, 0.0), (1, float("nan")), (2, None), (0, -1.0)],
)
def test_one_bit_is_seen(tmp_path: Path, row: int, value: float | None) -> None:
    changed = [*VALUES[:row], value, *VALUES[row + 1 :]]
    a, b = write_run(tmp_path / "a", VALUES), write_run(tmp_path / "b", changed)
    code, text = compare(a, b)
    assert code == 1
    assert f"yearly.good_gwh: 1 rows differ, first row {row}:" in text


def test_minus_zero_is_not_zero(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", [0.0, 0.0, 0.0, 0.0])
    b = write_run(tmp_path / "b", [0.0, 0.0, 0.0, -0.0])
    assert compare(a, b)[0] == 1


def test_missing_table_and_changed_scenario_are_named(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a", VALUES), write_run(tmp_path / "b", VALUES)
    (b / "yearly.parquet").rename(b / "kpis.parquet")
    (b / "scenario.yaml").write_text("name: other\n", encoding="utf-8")
    code, text = compare(a, b)
    assert code == 1
    assert text.splitlines() == [
        f"kpis.parquet: not in {a}",
        f"yearly.parquet: not in {b}",
        "scenario.yaml differs",
    ]


def test_a_folder_without_tables_is_bad_input(tmp_path: Path) -> None:
    code, text = compare(tmp_path, tmp_path)
    assert code == 2
    assert "no tables" in text
