"""A package from outside, installed as anyone's: an aggregator's limit and a distribution."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parent / "data"
TOY = str(DATA / "toyland" / "scenarios" / "toy.yaml")
RUN = ("run", TOY, "-n", "2", "--workers", "1", "--no-report", "--json")
FIGURE = "sites.blue-mill.ramp.t50"
SEATS = "labour.programmes.bay-school.seats={times: 2}"
FILES = {
    "calls": "src/aggregator/calls.py",
    "levers": "src/aggregator/levers.yaml",
    "project": "pyproject.toml",
}


def install(folder, **edits):
    """Install the example into a folder of its own, with some of its text changed."""
    source = shutil.copytree(DATA / "aggregator", folder / "source")
    for name, (old, new) in edits.items():
        path = source / FILES[name]
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    place = folder / "installed"
    words = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet", "--target")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *words, place, source], check=True, cwd=folder
    )
    return place


def bvsim(*words, plug=None, store="off"):
    """Call the command, with a plug-in where one is given."""
    paths = [str(plug)] if plug else []
    paths += filter(None, [os.environ.get("PYTHONPATH")])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "BVSIM_STORE": str(store)}
    command = [sys.executable, "-m", "bvsim", *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def made(folder, *words, **how):
    done = bvsim(*RUN, "--out", folder, *words, **how)
    assert done.returncode == 0, done.stderr
    return folder


def table(folder, name="ledger"):
    return pd.read_parquet(folder / f"{name}.parquet")


def others(rows):
    """Return the rows of all but the aggregator, names as text."""
    if "entity" not in rows:
        return rows
    names = rows["entity"].astype(str)
    kept = rows.assign(entity=names)[names != "aggregator"].reset_index(drop=True)
    return kept.astype({name: str for name in ("balance", "unit") if name in kept})


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("plugins")


@pytest.fixture(scope="module")
def aggregator(tmp_path_factory):
    return install(tmp_path_factory.mktemp("aggregator"))


@pytest.fixture(scope="module")
def plain(place):
    return made(place / "plain")


@pytest.fixture(scope="module")
def called(place, aggregator):
    return made(place / "called", plug=aggregator)


def test_its_limit_costs_cells_and_the_ledger_still_closes(plain, called):
    ledger = table(called)
    lost = [name for name in ledger if name.startswith("lost_")]
    assert (ledger[lost] >= 0.0).all(axis=None)
    np.testing.assert_allclose(
        ledger["announced_gwh"] + ledger["beyond_plan_gwh"],
        ledger["good_gwh"] + ledger[lost].sum(axis=1),
        atol=1e-9,
    )
    assert ledger["lost_aggregator_gwh"].sum() > 0.0
    assert ledger["good_gwh"].sum() < table(plain)["good_gwh"].sum()
    assert table(called, "binding")["weeks_aggregator"].sum() > 0.0


def test_it_stands_in_the_manifest_and_in_the_code(plain, called):
    without, with_it = manifest(plain), manifest(called)
    assert with_it["packages"] == without["packages"] | {"bvsim-aggregator": "0.3.0"}
    assert with_it["code_hash"] != without["code_hash"]


def test_without_a_contract_nothing_moves_but_the_code_is_another(tmp_path, plain, called):
    idle = install(tmp_path, calls=("CALLED = 0.4", "CALLED = 0.0"))
    run = made(tmp_path / "run", plug=idle)
    for name in manifest(plain)["tables"]:
        found, before = others(table(run, name)), others(table(plain, name))
        pd.testing.assert_frame_equal(found[before.columns], before, check_exact=True)
    assert set(table(run)) - set(table(plain)) == {"lost_aggregator_gwh"}
    assert set(table(run, "yearly").entity) - set(table(plain, "yearly").entity) == {"aggregator"}
    assert manifest(run)["packages"] == manifest(called)["packages"]
    assert manifest(run)["code_hash"] != manifest(called)["code_hash"]


def test_rows_made_without_it_are_not_taken_for_rows_made_with_it(tmp_path, aggregator, called):
    made(tmp_path / "plain", store=tmp_path / "rows")
    run = made(tmp_path / "called", plug=aggregator, store=tmp_path / "rows")
    pd.testing.assert_frame_equal(table(run), table(called), check_exact=True)


def test_a_run_made_with_it_is_not_made_again_without(called):
    done = bvsim("reproduce", called, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["equal"]) == (1, False)
    assert said["versions"]["packages.bvsim-aggregator"] == ["0.3.0", None]


def test_its_actor_buys_packs_of_a_second_life_and_its_account_closes(tmp_path, aggregator):
    words = ("reference", "-n", "1", "--workers", "1", "--no-report", "--out")
    for name, plug in (("plain", None), ("bought", aggregator)):
        done = bvsim("run", *words, tmp_path / name, plug=plug)
        assert done.returncode == 0, done.stderr
    yearly, before = table(tmp_path / "bought", "yearly"), table(tmp_path / "plain", "yearly")
    own = yearly[yearly.entity == "aggregator"].set_index("year")
    market = yearly[yearly.entity == "region"].set_index("year")["second_life_packs_t"]
    assert (own["packs_bought_t"] > 0.0).all()
    assert (own["packs_held_t"] > 0.0).all()
    assert (own["packs_held_t"] < market).all()
    after = own["packs_bought_t"].cumsum() - own["packs_held_t"]  # given back so far
    assert after.iloc[:4].tolist() == pytest.approx([0.0] * 4, abs=1e-6)
    assert after.iloc[-1] > 0.0
    accounts = table(tmp_path / "bought", "balances")
    (account,) = accounts[accounts.balance == "stored packs"].to_dict("records")
    assert account["inflow"] == pytest.approx(own["packs_bought_t"].sum())
    assert account["closing"] == pytest.approx(own["packs_held_t"].iloc[-1])
    # it draws from streams of its own: nobody else's luck is another
    assert (
        market == before[before.entity == "region"].set_index("year")["second_life_packs_t"]
    ).all()


def test_its_limit_can_be_lifted(tmp_path, aggregator):
    words = ("bottlenecks", TOY, "-n", "1", "--workers", "1", "--out", tmp_path / "run", "--json")
    done = bvsim(*words, plug=aggregator)
    assert done.returncode == 0, done.stderr
    assert "aggregator" in manifest(tmp_path / "run")["sample"]["constraints"]


def test_its_distribution_is_drawn_from(tmp_path, aggregator):
    words = ("--set", f"{FIGURE}={{log_uniform: [1, 100]}}", "--design", "median")
    run = made(tmp_path / "run", *words, plug=aggregator)
    assert table(run, "draws")[FIGURE].tolist() == pytest.approx([10.0, 10.0])
    refused = bvsim(*RUN, *words)
    assert refused.returncode == 2
    assert "log_uniform" in refused.stderr


def test_its_lever_is_listed_and_turned_under_its_name(tmp_path, aggregator):
    listed = bvsim("list", "levers", "--scenario", TOY, plug=aggregator)
    assert "aggregator.school" in listed.stdout
    turned = made(tmp_path / "turned", "--lever", "aggregator.school=0.5", plug=aggregator)
    own = made(tmp_path / "own", "--set", SEATS, plug=aggregator)
    whole = made(tmp_path / "whole", "--lever", "aggregator.school", plug=aggregator)
    (lever,) = manifest(turned)["levers"]
    assert (lever["name"], lever["strength"], lever["total_meur"]) == (
        "aggregator.school",
        0.5,
        1.5,
    )
    assert manifest(turned)["packages"]["bvsim-aggregator"] == "0.3.0"
    assert manifest(turned)["model_hash"] != manifest(own)["model_hash"]
    pd.testing.assert_frame_equal(table(whole), table(own), check_exact=True)
    refused = bvsim(*RUN, "--lever", "aggregator.school")
    assert refused.returncode == 2
    assert "no levers of 'toyland'" in refused.stderr


def test_the_text_of_its_levers_is_part_of_a_run_s_identity(tmp_path, called):
    dearer = install(tmp_path, levers=("value: 3,", "value: 4,"))
    assert (
        manifest(made(tmp_path / "run", plug=dearer))["code_hash"]
        != (manifest(called)["code_hash"])
    )


def test_levers_of_another_model_are_left_alone(tmp_path, aggregator):
    listed = bvsim("list", "levers", plug=aggregator)
    assert (listed.returncode, "aggregator" in listed.stdout) == (0, False)


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"levers": ("title:", "titel:")}, "levers.yaml:"),
        ({"project": ("levers:LEVERS", "levers:Path")}, "is no str"),
        ({"project": ("levers:LEVERS", "levers:__name__")}, "aggregator.levers"),
    ],
)
def test_levers_that_do_not_fit_are_named(tmp_path, edit, why):
    done = bvsim(*RUN, "--lever", "aggregator.school", plug=install(tmp_path, **edit))
    assert (done.returncode, why in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"project": ("aggregator =", "labour =")}, "it calls itself otherwise"),
        ({"project": ("log_uniform =", "uniform =")}, "the name is taken"),
        ({"project": ("calls:AGGREGATOR", "calls:WINTER")}, "is no Limit"),
        ({"project": ("packs:Aggregator", "packs:PACKS")}, "is no type"),
        ({"project": ("calls:AGGREGATOR", "calls:NOTHING")}, "AttributeError"),
        (
            {
                "calls": ('"aggregator",\n    "#', '"labour",\n    "#'),
                "project": ("aggregator =", "labour ="),
            },
            "two causes have the name 'labour'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_that_does_not_fit_is_named_in_a_line(tmp_path, edit, why):
    done = bvsim(*RUN, "--out", tmp_path / "run", plug=install(tmp_path, **edit))
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["aggregator.calls", "aggregator.figures"])
def test_it_can_be_imported_before_the_simulator(aggregator, module):
    code = f"import {module}, bvsim.valley.cells.causes as c; print(c.LIMITS[-1].name)"
    paths = os.pathsep.join([str(aggregator), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "aggregator\n"
