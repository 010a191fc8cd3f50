"""Targets: what is to be reached, as a share of rows that are good enough or as a mean."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.samples import known
from bvsim.analysis.tables import ROW, RunLike
from bvsim.ensemble.design.interval import ci95_kpi, ci95_share
from bvsim.ensemble.kpis import unit_of
from bvsim.ensemble.work import FloatArray

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TARGET = re.compile(
    rf"\s*(?P<what>P|mean|median|P\d{{1,2}})\s*\(\s*(?P<kpi>[\w.-]+)\s*"
    rf"(?:(?P<inner>[<>]=?)\s*(?P<limit>{_NUMBER})\s*)?\)\s*(?P<sign>[<>]=?)\s*(?P<wanted>{_NUMBER})\s*"
)
_UNKNOWN = (math.nan, math.nan)
_FORMS = "P(KPI >= NUMBER) >= SHARE, mean(KPI) >= NUMBER or P10(KPI) >= NUMBER (<= too)"


@dataclass(frozen=True)
class Target:
    """What is to be reached.

    Parameters
    ----------
    text : str
        As it was written.
    kpi : str
        The key figure.
    up : bool
        Whether more of it is better.
    limit : float
        What a row must reach to be good enough; of a mean, what the mean must reach.
    share : float or None
        The share of rows that must be good enough; None for a mean.
    """

    text: str
    kpi: str
    up: bool
    limit: float
    share: float | None

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read a target.

        Quantiles are shares: ``P10(KPI) >= v`` means that nine rows in ten reach v.

        Raises
        ------
        AnalysisError
            When the text is none.
        """
        found = _TARGET.fullmatch(text)
        if found is None or (found["what"] == "P") != (found["inner"] is not None):
            raise AnalysisError(f"target {text!r}: write {_FORMS}")
        wanted, more = float(found["wanted"]), found["sign"].startswith(">")
        said = text.strip()
        if found["what"] == "mean":
            return cls(said, found["kpi"], more, wanted, None)
        if found["what"] != "P":
            level = 0.5 if found["what"] == "median" else float(found["what"][1:]) / 100.0
            return cls(said, found["kpi"], more, wanted, 1.0 - level if more else level)
        if not 0.0 <= wanted <= 1.0:
            raise AnalysisError(f"target {text!r}: a probability lies between 0 and 1")
        up, limit = found["inner"].startswith(">"), float(found["limit"])
        if more:
            return cls(said, found["kpi"], up, limit, wanted)
        return cls(said, found["kpi"], not up, limit, 1.0 - wanted)

    def margins(self, run: RunLike) -> FloatArray:
        """Return by how much each row is good enough, shape (rows,); NaN where undefined."""
        table = run.table("kpis").sort_values(ROW)
        known(table, self.kpi)
        values = table[self.kpi].to_numpy(dtype=np.float64)
        return values - self.limit if self.up else self.limit - values

    def score(self, margins: FloatArray) -> float:
        """Return the share of rows that are good enough, or by how much the mean is."""
        if self.share is None:
            return float(np.nanmean(margins))
        return float((margins >= 0.0).mean())

    @property
    def wanted(self) -> float:
        """The score that meets it."""
        return 0.0 if self.share is None else self.share

    def met(self, score: float) -> bool:
        """Tell whether a score meets it."""
        return score >= self.wanted - 1e-12

    def said(self, run: RunLike) -> tuple[float, tuple[float, float]]:
        """Return the value that a run gives for it, with its 95% interval.

        The value is a share of rows that are good enough, or the mean of the key figure.
        """
        table = run.table("kpis").sort_values(ROW)
        draws, design = table["draw"].to_numpy(dtype=np.int64), str(run.manifest["design"])
        if self.share is None:
            values = table[self.kpi].to_numpy(dtype=np.float64)
            found = ci95_kpi(unit_of(self.kpi), values, draws, design)
            return float(np.nanmean(values)), found or _UNKNOWN
        hits = (self.margins(run) >= 0.0).astype(np.float64)
        return float(hits.mean()), ci95_share(hits, draws, design) or _UNKNOWN
