"""The page of announced figures: each row has a place that exists, or says why it has none."""

from pathlib import Path

import pytest
import yaml

from bvsim.reading.scenario import load
from bvsim.valley.record.kpis import KPIS

PAGE = Path(__file__).parents[1] / "docs" / "background" / "announced.md"
NAMES = {kpi.name for kpi in KPIS} | {"--set", "bvsim list", "bvsim run announced"}
MUST = (
    *("46 GWh", "167 GWh", "11,800", "13,000", "3,000 indirect", "11.8 billion", "2.3 billion"),
    *("8.2 billion", "600 million", "11 billion", "EUR 80 million", "70,000"),
    *("40,000", "550", "seven sites", "wo million batteries", "wo million electric", "9.8%"),
    *("Fleets", "Eco-score", "Price war", "Land disputes", "than in China", "Toyota", "Minth"),
    *("Neogy", "Saleux", "Axens", "Urbanloop", "Electro'Mob"),
)


def rows():
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [tuple(row) for row in cells if row[0] not in ("claim", "---")]


@pytest.fixture(scope="module")
def tree():
    """Return everything that the reference model says, and its templates by name."""
    model = yaml.safe_load(load("reference").to_yaml())
    return model.get("model", model)


def found(tree, path):
    """Tell whether a dotted path is there; names of blocks have dots of their own."""
    if not path:
        return True
    if not isinstance(tree, dict):
        return False
    parts = path.split(".")
    return any(
        found(tree[key], ".".join(parts[n:]))
        for n in range(1, len(parts) + 1)
        if (key := ".".join(parts[:n])) in tree
    )


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_every_place_that_is_named_is_there(row, tree):
    claim, place = row
    names = place.split("`")[1::2]
    assert names or place.startswith("Not held"), claim
    for name in names:
        assert name in NAMES or name == "sop_year" or found(tree, name), name


def test_what_the_articles_say_is_on_the_page():
    claims = " ".join(claim for claim, _ in rows())
    missing = [words for words in MUST if words not in claims]
    assert not missing


def test_a_place_that_is_not_there_is_noticed(tree):
    assert not found(tree, "sites.aesc-douai.blocks.block-9")
    assert found(tree, "plan.autumn-2025.blocks.aesc-douai.block-2")
