"""Tables as files and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from bvsim.analysis.summary import plain
from bvsim.ensemble.store.spreadsheet import csv_text
from bvsim.reading.whole_files import together

FOLDER = "analysis"


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Path:
    """Write tables as Parquet and CSV into the subfolder `analysis`, and return it."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    with together() as beside:
        for name, table in tables.items():
            flat = table.reset_index()
            flat.to_parquet(beside(place / f"{name}.parquet"), index=False)
            beside(place / f"{name}.csv").write_text(csv_text(flat), "utf-8", newline="\n")
    return place


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table, its index included, as JSON knows them."""
    flat = table.reset_index()
    names = [str(name) for name in flat.columns]
    return [
        dict(zip(names, map(plain, row), strict=True))
        for row in flat.itertuples(index=False, name=None)
    ]
