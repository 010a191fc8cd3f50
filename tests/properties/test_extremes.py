"""Figures at the ends of their ranges: a row runs with its identities closed, or is refused."""

import os
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import extremes
from bvsim.ensemble.work import simulate_rows
from bvsim.schema.errors import SpecError
from bvsim.valley.valley import prepare

MANY = int(os.environ.get("BVSIM_EXTREMES", "4"))
"""How many models with many extremes are tried; 2,000 by night."""
TENTH = 10
QUICK = 400

SEEN = (
    ("sites.acc-douvrin.ramp.product_change_interval", 0, "between 0.25 and"),
    ("sites.acc-douvrin.ramp.scrap_mature", 1, "between 0 and 0.99"),
    ("labour.proficiency.operators.start", 0, "between 0.01 and 1"),
    ("materials.in_cell", 0, "between 0.01 and 1"),
    ("materials.aluminium.foil_yield", 0, "between 0.01 and 1"),
    ("imports.cam.lot", 0, "between 0.001 and"),
    ("fleet.packs.specific_energy_factor", 0, "between 0.01 and 100"),
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
    verdict = extremes.judge(extremes.Case("reference", path, "once", value))
    assert refused in verdict.text
    assert verdict.outcome == (extremes.REFUSED if refused else extremes.RUNS)


def test_each_figure_is_tried_at_the_ends_of_its_unit():
    tried = {(case.path, case.end): case.value for case in extremes.cases()}
    assert tried["materials.in_cell", "lowest"] == 0.01
    assert tried["materials.in_cell", "highest"] == 1.0
    assert tried["labour.programmes.acc-operators.first_intake", "lowest"] == "1900-01-01"
    assert {path for path, _ in tried} == {path for path, _ in ground().scenario.figures()}


@pytest.mark.slow
@pytest.mark.parametrize("which", range(TENTH if os.environ.get("BVSIM_EXTREMES") else 1))
def test_a_keyed_share_of_all_figures(which):
    parts = TENTH if os.environ.get("BVSIM_EXTREMES") else QUICK
    chosen = [case for case in extremes.cases() if case.lot % parts == which]
    assert chosen
    verdicts = {case: extremes.judge(case) for case in chosen}
    assert {c: v for c, v in verdicts.items() if v.outcome == extremes.OTHER} == {}


@cache
def figures():
    return [(path, extremes.ends(figure)) for path, figure in ground().scenario.figures()]


@pytest.mark.slow
@settings(
    max_examples=MANY,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=60), st.integers(0, 3))
def test_many_extremes_at_once(numbers, end):
    chosen = [figures()[number % len(figures())] for number in numbers]
    cases = {path: list(ends.values())[end % len(ends)] for path, ends in chosen}
    verdict = extremes.judge_all("reference", cases)
    assert verdict.outcome != extremes.OTHER, verdict.text


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
    from bvsim.valley.record.kpis import YearlyTable

    scenario = ground().scenario
    table = extremes.simulated(scenario).tables["yearly"]
    total = YearlyTable(table).total("good_gwh", ())
    assert total.tolist() == [0.0] * (scenario.end.year - scenario.start.year + 1)
