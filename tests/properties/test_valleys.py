"""Properties that hold for any valley: small ones, made at random from the shipped files.

The horizon is short and everything is simulated from the end of 2023 on.
"""

import random
from datetime import date
from functools import cache

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import valleys
from bvsim import reading
from bvsim.reading.datafiles import shipped_root
from bvsim.reading.yaml_tree import read_file
from bvsim.valley.ground.streams import Key
from bvsim.valley.valley import prepare, simulate

MODEL = "hauts-de-france"
END = date(2027, 12, 31)
YEARS = (2024, 2025, 2026, 2027)
CAUSES = ("labour", "cathode", "demand", "delay", "stops")

pytestmark = pytest.mark.slow
few = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@cache
def valley(changes=(), end=END):
    """Return a scenario on the knowledge of 2023, with settings, and what its rows share."""
    scenario = reading.load("hindcast-2023", sets={"end": end, **dict(changes)})
    return scenario, prepare(scenario, YEARS, True)


def simulated(changes=(), *, uniforms=None, key=None, lifts=(), end=END, trace=False):
    """Simulate one row; at the medians unless uniforms are given."""
    scenario, setting = valley(tuple(changes), end)
    values = scenario.median() if uniforms is None else scenario.quantile(uniforms)[0]
    return simulate(setting, values, key or Key(1, 0, 0), lifts=frozenset(lifts), trace=trace)


def column(record, table, name, entity=None):
    """Return a column by row, of one entity or of all."""
    found = record.tables[table]
    keep = np.ones(len(found.values), dtype=bool)
    if entity is not None:
        keep = np.array([label == entity for label in dict(found.index)["entity"]])
    return found.values[keep, found.columns.index(name)]


def years_of(record):
    return np.array(dict(record.tables["yearly"].index)["year"])


def kpis(record):
    table = record.tables["kpis"]
    return dict(zip(table.columns, table.values[0].tolist(), strict=True))


def assert_bit_identical(a, b):
    assert a.tables.keys() == b.tables.keys()
    for name, table in a.tables.items():
        assert table.index == b.tables[name].index
        assert table.columns == b.tables[name].columns
        assert table.values.tobytes() == b.tables[name].values.tobytes(), name


# -- identities ------------------------------------------------------------------------------


def assert_identities(record):
    """The books of any valley, checked from its tables alone."""
    valleys.assert_identities(record)
    assert np.nanmin(column(record, "yearly", "good_gwh")) >= 0.0
    ledger = record.tables["ledger"]
    good = ledger.values[ledger_years(ledger) >= 2024, ledger.columns.index("good_gwh")]
    made = sum(kpis(record)[f"output_{year}_gwh"] for year in YEARS)
    assert made == pytest.approx(np.nansum(good), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("number", range(6))
def test_identities_hold_in_valleys_by_number(number):
    """The first of the two thousand that `make nightly` goes through."""
    assert valleys.judge(number) == ""


def test_a_valley_whose_books_do_not_close_is_told():
    record = valleys.simulated(0)
    record.tables["balances"].values[:, 3] += 1.0
    with pytest.raises(AssertionError):
        valleys.assert_identities(record)


def test_valleys_go_on_where_they_stopped(tmp_path, monkeypatch):
    judged = []
    monkeypatch.setattr(valleys, "judge", lambda number: judged.append(number) or "")
    results = ["--results", str(tmp_path / "build" / "found.jsonl")]
    assert valleys.main(["--count", "2", *results]) == 0
    assert valleys.main(["--count", "3", *results]) == 0
    assert judged == [0, 1, 2]


def ledger_years(ledger):
    return np.array(dict(ledger.index)["year"])


@few
@given(
    seed=st.integers(0, 2**32),
    edge=st.sampled_from([0.0, 0.001, 0.5, 0.999, 1.0, None]),
    lifts=st.sets(st.sampled_from(CAUSES)),
    chance=st.booleans(),
)
def test_identities_hold_in_any_draw(seed, edge, lifts, chance):
    scenario, _ = valley()
    rng = np.random.default_rng(seed)
    uniforms = rng.random((1, len(scenario.paths)))
    if edge is not None:  # a third of the figures at an edge of what is thought possible
        uniforms[rng.random(uniforms.shape) < 1 / 3] = edge
    key = Key(seed, 0, 0, chance=chance)
    assert_identities(simulated(uniforms=uniforms, key=key, lifts=lifts))


LEVERS = {
    "sites.*.blocks.*.nameplate": [{"times": 0.1}, {"times": 5}],
    "sites.*.blocks.*.lines": [1, 12],
    "sites.*.blocks.*.line_interval": [0, 24],
    "sites.*.ramp.t50": [1, 90],
    "sites.*.ramp.steepness": [0.5, 30.0],
    "sites.*.ramp.scrap_start": [0.0, 0.95],
    "sites.*.ramp.mtbf": [0.5, 1000],
    "labour.programmes.*.seats": [0, 1, 500],
    "labour.basins.*.seekers": [0, 50_000],
    "materials.recipes.*.cam": [{"times": 0.2}, {"times": 3}],
    "imports.handling.order_to_ship": [0, 400],
    "imports.cam.lot": [0.1, 5000],
    "demand.programmes.*.volume": [{"times": 0}, {"times": 20}],
    "production.detection": [0, 120],
    "calendar.review": [1, 31],
}


@few
@given(st.dictionaries(st.sampled_from(sorted(LEVERS)), st.integers(0, 9), max_size=4))
def test_identities_hold_in_any_valley(chosen):
    changes = []
    for path, number in sorted(chosen.items()):
        options = LEVERS[path]
        value = options[number % len(options)]
        changes.append((path, value))
    scenario = reading.load("hindcast-2023", sets={"end": END, **dict(changes)})
    record = simulate(prepare(scenario, YEARS), scenario.median(), Key(1, 0, 0))
    assert_identities(record)


# -- order, horizon --------------------------------------------------------------------------


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def shuffled(tree, rng):
    """Return a tree with the keys of every mapping in another order; lists keep theirs."""
    if isinstance(tree, dict):
        keys = list(tree)
        rng.shuffle(keys)
        return {key: shuffled(tree[key], rng) for key in keys}
    return [shuffled(item, rng) for item in tree] if isinstance(tree, list) else tree


def rewrite(root, seed):
    """Write the shipped models below a folder, every file with its entries in another order."""
    rng = random.Random(seed)
    source = shipped_root() / "models"
    for path in sorted(source.rglob("*")):
        target = root / "models" / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".yaml":
            node, problems = read_file(path)
            assert not problems
            text = yaml.dump(shuffled(node.plain(), rng), Dumper=_NoAliases, sort_keys=False)
            target.write_text(text, "utf-8")
        elif path.is_file():
            target.write_bytes(path.read_bytes())


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_entries_changes_no_bit(tmp_path, seed):
    rewrite(tmp_path, seed)
    (tmp_path / "scenarios").mkdir()
    for name in ("reference", "hindcast-2023"):
        file = shipped_root() / "scenarios" / f"{name}.yaml"
        (tmp_path / "scenarios" / file.name).write_bytes(file.read_bytes())
    there = reading.load(tmp_path / "scenarios" / "hindcast-2023.yaml", {"end": END}, root=tmp_path)
    here, setting = valley()
    assert there.paths == here.paths
    assert there.model_hash == here.model_hash
    uniforms = np.random.default_rng(seed).random((1, len(here.paths)))
    key = Key(seed, 0, 0)
    a = simulate(setting, here.quantile(uniforms)[0], key, trace=True)
    b = simulate(prepare(there, YEARS, True), there.quantile(uniforms)[0], key, trace=True)
    assert_bit_identical(a, b)
    assert [str(event) for event in a.events] == [str(event) for event in b.events]


def assert_past_is_the_same(end, later):
    """Compare a row with the same row of a longer horizon, up to the end of the shorter."""
    scenario, _ = valley()
    uniforms = np.random.default_rng(5).random((1, len(scenario.paths)))
    short = simulated(uniforms=uniforms, trace=True, end=end)
    long = simulated(uniforms=uniforms, trace=True, end=later)
    table, other = (record.tables["monthly"] for record in (short, long))
    rows = len(table.values)
    assert other.index[0][1][:rows] == table.index[0][1]
    # sums over arrays of another length may end on another last bit
    np.testing.assert_allclose(other.values[:rows], table.values, rtol=1e-7, atol=1e-7)
    told, later_told = (
        [(e.when, e.entity, e.event, e.cause) for e in record.events if e.event != LOOKS_AHEAD]
        for record in (short, long)
    )
    assert later_told[: len(told)] == told


LOOKS_AHEAD = "lines come sooner than drawn"
"""Said at SOP of lines to come: those that come after the end are not known of."""


def test_a_longer_horizon_does_not_change_the_past():
    assert_past_is_the_same(date(2032, 12, 31), date(2034, 12, 31))


@pytest.mark.parametrize("end", [date(2023, 12, 31), date(2025, 12, 31), date(2027, 12, 31)])
def test_a_longer_horizon_does_not_change_the_past_of_a_short_one(end):
    """Even of one that ends before `as_of`, in the middle of what was observed."""
    assert_past_is_the_same(end, date(2029, 12, 31))


def test_a_row_is_the_same_whatever_ran_before():
    first = simulated(key=Key(3, 1, 0))
    simulated(key=Key(3, 2, 0), lifts=CAUSES)
    assert_bit_identical(first, simulated(key=Key(3, 1, 0)))


# -- monotony --------------------------------------------------------------------------------

PROGRAMME = "btc-douvrin"
AMPLE = (
    (f"labour.programmes.{PROGRAMME}.applicants", 1.0),
    (f"labour.programmes.{PROGRAMME}.runs", "always"),
    ("labour.basins.*.seekers", 1_000_000),
    ("labour.basins.*.refill", 1_000_000),
)
TUTORED = (f"labour.programmes.{PROGRAMME}.trainees_per_trainer", 100)
"""One tutor is enough for all: otherwise a large cohort waits for more of them."""


def graduates(seats, key, table="yearly", more=(TUTORED,)):
    """Return the graduates of a programme since the start, applicants being ample."""
    path = f"labour.programmes.{PROGRAMME}.seats"
    record = simulated((*AMPLE, *more, (path, seats)), key=key)
    return np.cumsum(column(record, table, "graduates", PROGRAMME))


@settings(few, max_examples=3)
@given(seats=st.integers(0, 60), more=st.integers(1, 40))
def test_more_seats_never_give_fewer_graduates(seats, more):
    """With chance off: the same share of every cohort passes."""
    key = Key(1, 0, 0, chance=False)
    assert (graduates(seats + more, key) >= graduates(seats, key)).all()


@pytest.mark.parametrize(("seats", "more"), [(6, 2), (10, 10), (20, 40)])
def test_more_seats_give_more_graduates_in_most_luck(seats, more):
    keys = [Key(seed, 0, 0) for seed in range(3)]
    fewer, ample = (sum(graduates(n, key)[-1] for key in keys) for n in (seats, seats + more))
    assert ample > fewer


def test_more_seats_never_give_fewer_graduates_whoever_tutors_them():
    key = Key(1, 0, 0, chance=False)
    fewer, ample = (graduates(seats, key, more=()) for seats in (35, 60))
    assert (ample >= fewer).all()


def test_more_seats_never_give_fewer_graduates_with_the_same_luck():
    fewer, ample = (graduates(seats, Key(0, 0, 0), "monthly") for seats in (0, 1))
    assert (ample >= fewer).all()


# -- zero cases ------------------------------------------------------------------------------


def made_after(record, year):
    """Return the good cells of the gigafactories from a year on, GWh."""
    return sum(value for name, value in kpis(record).items() if name.startswith("output_")
               and "." not in name and int(name.split("_")[1]) >= year)  # fmt: skip


def test_the_valley_makes_something():
    """The zero cases below would prove nothing otherwise."""
    assert made_after(simulated(), 2025) > 0.1


def test_nothing_is_made_without_people():
    record = simulated(
        [
            ("labour.basins.*.seekers", 0),
            ("labour.basins.*.refill", 0),
            ("labour.basins.*.housing", 0),
            ("labour.releases.*.workers", 0),
            ("labour.programmes.*.seats", 0),
        ]
    )
    assert_identities(record)
    for name in ("graduates", "intake"):
        assert np.nansum(column(record, "yearly", name)[-40:]) == 0.0
    heads = [kpis(record)[f"headcount_{year}"] for year in YEARS]
    assert heads == sorted(heads, reverse=True)
    assert made_after(record, 2027) < made_after(simulated(), 2027) / 2.0


def test_nothing_is_made_without_cathode():
    judged = {"source": ["bvsim-judgement"], "confidence": "judgement"}
    start = {"value": date(2023, 1, 1), "unit": "date", **judged}
    halt = {"goods": ["cam", "pcam"], "start": start}
    scenario = reading.load("hindcast-2023", sets={"end": END, "imports.halts.all": halt})
    record = simulate(prepare(scenario, YEARS), scenario.median(), Key(1, 0, 0))
    assert_identities(record)
    later = years_of(record) > 2024  # a plant that stood before had material in stock
    assert np.nansum(column(record, "yearly", "cam_import_t")[later]) == 0.0
    assert made_after(record, 2027) == 0.0


def test_nothing_is_sold_without_customers():
    record = simulated(
        [
            ("demand.programmes.*.volume", 0),
            ("demand.offtakes.*.volume", 0),
            ("demand.open_market.contestable", 0),
        ]
    )
    assert_identities(record)
    sold = column(record, "yearly", "delivered_gwh")
    assert np.nansum(sold) == 0.0
    made = np.nansum(column(record, "yearly", "good_gwh"))
    assert made < made_after(simulated(), 2024) / 2.0
