"""Kinds of faults that were reported of other programs: `docs/background/bug-reports.md`."""

import os
import subprocess
import sys

import numpy as np
import pytest

from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.design.points import KINDS, design
from bvsim.ensemble.run import open_run
from bvsim.reading.yaml_tree import read_text
from bvsim.show.export import export_run
from run_folder import write_run

SHORT = ("-n", "1", "--no-report", "--years", "2026", "--set", "end=2026-12-31", "--workers", "1")


def bvsim(*words, options=(), **env):
    command = [sys.executable, *options, "-m", "bvsim", *map(str, words)]
    return subprocess.run(command, env=os.environ | env, capture_output=True, check=False)


@pytest.mark.parametrize("kind", KINDS)
def test_neighbouring_seeds_share_no_draw(kind):
    first, second = (set(map(tuple, design(3, 64, seed, kind).uniforms())) for seed in (1, 2))
    assert not first & second


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e3", 1000.0), ("1e-3", 0.001), ("no", "no"), ("NO", "NO"), ("on", "on"), ("NA", "NA")],
)
def test_a_word_is_a_word_and_a_number_a_number(text, value):
    node, problems = read_text(f"no: {text}", "x.yaml")
    assert not problems
    assert node.children()["no"].value == value


def test_what_never_varies_is_constant_whatever_its_mean_rounds_to():
    same = np.full(1000, 192.53)
    assert same.var() > 0.0
    assert ci95_mean(same, np.arange(1000), "random") is None


def test_a_folder_of_any_name_is_that_folder(tmp_path):
    run = open_run(write_run(tmp_path / "a [1] #%" / "run", 8).folder)
    assert (export_run(run, "csv", tmp_path / "a [1] #%" / "out") / "kpis.csv").is_file()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_of_few_letters_is_told_the_same(encoding):
    done = bvsim("list", "scenarios", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
def test_neither_the_order_of_sets_nor_optimised_code_moves_a_number(tmp_path):
    for name, options, seed in (("a", (), "1"), ("b", (), "2"), ("c", ("-O",), "3")):
        out = tmp_path / name
        done = bvsim("run", "reference", *SHORT, "--out", out, options=options, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
    tables = [(tmp_path / name / "kpis.parquet").read_bytes() for name in "abc"]
    assert tables[0] == tables[1] == tables[2]
