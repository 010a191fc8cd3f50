"""What surrounds the plants, as foretold by the hindcast: markets, and plants of other kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.scoring import band, crps, rank_of
from bvsim.analysis.truth.hindcast import YearlyValue
from pages import read_rows, short, table_lines

FloatArray = NDArray[np.float64]
FILE = Path("history") / "surroundings.csv"


@dataclass(frozen=True)
class Surrounding:
    """One observed figure of what surrounds the plants.

    Parameters
    ----------
    opened : bool
        Whether it only says if a plant ran (a value above zero).
    value : (str, str, int)
        Entity, column and year of the yearly table.
    seen, before : float
        What was observed, and the same figure at the forecast's date.
    low, high : float
        Central 80% of what is known.
    label : str
        What it is, in words.
    """

    opened: bool
    value: YearlyValue
    seen: float
    before: float
    low: float
    high: float
    label: str


def read_surroundings(folder: Path) -> list[Surrounding]:
    """Return the observed figures of a model's folder."""
    return [
        Surrounding(
            opened=row["kind"] == "opened",
            value=(row["entity"], row["column"], int(row["year"])),
            seen=float(row["value"]),
            before=float(row["before"]),
            low=float(row["low"]),
            high=float(row["high"]),
            label=row["label"],
        )
        for row in read_rows(folder / FILE)
    ]


def surroundings_lines(
    around: Sequence[Surrounding], members: Mapping[YearlyValue, FloatArray]
) -> Iterator[str]:
    """Yield the tables of markets and of plants that opened or did not.

    Parameters
    ----------
    around : sequence of Surrounding
        What was observed.
    members : mapping of (str, str, int) to array, shape (draws,)
        What the hindcast's draws said.
    """
    yield "### What surrounds the plants"
    yield ""
    yield from table_lines(
        ("observed", "year", "value", "P50", "80% band", "in band", "rank", "CRPS", "no change"),
        (_market(each, members[each.value]) for each in around if not each.opened),
    )
    yield ""
    yield "No change: the error of the last figure known then, in the unit of the CRPS."
    yield ""
    yield from table_lines(
        ("plant", "31 December", "happened", "chance in the hindcast"),
        (_opening(each, members[each.value]) for each in around if each.opened),
    )


def _market(each: Surrounding, members: FloatArray) -> tuple[str, ...]:
    low, high = band(members)
    seen = f"{short(each.seen)} ({short(each.low)} to {short(each.high)})"
    return (
        each.label,
        str(each.value[2]),
        seen,
        short(float(np.median(members))),
        f"{short(low)} to {short(high)}",
        "yes" if low <= each.seen <= high else "**no**",
        f"{rank_of(members, each.seen):.2f}",
        short(crps(members, each.seen)),
        short(abs(each.before - each.seen)),
    )


def _opening(each: Surrounding, members: FloatArray) -> tuple[str, ...]:
    chance = float((np.nan_to_num(members) > 0.0).mean())
    return each.label, str(each.value[2]), "yes" if each.seen else "no", f"{chance:.2f}"
