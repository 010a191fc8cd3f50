import pickle
from datetime import date

import numpy as np
import pytest

from bvsim.reading.scenario import load
from bvsim.schema.distributions import Triangular
from bvsim.schema.errors import SpecError
from small_model import FILES, Model, write

START = date(2023, 1, 1)
SEATS = "labour.programmes.first.seats"


@pytest.fixture
def root(tmp_path):
    return write(tmp_path)


def small(root, name="base", sets=None):
    return load(name, sets, root=root, model_class=Model)


def value_of(scenario, path, values=None):
    """Follow a dotted path in the drawn model."""
    found = scenario.drawn(scenario.median() if values is None else values)
    for key in path.split("."):
        found = found[key] if isinstance(found, dict) else getattr(found, key)
    return found


def test_uncertain_figures_are_the_dimensions(root):
    scenario = small(root)
    assert scenario.paths == tuple(sorted(scenario.paths))
    assert "sites.alpha.ramp.t50" in scenario.paths  # taken over from the template
    assert "sites.beta.ramp.scrap" not in scenario.paths  # a number of its own
    assert "sites.alpha.readings.summer.scrap" in scenario.paths
    assert not any(path.startswith("classes") for path in scenario.paths)
    assert scenario.width == len(scenario.paths) == 12


def test_what_was_not_known_is_not_there(root):
    then = small(root, "back-then")
    assert then.as_of == date(2023, 12, 31)
    assert then.end == date(2040, 12, 31)
    assert then.model.sites["alpha"].readings == {}
    assert value_of(then, "sites.alpha.nameplate") == 8
    assert value_of(small(root), "sites.alpha.nameplate") == pytest.approx(13.4)
    assert "sites.alpha.nameplate" not in then.paths


def test_drawn_values_are_plain_and_in_the_units_of_their_fields(root):
    scenario = small(root)
    u = np.random.default_rng(1).random((50, len(scenario.paths)))
    values = scenario.quantile(u)
    assert values.shape == u.shape
    column = scenario.paths.index("sites.alpha.ramp.t50")
    expected = Triangular(24, 38, 60).quantile(u[:, column])
    np.testing.assert_array_equal(values[:, column], expected)
    for row in values:
        model = scenario.drawn(row)
        alpha = model.sites["alpha"]
        assert alpha.ramp.t50 == row[column]
        assert alpha.lines == round(row[scenario.paths.index("sites.alpha.lines")])
        first, last = ((date(y, 1, 1) - START).days for y in (2025, 2026))
        assert first <= alpha.sop <= last
        assert model.labour.programmes["first"].seats.at(0.0) in range(10, 31)
        assert model.sites["beta"].ramp.scrap == 0.1
        assert model.sources is scenario.drawn(values[0]).sources  # shared, not copied
    assert type(model) is Model


def test_edges_of_the_unit_cube_give_finite_values(root):
    scenario = small(root)
    edges = np.array([[0.0], [1.0]]) * np.ones(len(scenario.paths))
    assert np.isfinite(scenario.quantile(edges)).all()
    with pytest.raises(ValueError, match="expected 12"):
        scenario.quantile(np.full((1, 3), 0.5))


def test_a_lever_acts_from_its_date(root):
    scenario = small(root, "more")
    seats = value_of(scenario, SEATS)
    assert seats.values == (20.0, 40.0)
    day = float((date(2027, 1, 1) - START).days)
    assert (seats.at(day - 1), seats.at(day)) == (20.0, 40.0)
    assert value_of(scenario, "cathode.mill.sop") == (date(2029, 6, 1) - START).days
    assert scenario.overrides[SEATS].old == {
        "uniform": [10, 30], "unit": "count", "source": ["judged"], "confidence": "judgement",
    }  # fmt: skip
    assert scenario.overrides["cathode.mill.sop"].old is None
    figure = dict(scenario.figures())["cathode.mill.sop"]
    assert figure.vintage.sources == ("user",)


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        (60, (60.0,)),
        ({"to": 60}, (60.0,)),
        ({"times": 1.5}, (30.0,)),
        ({"plus": -5}, (15.0,)),
        ({"to": 60, "from": "2027-01-01"}, (20.0, 60.0)),
        ({"value": 60, "from": "2027-01-01"}, (20.0, 60.0)),
        ({"times": 1.33, "from": "2027-01-01"}, (20.0, 27.0)),
        ({"plus": -50, "from": "2027-01-01"}, (20.0, 0.0)),
        (
            [{"times": 2, "from": "2028-01-01"}, {"plus": 10, "from": "2027-01-01"}],
            (20.0, 30.0, 60.0),
        ),
        ([{"times": 2}, {"plus": 10, "from": "2027-01-01"}], (40.0, 50.0)),
        ({"uniform": [30, 50]}, (40.0,)),
    ],
)
def test_values_figures_and_levers_can_be_set(root, setting, values):
    scenario = small(root, sets={SEATS: setting})
    assert value_of(scenario, SEATS).values == values
    again = small(root).with_values({SEATS: setting})
    assert again.model_hash == scenario.model_hash


def test_the_last_setting_wins_and_nothing_compounds(root):
    doubled = small(root, "more")
    assert value_of(doubled.with_values({SEATS: 60}), SEATS).values == (60.0,)
    thrice = doubled.with_values({SEATS: {"times": 3, "from": "2028-01-01"}})
    assert value_of(thrice, SEATS).values == (20.0, 60.0)
    assert value_of(thrice, "labour.programmes.second.seats").values == (20.0, 40.0)
    on_set = small(root, sets={SEATS: 60}).with_values({SEATS: {"times": 2}})
    assert value_of(on_set, SEATS).values == (120.0,)


def test_settings_on_a_template_reach_all_that_take_it_over(root):
    scenario = small(root, sets={"classes.*.t50": {"times": 2}, "classes.novice.scrap": 0.2})
    for site, scrap in (("alpha", 0.2), ("beta", 0.1)):
        assert value_of(scenario, f"sites.{site}.ramp.t50") == pytest.approx(
            2 * Triangular(24, 38, 60).median
        )
        assert value_of(scenario, f"sites.{site}.ramp.scrap") == scrap


def test_plain_fields_entities_and_dates_can_be_set(root):
    programme = {"seats": 12, "length": {"value": 10, "unit": "days", "source": "user"}}
    figure = {"value": 12, "source": "user", "confidence": "judgement"}
    days = {"value": 10, "unit": "days", "source": "user", "confidence": "judgement"}
    sets = {
        "title": "Other", "sites.beta.open": False, "end": date(2030, 12, 31),
        "labour.programmes.third": {"seats": figure, "length": days},
        "sites.beta.built": "2024-05-01",
    }  # fmt: skip
    scenario = small(root, sets=sets)
    assert scenario.model.title == "Other"
    assert scenario.model.sites["beta"].open is False
    assert scenario.model.sites["beta"].built == date(2024, 5, 1)
    assert scenario.end == date(2030, 12, 31)
    assert value_of(scenario, "labour.programmes.third.seats").values == (12.0,)
    with pytest.raises(SpecError, match="bare number"):
        small(root, sets={"labour.programmes.third": programme})


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ({"sites.alpha.lins": 3}, "did you mean 'lines'"),
        ({"sites.alpha.lines.value": 3}, "is a figure: nothing lies below it"),
        ({"sites.*.ramp.t50": {"times": 2, "from": "2027-01-01"}}, "cannot change: drop `from`"),
        ({SEATS: {"times": 2, "from": "2026-01-01"}}, "facts stay"),
        ({SEATS: {"times": 2, "fom": "2027-01-01"}}, "did you mean 'from'"),
        ({"cathode.mill.sop": {"plus": 30}}, "none is given here"),
        ({"sites.alpha.ramp.scrap": 1.5}, "out of bounds"),
        ({"sites.alpha.basin": "nort"}, "did you mean 'north'"),
        ({"sites.*": 3, "sites.alpha.lines": 4}, "set twice"),
        ({"end": "2022-12-31"}, "not after start"),
        ({"end": 2040}, "not a date"),
        ({"title": object()}, "cannot set"),
    ],
)
def test_settings_that_do_not_fit_are_refused(root, sets, words):
    with pytest.raises(SpecError) as caught:
        small(root, sets=sets)
    assert any(words in problem.message for problem in caught.value.problems)


def test_a_resolved_scenario_is_the_same_scenario(root, tmp_path):
    scenario = small(root, "more", {"sites.alpha.ramp.t50": {"times": 1.5}, "title": "yes"})
    file = tmp_path / "run" / "scenario.yaml"
    file.parent.mkdir()
    file.write_text(scenario.to_yaml(), "utf-8")
    again = load(file, root=tmp_path / "run", model_class=Model)
    u = np.random.default_rng(2).random((20, scenario.width))
    np.testing.assert_array_equal(again.quantile(u), scenario.quantile(u))
    assert (again.paths, again.model_hash) == (scenario.paths, scenario.model_hash)
    assert again.to_yaml() == scenario.to_yaml()
    values = scenario.quantile(u)[0]
    assert again.drawn(values) == scenario.drawn(values)


def test_scenarios_travel_to_other_processes(root):
    scenario = small(root, "more")
    again = pickle.loads(pickle.dumps(scenario))
    assert again.drawn(again.median()) == scenario.drawn(scenario.median())
    assert again.with_values({SEATS: 60}).model_hash == scenario.with_values({SEATS: 60}).model_hash


def test_the_order_in_files_changes_nothing(root, tmp_path):
    labour = FILES["models/small/labour.yaml"]
    head, _, rest = labour.partition("programmes:\n")
    first, _, second = rest.partition("  second:\n")
    basins = head.splitlines()
    permuted = "\n".join(["programmes:", "  second:", second + first + basins[0], *basins[:0:-1]])
    plain = FILES["models/small/sites/alpha.yaml"].splitlines()
    alpha = "\n".join([*plain[4:5], *plain[:4], plain[6], plain[5], *plain[7:]])
    assert permuted != labour
    other = write(
        tmp_path / "other",
        {"models/small/labour.yaml": permuted, "models/small/sites/alpha.yaml": alpha},
    )
    a, b = small(root), small(other)
    assert a.paths == b.paths
    assert a.model_hash == b.model_hash
    u = np.random.default_rng(3).random((5, a.width))
    np.testing.assert_array_equal(a.quantile(u), b.quantile(u))
    assert a.drawn(a.median()) == b.drawn(b.median())


def test_the_hash_follows_meaning_not_words(root, tmp_path):
    base = small(root).model_hash
    beta = FILES["models/small/sites/beta.yaml"]
    note = write(tmp_path / "a", {"models/small/sites/beta.yaml": beta.replace("its own", "new")})
    value = write(tmp_path / "b", {"models/small/sites/beta.yaml": beta.replace("0.1,", "0.2,")})
    assert small(note).model_hash == base
    assert small(value).model_hash != base
    assert small(root, sets={"as_of": "2026-04-30"}).model_hash != base


def test_a_fixed_figure_leaves_the_columns_of_all_others(root):
    listed = "\n".join(["sites.alpha.ramp.t50", SEATS, "gone.figure"])
    write(root, {"models/small/dimensions.txt": f"# order\n{listed}\n"})
    scenario = small(root)
    fixed = scenario.with_values({"sites.alpha.ramp.t50": 30})
    assert scenario.paths[:2] == ("sites.alpha.ramp.t50", SEATS)
    assert fixed.paths == scenario.paths[1:]
    assert fixed.width == scenario.width == 13
    assert fixed.dimensions == scenario.dimensions[1:]
    u = np.random.default_rng(4).random((6, scenario.width))
    np.testing.assert_array_equal(fixed.quantile(u), scenario.quantile(u)[:, 1:])


def test_a_scenario_may_bring_sources(root):
    text = (
        "name: cited\nextends: base\nsources: {fresh: {title: Fresh, date: 2026-02}}\n"
        "set: {sites.beta.lines: {value: 4, source: [fresh], confidence: published}}\n"
    )
    write(root, {"scenarios/cited.yaml": text})
    figure = dict(small(root, "cited").figures())["sites.beta.lines"]
    assert figure.vintage.sources == ("fresh",)
    assert figure.vintage.known_from == date(2026, 2, 28)
    write(root, {"scenarios/cited.yaml": "name: cited\nextends: base\nsources: [odl]\n"})
    with pytest.raises(SpecError, match="did you mean 'old'"):
        small(root, "cited")
