"""What was worked out about a run besides its tables: relief, and differences from other runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pandas as pd

from bvsim.analysis.policy.compare import Comparison, unlike
from bvsim.analysis.tables import REGION, RunLike
from bvsim.analysis.written import FOLDER
from bvsim.show.report import words
from bvsim.show.report.cube import listed
from bvsim.show.report.words import Both, Data

MEASURES = ("alone", "last", "shapley")
SHARES = ("share", "probability")


def reliefs(folders: Sequence[Path]) -> list[Data]:
    """Return what lifting constraints sets free in the whole valley.

    Parameters
    ----------
    folders : sequence of pathlib.Path
        Folders that `bvsim bottlenecks` made; others are passed over.

    Returns
    -------
    list of dict
        By folder: ``years``, ``lifted`` (names of constraints), ``rows`` (their number), and
        by measure (alone, last, shapley) and constraint ``mean``, ``lo``, ``hi`` by year, GWh.
    """
    paths = (folder / FOLDER / "relief.parquet" for folder in folders)
    return [_relief(pd.read_parquet(path)) for path in paths if path.is_file()]


def _relief(table: pd.DataFrame) -> Data:
    valley = table[table["entity"].astype(str) == REGION]
    valley = valley[valley["measure"].isin(MEASURES)]
    years = sorted(int(year) for year in valley["year"].unique())
    lifted = list(dict.fromkeys(valley["lifted"].astype(str)))
    found: Data = {"years": years, "lifted": lifted, "rows": int(table["n"].max())}
    columns = {"mean": "mean_gwh", "lo": "ci95_lo_gwh", "hi": "ci95_hi_gwh"}
    for measure in MEASURES:
        own = valley[valley["measure"] == measure]
        found[measure] = {
            str(name): {key: listed(part[column]) for key, column in columns.items()}
            for name, part in own.sort_values("year").groupby("lifted", observed=True)
        }
    return found


def differences(run: RunLike, other: RunLike) -> Data:
    """Return the paired differences of the valley's key figures, other less this run.

    Returns
    -------
    dict
        ``name``, ``pairs``, ``rows`` (unit, mean, interval, range, chance of being higher), and
        ``why`` no pairs can be made, empty where they can.
    """
    found: Data = {"name": label_of(other), "pairs": 0, "rows": [], "why": ""}
    reasons = unlike(run, other)
    if reasons:
        return found | {"why": "; ".join(reasons)}
    compared = Comparison(run, other)
    names = [name for name in compared.kpis if "." not in name]
    table = compared.table(names)
    moved = table[table["chance_equal"] < 1.0]
    return found | {
        "pairs": compared.pairs,
        "rows": [_row(str(name), row) for name, row in moved.iterrows()],
    }


def _row(name: str, row: pd.Series[float]) -> Data:
    kind = str(row["unit"])
    values = {key: _signed(row[key], kind) for key in ("mean", "ci95_lo", "ci95_hi", "p10", "p90")}
    unit = words.say("difference.points") if kind in SHARES else words.unit(kind)
    return {"name": name, "unit": unit, "higher": words.percent(row["chance_higher"]), **values}


def _signed(value: float, unit: str) -> Both:
    """Write a difference with its sign; differences of years are years, of shares points."""
    if math.isnan(value):
        return words.number(None)
    points = unit in SHARES
    text = words.fixed(abs(100 * value), 1) if points else words.number(abs(value))
    if not any(digit in text.en for digit in "123456789"):
        return words.plain("0")
    sign = "+" if value > 0 else "\N{MINUS SIGN}"
    return Both(sign + text.en, sign + text.fr)


def label_of(run: RunLike) -> str:
    """Return what another run is called beside this one: its scenario, and its folder."""
    name = str(run.manifest["scenario"])
    return f"{name} ({run.folder.name})" if run.folder.name != name else name


def constraint_words(found: Sequence[Data]) -> dict[str, dict[str, str]]:
    """Return constraints in both languages, by language and name."""
    names = sorted({name for each in found for name in cast("list[str]", each["lifted"])})
    return words.causes(names)
