"""The pictures of the docs are those that the code gives."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bvsim.valley.regions.planner import PHASES
from pages import api, results
from pages.chain import ROOT
from pages.diagrams import ACTORS, FLOWS, FOLDER, pictures


@pytest.mark.parametrize("name", pictures())
def test_pictures_are_in_step_with_the_code(name):
    there = (ROOT / FOLDER / name).read_text("utf-8")
    assert there == pictures()[name], "run: python -m pages.diagrams"
    ElementTree.fromstring(there)


def test_the_week_has_every_phase_in_its_order():
    text = pictures()["week.svg"]
    places = [text.index(f"  {phase.__name__}<") for phase in PHASES]
    assert places == sorted(places)


def test_whatever_passes_goes_from_one_actor_to_another():
    assert {end for one, other, _ in FLOWS for end in (one, other)} == set(ACTORS)


def test_results_are_those_of_the_baselines():
    base = next(each for each in results.baselines() if each.name == "reference")
    rows = base.rows("output_2030_gwh")
    line = next(each for each in results.page().splitlines() if each.startswith("| good cells"))
    assert f"{sum(rows) / len(rows):.3g} ({min(rows):.3g} to {max(rows):.3g})" in line
    losses = sum(base.mean(f"lost_{c}_2030_gwh") for c in (*results.LOSSES, *results.LIMITS))
    plan = next(each for each in results.baselines() if each.name == "announced")
    assert base.mean("output_2030_gwh") + losses >= plan.mean("output_2030_gwh") - 1e-6
    ElementTree.fromstring(results.picture())
    assert "hungary" not in results.page()


def test_every_public_name_has_a_directive():
    import bvsim

    text = api.page()
    for name in bvsim.__all__:
        if name not in ("analysis", *api.ROOMS):
            assert f"heading: bv.{name}," in text
    assert "::: bvsim.show.plot.figures.fan\n" in text
