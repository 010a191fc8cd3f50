"""Questions in a line: probabilities, quantiles and means of what a run holds, with intervals."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.discovery.outcomes import Truth, judged
from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.samples import DRAWN, require
from bvsim.analysis.tables import ROW, RunLike
from bvsim.analysis.variables import values_of
from bvsim.ensemble.design.interval import (
    Interval,
    ci95_kpi,
    ci95_quantile,
    ci95_share,
    no_interval,
)
from bvsim.ensemble.kpis import unit_of
from bvsim.ensemble.work import FloatArray

Undefined = Literal["as-false", "as-true", "leave-out"]
RULES: tuple[str, ...] = get_args(Undefined)
_QUESTION = re.compile(
    r"\s*(?P<what>P|p|mean|median|[Pp]\d{1,2}(?:\.\d+)?)\s*\((?P<inner>.*)\)\s*", re.DOTALL
)
_UNKNOWN = (math.nan, math.nan)


class UnansweredError(AnalysisError):
    """No row is left to answer from."""


@dataclass(frozen=True)
class Answer:
    """What a question has for an answer.

    Parameters
    ----------
    question, given : str
        What was asked, and under which condition (empty: none).
    what : str
        ``probability``, ``mean`` or a quantile such as ``p90``.
    value : float
        The answer.
    ci95 : (float, float)
        Its 95% interval; NaN where there is none.
    rows : int
        Rows that the answer rests on.
    undefined : int
        Rows under the condition in which what was asked is undefined.
    outside : int
        Rows left out because the condition does not hold, or cannot be told.
    why : str
        Why there is no interval; empty where there is one.
    """

    question: str
    given: str
    what: str
    value: float
    ci95: tuple[float, float]
    rows: int
    undefined: int
    outside: int
    why: str = ""


def ask(run: RunLike, question: str, given: str = "", undefined: Undefined = "leave-out") -> Answer:
    """Answer a question from the rows of a run.

    Parameters
    ----------
    run : RunLike
        The run.
    question : str
        ``P(EXPR)``, ``mean(NAME)``, ``median(NAME)`` or a quantile such as ``P90(NAME)``. EXPR and
        NAME are those of outcomes, such as ``P(output_2030_gwh >= 30 and closed_2030.alpha
        == 0)``.
    given : str
        A condition: only rows in which it holds count.
    undefined : {"leave-out", "as-false", "as-true"}
        What becomes of rows in which EXPR can neither be true nor false.

    Returns
    -------
    Answer
        Probabilities, means and quantiles with the intervals of the design.

    Raises
    ------
    UnansweredError
        When no row is left.
    AnalysisError
        When the run lacks what is named.
    OutcomeError
        When a text cannot be read.
    """
    require(run, *DRAWN)
    found = _QUESTION.fullmatch(question)
    if found is None:
        raise AnalysisError(f"{question!r}: write P(EXPR), mean(NAME), median(NAME) or P90(NAME)")
    if undefined not in RULES:
        raise AnalysisError(f"{undefined!r} is no rule: it must be one of {', '.join(RULES)}")
    what, inner = found["what"].lower(), found["inner"].strip()
    values = _truths(run, inner, undefined) if what == "p" else _values(run, inner)
    inside = _inside(run, given, len(values[0]))
    return _answer(run, (question.strip(), given, what, inner), values, inside)


def _truths(run: RunLike, inner: str, rule: Undefined) -> tuple[FloatArray, Truth]:
    """Return 1 or 0 for each row, NaN where it is left out; and where it is undefined."""
    verdict, _ = judged(run, inner)
    truths = verdict.holds.astype(np.float64)
    filler = {"as-false": 0.0, "as-true": 1.0, "leave-out": math.nan}[rule]
    truths[verdict.undefined] = filler
    return truths, verdict.undefined


def _values(run: RunLike, name: str) -> tuple[FloatArray, Truth]:
    values = values_of(run, name, run.table("kpis").set_index(ROW))
    return values, np.isnan(values)


def _inside(run: RunLike, given: str, rows: int) -> Truth:
    return judged(run, given)[0].holds if given.strip() else np.ones(rows, dtype=np.bool_)


def _answer(
    run: RunLike,
    asked: tuple[str, str, str, str],
    found: tuple[FloatArray, Truth],
    inside: Truth,
) -> Answer:
    question, given, what, inner = asked
    values, unknown = found
    counts = inside & ~np.isnan(values)
    if not counts.any():
        why = (
            "the condition holds in no row" if not inside.any() else "it is undefined in every row"
        )
        raise UnansweredError(f"{question}: no answer, {why}")
    draws = run.table("kpis")["draw"].to_numpy(dtype=np.int64)[counts]
    design = str(run.manifest["design"])
    value, ci95 = _estimate((what, inner), values[counts], draws, design)
    why = "" if ci95 else no_interval(values[counts], draws, design)
    name = {"p": "probability", "median": "p50"}.get(what, what)
    undefined, outside = int((unknown & inside).sum()), int((~inside).sum())
    rows = int(counts.sum())
    return Answer(question, given, name, value, ci95 or _UNKNOWN, rows, undefined, outside, why)


def _estimate(
    asked: tuple[str, str], values: FloatArray, draws: NDArray[np.int64], design: str
) -> tuple[float, Interval | None]:
    what, name = asked
    if what == "p":
        return float(values.mean()), ci95_share(values, draws, design)
    if what == "mean":
        return float(values.mean()), ci95_kpi(unit_of(name), values, draws, design)
    level = 0.5 if what == "median" else float(what[1:]) / 100.0
    return float(np.quantile(values, level)), ci95_quantile(values, draws, design, level)
