"""Levers as people turn them: strength, date, and what does not fit."""

from datetime import date

import pytest
import yaml

from bvsim.reading import SpecError, load
from bvsim.reading.levers import is_lever_file, levers_path, validate_levers
from bvsim.reading.turned import Turned
from bvsim.reading.turning import Turn, turn_levers


@pytest.fixture(scope="module")
def reference():
    return load("reference")


def messages(scenario, *asked):
    with pytest.raises(SpecError) as error:
        turn_levers(scenario, asked)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("shuttle", Turn("shuttle")),
        ("training-seats=1.5", Turn("training-seats", 1.5)),
        ("shuttle@2029-03-01", Turn("shuttle", 1.0, date(2029, 3, 1))),
        ("training-seats=0.5@2029-03-01", Turn("training-seats", 0.5, date(2029, 3, 1))),
    ],
)
def test_what_is_typed_is_read_and_written_again(text, turn):
    assert Turn.parse(text) == turn
    assert str(turn) == text


def test_a_lever_as_shipped_is_the_scenario_of_its_settings(reference):
    assert turn_levers(reference, ["shuttle"]).model_hash == load("shuttle-2028").model_hash


def test_strength_zero_is_off(reference):
    made = turn_levers(reference, ["training-seats=0"])
    assert made.model_hash == reference.model_hash
    assert made.turned == ()


def test_strengths_by_the_rule_of_the_lever(reference):
    # twice the seats at 1; at 1.5 and 0.5 the factor less one is 1.5 and 0.5
    for strength, factor in ((1.5, 2.5), (0.5, 1.5)):
        made = turn_levers(reference, [f"training-seats={strength}"])
        by_hand = {"labour.programmes.*.seats": {"times": factor, "from": date(2027, 1, 1)}}
        assert made.model_hash == reference.with_values(by_hand).model_hash
    half = turn_levers(reference, ["purchase-bonus=0.5"])  # EUR 2,000 at 1, counted from zero
    by_hand = {"demand.bonus.change": {"to": 1000, "from": date(2027, 1, 1)}}
    assert half.model_hash == reference.with_values(by_hand).model_hash


def test_strengths_that_a_lever_lists_set_and_cost_what_they_say(reference):
    half = turn_levers(reference, ["leasing-quota=0.5@2028-01-01"])
    by_hand = {
        "demand.leasing.places": {"to": 50000, "from": date(2028, 1, 1)},
        "demand.leasing.probability": {"to": 1, "from": date(2028, 1, 1)},
    }
    assert half.model_hash == reference.with_values(by_hand).model_hash
    assert half.turned[0].per_year_meur == pytest.approx(166.0, rel=0.05)  # the median of its own
    (some,) = turn_levers(reference, ["collection=0.5"]).turned  # without one: half the lever's
    (whole,) = turn_levers(reference, ["collection"]).turned
    assert some.per_year_meur == pytest.approx(0.5 * whole.per_year_meur)
    (said,) = messages(reference, "leasing-quota=0.7")
    assert said.endswith("is on (1) or off (0); it also takes 0.5")


def test_a_date_moves_what_the_lever_dates_to_its_own_day(reference):
    later = turn_levers(reference, ["training-seats@2029-01-01", "shuttle@2030-06-01"])
    by_hand = {
        "labour.programmes.*.seats": {"times": 2, "from": date(2029, 1, 1)},
        "labour.shuttles.urbanloop.in_service": date(2030, 6, 1),
    }
    assert later.model_hash == reference.with_values(by_hand).model_hash


def test_prices_follow_strength_and_date(reference):
    (loans,) = turn_levers(reference, ["cell-maker-loans=2"]).turned
    assert loans.meur(2027, 2035) == pytest.approx(800)  # twice the middle of 250, 400, 550
    (bonus,) = turn_levers(reference, ["purchase-bonus@2033-01-01"]).turned
    assert bonus.per_year_meur is not None
    assert bonus.meur(2027, 2035) == pytest.approx(3 * bonus.per_year_meur)
    assert Turned.of_entry(bonus.entry()) == bonus


def test_everything_that_does_not_fit_is_told_at_once(reference):
    said = messages(
        reference,
        "training-seatz",
        "shuttle=0.5",
        "shuttle@2020-01-01",
        "national-strategy@2029-01-01",
        "shuttle@soon",
        "shuttle=much",
        "training-seats=-1",
        "a lever",
    )
    assert said == [
        "--lever a lever: write NAME, NAME=STRENGTH or NAME=STRENGTH@DATE",
        "--lever national-strategy@2029-01-01: national-strategy acts on the whole run and takes "
        "no date",
        "--lever shuttle=0.5: shuttle is on (1) or off (0): it has no rule for strengths between",
        "--lever shuttle=much: 'much' is not a strength: a number from 0 on",
        "--lever shuttle@2020-01-01: acts from 2020-01-01, not after as_of (2026-03-31); facts "
        "stay",
        "--lever shuttle@soon: 'soon' is not a date: write YYYY-MM-DD",
        "--lever training-seats=-1: '-1' is not a strength: a number from 0 on",
        "--lever training-seatz: there is no lever 'training-seatz' (did you mean "
        "'training-seats'?)",
    ]


def test_rivals_are_refused(reference):
    (said,) = messages(reference, "shuttle", "shuttle")
    assert "turned twice" in said
    by_hand = load("reference", {"labour.programmes.btc-douvrin.seats": 60})
    (said,) = messages(by_hand, "training-seats")
    assert said.endswith("sets labour.programmes.btc-douvrin.seats, and so does --set")


def test_a_lever_that_changes_nothing_is_known(reference):
    assert not turn_levers(load("training-doubled"), ["training-seats"]).turned[0].acts
    late = messages(reference, "training-seats@2045-01-01")
    assert all("would do nothing" in each for each in late)
    assert turn_levers(reference, ["training-seats"]).turned[0].acts


def test_turned_levers_stay_when_more_is_set(reference):
    made = turn_levers(reference, ["shuttle"]).with_values({"demand.follow": "low"})
    assert [str(each) for each in made.turned] == ["shuttle"]


def test_lever_files_are_validated_in_what_they_set(tmp_path):
    shipped = levers_path("hauts-de-france")
    assert is_lever_file(shipped)
    assert validate_levers(shipped) == ()
    lever = {"title": "x", "from": date(2027, 1, 1), "unpriced": "y"}
    sets = {"labour.programes.*.seats": {"times": 2}, "demand.follow": "upwards"}
    text = {"model": "hauts-de-france", "levers": {"mine": {**lever, "set": sets}}}
    path = tmp_path / "levers.yaml"
    path.write_text(yaml.safe_dump(text), "utf-8")
    said = sorted(str(problem) for problem in validate_levers(path))
    assert len(said) == 2
    assert all(each.startswith(f"{path}:") for each in said)
    assert "did you mean 'programmes'" in said[1]
    path.write_text(yaml.safe_dump({**text, "model": "hauts-de-fance"}), "utf-8")
    (problem,) = validate_levers(path)
    assert "did you mean 'hauts-de-france'" in str(problem)
    mine = {**lever, "set": {"demand.follow": "snbc"}}
    for strength, message in (
        ({"half": {"set": {"demand.follow": "low"}}}, "'half' is not a number above 0"),
        ({"0.5": {"set": {"demand.follow": "upwards"}}}, "levers.mine.strengths.0.5.set"),
    ):
        text["levers"] = {"mine": {**mine, "strengths": strength}}
        text["sources"] = {"a-page": {"title": "Of prices alone"}}
        path.write_text(yaml.safe_dump(text), "utf-8")
        (problem,) = validate_levers(path)
        assert str(problem).startswith(f"{path}:")
        assert message in str(problem)


@pytest.mark.parametrize(
    ("text", "days"), [("24 months", 730.5), ("-2 weeks", -14.0), ("1.5 years", 547.875)]
)
def test_drawn_dates_are_moved_by_a_time_with_its_unit(reference, text, days):
    path = "sites.verkor-dunkirk.blocks.block-2.project.begins"
    moved = reference.with_values({path: {"plus": text}})
    figure = dict(moved.figures())[path]
    assert figure.changes[0].value == pytest.approx(days)
    stage = "cathode.neomat-cam.blocks.phase-1.project.stages.construction.duration"
    later = reference.with_values({stage: {"plus": text}})
    assert dict(later.figures())[stage].changes[0].value == pytest.approx(days / (365.25 / 12))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("labour.programmes.btc-douvrin.seats", "is a time, and the figure is in"),
        ("cathode.neomat-cam.sop", "lengthen a stage"),
    ],
)
def test_a_time_added_to_what_is_none_is_told(reference, path, message):
    with pytest.raises(SpecError, match=message):
        reference.with_values({path: {"plus": "24 months"}})
