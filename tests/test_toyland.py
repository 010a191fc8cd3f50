"""Toyland: a made-up region of two plants, from YAML alone, with its own markets and map."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import bvsim
from bvsim.cli import main
from bvsim.reading import load
from bvsim.reading.levers import load_levers, turn
from bvsim.show import plot
from bvsim.show.report import write_report

TOYLAND = Path(__file__).parent / "data" / "toyland"


@pytest.fixture(scope="module")
def scenario():
    return load(str(TOYLAND / "scenarios" / "toy.yaml"), root=TOYLAND)


@pytest.fixture(scope="module")
def run(tmp_path_factory, scenario):
    return bvsim.run(scenario, draws=2, workers=1, out=tmp_path_factory.mktemp("toy") / "run")


def test_every_file_is_right(monkeypatch):
    monkeypatch.chdir(TOYLAND)
    done = CliRunner().invoke(main, ["validate", "."])
    assert (done.exit_code, done.output) == (0, "3 files checked, nothing wrong\n")


def test_it_runs_and_makes_cells(run):
    yearly = run.table("yearly", ["year", "entity", "good_gwh", "home_bev_registrations"])
    of = yearly[yearly["year"] == 2030].groupby("entity", observed=True).mean()
    assert of.loc["red-works", "good_gwh"] > 0.0
    assert of.loc["region", "home_bev_registrations"] > 0.0
    assert set(run.manifest["sites"]) == {"blue-mill", "red-works"}


def test_its_page_names_it_and_shows_its_map(run):
    page = write_report(run).read_text("utf-8")
    assert "Toyland · scenario toy" in page
    assert 'data-fr="Jouetville"' in page
    assert page.count('class="marker') >= 2
    said = [text.get_text() for text in plot.map(run, 2030).texts]
    assert "Toytown" in said


def test_land_reaches_the_bottom_of_a_tall_map(run):
    page = write_report(run).read_text("utf-8")
    land = re.search(r'<path class="land" d="([^"]+)"', page)
    height = re.search(r'viewBox="0 0 720 ([0-9.]+)"[^>]*>\s*<path class="land"', page)
    assert land
    assert height
    lowest = max(float(y) for y in re.findall(r",([0-9.]+)", land[1]))
    assert lowest >= float(height[1]) > 720 / 2 * 2.5


def test_its_lever_acts(scenario, monkeypatch):
    monkeypatch.chdir(TOYLAND)
    levers = load_levers(scenario)
    assert list(levers) == ["more-seats"]
    turned = turn(scenario, levers, ["more-seats"])
    seats = turned.model.labour.programmes["bay-school"].seats
    assert seats.changes
    assert not scenario.model.labour.programmes["bay-school"].seats.changes
