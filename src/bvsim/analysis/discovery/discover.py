"""Scenario discovery: in which region of the uncertain figures an outcome happens.

Half the work is not to be fooled: with a thousand figures and a few hundred rows a box that
fits by accident is easily found. So figures are screened first, rules are found in three
quarters of the draws and checked in the others, and limits that chance may have set are
dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.discovery import cart
from bvsim.analysis.discovery.outcomes import happens
from bvsim.analysis.discovery.prim import (
    CHANCE,
    Box,
    Fit,
    by_chance,
    chance,
    fit,
    knee,
    prim,
    trimmed,
)
from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.samples import DRAWN, require
from bvsim.analysis.sensitivity.prcc import matching_draws
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.work import FloatArray

Truth = NDArray[np.bool_]
KEEP = 30
"""Figures that screening keeps."""
FEW_CASES = 20
"""With fewer cases, or fewer rows without the outcome, a remark is made."""
_CHECKED = (6, 7)
"""Draws whose number leaves one of these modulo 8 only check what the others found."""


@dataclass(frozen=True)
class Discovery:
    """What was found about an outcome.

    Parameters
    ----------
    outcome : str
        The outcome.
    share : float
        Share of all rows in which it happens.
    rules : pandas.DataFrame
        One row a rule: `method` (prim or cart), `rule` (readable), `figures` (restricted),
        `coverage`, `density`, `inside` in the rows it was found in, `coverage_checked`,
        `density_checked`, `inside_checked` in the rows held back.
    limits : pandas.DataFrame
        One row a limited figure of a rule: `rule` (its number), `figure`, `lower`, `upper`
        (NaN: open), `lower_quantile`, `upper_quantile` (among the draws), `chance`.
    remarks : tuple of str
        What to bear in mind, in plain words.
    """

    outcome: str
    share: float
    rules: pd.DataFrame
    limits: pd.DataFrame
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class _Rows:
    """Screened figures, and where the outcome happens."""

    names: tuple[str, ...]
    x: FloatArray
    y: Truth
    held: Truth
    candidates: int

    @property
    def found_in(self) -> tuple[FloatArray, Truth]:
        return self.x[~self.held], self.y[~self.held]

    @property
    def checked_in(self) -> tuple[FloatArray, Truth]:
        return self.x[self.held], self.y[self.held]


def discover(
    run: RunLike,
    outcome: str,
    figures: Sequence[str] = (),
    *,
    keep: int = KEEP,
    depth: int = 3,
) -> Discovery:
    """Find where in the space of figures an outcome happens.

    Parameters
    ----------
    run : RunLike
        A plain run.
    outcome : str
        Such as ``output_2030_gwh < 20`` or ``bottleneck_2030 == "demand"``; see
        `bvsim.analysis.discovery.outcomes`.
    figures : sequence of str
        Patterns of dotted paths; all figures by default.
    keep : int
        Figures that screening (see `parted`) keeps.
    depth : int
        Depth of the tree.

    Raises
    ------
    RunError
        When the sample was made for something else.
    AnalysisError
        When the outcome cannot be read, or happens in no row or in all.
    """
    require(run, *DRAWN)
    truth = happens(run, outcome)
    if truth.all() or not truth.any():
        raise AnalysisError(
            f"{outcome} happens in {'every' if truth.all() else 'no'} row of the run"
        )
    draws = truth.index.get_level_values("draw").to_numpy()
    rows = _screened(matching_draws(run, draws, figures), truth.to_numpy(), draws, keep)
    boxes = [("prim", _prim_box(rows)), *(("cart", box) for box in _cart_boxes(rows, depth))]
    rules = pd.DataFrame([_rule(method, box, rows) for method, box in boxes])
    limits = [limit for i, (_, box) in enumerate(boxes) for limit in _limits(i, box, rows)]
    return Discovery(
        outcome,
        float(truth.mean()),
        rules.rename_axis("number"),
        pd.DataFrame(limits, columns=list(_LIMIT_COLUMNS)),
        (*_remarks(rows, boxes), *_why_nothing(run, rows, boxes)),
    )


def _screened(table: pd.DataFrame, y: Truth, draws: NDArray[np.int64], keep: int) -> _Rows:
    """Keep the figures whose distributions the outcome parts most, in the rows not held back."""
    held = np.isin(draws % 8, _CHECKED)
    x = table.to_numpy(dtype=np.float64)
    strength = parted(x[~held], y[~held])
    chosen = np.sort(np.argsort(-strength, kind="stable")[:keep])
    names = tuple(str(table.columns[i]) for i in chosen)
    return _Rows(names, x[:, chosen], y, held, x.shape[1])


def parted(x: FloatArray, y: Truth) -> FloatArray:
    """Return how far apart the outcome parts each column's values, 0 to 1, shape (columns,).

    The Kolmogorov-Smirnov distance between rows with the outcome and those without, which
    also sees an outcome in the middle of a range.
    """
    cases = int(y.sum())
    if cases in (0, len(y)):
        return np.zeros(x.shape[1])
    order = np.argsort(x, axis=0, kind="stable")
    ordered = np.take_along_axis(x, order, axis=0)
    steps = np.where(y[order], 1.0 / cases, -1.0 / (len(y) - cases))
    distance = np.abs(np.cumsum(steps, axis=0))
    distance[:-1][ordered[1:] == ordered[:-1]] = 0.0  # only where a run of ties ends
    farthest: FloatArray = distance.max(axis=0)
    return farthest


def _prim_box(rows: _Rows) -> Box:
    x, y = rows.found_in
    if not len(y):
        return Box()
    return trimmed(knee(prim(x, y), x, y), x, y, rows.candidates)


def _cart_boxes(rows: _Rows, depth: int) -> list[Box]:
    """Return the leaves of the tree in which the outcome is commoner than not, and than overall.

    Leaves that chance may have made are left out; the largest catch comes first. A tree
    chooses figure and limit anew at each split, so `CHANCE` is shared among all limits that
    it could have chosen on the way: (figures x rows) to the power of the splits. Shared among
    figures alone, more than half of all trees grown on pure noise had such a leaf.
    """
    x, y = rows.found_in
    if not len(y):
        return []
    base = float(y.mean())
    least, choices = max(0.5, base), float(rows.candidates * len(y))
    found = [
        (box, leaf)
        for box, leaf in cart.leaves(cart.grow(x, y, depth=depth))
        if box.limits
        and leaf.cases > least * leaf.rows
        and by_chance(leaf.cases, leaf.rows, base) <= CHANCE / choices**box.ends
    ]
    return [box for box, _ in sorted(found, key=lambda pair: -pair[1].cases)]


def _rule(method: str, box: Box, rows: _Rows) -> dict[str, object]:
    first, second = fit(box, *rows.found_in), fit(box, *rows.checked_in)
    return {
        "method": method,
        "rule": in_words(box, rows.names),
        "figures": len(box.limits),
        **_measures(first, ""),
        **_measures(second, "_checked"),
    }


def _measures(found: Fit, suffix: str) -> dict[str, float]:
    return {
        f"coverage{suffix}": found.coverage,
        f"density{suffix}": found.density,
        f"inside{suffix}": found.inside,
    }


def in_words(box: Box, names: Sequence[str]) -> str:
    """Return a box as a readable rule: `a.b <= 3.2 and 1 <= c.d <= 2`."""
    parts = []
    for column, (low, high) in box.limits.items():
        left = f"{low:.4g} <= " if np.isfinite(low) else ""
        right = f" <= {high:.4g}" if np.isfinite(high) else ""
        if left and not right:
            left, right = "", f" >= {low:.4g}"
        parts.append(f"{left}{names[column]}{right}")
    return " and ".join(parts) or "everywhere"


_LIMIT_COLUMNS = (
    "rule",
    "figure",
    "lower",
    "upper",
    "lower_quantile",
    "upper_quantile",
    "chance",
)


def _limits(
    number: int, box: Box, rows: _Rows
) -> list[tuple[int, str, float, float, float, float, float]]:
    likely = chance(box, *rows.found_in)
    found = []
    for column, (low, high) in box.limits.items():
        values = rows.x[:, column]
        below, upto = float((values < low).mean()), float((values <= high).mean())
        lower, upper = (v if np.isfinite(v) else np.nan for v in (low, high))
        found.append((number, rows.names[column], lower, upper, below, upto, likely[column]))
    return found


def _why_nothing(run: RunLike, rows: _Rows, boxes: list[tuple[str, Box]]) -> tuple[str, ...]:
    """Say why no rule was found, and what to do next.

    By chance the largest Kolmogorov-Smirnov distance of so many figures exceeds its limit once in
    twenty times (Smirnov's tail 2 exp(-2 d^2 mn / (m + n)), shared among them).
    """
    x, y = rows.found_in
    cases = int(y.sum())
    if len(boxes) > 1 or boxes[0][1].limits or cases in (0, len(y)):
        return ()
    distance = parted(x, y)
    pairs = 1.0 / cases + 1.0 / (len(y) - cases)
    limit = min(1.0, float(np.sqrt(0.5 * pairs * np.log(2.0 * rows.candidates / CHANCE))))
    most = int(distance.argmax())
    name = run.manifest.get("scenario", "SCENARIO")
    moves = distance[most] > limit
    clear = "more than" if moves else "within"
    ends = "it moves the chance, yet no region holds the cases" if moves else "no figure stands out"
    return (
        f"{rows.names[most]} is parted most, by {distance[most]:.2f}: {clear} the {limit:.2f} that "
        f"the largest of {rows.candidates} reaches by chance with {cases} cases: {ends}",
        f"next: more draws, or `bvsim sensitivity {name} --method sobol`, which tells groups of "
        "figures and luck apart",
    )


def _remarks(rows: _Rows, boxes: list[tuple[str, Box]]) -> tuple[str, ...]:
    """Say what a reader should bear in mind."""
    cases = int(rows.y.sum())
    few = min(cases, len(rows.y) - cases)
    found = []
    if few < FEW_CASES:
        found.append(
            f"{cases} of {len(rows.y)} rows show the outcome: too few on one side to trust a "
            f"rule; {FEW_CASES} are wanted on each, so run more draws"
        )
    if not boxes[0][1].limits:
        found.append("PRIM found no limit that chance could not have set: there is no clear region")
    if len(boxes) == 1:
        found.append("the tree has no leaf that chance could not have made")
    if rows.candidates > len(rows.names):
        found.append(
            f"{rows.candidates} figures vary: the {len(rows.names)} that the outcome parts "
            "most were looked at"
        )
    held = int(rows.held.sum())
    if held:
        found.append(f"rules were found in {len(rows.y) - held} rows and checked in {held} others")
    else:
        found.append("too few draws to hold any back: the rules are not checked")
    return tuple(found)
