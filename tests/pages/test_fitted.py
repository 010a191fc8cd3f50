"""The figures of model files that cite the fit are those that the fit left."""

import shutil

import pytest

import fitted
from bvsim.reading.datafiles import model_folder

MODEL = model_folder()


@pytest.fixture(scope="module")
def vintages():
    return fitted.read_vintages(MODEL)


def test_the_files_hold_what_was_fitted(tmp_path):
    shutil.copytree(MODEL.parent, tmp_path / "models")
    for path in fitted.write(tmp_path / "models" / MODEL.name):
        original = MODEL.parent / path.relative_to(tmp_path / "models")
        assert path.read_text("utf-8") == original.read_text("utf-8"), path.name


def test_marginals_are_within_five_per_cent_of_the_sample(vintages):
    for found in vintages.values():
        plants = [each["plant"] for each in found["groups"].values()]
        plants += [each["figures"] for each in found["plants"].values()]
        for figures in plants:
            for name in fitted.UNITS:
                assert figures[name]["worst"] < 0.05, name


def test_only_fitted_lines_of_a_block_are_replaced():
    text = "a:\n  t50: {value: 1}\n  mtbf: {value: 2}  # kept\nb: 3\n"
    new = fitted.replace_block(text, "a", ["  t50:", "    - {value: 9}"], {"t50"})
    assert new == "a:\n  t50:\n    - {value: 9}\n  mtbf: {value: 2}  # kept\nb: 3\n"
    added = fitted.replace_block(text, "c", ["  t50: 1"], {"t50"})
    assert added == text + "c:\n  t50: 1\n"
