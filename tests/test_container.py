"""The container file's steps do what they say, in a clean folder in place of an image."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "how-to" / "clusters" / "Containerfile"
OFFLINE = re.compile("NewConnectionError|NameResolutionError|No matching distribution")


def lines(word):
    return re.findall(rf"^{word} (.+)$", FILE.read_text("utf-8"), re.MULTILINE)


def test_it_starts_from_a_python_that_is_supported():
    (image,) = lines("FROM")
    assert image.rpartition(":")[2].startswith("3.11")
    assert len(lines("RUN")) == 3


@pytest.mark.slow
def test_its_steps_make_a_bvsim_that_runs(tmp_path):
    kept = shutil.ignore_patterns(*(ROOT / ".containerignore").read_text("utf-8").split())
    shutil.copytree(ROOT, tmp_path / "opt" / "bvsim", ignore=kept)
    for step in lines("RUN"):
        here = step.replace("/opt/", f"{tmp_path}/opt/").replace(
            "python -m", f"{sys.executable} -m", 1
        )
        done = subprocess.run(
            here, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        if OFFLINE.search(done.stderr):
            pytest.skip("no package index is reached")
        assert done.returncode == 0, f"{step}\n{done.stderr}"
    (entry,) = lines("ENTRYPOINT")
    command = [
        entry.strip('[]"').replace("/opt/", f"{tmp_path}/opt/"),
        "run",
        "reference",
        "-n",
        "1",
    ]
    place = tmp_path / "work"
    place.mkdir()
    subprocess.run(
        [*command, "--no-report", "--out", "mine"],
        cwd=place,
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "BVSIM_STORE": "off"},
    )
    assert (place / "mine" / "kpis.parquet").is_file()
