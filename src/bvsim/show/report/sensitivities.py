"""The sensitivities that were worked out for a run, where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bvsim.analysis.written import FOLDER, read_written
from bvsim.show.report.cube import listed
from bvsim.show.words import Data

MEASURES = {
    "tornado": ("swing", "swing_lo", "swing_hi"),
    "morris": ("mu_star", "mu_star_lo", "mu_star_hi"),
    "sobol": ("total", "total_lo", "total_hi"),
    "prcc": ("prcc", "lo", "hi"),
}
"""By method, the column of its measure and those of its interval."""

SHOWN = 15


def sensitivities(folders: Sequence[Path]) -> list[Data]:
    """Return the tables that `bvsim sensitivity` left in folders, largest first.

    Each has `method`, `outcome`, `names`, and `value`, `lo`, `hi` of its first figures.
    """
    found: list[Data] = []
    paths = [path for each in folders for path in sorted((each / FOLDER).glob("*.parquet"))]
    for path in paths:
        method, _, outcome = path.stem.partition("_")
        if method not in MEASURES:
            continue
        table = read_written(path)
        columns = MEASURES[method]
        if not {*columns} <= {*table.columns} or table.empty:
            continue
        table = table.sort_values(columns[0], key=abs, ascending=False).head(SHOWN)
        numbers = {
            key: listed(table[column])
            for key, column in zip(("value", "lo", "hi"), columns, strict=True)
        }
        names = [str(name) for name in table[table.columns[0]]]
        found.append({"method": method, "outcome": outcome, "names": names, **numbers})
    return found
