"""What a prompt and a notebook say of a scenario: short, and safe to put into a page."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

import bvsim as bv
from bvsim.reading.card import card, short_path, shorten
from bvsim.reading.scenario import load
from small_model import Model, write


class Texts(HTMLParser):
    """The cells of a card's table, and its tags, which must close in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.cells, self.text = [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open[-1] in ("td", "th"):
            self.cells[-1] += data


@pytest.mark.parametrize("name", ["reference", "hindcast-2023"])
def test_a_scenario_is_short_at_the_prompt(name):
    scenario = bv.load(name)
    assert len(repr(scenario)) < 200
    for part in (name, str(scenario.as_of), str(len(scenario.paths))):
        assert part in repr(scenario)


def test_a_card_says_what_is_set_and_by_whom(tmp_path):
    root = write(tmp_path)
    scenario = load("base", {"labour.programmes.first.seats": 77}, root=root, model_class=Model)
    found = Texts(scenario._repr_html_())
    at = found.cells.index("labour.programmes.first.seats")
    assert "77" in found.cells[at + 1]
    assert scenario.story.strip() in found.text


def test_a_card_keeps_markup_as_text():
    found = Texts(card("<b>", "a & b", [("x", "<y>"), ("1", "<script>")]))
    assert found.cells == ["x", "<y>", "1", "<script>"]
    assert found.text.startswith("<b>a & b")


def test_long_names_lose_their_middle():
    assert shorten("short") == "short"
    assert len(shorten("a" * 500)) <= 60
    assert short_path(Path("/" + "far/" * 90 + "run")).endswith("far/run")
    assert len(short_path(Path("/" + "far/" * 90 + "run"))) == 60
