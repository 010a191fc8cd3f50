"""What rows of the table of observations may tell."""

from datetime import date

import pytest

from bvsim.analysis.truth.calibration import priors
from bvsim.analysis.truth.calibration.run import history_of
from bvsim.analysis.truth.calibration.table import FILE, read_table
from bvsim.reading.datafiles import find_model
from plants_made_up import row, table_of


def test_a_vintage_has_only_what_was_known_by_then(tmp_path):
    rows = [
        row("old", 6, "share", 0.1, known_from="2023-12-31"),
        row("new", 6, "share", 0.1, known_from="2024-01-01"),
    ]
    assert table_of(tmp_path, rows, date(2023, 12, 31)).plants == ("old",)
    assert table_of(tmp_path, rows, date(2024, 1, 1)).plants == ("new", "old")


def test_bounds_and_what_is_left_out(tmp_path):
    rows = [
        row("a", 6, "share", 0.1),
        row("a", 9, "share", 0.2, limit="demand"),
        row("a", 9, "utilisation", 0.5),
        row("a", 12, "utilisation", 0.5, limit="demand"),
        row("a", 3, "installed_share", 0.3),
        row("a", 3, "status", 0),
        row("a", "", "share", 0.3),
    ]
    found = table_of(tmp_path, rows)
    assert [each.role for each in found.rows] == ["value", "at-least", "at-most", "at-most"]
    reasons = " / ".join(each.reason for each in found.left_out)
    assert "short of orders" in reasons
    assert "status is not fitted" in reasons
    assert "no start" in reasons


def test_a_forecast_of_building_is_read_as_not_finished_yet(tmp_path):
    (found,) = table_of(
        tmp_path,
        [row("a", "", "build_months", 48, when="2022-01/2026-01", known_from="2024-01-15")],
    ).rows
    assert found.role == "at-least"
    assert found.value == pytest.approx(24.0, abs=0.1)


def test_experience_counts_abroad_only_and_up_to_three(tmp_path):
    rows = [
        row("a", 6, "share", 0.1, ramped_before=7),
        row("b", 6, "share", 0.1, ramped_before=2, **{"class": "new-entrant"}),
    ]
    assert [each.ramped_before for each in table_of(tmp_path, rows).rows] == [3, 0]


def test_a_row_that_cannot_be_read_is_named(tmp_path):
    rows = [row("a", 6, "share", 0.1, low=0.2)]
    with pytest.raises(ValueError, match=r"a-share-6: 0.2, 0.1, .* should ascend"):
        table_of(tmp_path, rows)


def test_the_models_own_table_and_priors_are_read():
    history = history_of(find_model("hauts-de-france"))
    early = read_table(history / FILE, date(2023, 12, 31))
    late = read_table(history / FILE, date(2026, 3, 31))
    assert {each.id for each in early.rows} < {each.id for each in late.rows}
    assert not any("acc-douvrin" in row.plant and row.part == "share" for row in early.rows)
    weak = priors.read_priors(history / priors.FILE)
    assert all(prior.reason for prior in weak.entries.values())


def test_a_prior_that_is_missing_is_named(tmp_path):
    path = tmp_path / "priors.csv"
    path.write_text("figure,class,relative_to,family,location,scale,reason\n", "utf-8")
    with pytest.raises(ValueError, match="no prior of t50 new-entrant"):
        priors.read_priors(path).of("t50", "new-entrant")
