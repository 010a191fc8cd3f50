"""A comparison read: what moved, largest effect over noise first, and a sentence of verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bvsim.analysis.policy.compare import Comparison, Difference

HEADLINE = "output_2030_gwh"
"""The key figure that a verdict speaks of where the runs have it and nothing else is asked."""


@dataclass(frozen=True)
class Read:
    """The key figures of a comparison, sorted.

    Parameters
    ----------
    moved : tuple of Difference
        Those whose interval leaves out zero, the largest effect over noise first.
    unclear : tuple of Difference
        Those that differ in some pair, and not clearly on average.
    unknown : tuple of Difference
        Those that differ, where too few pairs allow no interval.
    same : tuple of str
        Those that are the same in every pair.
    empty : tuple of str
        Those that no pair defines on both sides.
    """

    moved: tuple[Difference, ...]
    unclear: tuple[Difference, ...]
    unknown: tuple[Difference, ...]
    same: tuple[str, ...]
    empty: tuple[str, ...]


def read(comparison: Comparison, names: tuple[str, ...]) -> Read:
    """Sort the differences of key figures."""
    found = [comparison.difference(name) for name in names]
    some = [each for each in found if each.pairs and each.chance_equal < 1.0]
    known = [each for each in some if not math.isnan(each.ci95_lo)]
    return Read(
        tuple(sorted(filter(is_clear, known), key=clearness, reverse=True)),
        tuple(each for each in known if not is_clear(each)),
        tuple(each for each in some if math.isnan(each.ci95_lo)),
        tuple(each.kpi for each in found if each.pairs and each.chance_equal == 1.0),
        tuple(each.kpi for each in found if not each.pairs),
    )


def is_clear(found: Difference) -> bool:
    """Tell whether the interval of a difference leaves out zero."""
    return found.ci95_lo > 0.0 or found.ci95_hi < 0.0


def clearness(found: Difference) -> float:
    """Return the effect over its noise: the mean over half of its interval."""
    half = (found.ci95_hi - found.ci95_lo) / 2.0
    return abs(found.mean) / half if half > 0.0 else math.inf


def verdict(comparison: Comparison, names: tuple[str, ...]) -> str:
    """Return a sentence: what the change made of the headline, or of what moved most."""
    shown = read(comparison, names)
    if not (shown.moved or shown.unclear or shown.unknown):
        return "Nothing moved: every key figure is the same in every pair of rows."
    headline = HEADLINE if HEADLINE in names else None
    if headline is None:
        headline = (shown.moved or shown.unclear or shown.unknown)[0].kpi
    return _sentence(comparison.difference(headline))


def _sentence(found: Difference) -> str:
    name, pairs = said_name(found), f"{found.pairs} pair{'s' * (found.pairs != 1)}"
    by = change(found, found.mean)
    sides = f"from {amount(found, found.base_mean)} to {amount(found, found.other_mean)}"
    if found.chance_equal == 1.0:
        return f"{name} does not move: it is the same in every pair of rows."
    if math.isnan(found.ci95_lo):
        return f"{name}: {by}, {sides}; {pairs} cannot tell it from noise."
    ends = " to ".join(change(found, end) for end in (found.ci95_lo, found.ci95_hi))
    if not is_clear(found):
        return f"{name}: {by} ({ends}), {sides}: {pairs} do not tell it from no change."
    way = "rises" if found.mean > 0.0 else "falls"
    return f"{name} {way} by {by.lstrip('+-')} ({ends}), {sides}."


def said_name(found: Difference) -> str:
    """Return a key figure with its unit, as a sentence begins."""
    shown = "" if found.unit in ("1", "share", "probability", "year") else f", {found.unit}"
    return f"{found.kpi}{shown}"


def amount(found: Difference, value: float) -> str:
    """Return a value of a key figure with its digits: shares in percent, years to a tenth."""
    if found.unit in ("share", "probability"):
        return f"{100 * value:.0f}%" if value >= 0.095 else f"{100 * value:.1f}%"
    return f"{value:.1f}" if found.unit == "year" else f"{value:,.{_digits(value)}f}"


def change(found: Difference, value: float) -> str:
    """Return a change of a key figure, shares in points; all of one have the same digits."""
    if found.unit in ("share", "probability"):
        return f"{100 * value:+.1f} pt"
    digits = 1 if found.unit == "year" else _digits(_widest(found))
    return f"{value:+,.{digits}f}"


def _widest(found: Difference) -> float:
    sizes = map(abs, (found.mean, found.ci95_lo, found.ci95_hi))
    return max(size for size in (*sizes, 0.0) if not math.isnan(size))


def _digits(size: float) -> int:
    size = max(abs(size), 1e-12)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 0.095 else 3
