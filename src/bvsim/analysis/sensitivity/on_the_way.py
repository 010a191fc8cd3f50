"""What happens on the way of a run and goes with an outcome: kept apart from what is known before.

A site that stops, lines in service, a date of SOP or weeks in which people bind are no figures of
the design: they follow from figures and luck. That an outcome goes with them says how it comes
about, not what it depends on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.resampling import bootstrap
from bvsim.analysis.sensitivity.prcc import ENOUGH, RESAMPLES, rank_correlations, threshold
from bvsim.analysis.tables import ROW, RunLike, has_column
from bvsim.analysis.variables import values_of
from bvsim.ensemble.work import FloatArray

_YEAR = re.compile(r"_((?:19|20|21)\d\d)(?:_|\.|$)")
_BINDING = ("labour", "cathode", "demand", "throttle")
_STOPS, _DATES = "closed_year.", ("cam_sop_year.", "opens_year.")


def on_the_way(run: RunLike, outcome: str) -> pd.DataFrame:
    """Return how an outcome goes with what happens on the way to it.

    Looked at are stops of sites until the outcome's year, lines in service and weeks in which each
    limit binds in that year, and the opening of cathode plants and recyclers (never is last).

    Parameters
    ----------
    run : RunLike
        A plain run.
    outcome : str
        A key figure, or another variable.

    Returns
    -------
    pandas.DataFrame
        `rank` (Spearman's correlation over draws) with `lo` and `hi` (95%, bootstrap), `clear`
        (beyond what the largest of as many would reach by chance at 5%) and `n`; index: variable,
        largest first. Empty where nothing varies.
    """
    kpis = run.table("kpis").set_index(ROW)
    found = {outcome: values_of(run, outcome, kpis)}
    for name in _names(run, kpis, outcome):
        try:
            values = values_of(run, name, kpis)
        except AnalysisError:  # rows that kept no such table, a site without lines
            continue
        found[name] = np.where(np.isnan(values), np.inf, values)
    table = pd.DataFrame(found, kpis.index).groupby(level="draw").mean()
    table = table[table[outcome].notna()]
    y = table.pop(outcome).to_numpy(dtype=np.float64)
    return _correlated(table.loc[:, table.nunique() > 1], y)


def _names(run: RunLike, kpis: pd.DataFrame, outcome: str) -> Iterator[str]:
    """Yield what may happen on the way, itself left out."""
    found = _YEAR.search(outcome)
    names = [str(column) for column in kpis.columns if str(column).startswith(_DATES)]
    if found is not None:
        sites = [str(c).removeprefix(_STOPS) for c in kpis.columns if str(c).startswith(_STOPS)]
        kinds = ["closed", *(["lines"] if has_column(run, "yearly", "line_weeks") else [])]
        names += [f"{kind}_{found[1]}.{site}" for site in sites for kind in kinds]
        names += [f"weeks_{cause}_{found[1]}" for cause in _BINDING]
    yield from (name for name in names if name != outcome)


def _correlated(table: pd.DataFrame, y: FloatArray) -> pd.DataFrame:
    n, looks = table.shape
    columns = ["rank", "lo", "hi", "clear", "n"]
    if n < 4 or not looks:
        return pd.DataFrame(columns=columns)
    x = table.to_numpy(dtype=np.float64)
    rank = rank_correlations(x, y)
    low, high = bootstrap(
        lambda rows: rank_correlations(x[rows], y[rows]), n, resamples=RESAMPLES, name="on-the-way"
    )
    clear = (n >= ENOUGH) & (np.abs(rank) > threshold(n, 1, looks)) & ((low > 0) | (high < 0))
    names = pd.Index(table.columns.map(str), name="variable")
    made = pd.DataFrame({"rank": rank, "lo": low, "hi": high, "clear": clear, "n": n}, index=names)
    return made.sort_values("rank", key=np.abs, ascending=False, kind="stable")
