"""Levers: what they set, from when, and what they cost."""

from datetime import date

import pytest
import yaml

from bvsim.reading import SpecError, load
from bvsim.reading.levers import PRICES, levers_path, load_levers, price, settings, turn

SAME = {
    "training-seats": "training-doubled",
    "shuttle": "shuttle-2028",
    "neomat-on-time": "neomat-on-time",
    "national-strategy": "demand-snbc",
    "relieve-returns": "relieve-returns",
}


@pytest.fixture(scope="module")
def reference():
    return load("reference")


@pytest.fixture(scope="module")
def levers(reference):
    return load_levers(reference)


def test_every_lever_fits_acts_after_the_forecast_and_has_one_price(reference, levers):
    assert len(levers) >= 10
    for name, lever in levers.items():
        assert lever.since > reference.as_of, name
        assert turn(reference, levers, [name]).model_hash != reference.model_hash, name
        assert sum(getattr(lever, kind) not in (None, "") for kind in PRICES) == 1


def test_all_levers_turns_every_lever_and_nothing_else(reference, levers):
    every = load("all-levers")
    assert turn(reference, levers, levers).model_hash == every.model_hash
    for name in levers:
        rest = turn(reference, levers, [other for other in levers if other != name])
        assert rest.model_hash != every.model_hash, name


@pytest.mark.parametrize(("lever", "scenario"), SAME.items())
def test_a_lever_is_the_scenario_of_its_name(reference, levers, lever, scenario):
    assert turn(reference, levers, [lever]).model_hash == load(scenario).model_hash


def test_prices_by_hand(levers):
    loans = price(levers["cell-maker-loans"], 2027, 2035)
    # median of a symmetric triangle
    assert loans.meur == pytest.approx(400)
    bonus = levers["purchase-bonus"]
    yearly = price(bonus, 2030, 2030).meur
    assert price(bonus, 2027, 2035).meur == pytest.approx(9 * yearly)
    # nothing is spent before a lever acts
    assert price(bonus, 2020, 2026).meur == 0
    assert price(bonus, 2020, 2027).meur == pytest.approx(yearly, rel=1e-3)
    assert price(levers["neomat-on-time"], 2027, 2035).meur is None
    assert price(levers["neomat-on-time"], 2027, 2035).note


def test_names_and_conflicts(levers):
    with pytest.raises(ValueError, match="shuttle"):
        settings(levers, ["shutle"])
    with pytest.raises(ValueError, match="another lever"):
        settings(levers, ["shuttle", "shuttle"])
    both = settings(levers, ["shuttle", "relieve-returns"])
    assert set(both) == {
        "labour.shuttles.urbanloop.in_service",
        "recycling.recyclers.relieve.opens",
    }


GOOD = {
    "title": "More seats",
    "from": date(2027, 1, 1),
    "set": {"demand.level": 2},
    "unpriced": "nobody knows",
}
PRICED = {"value": 5, "unit": "EUR million", "source": ["background"], "confidence": "background"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unpriced": ""}, "exactly one"),
        ({"total": PRICED}, "exactly one"),
        ({"unpriced": "", "total": {**PRICED, "source": ["nobody"]}}, "unknown source"),
        ({"unpriced": "", "total": {**PRICED, "unit": "EUR"}}, "the unit is EUR million"),
        ({"unpriced": "", "total": 5}, "needs a source"),
        ({"set": {}}, "changes something"),
        ({"cost": 3}, "cost"),
    ],
)
def test_mistakes_are_told(tmp_path, reference, change, message):
    _write(tmp_path, {**GOOD, **change})
    with pytest.raises(SpecError, match=message):
        load_levers(reference, "small", root=tmp_path)


def test_levers_of_a_study_folder_come_first(tmp_path, reference):
    _write(tmp_path, {**GOOD, "unpriced": "", "total": PRICED})
    found = load_levers(reference, "small", root=tmp_path)
    assert price(found["mine"], 2027, 2028).meur == 5
    assert price(found["mine"], 2027, 2028).sources == ("background",)
    assert levers_path("small", tmp_path).is_relative_to(tmp_path)
    with pytest.raises(SpecError, match="no levers"):
        load_levers(reference, "smell", root=tmp_path)


def _write(root, lever):
    folder = root / "scenarios/levers"
    folder.mkdir(parents=True)
    text = yaml.safe_dump({"model": "small", "levers": {"mine": lever}})
    (folder / "small.yaml").write_text(text, "utf-8")
