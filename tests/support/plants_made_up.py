"""Tables of plants that do not exist, whose figures are known."""

import csv
from datetime import date

import numpy as np

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.table import read_table

COLUMNS = [
    "id",
    "plant",
    "maker",
    "class",
    "ramped_before",
    "nameplate_gwh",
    "lines",
    "sop",
    "sop_kind",
    "when",
    "months",
    "quantity",
    "value",
    "low",
    "high",
    "limit",
    "known_from",
    "source",
    "confidence",
    "note",
    "averages_months",
]


def row(plant, months, quantity, value, spread=0.1, **others):
    """Return a row of a table; low and high lie a share `spread` off."""
    given = {
        "id": f"{plant}-{quantity}-{months}",
        "plant": plant,
        "class": "incumbent-abroad",
        "ramped_before": 1,
        "nameplate_gwh": 10,
        "sop": "2020-01",
        "sop_kind": "first-cell",
        "when": "2019-01/2021-01",
        "months": months,
        "quantity": quantity,
        "value": value,
        "low": value * (1 - spread),
        "high": value * (1 + spread) if quantity != "share" else min(value * (1 + spread), 0.99),
        "limit": "none",
        "known_from": "2022-01-01",
    }
    return {**dict.fromkeys(COLUMNS, ""), **given, **others}


def table_of(folder, rows, as_of=date(2026, 1, 1)):
    """Return the table of rows, by way of a file."""
    return read_table(written(folder, rows), as_of)


def written(folder, rows):
    path = folder / "ramps.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def ramping_plants(t50, steepness, count, spread, seed=5):
    """Return rows of plants whose ramps are known: shares at five ages each."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        own = t50 * np.exp(spread * rng.standard_normal())
        plant = {"t50": own, "steepness": steepness, "mature": 0.9}
        for months in (6.0, 14.0, 22.0, 30.0, 50.0):
            share = float(curves.share_of_nameplate(np, plant, months))
            rows.append(row(f"plant-{i:02d}", months, "share", share, 0.08))
    return rows
