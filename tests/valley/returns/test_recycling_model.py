"""The shipped fleet and recyclers: orders of magnitude that sources give."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from bvsim.reading.scenario import Scenario, load
from bvsim.schema.fleet import fill_history, read_history
from bvsim.valley.returns.vehicles import Cohorts
from fleet_case import central_registrations, context, retired
from recycling_case import recycling_spec, simulate, yearly

MODEL = Path(__file__).parents[3] / "models" / "hauts-de-france"


@pytest.fixture(scope="module")
def reference() -> Scenario:
    return load("reference")


def test_history_names_files_and_columns_that_exist() -> None:
    section = yaml.safe_load((MODEL / "fleet.yaml").read_text("utf-8"))
    for series in fill_history(section, MODEL / "history")["history"].values():
        assert len(series["values"]) == 16
        assert series["first_year"] == 2010
    wrong = {"history": {"bev_car": {"file": "registrations.csv", "column": "nothing"}}}
    with pytest.raises(ValueError, match="no column 'nothing'"):
        fill_history(wrong, MODEL / "history")


def test_a_gap_in_the_years_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gap.csv"
    path.write_text("year,a\n2010,1\n2012,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="without gaps"):
        read_history(path)
    path.write_text("# a note\nyear,a,b\n2010,1,3\n2011,2,\n", encoding="utf-8")
    assert read_history(path) == {"a": (2010, (1.0, 2.0)), "b": (2010, (3.0,))}


def test_pack_masses_are_energy_over_specific_energy() -> None:
    packs = read_history(MODEL / "history" / "packs.csv")
    kwh, specific, kg = (
        np.array(packs[name][1]) for name in ("fr_bev_kwh", "fr_bev_wh_per_kg", "fr_bev_pack_kg")
    )
    np.testing.assert_allclose(kg, 1000 * kwh / specific, rtol=0.005)


def test_draws_span_the_checked_table_of_retirements(reference: Scenario) -> None:
    """Gross retirements in 2030 lie between 15 and 26 kt for lives that the anchor favours."""
    uniforms = np.random.default_rng(3).random((40, len(reference.paths)))
    kilotonnes, treated = [], []
    for values in reference.quantile(uniforms):
        spec = reference.drawn(values).fleet
        cohorts = Cohorts(spec, central_registrations(), context())
        kilotonnes.append(cohorts.retired_tonnes().sum(axis=0)[2030 - 2010] / 1000.0)
        cars = retired(cohorts, "bev_car") + retired(cohorts, "phev_car")
        treated.append(cars[2018 - 2010] * (1.0 - spec.routing.exported.at(0.0)))
    assert 15.0 < np.median(kilotonnes) < 26.0
    assert min(kilotonnes) > 8.0
    assert max(kilotonnes) < 44.0
    # 768 electric and hybrid vehicles were treated in 2018; exports explain a part of the rest.
    assert 768 / 2 < np.median(treated) < 768 * 1.6


def test_hindcast_knows_nothing_of_later_recyclers() -> None:
    hindcast = load("hindcast-2023")
    recyclers = hindcast.drawn(hindcast.median()).recycling.recyclers
    assert recyclers["hydrovolt"].lines["line-1"].probability < 0.2
    today = load("reference")
    later = today.drawn(today.median()).recycling.recyclers
    assert later["hydrovolt"].lines["line-1"].probability > 0.2


def test_levers_of_the_shipped_studies_are_in_place() -> None:
    levers = {
        "recycling.recyclers.relieve.opens": date(2029, 1, 1),
        "recycling.recyclers.relieve.returns.threshold": 0.3,
        "fleet.routing.second_life.factor": {"times": 2, "from": date(2027, 1, 1)},
    }
    scenario = load("reference", levers)
    model = scenario.drawn(scenario.median())
    opens = model.recycling.recyclers["relieve"].opens
    assert opens == (date(2029, 1, 1) - scenario.start).days
    assert model.recycling.recyclers["relieve"].returns.threshold == 0.3
    factor = model.fleet.routing.second_life.factor
    assert (factor.at(0.0), factor.at(3000.0)) == (1.0, 2.0)


def test_black_mass_of_packs_is_of_the_published_order() -> None:
    """30% of pack mass and 52-55% of scrap, so in between for a mixed feed."""
    spec = recycling_spec()
    recycling = simulate(spec, scrap_t_per_day=lambda period: 10.0)
    made = sum(yearly(recycling, "battri", "black_mass_t").values())
    fed = sum(yearly(recycling, "battri", "processed_t").values())
    assert 0.30 < made / fed < 0.55
