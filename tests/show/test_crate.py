"""A run folder as a Process Run Crate and a data package: what both standards ask for."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import write_manifest
from bvsim.ensemble.store.results import open_run
from bvsim.show.export import export_run
from run_folder import write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = write_run(tmp_path_factory.mktemp("run"), 8).folder
    (folder / "scenario.yaml").write_text("name: reference\n", encoding="utf-8")
    more = {"started": "2026-11-29T09:28:09+00:00", "packages": {"numpy": "2.4.6"}, "story": "Why?"}
    write_manifest(folder, {**open_run(folder).manifest, **more, "files": {}})
    return open_run(folder)


@pytest.fixture(scope="module")
def graph(run):
    path = export_run(run, "ro-crate")
    tree = json.loads(path.read_text("utf-8"))
    assert (path.name, tree["@context"]) == (
        "ro-crate-metadata.json",
        "https://w3id.org/ro/crate/1.1/context",
    )
    entities = {entity["@id"]: entity for entity in tree["@graph"]}
    assert len(entities) == len(tree["@graph"])  # flat, each thing once
    return entities


@pytest.fixture(scope="module")
def package(run, graph):
    return json.loads((run.folder / "datapackage.json").read_text("utf-8"))


def named(value):
    """Yield the ids that a property refers to."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each["@id"]


def test_the_descriptor_and_the_root_say_which_standards_they_follow(graph):
    descriptor, root = graph["ro-crate-metadata.json"], graph["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset"
    assert {"name", "description", "datePublished", "license"} <= set(root)
    profile = graph[root["conformsTo"]["@id"]]
    assert profile["@id"] == "https://w3id.org/ro/wfrun/process/0.5"
    assert profile["@type"] == "CreativeWork"


def test_whatever_is_referred_to_is_described(graph):
    away = {"https://w3id.org/ro/crate/1.1"}
    for entity in graph.values():
        assert {"@id", "@type"} <= set(entity)
        for name, value in entity.items():
            assert set(named(value)) - away <= set(graph), (entity["@id"], name)


def test_the_run_is_an_action_of_the_program_on_the_scenario(run, graph):
    action = graph["#run"]
    assert graph["./"]["mentions"] == {"@id": "#run"}
    program = graph[action["instrument"]["@id"]]
    assert (program["@type"], program["name"]) == ("SoftwareApplication", "bvsim")
    assert program["softwareVersion"] == run.manifest["bvsim"]
    assert "scenario.yaml" in set(named(action["object"]))
    assert {f"{table}.parquet" for table in run.tables} <= set(named(action["result"]))
    assert action["startTime"] == run.manifest["started"] <= action["endTime"]
    assert graph["#seed"]["value"] == str(run.manifest["seed"])
    needed = {graph[name]["name"] for name in named(program["softwareRequirements"])}
    assert needed == set(run.manifest["packages"])


def test_each_file_is_a_part_and_is_there(run, graph):
    files = {name for name, entity in graph.items() if entity["@type"] == "File"}
    assert files == set(named(graph["./"]["hasPart"]))
    assert all((run.folder / name).is_file() for name in files)
    tables = {path.name for path in run.folder.glob("*.parquet")}
    assert tables | {"scenario.yaml", "manifest.json", "datapackage.json"} <= files
    size = (run.folder / "kpis.parquet").stat().st_size
    assert graph["kpis.parquet"]["contentSize"] == str(size)


def test_the_data_package_has_every_column_with_its_unit(run, package):
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert set(resources) == set(run.tables)
    for name, resource in resources.items():
        schema = pq.read_schema(run.folder / resource["path"])
        assert [field["name"] for field in resource["schema"]["fields"]] == schema.names
        assert all(field["unit"] for field in resource["schema"]["fields"])
        assert not any(field["type"] == "any" for field in resource["schema"]["fields"]), name
    ledger = {field["name"]: field for field in resources["ledger"]["schema"]["fields"]}
    assert (ledger["good_gwh"]["type"], ledger["good_gwh"]["unit"]) == ("number", "GWh")
    assert (ledger["year"]["type"], ledger["entity"]["type"]) == ("integer", "string")


def test_described_again_it_is_the_same_and_the_run_is_whole(run, graph):
    names = ("ro-crate-metadata.json", "datapackage.json")
    before = [(run.folder / name).read_bytes() for name in names]
    export_run(run, "ro-crate")
    assert [(run.folder / name).read_bytes() for name in names] == before
    assert open_run(run.folder).rows == run.rows


def test_it_describes_the_folder_where_it_is(run, tmp_path):
    with pytest.raises(RunError, match="where it is"):
        export_run(run, "ro-crate", tmp_path / "elsewhere")
