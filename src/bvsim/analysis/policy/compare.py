"""Two runs on common draws and common luck: what the change made of each row.

Rows of the same draw and replication have the same figures and met the same luck, so their
difference holds the effect of the change and not two lots of noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.kpis import unit_of
from bvsim.analysis.policy.labels import Worth, facts_of, label, worth
from bvsim.analysis.sensitivity.variance import jackknife
from bvsim.analysis.shares import difference_ci95
from bvsim.analysis.summary import plain
from bvsim.analysis.tables import ROW, RunLike, by_year
from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.design.points import extendable
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.results import open_run
from bvsim.ensemble.work import FloatArray
from bvsim.reading.card import card, shorten

_SHARED = ("seed", "design", "table", "per_draw")
_UNKNOWN = (math.nan, math.nan)


@dataclass(frozen=True)
class Difference:
    """What a change made of one key figure, pair by pair (other less base).

    Parameters
    ----------
    kpi, unit : str
        Which key figure.
    pairs : int
        Pairs of rows in which both sides are defined.
    base_mean, other_mean, mean : float
        Mean of each side, and of the differences.
    ci95_lo, ci95_hi : float
        95% interval of the mean difference, from the design's independent blocks; NaN where
        the design allows none. Of probabilities that of paired shares (`difference_ci95`).
    p10, p50, p90 : float
        Quantiles of the differences.
    chance_higher, chance_equal : float
        Share of pairs in which the other side is higher, or exactly equal.
    variance_factor : float
        Variance of the difference of two independent rows over that of a pair.
    factor_lo, factor_hi : float
        95% interval of that factor.
    unpaired_draws : float
        Independent draws that each of two unpaired runs would have needed for the same
        precision.
    """

    kpi: str
    unit: str
    pairs: int
    base_mean: float
    other_mean: float
    mean: float
    ci95_lo: float
    ci95_hi: float
    p10: float
    p50: float
    p90: float
    chance_higher: float
    chance_equal: float
    variance_factor: float
    factor_lo: float
    factor_hi: float
    unpaired_draws: float


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two runs that share draws and luck.

    Parameters
    ----------
    base, other : RunLike
        The runs; differences are other less base.
    """

    base: RunLike
    other: RunLike

    def __repr__(self) -> str:
        sides = (shorten(label(run)) for run in (self.other, self.base))
        return f"<Comparison {' against '.join(sides)}: {self.pairs} pairs>"

    def _repr_html_(self) -> str:
        rows = [
            (each.kpi, f"{each.mean:+,.4g}", _span(each))
            for each in map(self.difference, self.kpis)
            if "." not in each.kpi and each.pairs
        ]
        table = [("difference of", "mean", "95% interval"), *rows]
        return card(self.name, f"{self.pairs} pairs of rows on common draws and luck", table)

    @property
    def name(self) -> str:
        """What is compared with what."""
        return f"{label(self.other)} against {label(self.base)}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before trusting a difference."""
        codes = {str(run.manifest.get("code_hash")) for run in (self.base, self.other)}
        if len(codes) == 1:
            return ()
        return ("the runs were made by different versions of bvsim: differences hold that too",)

    @cached_property
    def _sides(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The key figures of both sides in the rows that both have, by draw and replication."""
        base, other = (run.table("kpis").set_index(ROW) for run in (self.base, self.other))
        rows = base.index.intersection(other.index).sort_values()
        names = [name for name in base.columns if name in other.columns]
        return base.loc[rows, names].astype(float), other.loc[rows, names].astype(float)

    @property
    def pairs(self) -> int:
        """Number of pairs of rows."""
        return len(self._sides[0])

    @property
    def kpis(self) -> tuple[str, ...]:
        """Names of the key figures that both sides have."""
        return tuple(map(str, self._sides[0].columns))

    def difference(self, kpi: str) -> Difference:
        """Return what the change made of a key figure.

        Raises
        ------
        AnalysisError
            When the runs do not both have it.
        """
        base, other = self._sides
        if kpi not in base.columns:
            raise AnalysisError(f"the runs do not both have a key figure {kpi!r}")
        draws = base.index.get_level_values("draw").to_numpy(dtype=np.int64)
        both = np.column_stack([base[kpi].to_numpy(), other[kpi].to_numpy()])
        defined = ~np.isnan(both).any(axis=1)
        return _difference(kpi, both[defined], draws[defined], str(self.base.manifest["design"]))

    @cached_property
    def worth(self) -> Worth | None:
        """What the levers of the other side cost and give; None where it has none more."""
        return worth(self.base, self.other)

    def table(self, names: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the differences of key figures (all by default), one row each."""
        made = [vars(self.difference(name)) for name in (self.kpis if names is None else names)]
        columns = list(Difference.__dataclass_fields__)
        return pd.DataFrame(made, columns=columns).set_index("kpi")

    def by_year(self, name: str, entity: str | None = None) -> pd.DataFrame:
        """Return the paired differences of a quantity by year.

        Parameters
        ----------
        name : str
            A column of the ledger or of the yearly table, such as ``good_gwh``.
        entity : str, optional
            A block, site or plant; the whole valley by default.

        Returns
        -------
        pandas.DataFrame
            `mean`, `ci95_lo`, `ci95_hi`, `p10`, `p90`, and `largest`, the largest size of a
            difference in any pair: exactly zero before the change has an effect.
        """
        base, other = (by_year(run, name, entity) for run in (self.base, self.other))
        change = (other - base).dropna(how="all")
        draws = change.index.get_level_values("draw").to_numpy()
        design = str(self.base.manifest["design"])
        spans = [ci95_mean(change[year], draws, design) or _UNKNOWN for year in change.columns]
        return pd.DataFrame(
            {
                "mean": change.mean(),
                "ci95_lo": [low for low, _ in spans],
                "ci95_hi": [high for _, high in spans],
                "p10": change.quantile(0.1),
                "p90": change.quantile(0.9),
                "largest": change.abs().max(),
            },
            index=change.columns,
        )

    def to_json(self, names: Sequence[str] | None = None) -> dict[str, object]:
        """Return the differences as plain Python types, without NaN."""
        found, value = self.table(names), self.worth
        return {
            "scenario": self.other.manifest["scenario"],
            **facts_of(self.other),
            "worth": None if value is None else value.to_json(),
            "out": str(self.other.folder),
            "model_hash": self.other.manifest["model_hash"],
            "pairs": self.pairs,
            "notes": list(self.notes),
            "kpis": {
                str(name): {str(key): plain(value) for key, value in row.items()}
                for name, row in found.iterrows()
            },
        }


def _span(found: Difference) -> str:
    if math.isnan(found.ci95_lo):
        return "not known"
    return f"{found.ci95_lo:+,.4g} to {found.ci95_hi:+,.4g}"


def compare(base: RunLike | str | Path, other: RunLike | str | Path) -> Comparison:
    """Compare two runs row by row.

    Parameters
    ----------
    base, other : RunLike or path
        Runs, or their folders, made with the same seed, design and number of replications.

    Raises
    ------
    RunError
        When rows of the same draw do not share figures and luck, so that pairs would
        mean nothing.
    """
    runs = [open_run(run) if isinstance(run, (str, Path)) else run for run in (base, other)]
    reasons = unlike(*runs)
    if reasons:
        raise RunError(
            f"{runs[0].folder} and {runs[1].folder} do not share draws and luck "
            f"({'; '.join(reasons)}): make both with the same seed, design and replications"
        )
    found = Comparison(*runs)
    if not found.pairs:
        raise RunError(f"{runs[0].folder} and {runs[1].folder} have no rows in common")
    return found


def unlike(base: RunLike, other: RunLike) -> list[str]:
    """Return why rows of two runs cannot be paired; nothing when they can."""
    names = list(_SHARED)
    if not extendable(str(base.manifest["design"])):
        names.append("draws")  # other strata for another number
    sides = [run.manifest for run in (base, other)]
    found = []
    for name in names:
        a, b = (manifest.get(name) or "" for manifest in sides)
        if a != b:
            found.append(f"{name}: {a} against {b}")
    return found + _moved(base.folder, other.folder)


def _moved(base: Path, other: Path) -> list[str]:
    """Name a figure that does not stand in the same dimension of both designs."""
    from bvsim.ensemble.store.tables import read_dimensions

    files = [folder / "draws.parquet" for folder in (base, other)]
    if not all(file.is_file() for file in files):
        return []
    a, b = map(read_dimensions, files)
    moved = [path for path in a if path in b and a[path] != b[path]]
    return [f"dimension of {moved[0]}: {a[moved[0]]} against {b[moved[0]]}"] if moved else []


def _difference(kpi: str, both: FloatArray, draws: NDArray[np.int64], design: str) -> Difference:
    """Return the difference of a key figure from its pairs, shape (pairs, 2)."""
    change = both[:, 1] - both[:, 0]
    none = not len(change)
    low, high = _interval(kpi, both, draws, design)
    p10, p50, p90 = (math.nan,) * 3 if none else np.quantile(change, (0.1, 0.5, 0.9))
    factor = variance_factor(both, draws)
    factor_lo, factor_hi = _factor_interval(both, draws)
    base_mean, other_mean = (math.nan, math.nan) if none else both.mean(axis=0)
    return Difference(
        kpi,
        unit_of(kpi),
        len(change),
        float(base_mean),
        float(other_mean),
        math.nan if none else float(change.mean()),
        low,
        high,
        float(p10),
        float(p50),
        float(p90),
        math.nan if none else float((change > 0.0).mean()),
        math.nan if none else float((change == 0.0).mean()),
        factor,
        factor_lo,
        factor_hi,
        math.ceil(factor * len(np.unique(draws))) if math.isfinite(factor) else factor,
    )


def _interval(
    kpi: str, both: FloatArray, draws: NDArray[np.int64], design: str
) -> tuple[float, float]:
    """Return the 95% interval of a mean difference; of probabilities by their own method."""
    if unit_of(kpi) == "probability":
        return difference_ci95(both, draws)
    return ci95_mean(both[:, 1] - both[:, 0], draws, design) or _UNKNOWN


def variance_factor(both: FloatArray, draws: NDArray[np.int64]) -> float:
    """Return how many times the variance of a difference grows when rows are not paired.

    Parameters
    ----------
    both : array, shape (pairs, 2)
        Values of the two sides.
    draws : array of int, shape (pairs,)
        The draw of each pair; replications of a draw are averaged first.

    Returns
    -------
    float
        (variance of one side + variance of the other) / variance of the difference;
        infinite where all pairs differ by the same amount but rows do not, NaN where
        nothing varies.
    """
    _, group, counts = np.unique(draws, return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return math.nan
    sides = np.column_stack([np.bincount(group, weights=side) for side in both.T])
    means = sides / counts[:, None]
    apart = float(means.var(axis=0, ddof=1).sum())
    paired = float((means[:, 1] - means[:, 0]).var(ddof=1))
    if paired > 0.0:
        return apart / paired
    return math.inf if apart > 0.0 else math.nan


def _factor_interval(both: FloatArray, draws: NDArray[np.int64]) -> tuple[float, float]:
    """Return a 95% interval of the variance factor, made on the scale of its logarithm."""

    def logarithm(values: FloatArray, at: NDArray[np.int64]) -> float:
        factor = variance_factor(values, at)
        return math.log(factor) if 0.0 < factor < math.inf else math.nan

    interval = jackknife(logarithm, both, draws)
    return _UNKNOWN if interval is None else (math.exp(interval[0]), math.exp(interval[1]))
