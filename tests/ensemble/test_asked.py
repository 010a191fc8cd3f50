"""The same command over the same files is answered without loading anything."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bvsim import reading
from bvsim.cli import main
from bvsim.ensemble.asked import remembered

TOYLAND = Path(__file__).parents[1] / "data" / "toyland"
WORDS = ["run", "toy", "-n", "2", "--no-report", "--json", "--out", "out"]


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study folder of a small region, with a store of its own; commands run in it."""
    root = Path(__file__).parents[2]
    for name in ("models", "scenarios"):
        shutil.copytree(TOYLAND / name, tmp_path / name)
    shutil.copytree(root / "models" / "common", tmp_path / "models" / "common")
    main_file = tmp_path / "models" / "toyland" / "model.yaml"
    main_file.write_text(main_file.read_text().replace("../../../../../models/common", "../common"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BVSIM_STORE", str(tmp_path / "rows"))
    return tmp_path


def run_it(*more):
    return CliRunner().invoke(main, [*WORDS, *more])


def loads(monkeypatch):
    """Count what is loaded from here on."""
    seen, load = [], reading.load
    monkeypatch.setattr(reading, "load", lambda *a, **k: seen.append(a) or load(*a, **k))
    return seen


def test_the_same_words_over_the_same_files_load_nothing(study, monkeypatch):
    first = run_it()
    assert first.exit_code == 0, first.stderr
    seen = loads(monkeypatch)
    again = run_it()
    assert again.stdout == first.stdout
    assert "answered from out" in again.stderr
    assert not seen


@pytest.mark.parametrize("more", [("--set", "end=2031-12-31"), ("--seed", "2"), ("-n", "3")])
def test_other_words_are_loaded(study, monkeypatch, more):
    assert run_it().exit_code == 0
    seen = loads(monkeypatch)
    other = run_it(*more)
    assert other.exit_code == 2  # the folder holds another run
    assert "out" in other.stderr
    assert seen


@pytest.mark.parametrize("place", ["models/common/classes.yaml", "scenarios/toy.yaml"])
def test_a_file_that_has_changed_is_loaded_again(study, monkeypatch, place):
    assert run_it().exit_code == 0
    with (study / place).open("a") as file:
        file.write("# looked at again\n")
    seen = loads(monkeypatch)
    again = run_it()  # the comment changes no figure: the folder answers, but not unread
    assert "answered from out" in again.stderr
    assert seen
    seen.clear()
    run_it()
    assert not seen


def test_a_file_that_is_new_is_loaded(study, monkeypatch):
    assert run_it().exit_code == 0
    (study / "models" / "common" / "unheard-of.yaml").write_text("a: 1\n")
    seen = loads(monkeypatch)
    assert run_it().exit_code == 2
    assert seen


def test_what_is_kept_may_be_damaged(study, monkeypatch):
    assert run_it().exit_code == 0
    (kept,) = (study / "rows" / "asked").glob("*.json")
    whole = json.loads(kept.read_text())
    for text in ("", "{", "[]", json.dumps({**whole, "digest": "0"}), json.dumps({"places": 1})):
        kept.write_text(text)
        seen = loads(monkeypatch)
        assert run_it().exit_code == 0
        assert seen


def test_a_run_that_has_gone_is_made_anew(study):
    assert run_it().exit_code == 0
    shutil.rmtree(study / "out")
    again = run_it()
    assert again.exit_code == 0
    assert "answered" not in again.stderr


def test_without_a_store_nothing_is_remembered(monkeypatch):
    monkeypatch.setenv("BVSIM_STORE", "off")
    assert remembered({"source": "reference"}) is None
