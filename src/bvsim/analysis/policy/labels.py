"""What a run is called beside others, and what the levers turned in it cost and give."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from bvsim.analysis.summary import plain
from bvsim.analysis.tables import REGION, RunLike, by_year
from bvsim.ensemble.design.interval import ci95_mean
from bvsim.reading.turned import Turned

SPAN = (2027, 2035)
"""First and last year over which output and prices are added up, as far as a run has them."""
_MOST_SET = 3
_UNKNOWN = (math.nan, math.nan)


def levers_of(run: RunLike) -> tuple[Turned, ...]:
    """Return the levers that were turned in a run."""
    return tuple(map(Turned.of_entry, run.manifest.get("levers", ())))


def label(run: RunLike) -> str:
    """Return what a run is called: its scenario, the levers turned, what was set by hand."""
    name = str(run.manifest["scenario"])
    return " with ".join([name, *([changes] if (changes := ", ".join(_changes(run))) else [])])


def _changes(run: RunLike) -> Iterator[str]:
    yield from map(str, levers_of(run))
    hand = dict(run.manifest.get("set", {}))
    yield from (f"{path}={value}" for path, value in list(hand.items())[:_MOST_SET])
    if len(hand) > _MOST_SET:
        yield f"{len(hand) - _MOST_SET} more settings"


@dataclass(frozen=True)
class Worth:
    """What the levers of a run cost beside a base, and what they give for it.

    Parameters
    ----------
    first, last : int
        The years that are added up.
    meur : float or None
        EUR million, median; None where a lever has no price.
    gwh, gwh_lo, gwh_hi : float
        Mean of the additional good cells over the years, with its 95% interval.
    gwh_per_meur : float or None
        None where the price is not known or not above zero, or the gain is not clear.
    why : tuple of str
        Of each lever its price, or why there is none.
    """

    first: int
    last: int
    meur: float | None
    gwh: float
    gwh_lo: float
    gwh_hi: float
    gwh_per_meur: float | None
    why: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return it as plain Python types, without NaN."""
        return {name: plain(value) for name, value in asdict(self).items()} | {
            "why": list(self.why)
        }


def worth(base: RunLike, other: RunLike) -> Worth | None:
    """Return what the levers of a run cost and give beside a base; None where it has none more."""
    before = {(each.name, each.strength) for each in levers_of(base)}
    levers = [each for each in levers_of(other) if (each.name, each.strength) not in before]
    if not levers:
        return None
    change = by_year(other, "good_gwh") - by_year(base, "good_gwh")
    first = max(SPAN[0], int(change.columns.min()))
    last = min(SPAN[1], int(change.columns.max()))
    gain = summed(change, first, last)
    low, high = _interval(gain, base)
    prices = {str(each): _meur(each, base, other, first, last) for each in levers}
    known = [meur for meur in prices.values() if meur is not None]
    total = sum(known) if len(known) == len(levers) else None
    clear = total is not None and total > 0.0 and (low > 0.0 or high < 0.0)
    mean = float(gain.mean())
    per = mean / total if clear and total else None
    why = tuple(_said(each, prices[str(each)], (first, last)) for each in levers)
    return Worth(first, last, total, mean, low, high, per, why)


def cost_of(base: RunLike, other: RunLike) -> float:
    """Return what the levers of a run cost beside a base, EUR million over `SPAN`.

    A lever without a price counts as free.
    """
    return math.fsum(_meur(each, base, other, *SPAN) or 0.0 for each in levers_of(other))


def _interval(values: pd.Series[float], run: RunLike) -> tuple[float, float]:
    draws = np.asarray(values.index.get_level_values("draw"), dtype=np.int64)
    return ci95_mean(values.to_numpy(), draws, str(run.manifest["design"])) or _UNKNOWN


def _meur(lever: Turned, base: RunLike, other: RunLike, first: int, last: int) -> float | None:
    if not lever.booked:
        return lever.meur(first, last)
    spent = by_year(other, lever.booked, REGION) - by_year(base, lever.booked, REGION)
    return float(summed(spent, first, last).mean())


def summed(table: pd.DataFrame, first: int, last: int) -> pd.Series[float]:
    """Return a quantity by row, added up over years; rows without a year are left out."""
    total: pd.Series[float] = table.loc[:, first:last].dropna().sum(axis=1)
    return total


def price_in_words(lever: Turned) -> str:
    """Say what a lever costs, or why it has no price."""
    if lever.unpriced:
        return f"{lever} has no price: {lever.unpriced}."
    if lever.booked:
        return f"{lever}: its cost is booked in {lever.booked}."
    once = lever.per_year_meur is None
    amount = lever.total_meur if once else lever.per_year_meur
    each = "" if once else " a year"
    return f"{lever} costs EUR {_money(amount or 0.0)} million{each} ({', '.join(lever.sources)})."


def _said(lever: Turned, meur: float | None, years: tuple[int, int]) -> str:
    if meur is None:
        return f"{lever} has no price: {lever.unpriced}"
    rest = "as the runs book it" if lever.booked else ", ".join(lever.sources)
    return f"{lever} costs EUR {_money(meur)} million over {years[0]}-{years[1]} ({rest})"


def _money(meur: float) -> str:
    return f"{meur:,.0f}" if abs(meur) >= 100 else f"{meur:.1f}"


def facts_of(run: RunLike) -> Mapping[str, Any]:
    """Return what names a run in `--json`."""
    return {
        "label": label(run),
        "levers": [each.entry() for each in levers_of(run)],
        "set": dict(run.manifest.get("set", {})),
    }
