"""The brief: two pages or slides, in either language, with the numbers of the tables."""

from __future__ import annotations

import io
import re
import sys
import zlib

import pptx
import pytest
from PIL import Image
from pptx.enum.shapes import MSO_SHAPE_TYPE

from bvsim.ensemble.store.folder import RunError
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


@pytest.mark.parametrize(("lang", "word"), [("en", "announced"), ("fr", "annoncés")])
def test_slides_open_and_hold_three_pictures_with_words(run, tmp_path, lang, word):
    path = write_brief(run, tmp_path / "brief.pptx", lang=lang)
    slides = pptx.Presentation(str(path)).slides
    shapes = [shape for slide in slides for shape in slide.shapes]
    pictures = [shape for shape in shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE]
    assert (len(slides), len(pictures)) == (6, 3)
    assert all(shape._element.nvPicPr.cNvPr.get("descr") for shape in pictures)
    for picture in pictures:
        with Image.open(io.BytesIO(picture.image.blob)) as drawn:
            assert len(drawn.convert("RGB").getcolors(1_000_000)) > 20
    text = " ".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    output = run.table("kpis")["output_2030_gwh"]
    assert f"{output.mean():.0f} GWh" in text
    assert f"{(output >= 30).mean():.0%}".rstrip("%") in text
    assert word in text


def test_every_shape_stays_on_its_slide(run, tmp_path):
    deck = pptx.Presentation(str(write_brief(run, tmp_path / "brief.pptx")))
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


def test_without_the_library_slides_say_what_they_need(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pptx", None)
    monkeypatch.delitem(sys.modules, "bvsim.show.brief.slides", raising=False)
    with pytest.raises(RunError, match=r"bvsim\[brief\]"):
        write_brief(run, tmp_path / "brief.pptx")
