"""The page of intervals holds what the command measures, and no interval that lies."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from bvsim.ensemble.design.points import KINDS
from pages import intervals

PAGE = (Path(__file__).parents[2] / intervals.PAGE).read_text("utf-8")


def tables():
    """Return the cells of the page by design, interval, outcome."""
    found, head = {}, ""
    for line in PAGE.partition(intervals.BEGIN)[2].splitlines():
        head = line[4:] if line.startswith("### ") else head
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) > 2:
            found[head, cells[0], cells[1]] = cells[2:]
    return {
        key: cells for key, cells in found.items() if key[1] not in ("interval", "outcome", "---")
    }


def test_no_interval_holds_less_than_it_must():
    found = {key: cells for key, cells in tables().items() if "stopping" not in key[0]}
    assert len(found) == len(intervals.CASES) * len(intervals.asked())
    numbers = [int(cell.split()[0]) for cells in found.values() for cell in cells if cell != "-"]
    assert len(numbers) > 600
    assert min(numbers) >= 100 * intervals.LEAST


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_what_is_measured_now(kind):
    only = ("skewed", "1%", "1% to 5%")
    found = intervals.counts(kind, 16, 1, intervals.REPEATS, only)
    said = {key[1:]: cells for key, cells in tables().items() if f" {kind}, one" in key[0]}
    for key, count in found.items():
        assert said[key][0] == intervals.text(count, intervals.REPEATS), key


@pytest.mark.slow
def test_runs_that_stop_by_themselves_are_as_near_as_asked():
    outcome = intervals.OUTCOMES[2]
    met, near = zip(*(intervals.grown("sobol", outcome, seed) for seed in range(40)), strict=True)
    assert sum(near) >= 0.9 * sum(met) > 0


def test_an_interval_that_is_too_narrow_would_be_seen(monkeypatch):
    half = intervals.ci95_mean

    def narrow(values, draws, kind):
        low, high = half(values, draws, kind)
        middle = float(np.mean(values))
        return middle - (middle - low) / 2, middle + (high - middle) / 2

    monkeypatch.setattr(intervals, "ci95_mean", narrow)
    asks = intervals.counts("random", 32, 1, 200, ("smooth",))
    assert asks["mean", "smooth"].coverage < 0.8


def test_what_is_true_of_an_outcome_is_true_of_many_rows():
    scores = np.random.default_rng(1).standard_normal(1_000_000)
    for outcome in intervals.OUTCOMES:
        values = outcome.of(scores)
        assert values.mean() == pytest.approx(outcome.mean, abs=0.01)
        assert np.quantile(values, 0.9) == pytest.approx(outcome.quantile(0.9), abs=0.02)


def test_too_few_intervals_are_a_dash():
    assert intervals.text(intervals.Count(49, 49), 1000) == "-"
    assert intervals.text(intervals.Count(500, 475), 1000) == "95 (50%)"
    assert math.isnan(intervals.Count(0, 0).coverage)
    assert re.search(r"least of all cells: 9\d\.\d%", PAGE)
