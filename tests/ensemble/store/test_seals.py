"""Finished files carry checksums: damage is told, wherever it is, and never read as numbers."""

import json
import random
import shutil
from contextlib import contextmanager

import pandas as pd
import pytest

from bvsim.analysis.written import SEALS, read_written, write_tables
from bvsim.ensemble.merging import merge
from bvsim.ensemble.run import RunError, open_run, run
from bvsim.ensemble.store.manifest import read_manifest, write_manifest
from bvsim.ensemble.store.seals import DamageError, coming
from fake import FakeJob, FakeScenario

FLIPS = 300


def simulate(out, draws=6, **options):
    return run(FakeScenario(), draws, out=out, workers=1, job=FakeJob(), **options)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return simulate(tmp_path_factory.mktemp("made") / "run").folder


@pytest.fixture
def damaged(made, tmp_path):
    """A copy of the run in which a letter of a file is another."""

    def damage(name, at=-9):
        folder = tmp_path / "damaged"
        shutil.copytree(made, folder)
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 1
        (folder / name).write_bytes(data)
        return folder

    return damage


def answers(folder):
    """Return all that a reader gets from a run folder."""
    found = open_run(folder)
    told = {name: found.table(name).to_csv() for name in found.tables}
    return told, json.dumps(found.manifest, sort_keys=True), (folder / "scenario.yaml").read_text()


def refusal(folder):
    """Return why a folder cannot be opened; nothing if it can."""
    try:
        open_run(folder)
    except RunError as error:
        return str(error)
    return ""


def test_no_flipped_bit_reads_back_as_other_numbers(made, tmp_path):
    whole, folder = answers(made), tmp_path / "run"
    shutil.copytree(made, folder)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    dice, told, same = random.Random(5), 0, 0
    for number in range(FLIPS):
        path = files[number % len(files)]
        with flipped(path, dice):
            said = refusal(folder)
            told += path.name in said
            same += not said and answers(folder) == whole  # white space of the manifest
    assert told + same == FLIPS
    assert told > 0.9 * FLIPS
    assert answers(folder) == whole


@contextmanager
def flipped(path, dice):
    """Turn one bit of a file for a while."""
    data = path.read_bytes()
    turned = bytearray(data)
    turned[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(turned)
    yield
    path.write_bytes(data)


def test_no_flipped_bit_of_an_analysis_reads_back_as_other_numbers(tmp_path):
    table = pd.DataFrame({"figure": ["a.b", "c.d"], "prcc": [0.5, -0.25]}).set_index("figure")
    place, dice = write_tables(tmp_path, {"first": table}), random.Random(5)
    write_tables(tmp_path, {"prcc_x": table})
    whole = read_written(place / "prcc_x.parquet")
    for _ in range(FLIPS):
        with flipped(place / dice.choice(["prcc_x.parquet", SEALS]), dice):
            try:
                found = read_written(place / "prcc_x.parquet")
            except DamageError:
                continue
            pd.testing.assert_frame_equal(found, whole)  # the checksum of another table
    with flipped(place / "first.parquet", dice), pytest.raises(DamageError, match="make it again"):
        read_written(place / "first.parquet")


@pytest.mark.parametrize("name", ["kpis.parquet", "draws.parquet", "scenario.yaml"])
def test_every_reader_names_the_damaged_file(damaged, tmp_path, name):
    folder = damaged(name)
    for ask in (
        lambda: open_run(folder),
        lambda: simulate(folder, 12, resume=True),
        lambda: merge([folder], tmp_path / "merged"),
    ):
        with pytest.raises(DamageError, match=name):
            ask()
    assert not (tmp_path / "merged").exists()


def test_a_file_that_is_gone_is_named(made, tmp_path):
    shutil.copytree(made, tmp_path / "run")
    (tmp_path / "run" / "kpis.parquet").unlink()
    with pytest.raises(DamageError, match=r"kpis.parquet is missing"):
        open_run(tmp_path / "run")


def test_a_manifest_without_checksums_is_one_of_an_old_version(made, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(made, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    old = {k: v for k, v in manifest.items() if k not in ("files", "checksum")}
    (folder / "manifest.json").write_text(json.dumps(old))
    assert open_run(folder).rows == 6
    for lost in ("files", "checksum"):
        half = {k: v for k, v in manifest.items() if k != lost}
        (folder / "manifest.json").write_text(json.dumps(half))
        with pytest.raises(DamageError, match=r"manifest\.json is damaged"):
            open_run(folder)


def test_who_opens_a_folder_finishes_the_moves_of_a_killed_writer(made, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(made, folder)
    larger = simulate(tmp_path / "larger", 12)
    for name in larger.manifest["files"]:
        shutil.copy(larger.folder / name, coming(folder / name))
    assert open_run(folder).rows == 6  # no manifest knows them
    write_manifest(folder, read_manifest(larger.folder))
    assert open_run(folder).rows == 12
    assert answers(folder)[0] == answers(larger.folder)[0]


def test_other_libraries_are_told_when_a_run_goes_on(made, tmp_path, caplog):
    folder = tmp_path / "run"
    shutil.copytree(made, folder)
    manifest = read_manifest(folder)
    packages = {**manifest["packages"], "numpy": "1.0"}
    write_manifest(folder, {**manifest, "packages": packages})
    simulate(folder, 8, resume=True)
    assert "numpy 1.0 -> " in caplog.text
