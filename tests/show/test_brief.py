"""The brief: two pages, in either language, with the numbers of the tables."""

from __future__ import annotations

import re
import zlib

import pytest

from bvsim.ensemble.store.results import open_run
from bvsim.show.brief import write_brief
from run_folder import write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return open_run(write_run(tmp_path_factory.mktemp("run"), 24).folder)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_brief_has_two_pages_with_pictures(run, tmp_path, lang):
    path = write_brief(run, tmp_path / "brief.pdf", lang=lang)
    text = path.read_bytes()
    assert text.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", text)) == 2
    streams = re.findall(rb"stream\r?\n(.*?)endstream", text, re.DOTALL)
    drawn = [zlib.decompress(each) for each in streams if each[:1] == b"x"]
    assert sum(b" l\n" in each for each in drawn) >= 2  # lines are drawn on both
    assert path.stat().st_size < 300_000
