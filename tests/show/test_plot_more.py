"""Milestones, heat strip, odds, people, matter and map show the numbers of the run."""

import inspect
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.milestones import milestones
from bvsim.reading.datafiles import shipped_root
from bvsim.show import plot
from bvsim.show.matter import COLOURS, ENTERS, system
from bvsim.show.report.colours import own_colours
from bvsim.valley.cells.causes import BOTTLENECKS
from run_folder import make_run

ROWS = 40


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that has dates, people and matter too, and the map of the shipped model."""
    folder = tmp_path_factory.mktemp("run")
    ground = json.loads((shipped_root() / "models/hauts-de-france/place.json").read_text("utf-8"))
    (folder / "scenario.yaml").write_text(json.dumps({"model": {"place": ground}}), "utf-8")
    made = replace(make_run(ROWS), folder=folder)
    kpis = made.tables["kpis"]
    kpis["sop_year.acc-douvrin.block-1"] = 2023.95
    kpis["sop_year.verkor-dunkirk.block-2"] = np.where(kpis["draw"] < 10, 2031.0, np.nan)
    kpis["sop_year.tiamat-amiens.block-1"] = np.nan
    kpis["closed_year.verkor-dunkirk"] = np.where(kpis["draw"] % 2, 2033.5, np.nan)
    kpis["opens_year.battri"] = 2025.0
    kpis.loc[kpis["draw"] < 5, "year_50_gwh"] = np.nan
    yearly = made.tables["yearly"]
    sites = yearly["entity"].isin(made.manifest["sites"])
    yearly["vacancies"] = np.where(sites, 7.0, np.nan)
    yearly["nameplate_gwh"] = yearly["good_gwh"] * 1.5
    used = yearly["good_gwh"] * 1000.0
    for name, share in {
        "used": 1.0,
        "import": 0.5,
        "local": 0.3,
        "in_cells": 0.9,
        "scrap": 0.1,
    }.items():
        yearly[f"cam_{name}_t"] = used * share
    recycler = yearly["entity"] == "battri"
    amounts = {
        "feed_t": 1500.0,
        "feed_scrap_t": 800.0,
        "feed_eol_t": 500.0,
        "feed_replacement_t": 200.0,
        "feed_non_ev_t": 0.0,
        "processed_t": 1400.0,
        "black_mass_t": 600.0,
        "sent_elsewhere_t": 40.0,
    }
    for name, amount in amounts.items():
        yearly[name] = np.where(recycler, amount, np.nan)
    yearly["buffer_t"] = np.where(recycler, 60.0 * (yearly["year"] - 2022), np.nan)
    yearly["cam_to_valley_t"] = np.nan
    return made


def texts(ax):
    return [text.get_text() for text in ax.texts]


def heading(ax):
    return " ".join(ax.get_title(loc="left").split())


DRAWN = {
    "milestones": (),
    "heat_strip": (),
    "histogram": ("output_2030_gwh",),
    "exceedance": ("output_2030_gwh",),
    "people": (),
    "sankey": (),
    "map": (),
}


@pytest.mark.parametrize("name", DRAWN)
def test_each_draws_where_it_is_told_with_a_message_and_leaves_no_colour_to_chance(run, name):
    ax = Figure().add_subplot()
    draw = getattr(plot, name)
    assert draw(run, *DRAWN[name], ax=ax) is ax
    assert any(letter.isdigit() for letter in heading(ax))
    assert len(heading(ax)) > 25
    assert len(plot.render(draw(run, *DRAWN[name]), "png")) > 5000


@pytest.mark.parametrize("name", [n for n in plot.__all__ if callable(getattr(plot, n))])
def test_each_says_what_it_takes(name):
    function = getattr(plot, name)
    text = inspect.getdoc(function)
    parameters = [p for p in inspect.signature(function).parameters if p not in ("run", "ax")]
    assert text
    if name not in ("render", "blank"):
        assert all(p in text for p in parameters)


def test_milestones_are_quantiles_of_the_rows_in_which_it_happens(run):
    table = milestones(run).set_index(["kind", "entity"])
    late = table.loc["starts", "verkor-dunkirk.block-2"]
    assert (late["p50"], late["share"], late["announced"]) == (2031.0, 0.25, 2030.0)
    assert table.loc["closes", "verkor-dunkirk"]["share"] == 0.5
    never = table.loc["starts", "tiamat-amiens.block-1"]
    assert never["share"] == 0.0
    assert np.isnan(never["p50"])
    assert never["announced"] == 2029.0


def test_milestones_are_drawn_one_a_row(run):
    ax = plot.milestones(run)
    rows = [text.get_text() for text in ax.get_yticklabels()]
    assert len(rows) == 5
    at = rows.index("verkor-dunkirk, block 2 starts")
    marks = [line for line in ax.lines if list(line.get_ydata()) == [at]]
    dates = [line.get_xdata()[0] for line in marks]
    assert dates == [2031.0, 2030.0]  # the median and the announced year
    assert texts(ax)[:-1] == ["known", "in 25%", "never", "known", "in 50%"]
    assert heading(ax).startswith("1 of 3 announced blocks start in more than half of futures")
    assert len(plot.milestones(run, kind="closes").get_yticklabels()) == 1
    with pytest.raises(AnalysisError, match="nothing explodes"):
        plot.milestones(run, kind="explodes")


def bottleneck_shares(run, year, site):
    """Count the largest loss of each draw, straight from the ledger."""
    ledger = run.tables["ledger"]
    own = ledger[(ledger["year"] == year) & ledger["entity"].str.startswith(site)]
    losses = own.groupby("draw")[[f"lost_{cause}_gwh" for cause in BOTTLENECKS]].sum()
    planned = own.groupby("draw")["announced_gwh"].sum() > 0
    named = losses[planned & (losses.max(axis=1) > 1e-6)].idxmax(axis=1)
    return named.str.slice(5, -4).value_counts() / ROWS


@pytest.mark.parametrize("site", ["aesc-douai", "verkor-dunkirk"])
def test_the_heat_strip_is_as_high_as_the_share_that_something_binds(run, site):
    ax = plot.heat_strip(run)
    rows = [text.get_text() for text in ax.get_yticklabels()]
    year, row = 2032, rows.index(site)
    expected = bottleneck_shares(run, year, site)
    found = {}
    for bar in ax.patches:
        middle = bar.get_x() + bar.get_width() / 2
        lies_in_row = row - 0.5 < bar.get_y() + bar.get_height() / 2 < row + 0.5
        if round(middle) == year and lies_in_row and bar.get_height() > 0:
            found[bar.get_facecolor()] = bar.get_height() / 0.84
    assert sorted(found.values()) == pytest.approx(sorted(expected))


def test_a_histogram_holds_every_row_and_parts_at_the_threshold(run):
    values = run.tables["kpis"]["output_2030_gwh"]
    threshold = float(np.quantile(values, 0.35).round(1))
    ax = plot.histogram(run, "output_2030_gwh", threshold=threshold)
    bars = [bar for bar in ax.patches if isinstance(bar, Rectangle)]
    assert sum(bar.get_height() for bar in bars) == pytest.approx(1.0)
    reached = sum(bar.get_height() for bar in bars if bar.get_x() >= threshold - 1e-9)
    share = float((values >= threshold).mean())
    assert reached == pytest.approx(share)
    assert len({bar.get_facecolor() for bar in bars}) == 2
    assert f"chance of at least {threshold:g} GWh: {share:.0%}" in heading(ax)


def test_rows_without_a_value_are_counted(run):
    defined = run.tables["kpis"]["year_50_gwh"].notna().sum()
    for draw in (plot.histogram, plot.exceedance):
        said = "".join(texts(draw(run, "year_50_gwh")))
        assert 0 < defined < ROWS
        assert f"Left out: {ROWS - defined} of {ROWS}" in said
    with pytest.raises(AnalysisError, match="no key figure 'nothing'"):
        plot.histogram(run, "nothing")


def test_exceedance_counts_the_rows_above(run):
    values = run.tables["kpis"]["output_2035_gwh"].to_numpy()
    ax = plot.exceedance(run, "output_2035_gwh", threshold=80.0)
    curve = ax.lines[0]
    expected = [(values >= x).mean() for x in curve.get_xdata()]
    assert np.asarray(curve.get_ydata()) == pytest.approx(expected)
    assert ax.lines[2].get_ydata()[0] == pytest.approx((values >= 80.0).mean())


def test_people_add_up_with_the_posts_that_are_empty(run):
    ax = plot.people(run)
    yearly = run.tables["yearly"]
    sites = yearly[yearly["entity"].isin(run.manifest["sites"])]
    total = sites.groupby(["draw", "year"])["headcount"].sum().groupby("year").mean()
    tops = [area.get_paths()[0].get_extents().y1 for area in ax.collections]
    assert max(tops) == pytest.approx(total.max())
    wanted = np.asarray(ax.lines[0].get_ydata(), float)
    assert wanted == pytest.approx(total.to_numpy() + 7.0 * len(run.manifest["sites"]))
    assert f"{round(total[2030], -1):,.0f} people" in heading(ax)


def widths(ax):
    """Return the height of each ribbon at its left end."""
    paths = [patch.get_path().vertices for patch in ax.patches if isinstance(patch, PathPatch)]
    return np.array([abs(path[0, 1] - path[7, 1]) for path in paths])


def test_what_enters_a_plant_leaves_it(run):
    found = system(run)
    flows = found.of_year(2035)
    plants = {name for flow in flows for name in flow[:2] if not name.startswith("@")}
    assert {"battri", "aesc-douai"} <= plants
    for name in plants:
        entered = sum(t for _, target, t in flows if target == name)
        left = sum(t for source, _, t in flows if source == name)
        assert entered == pytest.approx(left, rel=1e-4), name
    yearly = run.tables["yearly"].query("year == 2035")
    used = yearly.groupby("entity")["cam_used_t"].mean().sum()
    cathode = [t for source, target, t in flows if source in ENTERS[:3] and target in plants]
    assert sum(cathode) == pytest.approx(used, rel=1e-4)
    assert [len(lane) > 0 for lane in found.lanes] == [True] * 5


def test_the_sankey_of_the_system_has_one_scale(run):
    ax = plot.sankey(run, 2035)
    flows = [t for *_, t in system(run).of_year(2035) if t >= 0.5]
    ribbons = widths(ax)
    assert len(ribbons) == len(flows)
    assert sorted(ribbons / ribbons.sum()) == pytest.approx(sorted(np.array(flows) / sum(flows)))
    assert "50% of cathode material: imported" in heading(ax)
    french = heading(plot.sankey(run, 2035, lang="fr"))
    assert french.startswith("2035 : 50 % du matériau de cathode : importé")


def test_a_matter_has_one_colour_on_the_page_and_in_figures(run):
    page = own_colours({}, [])
    ends = {name for lane in system(run).lanes for name in lane if name.startswith("@")}
    assert {name: page[name] for name in ends} == {name: COLOURS[name[1:]] for name in ends}


def test_a_sankey_of_feedstock_shows_what_stays_in_store(run):
    ax = plot.sankey(run, 2030, of="feedstock")
    said = [text.replace("\n", "  ") for text in texts(ax)]
    for text in ("battri  1,500 t", "into store  60 t", "metals, plastics, losses  800 t"):
        assert text in said
    assert not any(text.startswith("imported") for text in said)
    with pytest.raises(AnalysisError, match="of is 'gold'"):
        plot.sankey(run, of="gold")
    with pytest.raises(AnalysisError, match="no year 1999"):
        plot.sankey(run, 1999)


def test_discs_on_the_map_are_as_large_as_what_is_made(run):
    ax = plot.map(run, 2035)
    ledger = run.tables["ledger"].query("year == 2035")
    site = ledger["entity"].str.split(".").str[0]
    sums = ledger.groupby([site, "draw"])[["good_gwh", "announced_gwh"]].sum()
    means = sums.groupby(level=0).mean()
    at = (3.03, 50.36)  # Douai
    ring, disc = [line for line in ax.lines if (line.get_xdata()[0], line.get_ydata()[0]) == at]
    good, announced = means.loc["aesc-douai"]
    assert (disc.get_markersize() / ring.get_markersize()) ** 2 == pytest.approx(good / announced)
    assert any("Not on the map: not attributed to a site" in text for text in texts(ax))
    assert heading(ax).startswith("2035: ")


def test_names_come_from_the_scenario_of_the_run(tmp_path, run):
    from bvsim.show.names import name_of

    here = replace(run, folder=tmp_path)
    assert name_of(here, "aesc-douai.block-2") == "aesc-douai, block 2"
    text = "model: {sites: {aesc-douai: {title: 'AESC Douai (Envision), Lambres'}}}"
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    assert name_of(here, "aesc-douai.block-2") == "AESC Douai, block 2"
    assert name_of(here, "battri") == "battri"
    (tmp_path / "scenario.yaml").write_text("model: [", encoding="utf-8")
    assert name_of(here, "aesc-douai") == "aesc-douai"


def test_without_a_map_the_message_says_what_draws_one(run, tmp_path):
    with pytest.raises(AnalysisError, match=r"place\.json"):
        plot.map(replace(run, folder=tmp_path))


def test_an_empty_valley_can_be_drawn(run):
    tables = {name: table.copy() for name, table in run.tables.items()}
    numbers = [name for name in tables["ledger"] if name.endswith("_gwh")]
    tables["ledger"][numbers] = 0.0
    tables["yearly"] = tables["yearly"].assign(headcount=0.0, vacancies=0.0)
    empty = replace(run, tables=tables)
    for draw in (plot.heat_strip, plot.people, plot.map):
        assert plot.render(draw(empty), "png")
    assert isinstance(pd.DataFrame(milestones(empty)), pd.DataFrame)


ENGLISH = re.compile(
    r"\b(the|of|and|with|in|year|share|futures?|draws?|mean|median|announced|labour|demand"
    r"|closure|delay|stops|starts|opens|closes|block|never|always|known|people)\b",
    re.IGNORECASE,
)


def words_on(ax):
    """Return all that a figure says."""
    said = [heading(ax), *texts(ax), *(text.get_text() for text in ax.get_yticklabels())]
    legend = ax.get_legend()
    return said + [text.get_text() for text in legend.get_texts()] if legend else said


@pytest.mark.parametrize("name", [*DRAWN, "fan", "waterfall", "bottlenecks"])
def test_each_says_all_of_it_in_french(run, name):
    draw = getattr(plot, name)
    french = words_on(draw(run, *DRAWN.get(name, ()), lang="fr"))
    english = words_on(draw(run, *DRAWN.get(name, ())))
    assert french[0] != english[0]
    assert any(ENGLISH.search(text) for text in english)
    assert [text for text in french if ENGLISH.search(text)] == []
    with pytest.raises(ValueError, match="lang is 'de'"):
        draw(run, *DRAWN.get(name, ()), lang="de")
