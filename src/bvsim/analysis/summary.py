"""What a run says: key figures with quantiles and precision, and the `--json` object."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from bvsim.analysis.kpis import unit_of
from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.ledger.limits import learning, limits, sentences
from bvsim.analysis.tables import ROW, Kept, RunLike, by_year, columns_from, columns_of
from bvsim.ensemble.design.interval import QUANTILES, ci95_kpi, ci95_quantile
from bvsim.ensemble.store.manifest import picked
from bvsim.ensemble.work import FloatArray, IntArray

SCHEMA_VERSION = 1
ENOUGH = 0.1
"""Quantiles are given when at least this share of rows has a value."""
FEWEST_ROWS = 10
"""Of fewer rows than this, no sentence says how well a mean is known: the scatter of so few tells
little of the spread, and its interval may well reach below zero."""

_TOGETHER = 64
"""Key figures that are read together: of thousands of rows, all at once need much memory."""
_DIGITS = 12
_UNKNOWN = (math.nan, math.nan)


def summarise(run: RunLike, names: Collection[str] | None = None) -> pd.DataFrame:
    """Summarise key figures over the rows of the run.

    Parameters
    ----------
    run : Run
        The run.
    names : collection of str, optional
        The key figures, where the run has them; all of them by default.

    Returns
    -------
    pandas.DataFrame
        `unit`, `mean`, `sd`, `p10`, `p50`, `p90`, `ci95_lo`, `ci95_hi`,
        `share_defined`; index: the key figure's name. NaN stands for what is not
        defined: quantiles where fewer than one row in ten has a value, an interval
        where there is none (`no_interval` says why).
    """
    design = str(run.manifest["design"])
    return pd.concat([_summarised(*block, design) for block in _blocks(run, names)])


def _blocks(
    run: RunLike, names: Collection[str] | None = None
) -> Iterator[tuple[pd.DataFrame, IntArray]]:
    """Yield key figures, a few at a time and one a column, each time with the draw of each row."""
    found = [name for name in columns_of(run, "kpis") if name not in ROW]
    wanted = found if names is None else [name for name in found if name in names]
    for first in range(0, max(1, len(wanted)), _TOGETHER):
        block = wanted[first : first + _TOGETHER]
        kpis = columns_from(run, "kpis", ["draw", *block])
        yield kpis[block].astype(float), kpis["draw"].to_numpy()


def _summarised(values: pd.DataFrame, draws: IntArray, design: str) -> pd.DataFrame:
    """Summarise a few key figures, one a column."""
    names = list(values.columns)
    defined = values.notna().mean()
    units = [unit_of(str(name)) for name in names]
    intervals = [
        ci95_kpi(unit, values[name], draws, design) or _UNKNOWN
        for unit, name in zip(units, names, strict=True)
    ]
    return pd.DataFrame(
        {
            "unit": units,
            "mean": values.mean(),
            "sd": values.std(ddof=1),
            **{q: values.quantile(p).where(defined >= ENOUGH) for q, p in QUANTILES.items()},
            "ci95_lo": [low for low, _ in intervals],
            "ci95_hi": [high for _, high in intervals],
            "share_defined": defined,
        },
        index=pd.Index(names, name="kpi"),
    )


def quantile_intervals(run: RunLike) -> pd.DataFrame:
    """Return 95% intervals of the quantiles of every key figure.

    Returns
    -------
    pandas.DataFrame
        `p10_lo`, `p10_hi`, `p50_lo`, ... `p90_hi`; index: the key figure's name. NaN where
        fewer than one row in ten has a value, or the design or so few draws allow none.
    """
    design = str(run.manifest["design"])
    found = {
        name: _spans(values[name].to_numpy(), draws, design)
        for values, draws in _blocks(run)
        for name in values.columns
    }
    columns = [f"{q}_{side}" for q in QUANTILES for side in ("lo", "hi")]
    return pd.DataFrame(found.values(), columns=columns, index=pd.Index(found, name="kpi"))


def _spans(values: FloatArray, draws: IntArray, design: str) -> list[float]:
    """Return the ends of the intervals of a key figure's quantiles, one after the other."""
    if np.isfinite(values).mean() < ENOUGH:
        return [math.nan] * (2 * len(QUANTILES))
    spans = (ci95_quantile(values, draws, design, p) or _UNKNOWN for p in QUANTILES.values())
    return [end for span in spans for end in span]


def quantiles(
    run: RunLike,
    name: str,
    entity: str | None = None,
    probabilities: tuple[float, ...] = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95),
) -> pd.DataFrame:
    """Return mean and quantiles of a quantity by year.

    Parameters
    ----------
    run : RunLike
        The run.
    name : str
        A column of the ledger or of the yearly table, such as ``good_gwh``.
    entity : str, optional
        A block, site or plant; the whole valley by default.
    probabilities : tuple of float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        `mean`, then one column a probability (``p10`` for 0.1); index: year.
    """
    values = by_year(run, name, entity)
    found = {f"p{100 * p:g}": values.quantile(p) for p in probabilities}
    return pd.DataFrame({"mean": values.mean(), **found})


def run_json(run: RunLike) -> dict[str, object]:
    """Return the object that `bvsim run --json` prints (plain Python types, no NaN)."""
    run, manifest = Kept(run), run.manifest
    table = summarise(run).join(quantile_intervals(run))
    return {
        "schema_version": SCHEMA_VERSION,
        **picked(manifest, _HEAD),
        "out": str(run.folder),
        "elapsed_s": manifest["elapsed_s"],
        "failed": len(manifest["failures"]),
        "kpis": {str(name): _kpi(row) for name, row in table.iterrows()},
        "bottlenecks": {
            str(year): {str(cause): plain(share) for cause, share in row.items()}
            for year, row in shares(run).iterrows()
        },
        "limits": limits_json(run),
    }


def limits_json(run: RunLike) -> dict[str, dict[str, object]]:
    """Return how each limit stood, with the sentence that says so; see `limits`."""
    said = sentences(run)
    found: dict[str, dict[str, object]] = {
        str(name): {str(key): plain(value) for key, value in row.items()}
        | {"words": said[str(name)][0]}
        for name, row in limits(run).iterrows()
    }
    if "learning" in said:
        pace = learning(run)["speed"]
        found["learning"] = {"mean": plain(pace.mean()), "words": said["learning"][0]}
    if "seats" in said:
        found["seats"] = {"words": said["seats"][0]}
    return found


_HEAD = ("scenario", "draws", "per_draw", "seed", "design", "model_hash")


def _kpi(row: pd.Series[float]) -> dict[str, object]:
    intervals = {f"ci95_{q}": _interval(row[f"{q}_lo"], row[f"{q}_hi"]) for q in QUANTILES}
    return {
        "unit": row["unit"],
        **{name: plain(row[name]) for name in ("mean", "sd", *QUANTILES)},
        "ci95_mean": _interval(row["ci95_lo"], row["ci95_hi"]),
        **intervals,
        "share_defined": plain(row["share_defined"]),
    }


def _interval(low: float, high: float) -> list[float] | None:
    """Return an interval as JSON knows it: null where there is none."""
    return [rounded(low), rounded(high)] if math.isfinite(low + high) else None


def plain(value: object) -> object:
    """Return a value as JSON knows it: no NaN, no infinity, twelve significant digits."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return rounded(value) if math.isfinite(value) else None
    return value


def rounded(value: float) -> float:
    """Return a number to twelve significant digits."""
    return float(f"{value:.{_DIGITS}g}")
