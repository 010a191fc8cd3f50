"""Rank correlations of the model itself: those of classes, of sites, by vintage."""

import pytest

from bvsim.reading import load

OWN = "sites.aesc-douai.ramp."
NEW = "sites.verkor-dunkirk.ramp."


def ties_of(scenario, beginning):
    return {
        (a.removeprefix(beginning), b.removeprefix(beginning)): rank
        for a, b, rank in scenario.correlations
        if a.startswith(beginning)
    }


def written(scenario, name):
    """What the model's file says of a template or site at the scenario's date, read plainly."""
    said = {}
    for entry in scenario._basis.reading.tree.plain()["correlations"][name]:
        if entry["known_from"] <= scenario.as_of:
            pair = tuple(sorted(path.rsplit(".", 1)[1] for path in entry["figures"]))
            said[pair] = entry["rank"]
    return {pair: rank for pair, rank in said.items() if rank}


@pytest.fixture(scope="module")
def reference():
    return load("reference")


def test_a_class_gives_its_correlations_to_the_sites_that_take_it_over(reference):
    assert ties_of(reference, NEW) == written(reference, "new-entrant")
    assert ties_of(reference, NEW)["scrap_slow_time", "scrap_time"] > 0.5


def test_a_site_has_its_own_from_its_own_vintage_on(reference):
    before = load("hindcast-2023")
    assert ties_of(before, OWN) == written(before, "incumbent-abroad-3")
    assert ties_of(reference, OWN) == written(reference, "aesc-douai")
    assert ties_of(reference, OWN) != ties_of(before, OWN)


def test_a_scenario_comes_after_the_model(reference, tmp_path):
    path = tmp_path / "untied.yaml"
    figures = f"{NEW}scrap_slow_time, {NEW}scrap_time"
    path.write_text(
        "name: untied\nextends: reference\n"
        f"correlations:\n  - {{figures: [{figures}], rank: 0}}\n"
        f"  - {{figures: [{NEW}t50, {NEW}mature], rank: 0.3}}\n"
    )
    found = ties_of(load(path), NEW)
    expected = {**written(reference, "new-entrant"), ("mature", "t50"): 0.3}
    del expected["scrap_slow_time", "scrap_time"]
    assert found == expected
    again = tmp_path / "again.yaml"
    again.write_text(load(path).to_yaml())
    assert ties_of(load(again), NEW) == expected
    assert load(again).model_hash == load(path).model_hash


def test_what_the_lines_are_solved_at_stays_tied_where_a_setting_fixes_it(reference):
    fixed = reference.with_values({f"{NEW}t50": 20.0})
    assert f"{NEW}t50" in fixed.paths  # what it was before is drawn all the same
    assert ties_of(fixed, NEW) == ties_of(reference, NEW)
