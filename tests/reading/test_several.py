"""Scenarios of several regions: what they share, whose a setting is, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from bvsim.reading import SpecError, load
from bvsim.reading.levers import load_levers
from bvsim.reading.turning import Turn, turn_levers
from two_regions import scenario_of, write_regions


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_regions(tmp_path_factory.mktemp("regions"))


@pytest.fixture(scope="module")
def both(folder):
    return load(str(scenario_of(folder, "east", "west")), root=folder)


def refused(*asked, **more):
    with pytest.raises(SpecError) as told:
        load(*asked, **more)
    return str(told.value)


def test_a_figure_of_a_shared_folder_is_one_and_drawn_once(both):
    assert both.paths.count("demand.path") == 1
    own = [p for p in both.paths if p.endswith("demand.cost_gap.mature")]
    assert own == ["regions.east.demand.cost_gap.mature", "regions.west.demand.cost_gap.mature"]
    assert "sites.east-red-works.blocks.block-1.nameplate" in both.paths
    values = both.quantile(np.full((1, both.width), 0.3))[0]
    models = both.drawn(values)
    assert models["east"].demand.path == models["west"].demand.path == pytest.approx(0.3)


def test_own_figures_of_one_path_are_drawn_apart(both):
    uniforms = np.full((1, both.width), 0.5)
    uniforms[0, both.order.index("regions.west.money.wage")] = 0.9
    models = both.drawn(both.quantile(uniforms)[0])
    assert models["west"].money.wage > models["east"].money.wage


def test_one_region_has_the_paths_and_dimensions_of_the_region_alone(folder):
    alone = load(str(scenario_of(folder, "east", alone=True)), root=folder)
    one = load(str(scenario_of(folder, "east")), root=folder)
    assert (one.paths, one.order) == (alone.paths, alone.order)
    uniforms = np.random.default_rng(1).random((3, alone.width))
    assert np.array_equal(one.quantile(uniforms), alone.quantile(uniforms))


def test_a_resolved_scenario_reads_as_what_it_was(folder, both, tmp_path):
    file = tmp_path / "scenario.yaml"
    file.write_text(both.to_yaml(), "utf-8")
    again = load(str(file))
    assert again.model_hash == both.model_hash
    assert again.paths == both.paths
    assert again.order == both.order
    assert again.to_yaml() == both.to_yaml()


def test_taken_out_it_leaves_the_dimensions_of_the_others():
    both, without = load("europe-reference"), load("europe-without-hungary")
    assert list(both.regions) == ["hauts-de-france", "hungary"]
    assert list(without.regions) == ["hauts-de-france"]
    assert without.order == both.order
    uniforms = np.random.default_rng(2).random((2, both.width))
    kept = [both.paths.index(path) for path in without.paths]
    assert np.array_equal(both.quantile(uniforms)[:, kept], without.quantile(uniforms))


def test_a_setting_reaches_those_that_have_its_path(both):
    made = both.with_values({"demand.level": 0.8, "regions.west.money.wage": 50000})
    models = made.drawn(made.median())
    assert models["east"].demand.level.at(0.0) == models["west"].demand.level.at(0.0) == 0.8
    assert models["west"].money.wage == 50000
    assert models["east"].money.wage != 50000
    assert set(made.overrides) == {"demand.level", "regions.west.money.wage"}


def test_what_is_shared_is_not_set_in_one_region(folder):
    file = str(scenario_of(folder, "east", "west"))
    message = "regions share it: set it without regions.west"
    assert message in refused(file, {"regions.west.demand.path": 0.5}, root=folder)


def test_a_setting_of_nobody_is_told(folder):
    file = str(scenario_of(folder, "east", "west"))
    assert "there is no 'green-works'" in refused(
        file, {"sites.green-works.basin": "x"}, root=folder
    )


def test_wrong_lists_are_told_with_their_place(folder):
    unknown = scenario_of(folder, "east", "west", more="without: [wset]\n")
    assert f"{unknown}:8:11: without: " in refused(str(unknown), root=folder)
    assert "west" in refused(str(unknown), root=folder)
    nobody = scenario_of(folder, "east", "west", more="without: [east, west]\n")
    assert "no region is left" in refused(str(nobody), root=folder)


def test_one_name_is_one_entity_and_the_market_is_one(folder, tmp_path):
    write_regions(tmp_path, ("north",))
    own = tmp_path / "models" / "north" / "demand.yaml"
    growth = "{value: 1, unit: kWh/vehicle/yr, source: [made-up], confidence: judgement}"
    text = own.read_text("utf-8").replace("pack:\n", f"pack:\n  growth: {growth}\n")
    own.write_text(text, "utf-8")
    twin = tmp_path / "models" / "twin"
    for file in sorted((tmp_path / "models" / "north").rglob("*.yaml")):
        to = twin / file.relative_to(tmp_path / "models" / "north")
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(file.read_text("utf-8"), "utf-8")
    told = refused(str(scenario_of(tmp_path, "north", "twin")), root=tmp_path)
    assert "'north-red-works' is in twin and in north" in told
    assert "north says otherwise of demand.pack.growth: regions of one market share it" in told


def test_every_lever_of_regions_in_one_market_can_be_turned():
    shipped = load("europe-reference")
    for name in load_levers(shipped):
        turned = turn_levers(shipped, [Turn(name)])
        assert turned.model_hash != shipped.model_hash, name
        values = turned.quantile(np.full((1, turned.width), 0.5))[0]
        assert set(turned.drawn(values)) == set(shipped.regions)


def test_a_figure_that_a_setting_adds_is_that_of_its_region():
    path = "cathode.neomat-cam.sop"
    shipped = load("europe-reference")
    assert path not in dict(shipped.figures())
    made = shipped.with_values({path: "2028-06-30"})
    alone = load("reference", sets={path: "2028-06-30"})
    assert dict(made.figures())[path] == dict(alone.figures())[path]
    assert path not in dict(made.regions["hungary"].figures())
