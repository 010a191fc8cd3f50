"""Run folders of earlier versions: opened, reported, exported; resumed, or refused with a reason.

`tests/data/run-VERSION` was written by that version and is never written anew.
"""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import bvsim as bv
from bvsim.cli import main

KEPT = sorted((Path(__file__).parent / "data").glob("run-*"))


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(params=KEPT, ids=lambda folder: folder.name)
def old(request, tmp_path):
    """A copy of a kept run folder."""
    return Path(shutil.copytree(request.param, tmp_path / request.param.name))


def test_there_is_one():
    assert KEPT


def test_numbers_read_as_they_were_written(old):
    run = bv.open_run(old)
    median = run.quantiles("good_gwh", by="year")
    assert len(median) == 18
    outputs = run.table("kpis")["output_2030_gwh"]
    assert list(outputs) == pytest.approx([29.014145711, 13.044258454, 10.104781923], abs=1e-8)
    ledger = run.table("ledger")
    lost = ledger[[c for c in ledger if c.startswith("lost_")]].sum(axis=1)
    gap = ledger.announced_gwh + ledger.beyond_plan_gwh - ledger.good_gwh - lost
    assert abs(gap).max() < 1e-9


def test_the_report_is_made(old):
    result = call("report", old)
    assert result.exit_code == 0, result.output
    assert "2030" in (old / "report.html").read_text("utf-8")


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
def test_it_is_exported(old, form):
    result = call("export", old, "--to", form)
    assert result.exit_code == 0, result.output


def test_it_is_resumed_or_the_reason_is_given(old):
    result = call("run", "reference", "-n", 4, "--out", old, "--resume", "--workers", 1)
    if result.exit_code != 0:
        assert result.exit_code == 2
        assert len(result.stderr.strip().splitlines()) == 1
        assert "version" in result.stderr or "code" in result.stderr


def test_a_row_is_replayed_or_the_reason_is_given(old):
    result = call("trace", old, "--draw", 0)
    assert result.exit_code in (0, 2), result.output
    assert "Traceback" not in result.output
