"""When lines start, plants open and sites close, beside what was announced."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bvsim.analysis.tables import ROW, RunLike, columns_from, columns_of

KINDS = {"sop_year": "starts", "opens_year": "opens", "closed_year": "closes"}
"""By key figure, what happens to the entity in its name."""

COLUMNS = ["kind", "entity", "announced", "p10", "p50", "p90", "share"]


def milestones(run: RunLike) -> pd.DataFrame:
    """Return the dates of starts, openings and closures over the rows of a run.

    Returns
    -------
    pandas.DataFrame
        A row for each that was announced or happens in any row: `kind` (starts, opens,
        closes), `entity`, `announced` (first year of the announced plan, NaN for none),
        `p10`, `p50`, `p90` in decimal years over the rows in which it happens, and `share`,
        the share of rows in which it does.
    """
    names = [name for name in columns_of(run, "kpis") if name.partition(".")[0] in KINDS]
    table = columns_from(run, "kpis", names)
    plan = announced_years(run)
    rows = []
    for name in names:
        kpi, _, entity = name.partition(".")
        dates = table[name].to_numpy(dtype=np.float64)
        happened = dates[np.isfinite(dates)]
        announced = plan.get(entity, np.nan) if kpi == "sop_year" else np.nan
        if len(happened) or np.isfinite(announced):
            quantiles = np.quantile(happened, [0.1, 0.5, 0.9]) if len(happened) else [np.nan] * 3
            share = len(happened) / len(dates)
            rows.append((KINDS[kpi], entity, announced, *quantiles, share))
    return pd.DataFrame(rows, columns=COLUMNS)


def announced_years(run: RunLike) -> dict[str, float]:
    """Return the first year in which the announced plan counts each block."""
    ledger = columns_from(run, "ledger", [*ROW, "year", "entity", "announced_gwh"])
    planned = ledger[ledger["announced_gwh"] > 0.0]
    first = planned.groupby(planned["entity"].astype(str))["year"].min()
    return {str(block): float(year) for block, year in first.items()}
