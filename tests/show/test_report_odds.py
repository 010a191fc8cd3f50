"""Odds of the page are shares of the tables' rows; what would help says what runs hold."""

from __future__ import annotations

import pytest

from bvsim.analysis.discovery.ask import ask
from bvsim.show.report import odds, render_page
from bvsim.show.report.cube import Cached, listed
from bvsim.show.report.helping import freed
from bvsim.show.report.model import Facts
from bvsim.show.report.odds import _chance, chances, odds_table, sentence, sites_running
from bvsim.show.report.series import Series
from run_folder import make_run


@pytest.fixture(scope="module")
def run():
    return make_run(40)


@pytest.fixture(scope="module")
def series(run):
    return Series(Cached(run), Facts())


def output_of(run, year, site=""):
    ledger = run.tables["ledger"]
    own = ledger[(ledger["year"] == year) & ledger["entity"].astype(str).str.startswith(site)]
    return own.groupby("draw")["good_gwh"].sum()


def test_each_chance_is_the_share_of_rows_that_reach_it(run, series):
    found, output = chances(series), output_of(run, 2030)
    shares = found["least"][series.years.index(2030)]
    assert shares[0] == 1.0
    for gwh in (5, 20, 30, 45):
        assert shares[gwh] == pytest.approx((output >= gwh).mean(), abs=1e-4)
    assert odds_table(series, 2030)[1]["chances"][2].en == f"{(output >= 30).mean():.0%}"


def test_intervals_of_the_slider_are_those_of_a_question_to_the_run(run, series):
    found, at = chances(series), series.years.index(2030)
    for gwh in (0, 12, 30, 45):
        asked = ask(run, f"P(output_2030_gwh >= {gwh})")
        assert found["ends"][at][gwh] == pytest.approx(asked.ci95, rel=1e-3, abs=1e-4)
        assert f"{asked.value:.0%} chance of at least {gwh} GWh" in sentence(series, 2030, gwh).en
        assert (
            f"interval {asked.ci95[0]:.0%} to {asked.ci95[1]:.0%}" in sentence(series, 2030, gwh).en
        )


def test_outputs_that_the_same_rows_reach_have_the_same_odds_worked_out_once(series, monkeypatch):
    found, asked = chances(series), []

    def chance(series, year, gwh):
        asked.append((year, gwh))
        return _chance(series, year, gwh)

    monkeypatch.setattr(odds, "_chance", chance)
    assert chances(series) == found
    each = [[_chance(series, year, gwh)[0] for gwh in (0, 7, 30)] for year in series.years]
    assert [[row[gwh] for gwh in (0, 7, 30)] for row in found["least"]] == [
        listed(row) for row in each
    ]
    assert len(asked) < len(series.years) * len(found["least"][0]) / 2


def test_a_design_without_intervals_has_none_on_the_slider():
    made = make_run(8)
    made.manifest["design"] = "table"
    own = Series(Cached(made), Facts())
    assert chances(own)["ends"][0][0] is None
    assert sentence(own, 2030, 5).en.endswith("of at least 5 GWh in 2030.")


def test_a_site_is_told_by_how_often_it_runs_and_what_it_makes_then(run, series):
    made = output_of(run, 2035, "verkor-dunkirk")
    found = sites_running(series, ["verkor-dunkirk", "unattributed"], 2030)
    (row,) = found["rows"]  # nothing is ever made outside the sites
    cell = row["cells"][found["years"].index(2035)].en
    assert cell == f"{(made > 0).mean():.0%} \u00b7 {made[made > 0].mean():.0f}"


def test_lifted_limits_come_by_what_they_free():
    measure = {"mean": [1.0, 2.0], "lo": [0.5, 1.0], "hi": [1.5, 3.0]}
    worse = {"mean": [0.2, -0.3], "lo": [0.0, -0.5], "hi": [0.4, 0.1]}
    relief = {"years": [2029, 2030], "shapley": {"stops": worse, "labour": measure}}
    rows = freed([relief], 2030)
    assert [row["gain"].en for row in rows] == ["+2", "\u22120.3"]
    assert rows[0]["range"].fr == "+1 \u2026 +3"
    assert freed([relief], 2031) == []


def test_the_first_screen_says_output_odds_and_what_holds_back(run):
    page, output = render_page(run), output_of(run, 2030)
    tiles = page.split('<ul class="tiles">')[1].split("</ul>")[0]
    assert f"<strong>{output.mean():.0f} GWh</strong>" in tiles
    assert f">{(output >= 30).mean():.0%}</span>" in tiles
    assert tiles.count("<li>") == 3
