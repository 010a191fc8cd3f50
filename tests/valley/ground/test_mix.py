"""A mixed stock: composition, age and what it cannot give, by hand."""

from __future__ import annotations

import pytest

from bvsim.valley.ground.mix import MixedStock


def test_what_is_older_than_its_shelf_life_goes_first_in_first_out() -> None:
    stock = MixedStock(2, 0, 3)
    stock.put([10.0, 0.0], 0.0)
    stock.put([0.0, 30.0], 100.0)
    stock.take(4.0, 2)
    assert stock.older_than(50.0) == pytest.approx(6.0)
    assert stock.older_than(101.0) == pytest.approx(36.0)
    stock.take(8.0, 2)
    assert stock.older_than(50.0) == 0.0
    assert stock.older_than(101.0) == pytest.approx(28.0)


def test_a_mixed_stock_gives_out_its_composition() -> None:
    stock = MixedStock(2, 1, 2)
    stock.put([30.0, 0.0, 0.0], 0.0)
    stock.take(10.0, 0)
    stock.put([0.0, 20.0, 5.0], 1.0)
    assert stock.draw(10.0, 1) == pytest.approx([5.0, 5.0, 1.25])
    assert stock.gone(0) == pytest.approx([10.0, 0.0, 0.0])
    assert stock.gone(1) == pytest.approx([5.0, 5.0, 1.25])
    assert stock.parts == pytest.approx([15.0, 15.0, 3.75])


def test_a_stock_gives_no_more_than_there_is() -> None:
    stock = MixedStock(1, 0, 1)
    stock.put([10.0], 0.0)
    assert [stock.take(tonnes, 0) for tonnes in (4.0, 7.0, 1.0)] == [4.0, 6.0, 0.0]
    assert stock.total == 0.0
