"""Still pictures show what the scripts show: each bar and line where its number says."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from bvsim.show.report import render_page
from bvsim.show.report.still import Still, ticks
from bvsim.show.words import Both, plain
from run_folder import make_run, put_analyses


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    put_analyses(folder)
    return render_page(make_run(12), beside=[make_run(4)], analyses=[folder])


def pictures(page):
    """Return the picture of each chart as a tree, by the chart's name."""
    found = re.findall(r'data-chart="([^"]+)"[^>]*>(<svg.*?</svg>)?</div>', page)
    return {name: svg and ElementTree.fromstring(svg) for name, svg in found}


def test_every_chart_has_a_picture_before_any_script_runs(page):
    found = pictures(page)
    bare = {name for name, svg in found.items() if not svg}
    assert len(found) >= 25
    # the made-up run has no recyclers, no flows and no scenario
    assert {name for name in bare if not name.startswith("site.")} <= {
        *("matter", "recycling", "confidence", "graduates", "cathode", "moves")
    }
    for name in ("fan", "odds", "beside", "waterfall", "relief.0", "shapley.0", "sensitivity.0"):
        assert found[name] is not None, name


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 167, [0, 50, 100, 150]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-3, 4, [-2, 0, 2, 4])],
)
def test_ticks_are_round_and_inside(low, high, expected):
    assert ticks(low, high) == expected


def test_ticks_of_nothing():
    assert ticks(0.0, 0.0) == [0.0]


def test_a_bar_is_as_long_as_its_number():
    still = Still((0.0, 10.0), (0.0, 100.0), height=220.0, left=20.0, right=0.0, top=10, bottom=10)
    assert (still.x(0), still.x(10), still.x(5)) == (20.0, 720.0, 370.0)
    assert (still.y(0), still.y(100), still.y(25)) == (210.0, 10.0, 160.0)
    still.box((still.x(1), still.y(50)), (still.x(3), still.y(0)), "#123456")
    (rect,) = ElementTree.fromstring(still.svg())
    assert (rect.get("width"), rect.get("height")) == ("140.0", "100.0")


def test_the_steps_of_the_waterfall_are_those_of_its_table(page):
    picture = pictures(page)["waterfall"]
    data = re.search(r'"stairs":\{"announced":\{"mean":\[([^\]]+)\]', page)
    announced = float(data[1].split(",")[2030 - 2023])
    said = [text.text for text in picture.iter("text") if text.get("class") == "strong"]
    assert said[0] == f"{announced:.0f}"
    bars = [float(rect.get("width")) for rect in picture.iter("rect")]
    assert max(bars) == bars[0]
    last = float(said[-1].replace(",", ""))
    assert bars[-1] / bars[0] == pytest.approx(last / announced, abs=0.01)


def test_texts_are_escaped_and_in_both_languages():
    still = Still((0, 1), (0, 1))
    still.text((0, 0), Both("<b>", "é"), kind="mark")
    still.text((0, 0), plain("2030"))
    english, french, year = ElementTree.fromstring(still.svg())
    assert (english.text, english.get("class"), french.get("lang")) == ("<b>", "en mark", "fr")
    assert year.get("lang") is None
