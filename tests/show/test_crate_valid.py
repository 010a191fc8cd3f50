"""A described run folder in the eyes of the validators of both standards, without a network.

They stand in an environment of their own; `.ci/run` makes one and asks them whatever is here.
"""

import json
import shutil

import pytest

from bvsim.ensemble.store.manifest import write_manifest
from bvsim.ensemble.store.results import open_run
from bvsim.show.export import export_run
from run_folder import write_run

pytest.importorskip("rocrate_validator", reason="bvsim[crate] stands in its own environment")

from crate_valid import issues


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    folder = write_run(tmp_path_factory.mktemp("run"), 8).folder
    (folder / "scenario.yaml").write_text("name: reference\n", encoding="utf-8")
    more = {"started": "2026-11-29T09:28:09+00:00", "packages": {"numpy": "2.4.6"}, "story": "Why?"}
    write_manifest(folder, {**open_run(folder).manifest, **more, "files": {}})
    export_run(open_run(folder), "ro-crate")
    return folder


def changed(folder, tmp_path, name, change):
    copy = shutil.copytree(folder, tmp_path / "copy")
    tree = json.loads((copy / name).read_text("utf-8"))
    change(tree)
    (copy / name).write_text(json.dumps(tree), "utf-8")
    return issues(copy)


def test_all_that_is_required_is_there(described):
    assert issues(described) == []


def test_an_action_without_its_program_is_told(described, tmp_path):
    def change(crate):
        for entity in crate["@graph"]:
            entity.pop("instrument", None)

    assert any(
        "instrument" in each
        for each in changed(described, tmp_path, "ro-crate-metadata.json", change)
    )


def test_a_column_without_a_name_is_told(described, tmp_path):
    def change(package):
        del package["resources"][0]["schema"]["fields"][0]["name"]

    assert any("name" in each for each in changed(described, tmp_path, "datapackage.json", change))
