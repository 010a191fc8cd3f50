"""Tables as files and as JSON, and the generated parts of pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from bvsim.analysis.summary import plain

FOLDER = "analysis"


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Path:
    """Write tables as Parquet and CSV into the subfolder `analysis`, and return it."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        flat = table.reset_index()
        flat.to_parquet(place / f"{name}.parquet", index=False)
        flat.to_csv(place / f"{name}.csv", index=False, lineterminator="\n")
    return place


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, its index included, as JSON knows them."""
    flat = table.reset_index()
    names = [str(name) for name in flat.columns]
    return [
        dict(zip(names, map(plain, row), strict=True))
        for row in flat.itertuples(index=False, name=None)
    ]


def insert(page: str, begin: str, end: str, generated: str) -> str:
    """Return a page with what stands between two markers replaced; people's words stay.

    Raises
    ------
    ValueError
        When the markers are not there once, in this order.
    """
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"the page needs one line {begin!r} and, below it, one {end!r}")
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n{generated}\n{end}{rest.partition(end)[2]}"
