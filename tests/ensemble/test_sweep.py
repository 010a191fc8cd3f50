"""Sweep files with located errors, and sweeps that go on where they stopped."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from bvsim.cli import main
from bvsim.ensemble.run import Interrupted
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.sweep import SweepRun, validate_sweep
from bvsim.ensemble.sweep_file import read_sweep
from bvsim.ensemble.workers.engine import Engine
from bvsim.reading import SpecError, load
from bvsim.reading.turning import turn_levers
from fake import FakeJob

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios" / "sweeps").glob("*.yaml"))
SEATS, SOP = "labour.programmes.*.seats", "cathode.neomat-cam.sop"
GRID = f"""\
name: test
scenario: reference
sweep:
  {SEATS}: {{times: [0.5, 2], from: 2027-01-01}}
  {SOP}: [2028-06-01, 2031-01-01]
draws: 8
"""
ONE = Engine(workers=1)


def write(tmp_path, text):
    path = tmp_path / "test.yaml"
    path.write_text(text)
    return path


@dataclass(frozen=True)
class SweptJob(FakeJob):
    """Adds the lever of the seats to the output."""


def make_job(scenario, years, monthly):
    model = scenario.drawn(scenario.median())
    seats = model.labour.programmes["btc-douvrin"].seats.at(20_000.0)
    return SweptJob(lever=1000.0 * seats)


def test_a_grid_has_every_combination(tmp_path):
    sweep = read_sweep(write(tmp_path, GRID))
    assert sweep.axes == (SEATS, SOP)
    assert [tuple(point.values.values()) for point in sweep.points] == [
        (0.5, date(2028, 6, 1)),
        (0.5, date(2031, 1, 1)),
        (2, date(2028, 6, 1)),
        (2, date(2031, 1, 1)),
    ]
    lever = sweep.points[2].settings[SEATS].plain()
    assert lever == {"times": 2, "from": date(2027, 1, 1)}
    assert len({point.id for point in sweep.points}) == 4


def test_zip_pairs_the_values(tmp_path):
    sweep = read_sweep(write(tmp_path, GRID + "combine: zip\n"))
    assert [tuple(point.values.values()) for point in sweep.points] == [
        (0.5, date(2028, 6, 1)),
        (2, date(2031, 1, 1)),
    ]


def test_equal_numbers_are_one_value_however_they_are_spelled(tmp_path):
    text = (
        "scenario: reference\nsweep: {labour.programmes.btc-douvrin.seats: [60, 60.0, 6e1, 40]}\n"
    )
    points = read_sweep(write(tmp_path, text)).points
    assert [list(point.values.values()) for point in points] == [[60], [40]]


def test_labels_tell_settings_apart_where_their_number_does_not(tmp_path):
    lever = "{SEATS: {times: 2, from: DAY}}".replace("SEATS", SEATS)
    days = ("2027-01-01", "2029-01-01")
    listed = "".join(f"- {lever.replace('DAY', day)}\n" for day in days)
    points = read_sweep(write(tmp_path, f"scenario: reference\npoints:\n{listed}")).points
    assert all(day in point.values[SEATS] for day, point in zip(days, points, strict=True))


def test_a_grid_of_a_million_points_is_refused_before_it_is_made(tmp_path):
    axes = "".join(f"  axis-{i}: [{', '.join(map(str, range(10)))}]\n" for i in range(6))
    with pytest.raises(SpecError, match="1,000,000 points are more than 10,000"):
        read_sweep(write(tmp_path, f"scenario: reference\nsweep:\n{axes}"))


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        (f"{{{SEATS}: {{times: [1, 2], from: [2027-01-01, 2029-01-01]}}}}", "one list a lever"),
        (f"{{{SOP}: [2019-06-01, 2029-06-01]}}", "2019-06-01 is not after as_of"),
        (f"{{{SEATS}: [60, 40], labour.programmes.btc-douvrin.seats: [1, 2]}}", "set twice"),
        ("{end: [2030-06-30, 2030-12-31]}", "2030-06-30 is not a 31 December"),
        ("{start: [2023-01-01], end: [2022-12-31]}", "2022-12-31 is not after start"),
    ],
)
def test_validate_tells_once_what_a_run_would_refuse(sweep, said, tmp_path):
    problems = validate_sweep(write(tmp_path, f"scenario: reference\nsweep: {sweep}\n"))
    assert len(problems) == 1
    assert said in str(problems[0])
    assert problems[0].place.line == 2


def test_the_scenarios_own_dates_may_be_axes_and_be_set(tmp_path):
    text = "scenario: reference\nset: {start: 2022-01-01}\nsweep: {end: [2030-12-31, 2035-12-31]}\n"
    study = SweepRun(read_sweep(write(tmp_path, text)), tmp_path / "out")
    ends = [study.scenario_of(point).end for point in study.sweep.points]
    assert ends == [date(2030, 12, 31), date(2035, 12, 31)]


def test_axes_that_turn_levers_are_the_levers_turned(tmp_path):
    text = GRID.replace(f"{SOP}: [2028-06-01, 2031-01-01]", "levers.shuttle: [0, 1@2029-01-01]")
    sweep = read_sweep(write(tmp_path, text.replace(f"  {SEATS}", f"  {SOP}: [2028-06-01]\n  #")))
    study = SweepRun(sweep, tmp_path / "out")
    off, on = map(study.scenario_of, sweep.points)
    set_ = load("reference", {SOP: date(2028, 6, 1)})
    assert off.model_hash == set_.model_hash
    assert on.model_hash == turn_levers(set_, ["shuttle@2029-01-01"]).model_hash
    assert [str(each) for each in on.turned] == ["shuttle"]


def test_levers_that_do_not_fit_are_located_in_the_sweep_file(tmp_path):
    path = write(tmp_path, GRID + "  levers.shutle: [0, 1]\n  levers.collection: [0.7]\n")
    text = path.read_text().replace("draws: 8\n", "") + "draws: 8\n"
    said = [str(problem) for problem in validate_sweep(write(tmp_path, text))]
    assert any(f"{path}:6:19: levers.shutle: there is no lever 'shutle'" in each for each in said)
    assert any(f"{path}:7:23: levers.collection: collection is on" in each for each in said)


def test_a_list_says_its_points(tmp_path):
    text = f"scenario: reference\npoints:\n  - {{demand.follow: low}}\n  - {{{SOP}: 2030-01-01}}\n"
    sweep = read_sweep(write(tmp_path, text))
    assert [dict(point.values) for point in sweep.points] == [
        {"demand.follow": "low"},
        {SOP: date(2030, 1, 1)},
    ]


def test_samples_fill_every_stratum_of_every_axis(tmp_path):
    text = f"""\
scenario: reference
combine: sampled
samples: 20
sweep:
  {SEATS}: {{times: {{uniform: [0.5, 4.5]}}, from: 2027-01-01}}
  {SOP}: {{uniform: [2028-01-01, 2032-01-01]}}
  demand.follow: [low, high]
"""
    points = read_sweep(write(tmp_path, text)).points
    seats = np.array([point.values[SEATS] for point in points])
    assert sorted(np.floor((seats - 0.5) / 0.2).astype(int)) == list(range(20))
    dates = [point.values[SOP] for point in points]
    assert all(date(2028, 1, 1) <= day <= date(2032, 1, 1) for day in dates)
    assert [point.values["demand.follow"] for point in points].count("low") == 10
    less = "\n".join(line for line in text.splitlines() if "follow" not in line)
    again = read_sweep(write(tmp_path, less)).points
    assert [point.values[SEATS] for point in again] == list(seats)  # another axis moves no other


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("draws: 8", "drawz: 8", "6:1", "unknown key 'drawz' (did you mean 'draws'?)"),
        ("draws: 8", "draws: 0", "6:1", "0 is not a whole number from 1 up"),
        ("draws: 8", "combine: gird", "6:1", "unknown combine 'gird' (did you mean 'grid'?)"),
        ("draws: 8", "years: [next]", "6:9", "'next' is not a year"),
        ("scenario: reference\n", "", "1:1", "no scenario"),
        ("[2028-06-01, 2031-01-01]", "2028-06-01", "5:3", "takes a list of values"),
        ("[2028-06-01, 2031-01-01]", "[]", "5:3", "takes a list of values"),
        ("[0.5, 2]", "2", "4:3", "takes a list of values"),
        ("draws: 8", "points: [{a: 1}]", "6:1", "both sweep and points"),
        ("draws: 8", "combine: zip\ndraws: [", "", "not valid YAML"),
        (", 2031-01-01]\n", "]\ncombine: zip\n", "1:1", "zip takes axes of one length, not 2, 1"),
        ("[0.5, 2]", "{uniform: [2, 1]}", "4:3", "takes a list of values"),
    ],
)
def test_mistakes_are_located(tmp_path, old, new, place, message):
    assert old in GRID
    with pytest.raises(SpecError) as caught:
        read_sweep(write(tmp_path, GRID.replace(old, new)))
    texts = [str(problem) for problem in caught.value.problems]
    assert any(f":{place}" in text and message in text for text in texts), texts


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("neomat-cam", "neomat-can", ":5:", "did you mean 'neomat-cam'"),
        ("2031-01-01]", "soon]", ":5:", "'soon' is not a date"),
        ("[0.5, 2]", "[0.5, two]", ":4:", "'two' is not a number"),
    ],
)
def test_values_that_do_not_fit_are_located_in_the_sweep_file(tmp_path, old, new, line, message):
    sweep = read_sweep(write(tmp_path, GRID.replace(old, new)))
    with pytest.raises(SpecError) as caught:
        SweepRun(sweep, tmp_path / "out", make_job)
    assert any(
        f"test.yaml{line}" in str(problem) and message in str(problem)
        for problem in caught.value.problems
    ), caught.value


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_sweeps_fit_the_model(path):
    sweep = read_sweep(path)
    assert sweep.name == path.stem
    assert sweep.story
    assert len(sweep.axes) >= 2
    done = validated(path)
    assert (done.exit_code, done.stderr) == (0, "")


def test_the_three_studies_are_shipped():
    assert {path.stem for path in SHIPPED} >= {
        "training-x-neomat",
        "demand-x-cost-gap",
        "recycler-x-second-life",
    }
    assert read_sweep("training-x-neomat").name == "training-x-neomat"
    with pytest.raises(SpecError, match=r"did you mean 'training-x-neomat'"):
        read_sweep("training-x-neomad")


def test_a_sweep_writes_one_tidy_table_and_goes_on_where_it_stopped(tmp_path):
    sweep = read_sweep(write(tmp_path, GRID))
    out = tmp_path / "out"
    study = SweepRun(sweep, out, make_job)
    assert (study.cost(1).points, study.cost(1).rows, study.cost(1).rows_left) == (4, 32, 32)

    def stop_in_third(number, point):
        def progress(done, total, failed):
            if number == 2 and done >= 2:
                raise KeyboardInterrupt

        return progress

    with pytest.raises(Interrupted):
        study.simulate(replace(ONE, chunk_rows=2), stop_in_third)
    assert study.cost(1).rows_left == 16
    simulated = []

    def note(number, point):
        return lambda done, total, failed: simulated.append((number, done))

    study.simulate(ONE, note)
    assert {number for number, _ in simulated} == {2, 3}
    assert study.cost(1).rows_left == 0
    table = pd.read_parquet(out / "sweep.parquet")
    assert len(table) == 4 * 3
    pd.testing.assert_frame_equal(pd.read_csv(out / "sweep.csv"), table)
    outputs = table[table["kpi"] == "output_2030_gwh"].set_index([SEATS, SOP])["mean"]
    seats = outputs.xs("2028-06-01", level=SOP)
    assert seats[2.0] - seats[0.5] == pytest.approx(1000.0 * 15 * 2, rel=0.2)
    plan = json.loads((out / "sweep.json").read_text())
    assert [entry["point"] for entry in plan["points"]] == [point.id for point in sweep.points]
    # every point has the same draws of the figures that all share, and the same luck
    kpis = [pd.read_parquet(out / "points" / point.id / "kpis.parquet") for point in sweep.points]
    assert all((each["luck"] == kpis[0]["luck"]).all() for each in kpis)


def test_more_values_and_more_draws_keep_what_is_done(tmp_path):
    out = tmp_path / "out"
    line = "\n".join(text for text in GRID.splitlines() if SOP not in text)
    SweepRun(read_sweep(write(tmp_path, line)), out, make_job).simulate(ONE)
    wider = line.replace("[0.5, 2]", "[0.25, 0.5, 2]")
    study = SweepRun(read_sweep(write(tmp_path, wider)), out, make_job)
    assert (study.cost(1).rows, study.cost(1).rows_left) == (24, 8)
    text = wider.replace("draws: 8", "draws: 16")
    more = SweepRun(read_sweep(write(tmp_path, text)), out, make_job)
    assert more.cost(1).rows_left == 3 * 16 - 2 * 8
    more.simulate(ONE)
    assert more.cost(1).rows_left == 0
    with pytest.raises(RunError, match="ask for no fewer"):
        study.simulate(ONE)


def test_other_inputs_are_not_mixed(tmp_path):
    out = tmp_path / "out"
    SweepRun(read_sweep(write(tmp_path, GRID)), out, make_job).simulate(ONE)
    other = SweepRun(read_sweep(write(tmp_path, GRID + "seed: 2\n")), out, make_job)
    with pytest.raises(RunError, match="seed: 1 -> 2"):
        other.simulate(ONE)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    study = SweepRun(read_sweep(write(tmp_path, GRID)), tmp_path / "full", make_job)
    with pytest.raises(RunError, match="holds no sweep"):
        study.simulate(ONE)


def test_figures_show_every_cell(tmp_path):
    from bvsim.show.plot.sweep import heatmap, line, save_sweep_figures

    table = pd.DataFrame(
        {
            "point": list("abcd"),
            "x": [1, 1, 2, 2],
            "y": ["low", "high", "low", "high"],
            "kpi": "output_2030_gwh",
            "mean": [1.0, 2.0, 3.0, 44.4],
            "p10": 0.0,
            "p90": 50.0,
            "ci95_lo": 0.5,
            "ci95_hi": 45.0,
        }
    )
    ax = heatmap(table, "output_2030_gwh", "x", "y")
    assert sorted(text.get_text() for text in ax.texts) == ["1", "2", "3", "44.4"]
    assert "GWh" in ax.get_title(loc="left")
    files = save_sweep_figures(table, ["x", "y"], ["output_2030_gwh"], tmp_path)
    assert [file.name for file in files] == ["output_2030_gwh.png", "output_2030_gwh.svg"]
    assert line(table[table["y"] == "low"], "output_2030_gwh", "x").lines
    with pytest.raises(ValueError, match="several points"):
        heatmap(table.assign(y="low"), "output_2030_gwh", "x", "y")
    with pytest.raises(ValueError, match="no key figure"):
        heatmap(table, "nothing", "x", "y")
    assert save_sweep_figures(table, ["x", "y", "z"], ["output_2030_gwh"], tmp_path) == []


def validated(*files):
    return CliRunner().invoke(main, ["validate", *map(str, files)])


def test_validate_takes_sweeps_beside_scenarios(tmp_path):
    done = validated("training-x-neomat", "reference", write(tmp_path, GRID))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "3 files checked" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("reference", "refrence", "2:1: scenario: there is no scenario 'refrence' (did you mean"),
        ("[0.5, 2]", "[0.5, two]", "4:44: labour.programmes.acc-operators.seats.changes.0.times"),
        (SOP, f"{SOP}p", "5:29: cathode.neomat-cam.sopp: there is no 'sopp'"),
        ("draws: 8", "drawz: 8", "6:1: drawz: unknown key 'drawz'"),
    ],
)
def test_validate_tells_what_is_wrong_with_a_sweep(tmp_path, old, new, message):
    path = write(tmp_path, GRID.replace(old, new))
    done = validated(path)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{path}:{message}")


def test_validate_tells_of_all_values_at_once(tmp_path):
    text = GRID.replace("[0.5, 2]", "[x, y]").replace("2031-01-01", "late")
    lines = validated(write(tmp_path, text)).stderr.splitlines()
    assert {line.split(":")[2] for line in lines} == {"39", "42", "40"}
