"""What was worked out about a run besides its tables: relief, and differences from other runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pandas as pd

from bvsim.analysis.kpis import kpi_of
from bvsim.analysis.policy.compare import Comparison, Difference, unlike
from bvsim.analysis.policy.reading import read
from bvsim.analysis.tables import REGION, RunLike
from bvsim.analysis.written import FOLDER, read_written
from bvsim.show import words
from bvsim.show.report.cube import listed
from bvsim.show.words import Both, Data

MEASURES = ("alone", "last", "shapley")
SHARES = ("share", "probability")
_ROUNDING = 1e-9
"""A difference that is smaller is one of rounding."""


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
    return [_relief(read_written(path)) for path in paths if path.is_file()]


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
        ``name``, ``pairs``, ``rows`` (what moved clearly, the largest effect over its noise first:
        meaning, unit, mean, interval, range, chance of being higher), ``unclear`` (how many others
        differ in some pair), and ``why`` no pairs can be made, empty where they can.
    """
    found: Data = {"name": label_of(other), "pairs": 0, "rows": [], "unclear": 0, "why": ""}
    reasons = unlike(run, other)
    if reasons:
        return found | {"why": "; ".join(reasons)}
    compared = Comparison(run, other)
    shown = read(compared, tuple(name for name in compared.kpis if "." not in name))
    told = (*shown.moved, *shown.unknown)
    return found | {
        "pairs": compared.pairs,
        "rows": [_row(each) for each in told],
        "unclear": len(shown.unclear),
    }


def _row(found: Difference) -> Data:
    kind, ends = found.unit, ("mean", "ci95_lo", "ci95_hi", "p10", "p90")
    values = {key: _signed(getattr(found, key), kind) for key in ends}
    said = {
        "name": found.kpi,
        "meaning": words.kpi_meaning(kpi_of(found.kpi)),
        "unit": words.say("difference.points") if kind in SHARES else words.unit(kind),
        "higher": words.percent(found.chance_higher),
    }
    return said | values


def _signed(value: float, unit: str) -> Both:
    """Write a difference with its sign; differences of years are years, of shares points."""
    if math.isnan(value):
        return words.number(None)
    if abs(value) < _ROUNDING:
        return words.plain("0")
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
