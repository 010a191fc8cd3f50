"""What happens on the way is told apart from what is known beforehand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from bvsim.analysis.sensitivity.on_the_way import on_the_way
from run_folder import MadeUpRun

ROWS = 200
EMPTY = pd.DataFrame(columns=["draw", "replication", "year", "entity"])


def run_of(**kpis):
    draws = pd.DataFrame({"draw": range(ROWS)})
    table = pd.DataFrame({"draw": range(ROWS), "replication": 0, **kpis})
    tables = {"draws": draws, "kpis": table, "ledger": EMPTY}
    return MadeUpRun({"design": "random", "draws": ROWS}, tables)


def test_stops_and_dates_go_with_the_outcome_as_by_hand():
    rng = np.random.default_rng(1)
    stop = np.where(rng.random(ROWS) < 0.3, rng.uniform(2026, 2036, ROWS), np.nan)
    sop = np.where(rng.random(ROWS) < 0.8, rng.uniform(2028, 2034, ROWS), np.nan)
    y = rng.normal(20.0, 2.0, ROWS) - 8.0 * (stop < 2031)
    run = run_of(
        output_2030_gwh=y,
        **{"closed_year.a": stop, "cam_sop_year.b": sop, "closed_year.never": np.nan},
    )
    table = on_the_way(run, "output_2030_gwh")
    assert list(table.index) == ["closed_2030.a", "cam_sop_year.b"]  # never closed: never varies
    by_hand = spearmanr((stop < 2031).astype(float), y).statistic
    assert table.loc["closed_2030.a", "rank"] == pytest.approx(by_hand)
    assert table.loc["cam_sop_year.b", "rank"] == pytest.approx(
        spearmanr(np.nan_to_num(sop, nan=9999.0), y).statistic
    )
    assert table["clear"].tolist() == [True, False]


def test_an_outcome_is_not_on_its_own_way():
    rng = np.random.default_rng(2)
    stop = rng.uniform(2026, 2036, ROWS)
    run = run_of(**{"closed_year.a": stop, "closed_year.b": rng.permutation(stop)})
    assert list(on_the_way(run, "closed_2030.a").index) == ["closed_2030.b"]
    assert on_the_way(run_of(year_30_gwh=stop), "year_30_gwh").empty
