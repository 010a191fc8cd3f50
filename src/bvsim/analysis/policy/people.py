"""Do training seats make cells? A grid of runs, and which link of the chain stops the rest.

The chain runs from applicants over courses and posts to skilled people and the speed at which
plants learn. Each cell of the grid is compared with the same cell at the seats of today, on
the same draws and luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from bvsim.analysis.ledger.limits import learning
from bvsim.analysis.tables import ROW, RunLike, by_year, columns_from
from bvsim.ensemble.design.interval import ci95_mean

Frame = pd.DataFrame
Cell = tuple[Mapping[str, Any], RunLike]
"""A point of the sweep by axis, and its run."""

YEARS: Final = tuple(range(2028, 2033))
WILLING: Final = "labour.willing.share"
SEATS: Final = "labour.programmes.*.seats"
ELASTICITY: Final = "labour.thin_staffing.learning_elasticity"
NOTICED: Final = 0.02
"""A change of output of less than this share is said to be none."""
LINKS: Final = ("applicants", "posts", "rooms", "tutors")
_AS_THE_CLASS: Final = 0.99


def people_grid(cells: Sequence[Cell], years: Sequence[int] = YEARS) -> Frame:
    """Return what seats do to output at each willing share and elasticity.

    Parameters
    ----------
    cells : sequence of (mapping, RunLike)
        Points of the sweep ``people`` and their runs, on common draws and luck.
    years : sequence of int
        The years whose output is added up.

    Returns
    -------
    pandas.DataFrame
        `output_gwh`, mean of all years together; `change_gwh`, `ci95_lo`, `ci95_hi`,
        `change`: paired difference from the same cell with the seats of today, in GWh and as a
        share; `of_all`, the paired change from the middle of the grid as a share; `seats`,
        `filled` (share of them), `graduates`; `speed` at which plants learn, 1 as their
        classes; `link`: what most of the empty seats are empty for, or
        ``skills do not bind``. Index: willing share, seats, elasticity.
    """
    made = {_key(values): _output(run, years) for values, run in cells}
    middle = made[_middle(list(made))]
    rows = {}
    for values, run in cells:
        key = _key(values)
        willing, _, elasticity = key
        rows[key] = {
            **_change(made[key], made[willing, 1.0, elasticity], run),
            "of_all": float((made[key] - middle).mean() / middle.mean()),
            **_courses(run, years),
        }
    names = ["willing", "seats_times", "elasticity"]
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(names).sort_index()


def _middle(keys: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return the cell at the middle levels, the upper of two, and the seats of today."""
    willing, _, elasticity = (sorted(set(levels)) for levels in zip(*keys, strict=True))
    return willing[len(willing) // 2], 1.0, elasticity[len(elasticity) // 2]


def _key(values: Mapping[str, Any]) -> tuple[float, float, float]:
    return float(values[WILLING]), float(values[SEATS]), float(values[ELASTICITY])


def _output(run: RunLike, years: Sequence[int]) -> pd.Series[float]:
    """Return the good cells of some years together, by row."""
    return by_year(run, "good_gwh")[list(years)].sum(axis=1)


def _change(made: pd.Series[float], base: pd.Series[float], run: RunLike) -> dict[str, float]:
    difference = (made - base).to_numpy(dtype=float)
    draws = made.index.get_level_values("draw").to_numpy()
    low, high = ci95_mean(difference, draws, str(run.manifest["design"])) or (np.nan, np.nan)
    return {
        "output_gwh": float(made.mean()),
        "change_gwh": float(difference.mean()),
        "ci95_lo": low,
        "ci95_hi": high,
        "change": float(difference.mean() / base.mean()),
    }


def _courses(run: RunLike, years: Sequence[int]) -> dict[str, object]:
    """Return what courses offered and filled in some years, and what stops the rest."""
    names = ("seats", "intake", "graduates", *(f"empty_for_{link}" for link in LINKS))
    rows = columns_from(run, "yearly", [*ROW, "year", *names])
    rows = rows[rows["year"].isin(list(years))]
    count = len(rows[[*ROW]].drop_duplicates())
    total = {name: float(rows[name].sum()) / count for name in names}
    pace = learning(run)["speed"]
    speed = float(pace[pace.index.get_level_values("year").isin(list(years))].mean())
    empty = {link: total[f"empty_for_{link}"] for link in LINKS}
    return {
        "seats": total["seats"],
        "filled": total["intake"] / total["seats"] if total["seats"] else np.nan,
        "graduates": total["graduates"],
        "speed": speed,
        "link": "skills do not bind"
        if speed >= _AS_THE_CLASS
        else max(empty, key=empty.__getitem__),
    }


def _link(empty: Mapping[str, float], speed: float) -> str:
    """Return what most of the empty seats are empty for, where skills bind at all."""
    return "skills do not bind" if speed >= _AS_THE_CLASS else max(empty, key=empty.__getitem__)


def verdict(grid: Frame) -> str:
    """Say whether seats move output in any cell of `people_grid`, and what stops them."""
    at = int(np.argmax(np.abs(grid["change"].to_numpy(dtype=float))))
    most, levels = grid.iloc[at], grid.index.to_frame().iloc[at]
    where = (
        f"{most['change']:+.1%} ({most['change_gwh']:+.2f} GWh), with {levels['seats_times']:g} "
        f"times the seats at {levels['willing']:.0%} willing and an elasticity of "
        f"{levels['elasticity']:g}"
    )
    links = grid["link"].value_counts()
    stops = (
        f"What stops the rest: {links.index[0]} in {links.iloc[0]} of {len(grid)} cells. Willing "
        f"people and the worth of skill move output by {grid['of_all'].min():+.1%} to "
        f"{grid['of_all'].max():+.1%} from the middle of the grid."
    )
    span, noticed = f"{YEARS[0]}-{YEARS[-1]}", f"{NOTICED:.0%}"
    count = int((grid["change"].abs() >= NOTICED).sum())
    if not count:
        return f"Seats move output of {span} by {noticed} in no cell: most by {where}. {stops}"
    moved = f"in {count} of {len(grid)} cells"
    return f"Seats move output of {span} by {noticed} or more {moved}, most by {where}. {stops}"
