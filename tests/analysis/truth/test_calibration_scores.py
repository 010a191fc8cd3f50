"""Scores of forecasts with weights, and the classes as judged."""

from datetime import date

import numpy as np
import pytest

from bvsim.analysis.truth.calibration.judged import JudgedClasses
from bvsim.analysis.truth.calibration.leave_one_out import LeftOutPlant
from bvsim.analysis.truth.calibration.scores import score, summarise, weighted_quantiles
from plants_made_up import row, table_of

SURE = """class,figure,known_from,family,first,second,third
incumbent-abroad,t50,,value,20,,
incumbent-abroad,k,,value,0.2,,
incumbent-abroad,rating,,value,0.9,,
incumbent-abroad,scrap_start,,value,0.4,,
incumbent-abroad,scrap_mature,,value,0.05,,
incumbent-abroad,scrap_time,,value,6,,
incumbent-abroad,mtbf,,value,19,,
incumbent-abroad,mttr,,value,24,,
incumbent-abroad,t50,2025-01-01,value,30,,
"""


def foretold(folder, values, members, weights):
    rows = table_of(folder, [row(name, 10, "share", value) for name, value in values.items()]).rows
    return [LeftOutPlant(r.plant, 0.1, False, (r,), (members,), weights, 0.0) for r in rows]


def test_weights_count_as_copies():
    members = np.array([3.0, 1.0, 2.0])
    copies = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 3.0])
    found = weighted_quantiles(members, np.array([1.0, 3.0, 2.0]) / 6.0, [0.1, 0.5, 0.6, 0.9])
    even = weighted_quantiles(copies, np.full(6, 1.0 / 6.0), [0.1, 0.5, 0.6, 0.9])
    assert found == even == [1.0, 1.0, 2.0, 3.0]


def test_coverage_counts_points_and_its_interval_resamples_plants(tmp_path):
    members, weights = np.linspace(0.1, 0.3, 1001), np.full(1001, 1 / 1001)
    values = {"a": 0.2, "b": 0.25, "c": 0.11, "d": 0.19}
    found = score(foretold(tmp_path, values, members, weights), None)
    assert [each.covered for each in found] == [True, True, False, True]
    value, low, high = summarise(found).coverage
    assert value == 0.75
    assert low < 0.75 < high
    assert found[1].rank == pytest.approx(0.75, abs=0.01)


def test_a_better_forecast_has_the_lower_score(tmp_path):
    (tmp_path / "judged.csv").write_text(SURE, "utf-8")
    judged = JudgedClasses(tmp_path / "judged.csv", date(2024, 1, 1), members=3)
    near, far = np.full(50, 0.2), np.full(50, 0.9)
    weights = np.full(50, 0.02)
    good, bad = (score(foretold(tmp_path, {"a": 0.2}, m, weights), judged)[0] for m in (near, far))
    assert good.crps_log == pytest.approx(0.0)
    assert bad.crps_log == pytest.approx(np.log(4.5))
    assert good.judged_crps_log == bad.judged_crps_log > 0.0


def test_judged_classes_are_read_as_they_were_meant(tmp_path):
    (tmp_path / "judged.csv").write_text(SURE, "utf-8")
    share, scrap = table_of(tmp_path, [row("a", 20, "share", 0.4), row("a", 6, "scrap", 0.2)]).rows
    judged = JudgedClasses(tmp_path / "judged.csv", date(2024, 1, 1), members=3)
    wasted = 0.05 + 0.35 * np.exp(-20 / 6)
    assert judged.members(share) == pytest.approx(0.9 * 0.5 * 0.95 * (1 - wasted) / 0.95)
    assert judged.members(scrap) == pytest.approx(0.05 + 0.35 / np.e)
    later = JudgedClasses(tmp_path / "judged.csv", date(2025, 1, 1), members=3)
    assert np.all(later.members(share) < judged.members(share))
