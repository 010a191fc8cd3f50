"""Figures show the numbers of the run, and are the same bytes for the same run."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bvsim.analysis.policy.compare import Comparison
from bvsim.show import plot
from bvsim.valley.cells.causes import BOTTLENECKS, LOSSES
from run_folder import make_run


@pytest.fixture(scope="module")
def run():
    return make_run(40)


def axes():
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.add_subplot()


@pytest.mark.parametrize("draw", [plot.fan, plot.waterfall, plot.bottlenecks])
def test_each_function_draws_on_the_axes_it_is_given(run, draw):
    ax = axes()
    assert draw(run, ax=ax) is ax


def test_the_fan_shows_mean_and_plan(run):
    ax = plot.fan(run, "good_gwh")
    mean, plan = (np.asarray(line.get_ydata(), float) for line in ax.get_lines())
    ledger = run.tables["ledger"].groupby(["draw", "year"])[["good_gwh", "announced_gwh"]].sum()
    assert mean == pytest.approx(ledger["good_gwh"].unstack().mean().to_numpy())
    assert plan == pytest.approx(ledger["announced_gwh"].unstack().iloc[0].to_numpy())
    assert "167" in ax.get_title(loc="left")


def test_the_fan_of_a_site_and_of_another_quantity(run):
    assert len(plot.fan(run, "good_gwh", entity="acc-douvrin", announced=False).get_lines()) == 1
    assert plot.fan(run, "headcount", entity="battri").get_lines()[0].get_ydata()[0] == 40.0


def test_the_bars_of_the_waterfall_add_up(run):
    bars = plot.waterfall(run, 2030).patches
    announced, *losses, good = (bar.get_width() for bar in bars)
    assert announced == pytest.approx(good + sum(losses), abs=0.2)  # losses below 0.05 are left out
    ends = [bar.get_x() for bar in bars]
    assert ends[1:-1] == sorted(ends[1:-1], reverse=True)


def test_the_bottlenecks_fill_every_year(run):
    bars = plot.bottlenecks(run).patches
    years = {round(bar.get_x() + bar.get_width() / 2) for bar in bars}
    heights = dict.fromkeys(years, 0.0)
    for bar in bars:
        heights[round(bar.get_x() + bar.get_width() / 2)] += bar.get_height()
    assert list(heights.values()) == pytest.approx([1.0] * len(years))
    assert years == set(range(2023, 2041))


def test_every_cause_has_one_colour_of_its_own():
    colours = [plot.COLOURS[cause] for cause in {*BOTTLENECKS, *LOSSES}]
    assert len(set(colours)) == len(colours) == 11


def test_files_are_written_and_repeatable(run, tmp_path):
    first = plot.save_figures(run, tmp_path / "a")
    second = plot.save_figures(run, tmp_path / "b")
    names = {path.name for path in first}
    assert {"output_fan.png", "output_fan.svg", "ledger_2030.png", "ledger_2030.svg"} <= names
    for a, b in zip(first, second, strict=True):
        assert a.read_bytes() == b.read_bytes()


def test_an_empty_valley_can_be_drawn():
    empty = make_run(2)
    numbers = [name for name in empty.tables["ledger"] if name.endswith("_gwh")]
    empty.tables["ledger"][numbers] = 0.0
    for draw in (plot.fan, plot.waterfall, plot.bottlenecks):
        assert plot.render(draw(empty), "png")


def test_pyplot_stays_out():
    code = "import bvsim.show.plot.figures, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def dots(ax):
    """Return value, hollow or not, by the label of its row."""
    names = [text.get_text() for text in ax.get_yticklabels()]
    points = [line for line in ax.lines if line.get_marker() not in ("None", None)]
    return {
        names[round(p.get_ydata()[0])]: (p.get_xdata()[0], p.get_markerfacecolor()) for p in points
    }


def test_a_difference_is_drawn_pair_by_pair(run):
    other = make_run(40)
    ledger = other.tables["ledger"]
    ledger["good_gwh"] = ledger["good_gwh"] + (ledger["entity"] == "aesc-douai.block-1") * 2.0
    ax = plot.difference(Comparison(run, other), ax=axes())
    mean = ax.lines[0].get_ydata()
    assert mean == pytest.approx(np.full(18, 2.0))
    title = " ".join(ax.get_title(loc="left").split())
    assert title == "reference against reference: +2 in 2030"  # all agree: no interval
    own = plot.difference(Comparison(run, other), entity="acc-douvrin.block-1")
    assert own.lines[0].get_ydata() == pytest.approx(np.zeros(18))


@pytest.mark.parametrize("flat", [True, False])
def test_sensitivities_are_drawn_largest_first(flat):
    rows = [("a", 0.2, -0.1, 0.5), ("b", -0.7, -0.8, -0.6), ("c", 0.1, 0.05, 0.2)]
    table = pd.DataFrame(rows, columns=["figure", "prcc", "lo", "hi"])
    ax = axes()
    assert plot.sensitivity(table if flat else table.set_index("figure"), most=2, ax=ax) is ax
    found = dots(ax)
    assert list(found) == ["b", "a"]
    assert ax.get_title(loc="left") == "b and a matter most, by prcc"
    assert found["b"] == (-0.7, "#cc6677")
    assert found["a"] == (0.2, "white")
    with pytest.raises(ValueError, match="no column of a measure"):
        plot.sensitivity(table[["figure"]])


def test_relief_is_drawn_by_constraint_and_measure():
    rows = [
        (year, "region", measure, lifted, year - 2028 + k, 0.5, 9.0)
        for year in (2030, 2031)
        for measure in ("alone", "last", "shapley", "pair")
        for k, lifted in enumerate(("labour", "demand"))
    ]
    columns = ["year", "entity", "measure", "lifted", "mean_gwh", "ci95_lo_gwh", "ci95_hi_gwh"]
    table = pd.DataFrame(rows, columns=columns)
    ax = axes()
    assert plot.relief(table, 2031, ax=ax) is ax
    found = dots(ax)
    assert list(found) == [
        f"{lifted}, {measure}"
        for lifted in ("labour", "demand")
        for measure in ("alone", "last", "shapley")
    ]
    assert found["demand, last"][0] == 4
    assert len(ax.get_yticklabels()) == 6
    same = dots(plot.relief(table.set_index(columns[:4]), 2031))
    assert same == found
    with pytest.raises(ValueError, match="nothing of aesc-douai in 2031"):
        plot.relief(table, 2031, entity="aesc-douai")
