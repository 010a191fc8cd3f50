"""Names that nothing bears are told with their place, all at once; shipped models have none."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bvsim.cli import main
from bvsim.reading.levers import validate_levers
from bvsim.reading.scenario import load
from bvsim.reading.validating import validate, warnings_of
from bvsim.schema.errors import SpecError

SHIPPED = Path(__file__).parents[2] / "models/hauts-de-france"

# file, what stands there, what is written instead, where it stands then, what is said
WRONG = [
    ("sites/acc-douvrin", "basin: bethune-douvrin-lens", "basin: bethune", "basin 'bethune'"),
    ("sites/aesc-douai", "chemistry: nmc-mid", "chemistry: nmc-mit", "(did you mean 'nmc-mid'?)"),
    ("sites/verkor-dunkirk", "like: new-entrant", "like: new-entrent", "mean 'new-entrant'?"),
    ("sites/acc-douvrin", "fitted: 2026-03-31, good: {quant", "fitted: 2026-03-30, good: {quant",
     "no figure of the site's ramp has a vintage of 2026-03-30 (did you mean '2026-03-31'?)"),
    ("sites/tiamat-amiens", "source: [france3-2024]", "source: [france-2024]", "unknown source"),
    ("cathode", "basin: dunkirk", "basin: dunkerk", "basin 'dunkerk' (did you mean 'dunkirk'?)"),
    ("cathode", "serves: [nmc-mid, nmc-622", "serves: [nmc-mid, nmc-623", "chemistry 'nmc-623'"),
    ("cathode", "precursor: neomat-pcam", "precursor: neomat-pcom", "maker of precursor"),
    ("cathode", "\n    acc-douvrin:", "\n    acc-douvrain:", "site 'acc-douvrain'"),
    ("../europe/imports", "prefer: [suez", "prefer: [sues", "route 'sues' (did you mean 'suez'?)"),
    ("../europe/imports", "emergency: air", "emergency: aire", "(did you mean 'air'?)"),
    ("../europe/imports", "slows: [suez, cape]", "slows: [suez, kape]", "route 'kape'"),
    ("labour", "destination: acc-douvrin", "destination: acc-dovrin", "employer 'acc-dovrin'"),
    ("labour", "urbanloop:\n    basin: dunkirk", "urbanloop:\n    basin: dunkrik", "'dunkrik'"),
    ("labour", "\n      amiens: {", "\n      amien: {", "basin 'amien' (did you mean 'amiens'?)"),
    ("demand", "site: aesc-douai", "site: aesc-duai", "site 'aesc-duai'"),
    ("demand", "  unattributed: {open", "  unatributed: {open", "(did you mean 'unattributed'?)"),
    ("money", "cells: solid-state", "cells: solid-stat", "class of costs 'solid-stat'"),
    ("energy", "tiamat-amiens: post-lithium", "tiamat-amiens: post-lithum", "kind of cells"),
    ("recycling", "after: relieve", "after: releive", "recycler 'releive' (did you mean"),
    ("plan", "    verkor-dunkirk.block-2:", "    verkor-dunkirk.blok-2:", "mean 'block-2'?)"),
    ("plan", "    acc-douvrin.plan-only:", "    acc-bouvrin.plan-only:", "site 'acc-bouvrin'"),
    ("fleet", "file: packs.csv", "file: pack.csv", "(did you mean 'packs.csv'?)"),
    ("fleet", "column: phev_car", "column: phev_cars", "unknown column of registrations.csv"),
]  # fmt: skip


@pytest.fixture
def model(tmp_path):
    return Path(shutil.copytree(SHIPPED.parent, tmp_path / "models")) / SHIPPED.name


def change(model, file, old, new):
    """Change the first of some words; return the place at which the new words stand."""
    path = (model / f"{file}.yaml").resolve()
    text = path.read_text(encoding="utf-8")
    assert old in text, (file, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    at = next(i for i, (a, b) in enumerate(zip(f"{new}^", f"{old}$", strict=False)) if a != b)
    return f"{path.as_posix()}:{text[: text.index(old) + at].count(chr(10)) + 1}:"


def test_every_wrong_name_of_a_model_is_told_in_one_run(model):
    places = [change(model, file, old, new) for file, old, new, _ in WRONG]
    done = CliRunner().invoke(main, ["validate", str(model)])
    lines = done.stderr.splitlines()
    assert done.exit_code == 2
    for place, (*_, said) in zip(places, WRONG, strict=True):
        assert [line for line in lines if line.startswith(place) and said in line], (place, said)
    assert len([line for line in lines if not line.startswith("warning: ")]) == len(WRONG)


def test_the_shipped_model_has_no_wrong_name_and_no_warning():
    assert validate(SHIPPED) == ()
    assert warnings_of(SHIPPED) == ()


def test_facts_left_in_a_copied_site_are_told(model):
    shutil.copy(model / "sites/acc-douvrin.yaml", model / "sites/my-plant.yaml")
    problems = validate(model)
    assert {problem.place.file for problem in problems} == {f"{model}/sites/my-plant.yaml"}
    assert len(problems) == 3 + 3 + 3  # heads, output, scrap
    assert "a fact of acc-douvrin, left in a copy?" in problems[0].message


def test_what_nothing_names_is_a_warning(model):
    change(model, "energy", "\nsites:\n", "\nprocesses:\n  spare: {}\nsites:\n")
    (warning,) = warnings_of(model)
    assert warning.path == "energy.processes.spare"


def test_what_another_folder_offers_need_not_be_taken(model):
    change(model, "../common/energy", "\nprocesses:\n", "\nprocesses:\n  spare: {}\n")
    assert warnings_of(model) == ()


def test_settings_name_what_there_is():
    with pytest.raises(SpecError, match=r"unknown basin 'amien' .*did you mean 'amiens'"):
        load("reference", {"sites.acc-douvrin.basin": "amien"})


def test_wrong_names_in_a_file_of_levers_are_told(tmp_path):
    text = """\
model: hauts-de-france
levers:
  elsewhere:
    title: the plant moves
    from: 2027-01-01
    set: {sites.acc-douvrin.basin: arrass, sites.acc-douvrain.closes: 2030-01-01}
    unpriced: nobody knows
"""
    path = tmp_path / "levers.yaml"
    path.write_text(text, encoding="utf-8")
    assert {problem.place.line for problem in validate_levers(path)} == {6}
    assert len(validate_levers(path)) == 2


def test_a_key_figure_that_no_point_of_a_sweep_has_is_told(tmp_path):
    text = "scenario: reference\nsweep: {demand.level: [1]}\nkpis: [output_2030_gw]\n"
    path = tmp_path / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["validate", str(path)])
    assert done.exit_code == 2
    assert ":3:8: kpis: unknown key figure 'output_2030_gw' (did you mean" in done.stderr
