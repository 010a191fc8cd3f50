"""Figures at the ends of their ranges: a row runs with its identities closed, or is refused."""

import pytest

import extremes
from bvsim.ensemble.work import simulate_rows
from bvsim.reading.datafiles import model_names
from bvsim.schema.errors import SpecError
from bvsim.valley.valley import prepare

PARTS = 400
"""One part of so many of the figures is tried here; a tenth before a change lands, all by night."""
MANY = 4
"""How many models with many extremes are tried here; 2,000 by night."""

SEEN = (
    ("sites.acc-douvrin.ramp.product_change_interval", 0, "between 0.25 and"),
    ("sites.acc-douvrin.ramp.scrap_mature", 1, "between 0 and 0.99"),
    ("labour.proficiency.operators.start", 0, "between 0.01 and 1"),
    ("materials.in_cell", 0, "between 0.01 and 1"),
    ("materials.aluminium.foil_yield", 0, "between 0.01 and 1"),
    ("imports.cam.lot", 0, "between 0.001 and"),
    ("fleet.packs.specific_energy_factor", 0, "between 0.01 and 100"),
    ("demand.cost_gap.lowest_use", 0, "between 0.01 and 1"),
    ("sites.acc-douvrin.blocks.block-1.scrap.september-2024.scrap", 1, "between 0 and 0.99"),
    ("labour.proficiency.technicians.tau", 0, ""),
    ("imports.cam.memory", 0, ""),
    ("sites.acc-douvrin.ramp.steepness", 0, "out of bounds"),
    ("sites.acc-douvrin.ramp.scrap_time", 0.01, ""),
    ("sites.aesc-douai.ramp.scrap_mature", 0.99, ""),
    ("fates.buyers.established.ramp.major_stops", 0, ""),
)
"""Settings that once hung or broke every row, and why they are refused now, where they are."""


def ground():
    return extremes.Ground.of("reference")


@pytest.mark.slow
@pytest.mark.parametrize(("path", "value", "refused"), SEEN)
def test_values_that_once_broke_every_row(path, value, refused):
    verdict = extremes.judge(extremes.Case("reference", path, "once", {path: value}))
    assert refused in verdict.text
    assert verdict.outcome == (extremes.REFUSED if refused else extremes.RUNS)


def test_each_figure_is_tried_at_the_ends_of_its_unit():
    cases = [case for case in extremes.cases() if case.scenario == "reference"]
    tried = {(case.what, case.end): case.values[case.what] for case in cases}
    assert tried["materials.in_cell", "lowest"] == 0.01
    assert tried["materials.in_cell", "highest"] == 1.0
    assert tried["labour.programmes.acc-operators.first_intake", "lowest"] == "1900-01-01"
    assert {path for path, _ in tried} == {path for path, _ in ground().scenario.figures()}


def faults(chosen):
    """Return what neither runs nor is refused."""
    verdicts = {str(case): extremes.judge(case) for case in chosen}
    assert verdicts
    return {case: each.text for case, each in verdicts.items() if each.outcome == extremes.OTHER}


@pytest.mark.slow
def test_a_keyed_share_of_all_figures():
    assert faults(case for case in extremes.cases() if case.lot % PARTS == 0) == {}


@pytest.mark.slow
def test_many_extremes_at_once():
    assert faults(extremes.many(MANY)) == {}


def test_of_many_settings_those_that_fit_together_are_kept():
    scenario = ground().scenario
    tried = {"materials.in_cell": 0, "production.detection": 3}
    made = extremes.loaded(scenario, extremes.Case("reference", extremes.MANY, "0", tried))
    assert made.overrides.keys() - scenario.overrides.keys() == {"production.detection"}


def test_every_shipped_model_is_tried():
    assert set(model_names()) == {
        extremes.Ground.of(n).scenario.model_name for n in extremes.references()
    }


def test_what_was_found_is_kept_until_the_code_changes(tmp_path, monkeypatch, capsys):
    tried = []
    runs = extremes.Verdict("runs")
    monkeypatch.setattr(extremes, "judge", lambda case: tried.append(case) or runs)
    monkeypatch.setattr(extremes, "cases", lambda: extremes.many(3))
    results = tmp_path / "results.jsonl"
    extremes.main(["--results", str(results), "--work"])
    extremes.main(["--results", str(results), "--work"])
    assert len(tried) == 3
    assert extremes.main(["--results", str(results)]) == 0
    assert capsys.readouterr().out == "3 runs, 0 refused, 0 other\n"
    monkeypatch.setattr(extremes, "mark", lambda: "another")
    assert len(extremes.left_over(results, extremes.many(3))) == 3


def test_a_row_that_fails_names_entity_mechanism_and_day(monkeypatch):
    from bvsim.valley.cells.gigafactory import Gigafactory

    monkeypatch.setattr(
        "bvsim.valley.cells.gigafactory.Gigafactory.produce",
        lambda self, period: Gigafactory.__mro__[0].ask_cathode(self, None),
    )
    scenario = ground().scenario
    setting = prepare(scenario, (2028,))
    row = extremes.first_row(scenario)
    result = simulate_rows(
        lambda values, key: extremes.simulate(setting, values, key), [row], lambda: False
    )
    (failure,) = result.failures
    assert "acc-douvrin: cells.gigafactory" in failure.message
    assert "fails on 2023-01-01: " in failure.message
    assert ".py" not in failure.message


def test_what_is_refused_says_where(tmp_path):
    from bvsim.reading.scenario import load

    path = tmp_path / "bad.yaml"
    path.write_text("name: bad\nextends: reference\nset:\n  materials.in_cell: 0\n")
    with pytest.raises(SpecError, match=r"bad.yaml:4:22: materials.in_cell.value: 0 is out of"):
        load(str(path))


def test_a_sum_over_no_entities_is_zero():
    from bvsim.valley.record.facts import YearlyTable

    scenario = ground().scenario
    table = extremes.simulated(scenario).tables["yearly"]
    total = YearlyTable(table).total("good_gwh", ())
    assert total.tolist() == [0.0] * (scenario.end.year - scenario.start.year + 1)
