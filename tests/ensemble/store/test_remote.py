"""Run folders at a URL: written, gone on with, read, and what is wrong there is told."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import bvsim
from bvsim.cli import main
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.remote import address, fetched, work_folder

FEW = ("run", "reference", "--workers", "1", "--no-report")


def call(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


@pytest.fixture
def url(tmp_path, monkeypatch):
    """A folder of a store in memory, and an empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return f"memory://{uuid.uuid4().hex}/studies/mine"


def names(url):
    system, root = fsspec.core.url_to_fs(url)
    system.invalidate_cache()
    return {path.removeprefix(root).strip("/") for path in system.find(root)}


def same_tables(one, other):
    return all(
        pq.read_table(one / f"{name}.parquet").equals(pq.read_table(other / f"{name}.parquet"))
        for name in ("draws", "kpis", "ledger", "yearly")
    )


def test_a_run_at_a_url_is_the_run_of_a_folder(url):
    code, said = call(*FEW, "-n", 2, "--out", url)
    assert code == 0
    assert f"copied to {url}" in said
    assert call(*FEW, "-n", 2, "--fresh", "--out", "here")[0] == 0
    assert names(url) == {p.name for p in Path("here").iterdir()}
    run = bvsim.open_run(url)
    assert same_tables(run.folder, Path("here"))
    assert run.folder == fetched(url)  # not copied again
    assert call("compare", url, "here")[0] == 0
    question = "mean(output_2030_gwh)"
    assert call("ask", url, question) == call("ask", "here", question)


def test_the_manifest_is_written_last(url, monkeypatch):
    put = []
    system = fsspec.filesystem("memory")
    monkeypatch.setattr(type(system), "put_file", lambda _s, _from, to, **_: put.append(to))
    call(*FEW, "-n", 1, "--out", url)
    assert [Path(name).name for name in put].index("manifest.json") == len(put) - 1 > 3


def test_json_names_the_url(url):
    _, said = call(*FEW, "-n", 1, "--out", url, "--json")
    assert json.loads(said[said.index("{") : said.rindex("}") + 1])["out"] == url


def test_draws_are_added_from_another_machine(url, tmp_path, monkeypatch):
    call(*FEW, "-n", 2, "--out", url)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    code, said = call(*FEW, "-n", 4, "--out", url)
    assert (code, "--resume" in said) == (2, True)
    assert call(*FEW, "-n", 4, "--resume", "--out", url)[0] == 0
    monkeypatch.chdir(tmp_path)  # whose folder is older than what is there now
    assert bvsim.open_run(url).rows == 4
    assert call(*FEW, "-n", 6, "--resume", "--out", url)[0] == 0
    call(*FEW, "-n", 6, "--fresh", "--out", "here")
    assert same_tables(bvsim.open_run(url).folder, Path("here"))


def test_shards_at_urls_are_merged_to_a_url(url):
    parts = [f"{url}/part-{i}" for i in (1, 2)]
    for i, part in enumerate(parts, 1):
        assert call(*FEW, "-n", 4, "--shard", f"{i}/2", "--out", part)[0] == 0
    assert call("merge", *parts, "--out", f"{url}/whole")[0] == 0
    call(*FEW, "-n", 4, "--fresh", "--out", "here")
    assert same_tables(bvsim.open_run(f"{url}/whole").folder, Path("here"))


def test_a_damaged_file_is_named_by_its_url_and_its_repair_is_seen(url):
    call(*FEW, "-n", 1, "--out", url)
    system, root = fsspec.core.url_to_fs(url)
    whole = system.cat_file(f"{root}/kpis.parquet")
    system.pipe_file(f"{root}/kpis.parquet", whole[:-9] + b"?" + whole[-8:])
    code, said = call("ask", url, "mean(output_2030_gwh)")
    assert code == 2
    assert f"{url}/kpis.parquet is damaged" in said
    system.pipe_file(f"{root}/kpis.parquet", whole)
    assert bvsim.open_run(url).rows == 1


def test_a_run_taken_away_there_is_made_anew(url):
    call(*FEW, "-n", 1, "--out", url)
    system, root = fsspec.core.url_to_fs(url)
    system.rm(root, recursive=True)
    assert call(*FEW, "-n", 2, "--out", url)[0] == 0
    assert bvsim.open_run(url).rows == 2


def test_rows_of_a_run_killed_before_it_was_copied_stay_here(url):
    call(*FEW, "-n", 1, "--out", url)
    folder = work_folder(url)
    (folder / "mark").write_text("of a run that went on")
    assert work_folder(url) == folder
    assert (folder / "mark").exists()
    assert address(folder) == url


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ask", "memory://nothing/here", "mean(output_2030_gwh)"), "holds no run"),
        (("compare", "memory://nothing/here", "reference"), "holds no run"),
        (("report", "nosuch://a/b"), "nosuch"),
        (("compare", "reference", "delayed", "--out", "memory://a/b"), "a folder of this machine"),
    ],
)
def test_what_is_wrong_is_one_line(words, said, url):
    code, text = call(*words)
    assert code == 2
    assert said in text
    assert "Traceback" not in text


def test_without_fsspec_it_says_what_to_install(url, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    code, said = call("ask", url, "mean(output_2030_gwh)")
    assert (code, 'pip install "bvsim[remote]"' in said) == (2, True)


def interrupted(url):
    """Start a long run as a user would, and stop it when a few rows are done."""
    words = [sys.executable, "-m", "bvsim", *FEW, "-n", "4096", "--fresh", "--out", url]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=os.environ)
    deadline = time.monotonic() + 120
    while not any(Path("runs/.remote").glob("*/shards/*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    return process.wait(120), process.stderr.read()


@pytest.mark.slow
def test_an_interrupted_run_is_copied_too(url, tmp_path):
    url = f"file://{tmp_path}/store/mine"
    code, said = interrupted(url)
    assert code == 130
    assert f"copied to {url}" in said
    run = bvsim.open_run(url)
    assert run.status == "interrupted"
    assert 0 < run.rows < 4096


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    """A bucket of an S3 of this machine."""
    server = pytest.importorskip("moto.server", reason="moto[server] is not installed")
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    serving = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    serving.start()
    host, port = serving.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir("studies")
    yield "s3://studies/mine"
    serving.stop()


@pytest.mark.slow
def test_an_object_store_holds_a_run(bucket):
    code, said = interrupted(bucket)
    assert (code, f"copied to {bucket}" in said) == (130, True), said
    kept = bvsim.open_run(bucket).rows
    assert 0 < kept < 4096
    part = f"{bucket}/whole"
    assert call(*FEW, "-n", 4, "--out", part)[0] == 0
    call(*FEW, "-n", 4, "--fresh", "--out", "here")
    assert same_tables(bvsim.open_run(part).folder, Path("here"))
    code, said = call("ask", part, "mean(output_2030_gwh)")
    assert (code, said) == call("ask", "here", "mean(output_2030_gwh)")


def test_a_run_in_python_is_made_in_a_folder_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="s3://studies/mine is a URL"):
        bvsim.run("reference", 1, out="s3://studies/mine")
    assert list(tmp_path.iterdir()) == []
