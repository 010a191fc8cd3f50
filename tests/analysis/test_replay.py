"""Rows that can be replayed, and those that cannot."""

import json
from types import SimpleNamespace

import pytest

from bvsim.analysis.replay import replay_run
from bvsim.ensemble.store.folder import RunError

MANIFEST = {"draws": 4, "per_draw": 1, "scenario": "reference+morris", "seed": 1, "design": "x"}


@pytest.mark.parametrize("kind", ["morris", "sobol", "tornado"])
def test_rows_of_an_analysis_are_refused_with_a_way_out(tmp_path, kind):
    (tmp_path / "sample.json").write_text(json.dumps({"kind": kind, "scenario": "reference"}))
    run = SimpleNamespace(folder=tmp_path, manifest=MANIFEST, scenario_name="reference+morris")
    with pytest.raises(RunError, match=rf"{kind} analysis.*bvsim trace reference\)"):
        replay_run(run)


def test_a_row_that_does_not_exist_is_named(tmp_path):
    manifest = {**MANIFEST, "scenario": "reference"}
    run = SimpleNamespace(folder=tmp_path, manifest=manifest, scenario_name="reference")
    with pytest.raises(RunError, match="no draw 4: they go from 0 to 3"):
        replay_run(run, 4)
