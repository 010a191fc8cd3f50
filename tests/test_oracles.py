"""Against other people's results: replication rules (sim-tools), queues (theory).

Further oracles stand beside what they check: flodym in `valley/test_fleet.py` (cohort
outflows), SALib in `analysis/test_sensitivity.py` (indices), (s, S) and lead-time theory in
`valley/test_imports.py`, closed forms throughout.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

from bvsim.ensemble.precision import FEWEST, STEP, Precision
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.projects.lines import Stops

sim_tools = pytest.importorskip("sim_tools.output_analysis", reason="sim-tools is not installed")

KPI = "output_2030_gwh"


def asked(values: np.ndarray, percent: float) -> Precision:
    """A target on a mean, with so many replications done."""
    precision = Precision([f"{KPI}={percent}%"], "random")
    precision.add(np.arange(len(values)), values[:, None])
    return precision


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("percent", [3, 5, 10])
def test_precision_is_that_of_the_confidence_interval_method(seed, percent):
    """Where rows come in pairs about their middle: they lean to no side, and no tail is heavy."""
    rng = np.random.default_rng(seed)
    apart = rng.uniform(0.0, 17.0, 400)
    values = 24.0 + np.column_stack([apart, -apart]).ravel()
    precision = asked(values, percent)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, table = sim_tools.confidence_interval_method(
            values, desired_precision=percent / 100, min_rep=FEWEST - 1, decimal_places=12
        )
    checks = range(FEWEST, len(values) + 1, STEP)
    met = []
    for draws in checks:
        (found,) = precision.measure(draws)
        theirs = table.loc[draws]
        assert found.estimate == pytest.approx(theirs["Cumulative Mean"], rel=1e-9)
        wide = (theirs["Upper Interval"] - theirs["Lower Interval"]) / 2
        assert found.half_width == pytest.approx(wide, rel=1e-9)
        assert found.met == (theirs["% deviation"] <= percent / 100)
        met += [draws] if found.met else []
    assert first <= met[0]  # they look at every replication, bvsim at every eighth


@pytest.mark.parametrize("seed", range(6))
def test_a_run_ends_no_earlier_than_the_method_and_only_where_it_holds(seed):
    values = np.random.default_rng(100 + seed).gamma(6.0, 4.0, 4096)
    percent, draws = 4, FEWEST
    while (wanted := asked(values[:draws], percent).next(draws)) is not None:
        assert wanted > draws
        draws = wanted
    first, table = sim_tools.confidence_interval_method(
        values, desired_precision=percent / 100, min_rep=FEWEST - 1, decimal_places=12
    )
    assert first <= draws < 2.5 * first + STEP
    assert table.loc[draws, "% deviation"] <= percent / 100


def finite_source(machines: int, repairers: int, mtbf: float, mttr: float) -> np.ndarray:
    """Chances of 0, 1, ... machines down in M/M/c//N, from its balance equations.

    Gross, Shortle, Thompson and Harris 2008, Fundamentals of Queueing Theory, 2.7.
    """
    weights = [1.0]
    for down in range(machines):
        fails = (machines - down) / mtbf
        repaired = min(down + 1, repairers) / mttr
        weights.append(weights[-1] * fails / repaired)
    return np.array(weights) / sum(weights)


def test_lines_down_at_once_are_those_of_a_finite_source_queue():
    """Lines break down alone and are mended without waiting: M/M/c//N with c = N."""
    lines, mtbf, mttr, samples = 5, 12.0, 3.0, 6000
    streams = Streams(Key(7, 0, 0))
    stops = [Stops(mtbf, mttr, streams.stream(f"line-{i}", "breakdowns")) for i in range(lines)]
    seen = np.zeros(lines + 1)
    lost = 0.0
    apart = 10 * mtbf * mttr / (mtbf + mttr)  # ten relaxation times: as good as independent
    for _ in range(samples):
        lost += sum(stop.down_days(apart, 1.0) for stop in stops)
        seen[sum(stop.down_left > 0.0 for stop in stops)] += 1
    theory = finite_source(lines, lines, mtbf, mttr)
    expected = theory * samples
    few = expected < 5
    seen, expected = (np.append(x[~few], x[few].sum()) for x in (seen, expected))
    assert stats.chisquare(seen, expected).pvalue > 1e-3
    mean = theory @ np.arange(lines + 1)
    assert lost / (samples * apart) == pytest.approx(mean, rel=0.02)  # Little's law, line by line
    # with one repairer for all of them more lines would be down: a check of the theory used
    alone = finite_source(lines, 1, mtbf, mttr) @ np.arange(lines + 1)
    assert alone > 1.3 * mean
