"""What an analysis needs of a run, and quantities by row and year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from bvsim.analysis.errors import AnalysisError

ROW = ["draw", "replication"]
"""The columns that identify a row of the run in every table."""

REGION = "region"


def cell(table: Any, row: Any, column: str) -> float:
    """Return one number of a table."""
    return float(table.at[row, column])


def ranked(row: Any) -> list[tuple[str, float]]:
    """Return the entries of a labelled row above zero, largest first; ties stay in order."""
    entries = [(str(name), float(value)) for name, value in row.items() if value > 0]
    return sorted(entries, key=lambda entry: -entry[1])


class RunLike(Protocol):
    """A finished run: its manifest and its tables."""

    @property
    def folder(self) -> Path:
        """Where its files are."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was run, and how it went."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the run folder, identified by `draw` and `replication`."""


def site_of(entities: pd.Series[str]) -> pd.Series[str]:
    """Return the site of each block (``acc-douvrin.block-1`` -> ``acc-douvrin``)."""
    names = pd.Index(entities.unique())
    sites = {name: str(name).split(".", 1)[0] for name in names}
    return entities.map(sites).astype(str)


def ledger_by(run: RunLike, group: str, entity: str | None = None) -> pd.DataFrame:
    """Return the ledger summed over blocks.

    Parameters
    ----------
    run : RunLike
        The run.
    group : {"region", "site", "block"}
        What is added up.
    entity : str, optional
        Keep one site or one block only.

    Returns
    -------
    pandas.DataFrame
        Columns of GWh; index: draw, replication, year, entity.

    Raises
    ------
    AnalysisError
        When the group is unknown, or the run has no such entity.
    """
    ledger = run.table("ledger")
    ledger = ledger[ledger["entity"] != REGION]
    blocks = ledger["entity"].astype(str)
    sites = site_of(blocks)
    if entity is not None:
        keep = (blocks == entity) | (sites == entity)
        if not keep.any():
            raise AnalysisError(f"the run's ledger has no entity {entity!r}")
        ledger, blocks, sites = ledger[keep], blocks[keep], sites[keep]
    names: dict[str, Any] = {"region": REGION, "site": sites, "block": blocks}
    if group not in names:
        raise AnalysisError(f"group is {group!r}: it must be one of {', '.join(names)}")
    quantities = [name for name in ledger.columns if str(name).endswith("_gwh")]
    named = ledger[[*ROW, "year", *quantities]].assign(entity=names[group])
    summed: pd.DataFrame = named.groupby([*ROW, "year", "entity"], sort=True)[quantities].sum()
    return summed


def by_year(run: RunLike, name: str, entity: str | None = None) -> pd.DataFrame:
    """Return a quantity by row (index) and year (columns).

    Columns of the ledger are added up over the blocks of `entity` (a block, a site,
    or the whole valley); those of the yearly table are the entity's own, and for the
    whole valley the sum over sites; where no site has the quantity, over all plants and
    recyclers; the region's own where none of them has it.

    Raises
    ------
    AnalysisError
        When the run does not have the quantity or the entity.
    """
    if name in run.table("ledger").columns:
        values = ledger_by(run, "region", entity)[name].droplevel("entity")
    else:
        values = _yearly(run, name, entity)
    return values.unstack("year")


def _yearly(run: RunLike, name: str, entity: str | None) -> pd.Series[float]:
    yearly = run.table("yearly")
    if name not in yearly.columns:
        raise AnalysisError(f"the run has no quantity {name!r}")
    rows = yearly.loc[yearly[name].notna(), [*ROW, "year", "entity", name]]
    entities = rows["entity"].astype(str)
    keep = entities == entity if entity else entities.isin(_summands(run, set(entities)))
    if not keep.any():
        raise AnalysisError(f"{entity or 'the valley'} has no values of {name!r}")
    summed: pd.Series[float] = rows[keep].groupby([*ROW, "year"], sort=True)[name].sum()
    return summed


def _summands(run: RunLike, entities: set[str]) -> set[str]:
    """Return which of the entities that have a quantity add up to the valley."""
    sites = entities & set(run.manifest["sites"])
    plants = {name for name in entities if "." not in name and name != REGION}
    return sites or plants or entities & {REGION}
