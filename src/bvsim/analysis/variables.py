"""What an outcome may speak of: key figures, and what happened on the way to them.

A name is looked up in this order: a key figure of the run; ``closed_Y.SITE`` and ``failed_Y.SITE``
(1 when the site had closed by 31 December of Y), ``lines_Y[.SITE]`` (lines in service, mean over
the year); then any column of ledger, binding or yearly tables with its year before the unit:
``lost_labour_2030_gwh``, ``weeks_labour_2030.alpha``, ``training_cost_2030_meur``,
``vacancies_2030.alpha``. Of a basin it is the sum over its cell plants:
``headcount_2030.coast``, ``grid_load_2030_mw.coast``.
"""

from __future__ import annotations

import re
from calendar import isleap

import numpy as np
import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.kpi_names import missing
from bvsim.analysis.tables import ROW, RunLike, by_year, has_column, summed_by
from bvsim.ensemble.work import FloatArray
from bvsim.reading.scenario import load

_DATED = re.compile(r"(?P<head>.+?)_(?P<year>(?:19|20|21)\d\d)(?P<tail>_\w+)?(?:\.(?P<entity>.+))?")
_ALIASES = {"output_gwh": "good_gwh"}
_CLOSED = ("closed", "failed")


def values_of(run: RunLike, name: str, kpis: pd.DataFrame) -> FloatArray:
    """Return the values of a variable in the rows of a run; NaN where it is not defined.

    Parameters
    ----------
    run : RunLike
        The run.
    name : str
        A key figure or another variable.
    kpis : pandas.DataFrame
        The run's key figures; index: draw, replication.

    Raises
    ------
    AnalysisError
        When the run has nothing of that name, year or entity.
    """
    if name in kpis.columns:
        return kpis[name].to_numpy(dtype=np.float64)
    dated = _DATED.fullmatch(name)
    if dated is not None:
        stem, year, entity = (
            dated["head"] + (dated["tail"] or ""),
            int(dated["year"]),
            dated["entity"],
        )
        if stem in _CLOSED and f"closed_year.{entity}" in kpis.columns:
            day = kpis[f"closed_year.{entity}"].to_numpy(dtype=np.float64)
            return (day < year + 1).astype(np.float64)
        found = _column(run, stem, entity)
        if found is not None:
            return _of_year(found, year, kpis)
    raise missing(name, [str(column) for column in kpis.columns])


def _of_year(found: pd.DataFrame, year: int, kpis: pd.DataFrame) -> FloatArray:
    if year not in found.columns:
        raise AnalysisError(f"the run has no year {year}")
    return found[year].reindex(kpis.index).to_numpy(dtype=np.float64)


def _column(run: RunLike, stem: str, entity: str | None) -> pd.DataFrame | None:
    """Return a column by row (index) and year, of an entity or the valley; None: no such column."""
    if stem == "lines":
        weeks = by_year(run, "line_weeks", entity)
        return weeks / [(365 + isleap(int(year))) / 7.0 for year in weeks.columns]
    if stem.startswith("weeks_") and has_column(run, "binding", stem):
        summed = summed_by(run, "binding", lambda column: column == stem, "region", entity)
        return summed[stem].droplevel("entity").unstack("year")
    stem = _ALIASES.get(stem, stem)
    if stem not in ROW and any(has_column(run, table, stem) for table in ("ledger", "yearly")):
        return _quantity(run, stem, entity)
    return None


def _quantity(run: RunLike, stem: str, entity: str | None) -> pd.DataFrame:
    """Return a quantity of an entity, of the valley, or of a basin: the sum over its sites."""
    try:
        return by_year(run, stem, entity)
    except AnalysisError:
        sites = _sites_of(run, entity) if entity else ()
        if not sites:
            raise
    first, *others = (by_year(run, stem, site) for site in sites)
    for other in others:
        first = first.add(other, fill_value=0.0)
    return first


def _sites_of(run: RunLike, basin: str) -> tuple[str, ...]:
    """Return the cell plants of a basin; none where the name is not that of a basin."""
    path = run.folder / "scenario.yaml"
    if not path.is_file():
        return ()
    sites = load(path).model.sites.items()
    return tuple(name for name, site in sites if site.basin == basin and site.kind == "cells")
