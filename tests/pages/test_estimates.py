"""The page of how far estimates are off says what the shipped files say."""

from bvsim.reading.datafiles import shipped_root
from pages.estimates import FOLDER, PAGE, _of, tables


def test_the_page_is_that_of_the_shipped_estimates():
    assert tables(shipped_root() / FOLDER) in (shipped_root() / PAGE).read_text("utf-8")


def test_a_table_tells_each_badge_and_their_sums():
    badge = {"figure": "output_2030_gwh", "measure": "odds", "error": 0.031, "covers": 0.9}
    badges = [badge | {"within": 0.95, "holds": True, "mixes": 40}]
    effects = {"rows": 64}
    text = _of("mine", {"badges": badges, "effects": effects, "turns": [1], "pairs": []})
    assert "| `output_2030_gwh` | odds | 3.1 points | 90% | 95% | yes |" in text
    assert "odds: 95% within 5 points, shown of 1 of 1 figures" in text
