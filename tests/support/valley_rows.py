"""A few rows of a scenario on common draws and luck, and sums over their tables."""

from __future__ import annotations

import numpy as np

from bvsim.ensemble.design.points import design
from bvsim.valley.ground.streams import Key
from bvsim.valley.valley import prepare, simulate

STUDENT = {4: 3.182, 6: 2.571, 8: 2.365, 10: 2.262, 12: 2.201, 16: 2.131, 24: 2.069}
"""The 97.5% quantile of Student's t with n - 1 degrees of freedom, by n (any table of it)."""


def run(scenario, number, *, lifts=frozenset(), seed=7, years=(2030,)):
    """Simulate rows whose draws and luck depend on nothing but the seed and the row."""
    uniforms = design(scenario.width, number, seed, "random").uniforms()
    values = scenario.quantile(uniforms)
    setting = prepare(scenario, years)
    return [simulate(setting, values[i], Key(seed, i, 0), lifts=lifts) for i in range(number)]


def drawn(scenario, row, *, seed=7):
    """Return the figures behind a row of `run`."""
    uniforms = design(scenario.width, row + 1, seed, "random").uniforms()
    return scenario.drawn(scenario.quantile(uniforms)[row])


def cells(record, table, column, *, entity=None, first=0, last=9999):
    """Return a column's values of the rows of an entity (or all) in a span of years."""
    found = record.tables[table]
    labels = dict(found.index)
    keep = [
        first <= year <= last and entity in (None, name)
        for year, name in zip(labels["year"], labels["entity"], strict=True)
    ]
    return found.values[keep, found.columns.index(column)]


def total(records, column, *, entity=None, first=0, last=9999, table="yearly"):
    """Return a quantity added up over years and entities, one number a row."""
    spans = (cells(r, table, column, entity=entity, first=first, last=last) for r in records)
    return np.array([np.nansum(values) for values in spans])


def output(records, first=0, last=9999):
    """Return the GWh of good cells of the region, one number a row."""
    return total(records, "good_gwh", table="ledger", first=first, last=last)


def interval(differences):
    """Return the 95% interval of the mean of independent paired differences."""
    values = np.asarray(differences, dtype=float)
    half = STUDENT[len(values)] * values.std(ddof=1) / len(values) ** 0.5
    return values.mean() - half, values.mean() + half
