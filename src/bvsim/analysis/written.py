"""Tables as files and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from bvsim.analysis.summary import plain
from bvsim.ensemble.store.folder import locked
from bvsim.ensemble.store.seals import DamageError, seal
from bvsim.ensemble.store.spreadsheet import csv_text
from bvsim.reading.whole_files import together

FOLDER = "analysis"
SEALS = "seals.json"
"""Beside the tables: their checksums."""


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Path:
    """Write tables as Parquet and CSV into the subfolder `analysis`, and return it."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    with locked(place), together() as beside:
        seals = _seals(place)
        for name, table in tables.items():
            flat = table.reset_index()
            written = beside(place / f"{name}.parquet")
            flat.to_parquet(written, index=False)
            seals[f"{name}.parquet"] = seal(written)
            beside(place / f"{name}.csv").write_text(csv_text(flat), "utf-8", newline="\n")
        beside(place / SEALS).write_text(json.dumps(seals, indent=1), "utf-8")
    return place


def read_written(path: Path) -> pd.DataFrame:
    """Read a table that `write_tables` wrote.

    Raises
    ------
    DamageError
        When it is not as it was written.
    """
    if _seals(path.parent).get(path.name, known := seal(path)) != known:
        raise DamageError(f"{path} is damaged: its checksum is not that in {SEALS}; make it again")
    return pd.read_parquet(path)


def _seals(place: Path) -> dict[str, str]:
    """Return the checksums of the tables in a folder; none of an earlier bvsim."""
    path = place / SEALS
    try:
        return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
    except (ValueError, TypeError) as error:
        raise DamageError(f"{path} cannot be read: {error}; remove it and {place}") from None


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table, its index included, as JSON knows them."""
    flat = table.reset_index()
    names = [str(name) for name in flat.columns]
    return [
        dict(zip(names, map(plain, row), strict=True))
        for row in flat.itertuples(index=False, name=None)
    ]
