"""`bvsim bottlenecks`, `sensitivity` and `discover` on folders made by small simulators."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import two_plants
from bvsim.analysis.ledger.relief import run_relief
from bvsim.analysis.sensitivity.methods import run_sensitivity
from bvsim.cli import main
from fake_functions import Cube, FunctionJob
from run_folder import write_run


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def relieved(tmp_path_factory):
    return run_relief(
        two_plants.Paper(),
        draws=8,
        out=tmp_path_factory.mktemp("relief") / "run",
        years=(),
        workers=1,
        job=two_plants.PaperJob(),
    )


def test_bottlenecks_prints_the_case_on_paper(relieved):
    said = call("bottlenecks", relieved.folder)
    assert said.exit_code == 0, said.output
    assert max(map(len, said.stdout.splitlines()[:-1])) <= 100
    for part in ("cathode 100% (63%-100%)", "labour + cathode", "3.58", "0.85", "6.15", "5.30"):
        assert part in said.stdout
    assert "n = 8 is few" in said.stdout
    words = " ".join(said.stdout.split())
    assert "GWh booked and GWh caused in 2030" in words
    off = re.search(r"Shapley shares add up to the whole, 6.15 \(off by (\S+)\)", words)
    assert float(off[1]) < 1e-14


def test_bottlenecks_as_json_and_tables(relieved):
    said = call("bottlenecks", relieved.folder, "--json")
    answer = json.loads(said.stdout)
    assert answer["constraints"] == ["labour", "cathode", "demand", "delay", "closure"]
    rows = [r for r in answer["relief"] if (r["entity"], r["measure"]) == ("region", "shapley")]
    assert {r["lifted"]: pytest.approx(r["mean_gwh"]) for r in rows} == {
        "labour": 2.575,
        "cathode": 3.575,
        "demand": 0.0,
        "delay": 0.0,
        "closure": 0.0,
    }
    table = pd.read_csv(relieved.folder / "analysis" / "relief.csv")
    assert len(table) == len(answer["relief"]) == 3 * 36
    assert (relieved.folder / "analysis" / "shares_by_time.parquet").is_file()


@pytest.mark.parametrize("method", ["tornado", "morris", "sobol", "prcc"])
def test_sensitivity_of_a_folder(tmp_path, method):
    run_sensitivity(
        Cube(3),
        method,
        16,
        out=tmp_path / "s",
        by="figure",
        years=(),
        workers=1,
        job=FunctionJob("g_function"),
    )
    said = call("sensitivity", tmp_path / "s", "--method", method, "--outcome", "y")
    assert said.exit_code == 0, said.output
    assert max(map(len, said.stdout.splitlines()[:-1])) <= 100
    assert "x.figure-1" in said.stdout
    answer = json.loads(
        call("sensitivity", tmp_path / "s", "--method", method, "--outcome", "y", "--json").stdout
    )
    assert answer["method"] == method
    assert answer["outcomes"]["y"]["table"]
    assert (tmp_path / "s" / "analysis" / f"{method}_y.csv").is_file()


def test_sensitivity_refuses_a_sample_made_for_something_else(tmp_path):
    run_sensitivity(
        Cube(3), "morris", 4, out=tmp_path / "s", years=(), workers=1, job=FunctionJob("g_function")
    )
    said = call("sensitivity", tmp_path / "s", "--method", "sobol", "--outcome", "y")
    assert said.exit_code == 2
    assert "made for 'morris'" in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


def test_discover_finds_a_planted_limit(tmp_path):
    run = write_run(tmp_path / "run", 200)
    seats = run.tables["draws"]["labour.programmes.x.seats"]
    kpis = run.tables["kpis"].assign(output_2030_gwh=np.where(seats < 0.4, 10.0, 30.0))
    kpis.to_parquet(tmp_path / "run" / "kpis.parquet")
    said = call("discover", tmp_path / "run", "--outcome", "output_2030_gwh < 20")
    assert said.exit_code == 0, said.output
    assert "labour.programmes.x.seats <= 0.3" in said.stdout
    answer = json.loads(
        call("discover", tmp_path / "run", "--outcome", "output_2030_gwh < 20", "--json").stdout
    )
    assert answer["rules"][0]["density_checked"] == 1.0
    assert answer["limits"][0]["upper"] == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("discover", "--outcome", "output_2030_gwh < 0"), "happens in no row of the run"),
        (("discover", "--outcome", "outptu_2030_gwh < 9"), "no key figure 'outptu_2030_gwh'"),
        (("sensitivity", "--outcome", "nonsense"), "no key figure 'nonsense'"),
        (("sensitivity", "--figures", "nowhere.*"), "no uncertain figure matches 'nowhere.*'"),
    ],
)
def test_what_a_run_does_not_hold_is_bad_input(tmp_path, words, message):
    write_run(tmp_path / "run", 60)
    said = call(words[0], tmp_path / "run", *words[1:])
    assert said.exit_code == 2
    assert message in said.stderr
    assert "unexpected" not in said.stderr


def test_discover_says_what_it_cannot_read(tmp_path):
    write_run(tmp_path / "run", 8)
    said = call("discover", tmp_path / "run", "--outcome", "output_2030_gwh is low")
    assert said.exit_code == 2
    assert "column 17" in said.stderr
