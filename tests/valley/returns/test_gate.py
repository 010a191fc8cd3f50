"""Scrap gathers on the heap of its plant and kind, however it is handed over."""

from __future__ import annotations

import pytest

from bvsim.valley.returns.market import Recycling
from returns_case import SCRAP, WORLD, France, column, play


def test_a_plant_has_one_heap_of_each_kind_and_plants_share_the_kind():
    made = play(WORLD)
    heap = made.heap("alpha", "nmc", "trim")
    assert made.heap("alpha", "nmc", "trim") is heap
    other = made.heap("beta", "nmc", "trim")
    assert other is not heap
    assert other.kind is heap.kind
    assert made.heap("alpha", "nmc", "dry_cell").kind is not heap.kind


def test_what_is_put_on_a_heap_joins_what_is_delivered_by_name(monkeypatch):
    start = Recycling.start

    def start_with_scrap(recycling):
        start(recycling)
        recycling.take_scrap(recycling.heap("plant", "nmc", "filled_cell"), 30.0)
        recycling.take_scrap(recycling.heap("plant", "nmc", "precursor"), 5.0)

    monkeypatch.setattr(Recycling, "start", start_with_scrap)
    made = play(WORLD, packs=France(0.0), scrap=SCRAP, months=2)
    assert column(made, "scrap_delivered_t") == 135.0
    assert column(made, "powder_t") == 5.0
    assert column(made, "scrap_feedstock_t") == 130.0
    assert column(made, "scrap_delivered_t", month=1) == 0.0  # heaps begin anew


@pytest.mark.parametrize("first", ["alpha", "beta"])
def test_powder_of_all_plants_is_one_kind(first):
    second = "beta" if first == "alpha" else "alpha"
    scrap = [(name, "nmc", "precursor", 10.0) for name in (first, second)]
    assert column(play(WORLD, packs=France(0.0), scrap=scrap), "powder_t") == 20.0
