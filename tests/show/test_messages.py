"""The sentence above each chart has the numbers of the tables; a bar of the strip, its shares."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from bvsim.reading.turned import Turned
from bvsim.show.report.cube import Cached
from bvsim.show.report.heat import heat_map
from bvsim.show.report.helping import turned
from bvsim.show.report.messages import luck, messages
from bvsim.show.report.model import Facts
from bvsim.show.report.series import Series
from run_folder import make_run


@pytest.fixture(scope="module")
def run():
    return make_run(40)


@pytest.fixture(scope="module")
def said(run):
    return messages(Series(Cached(run), Facts()), 2030)


def by_year(run, column):
    return run.tables["ledger"].groupby(["draw", "year"])[column].sum().unstack("year").mean()


def test_the_peak_of_output_is_that_of_the_means(run, said):
    mean, plan = by_year(run, "good_gwh"), by_year(run, "announced_gwh")
    year = int(mean.idxmax())
    text = f"{mean[year]:.0f} GWh in {year}, of {plan[year]:.0f} GWh announced"
    assert text in said["output"].en


def test_what_never_reaches_a_line_and_what_is_lost_on_lines_make_the_whole_gap(run, said):
    plan, early, late = (float(n) for n in re.findall(r"([\d.]+) GWh", said["waterfall"].en))
    mean = {name: by_year(run, f"{name}_gwh")[2030] for name in ("beyond_plan", "good")}
    assert plan + mean["beyond_plan"] - mean["good"] == pytest.approx(early + late, abs=1.6)
    lost = sum(by_year(run, f"lost_{name}_gwh")[2030] for name in ("not_built", "closure", "delay"))
    assert early == pytest.approx(lost, abs=0.51)


def test_every_sentence_is_there_in_both_languages(said):
    assert {"output", "waterfall", "holdback", "milestones"} <= set(said)
    assert all(both.en.endswith(".") and both.fr != both.en for both in said.values())


def test_luck_takes_two_courses_a_draw():
    single = Series(Cached(make_run(4)), Facts())
    assert "--per-draw 2" in luck(single, 2030).en
    many = make_run(30)
    rng = np.random.default_rng(1)
    drawn = np.repeat(rng.normal(30.0, 3.0, 200), 2)
    kpis = {"draw": np.repeat(np.arange(200), 2), "replication": np.tile([0, 1], 200)}
    many.tables["kpis"] = pd.DataFrame(kpis | {"output_2030_gwh": drawn + rng.normal(0, 4.0, 400)})
    many.manifest["per_draw"] = 2
    found = luck(Series(Cached(many), Facts()), 2030).en
    share, rest = (int(n) for n in re.findall(r"(\d+)%", found))
    assert share == pytest.approx(64, abs=8)  # 16 of 16 + 9
    assert share + rest == 100


def test_a_bar_of_the_strip_has_all_causes_and_names_the_first_that_holds_back(run):
    for row in heat_map(run)["rows"]:
        for cell in row["cells"]:
            edges = [float(n) for n in re.findall(r"([\d.]+)%", cell["bar"])]
            assert edges == sorted(edges)
            assert edges[-1] <= 100.05
            assert (cell["cause"] is None) == (edges[-1] < 0.5)
            assert "none" not in str(cell["cause"])


def test_regret_is_against_the_best_of_the_runs(run):
    better = make_run(40)
    lever = Turned("more", "More", 1.0, date(2027, 1, 1), unpriced="nobody knows")
    better.manifest["levers"] = [lever.entry()]
    rise = better.tables["kpis"]["output_2030_gwh"] + 2.0
    better.tables["kpis"] = better.tables["kpis"].assign(output_2030_gwh=rise)
    (row,) = turned(run, [better], "output_2030_gwh")
    assert row["regret"].en == "0"
    assert turned(run, [better], "no_such_kpi")[0]["regret"].en == "\N{EN DASH}"
