"""Draws that are given as a table, and draws at the medians."""

import numpy as np
import pandas as pd
import pytest

from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.run import run
from bvsim.ensemble.store.folder import RunError
from fake import FakeJob, FakeScenario

A, B, C = FakeScenario().paths


@pytest.fixture
def simulate(tmp_path):
    def simulate(name, draws=512, **options):
        return run(FakeScenario(), draws, out=tmp_path / name, workers=1, job=FakeJob(), **options)

    return simulate


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_gives_the_draws_and_the_rest_keeps_its_median(simulate, tmp_path, suffix):
    frame = pd.DataFrame({"draw": [0, 1, 2], C: [1.0, 2.0, 3.0], A: [4.0, 4.5, 5.0]})
    path = tmp_path / f"draws.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    made = simulate("a", table=path)
    expected = pd.DataFrame({A: [4.0, 4.5, 5.0], B: [5.0] * 3, C: [1.0, 2.0, 3.0]})
    pd.testing.assert_frame_equal(made.table("draws")[[A, B, C]], expected)
    np.testing.assert_allclose(made.table("kpis")["output_2030_gwh"], [10.0, 11.5, 13.0])
    assert made.manifest["design"] == "table"
    assert ci95_mean([1.0, 2.0, 3.0], [0, 1, 2], made.design) is None


def test_another_table_is_another_run(simulate):
    frame = pd.DataFrame({A: [1.0, 2.0]})
    simulate("a", table=frame)
    assert simulate("a", table=frame, resume=True).status == "complete"
    with pytest.raises(RunError, match="other inputs"):
        simulate("a", table=frame + 1.0, resume=True)
    with pytest.raises(RunError, match="other inputs"):
        simulate("a", resume=True)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"nobody": [1.0]}, "'nobody'"),
        ({A: []}, "no rows"),
        ({A: [1.0, np.nan]}, "no number for .* in row 2"),
        ({A: ["2028-01-01", "soon"]}, "in row 2"),
    ],
)
def test_tables_that_do_not_fit_are_refused(simulate, frame, message):
    with pytest.raises(RunError, match=message):
        simulate("a", table=pd.DataFrame(frame))


def test_at_the_medians_luck_alone_differs(simulate):
    made = simulate("a", 40, design="median")
    assert (made.table("draws")[[A, B, C]] == 5.0).all(axis=None)
    kpis = made.table("kpis")
    assert kpis["output_2030_gwh"].nunique() == 1
    assert kpis["luck"].nunique() == 40
    low, high = ci95_mean(kpis["luck"], kpis["draw"], "median")
    students = 2 * 2.0227 * kpis["luck"].std() / 40**0.5  # a little more where rows lean
    assert students * 0.9999 <= high - low <= students * 1.01


def test_real_tables_are_held_to_the_bounds_of_their_figures(tmp_path):
    from bvsim import reading
    from bvsim.ensemble.design.given import read_values

    scenario = reading.load("reference")
    share = next(
        path
        for path, figure in scenario.figures()
        if path in scenario.paths and figure.unit.symbol == "share" and figure.unit.upper == 1.0
    )
    assert read_values(scenario, pd.DataFrame({share: [0.25]})).shape == (1, len(scenario.paths))
    with pytest.raises(RunError, match=r"has 1.5 for .*: it lies within 0..1 share"):
        read_values(scenario, pd.DataFrame({share: [0.5, 1.5]}))


@pytest.mark.parametrize("columns", [(A,), (A, B)])
def test_a_table_with_decimal_commas_means_what_its_writer_meant(simulate, tmp_path, columns):
    frame = pd.DataFrame({name: [4.5, 5.5] for name in columns})
    path = tmp_path / "draws.csv"
    frame.to_csv(path, sep=";", decimal=",", index=False)
    if len(columns) == 1:  # no ';' says what the comma is
        with pytest.raises(RunError, match="another number of fields in its first row"):
            simulate("a", table=path)
    else:
        made = simulate("a", table=path)
        pd.testing.assert_frame_equal(made.table("draws")[[A, B]], frame[[A, B]])


def test_a_scenario_may_be_named(tmp_path):
    made = run("reference", 2, out=tmp_path / "run", workers=1, job=FakeJob())
    assert made.manifest["scenario"] == "reference"
