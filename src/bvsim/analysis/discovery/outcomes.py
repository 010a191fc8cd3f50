"""Outcomes in words: `output_2030_gwh < 20 and bottleneck_2030 == "labour"`, read safely.

    expression = any of: comparison, not expression, expression and expression,
                 expression or expression, (expression)
    comparison = NAME op VALUE     op is < <= > >= == !=

NAME is a key figure of the run (perhaps of a site: `output_2030_gwh.alpha`), another variable
(see `variables`), or `bottleneck_YEAR` (`bottleneck_YEAR.SITE`), whose value is a cause of the
ledger in quotes. Nothing is evaluated but comparisons.

Where an outcome is looked for (`happens`), a comparison with an undefined value is false. Where it
is asked about (`judged`), it is neither true nor false, and what follows from it is worked out
by Kleene's logic: `a and b` is false where one of them is, whatever the other; `a or b` is true
where one of them is; elsewhere an undefined part leaves the whole undefined.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.ledger.bottlenecks import bottlenecks
from bvsim.analysis.tables import ROW, RunLike
from bvsim.analysis.variables import values_of
from bvsim.valley.cells.causes import BOTTLENECKS, NONE

Truth = NDArray[np.bool_]

_TOKEN = re.compile(
    r"\s*(?:(?P<op><=|>=|==|!=|<|>|\(|\))"
    r"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<name>[A-Za-z_][\w.-]*))"
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_BOTTLENECK = re.compile(r"bottleneck_(\d{4})(?:\.(.+))?")


class OutcomeError(ValueError):
    """An outcome cannot be read; the message says where."""


@dataclass(frozen=True)
class Verdict:
    """Of each row, whether an outcome holds, and whether that can be told.

    Parameters
    ----------
    holds, fails : array of bool, shape (rows,)
        Where it is true, and where it is false; undefined where neither.
    """

    holds: Truth
    fails: Truth

    def __and__(self, other: Verdict) -> Verdict:
        return Verdict(self.holds & other.holds, self.fails | other.fails)

    def __or__(self, other: Verdict) -> Verdict:
        return Verdict(self.holds | other.holds, self.fails & other.fails)

    def __invert__(self) -> Verdict:
        return Verdict(self.fails, self.holds)

    @property
    def undefined(self) -> Truth:
        """Where it cannot be told."""
        return ~(self.holds | self.fails)


def judged(run: RunLike, text: str) -> tuple[Verdict, pd.MultiIndex]:
    """Return what becomes of an outcome in the rows of a run, and which rows these are.

    Parameters, and errors, are those of `happens`.
    """
    reader = _Reader(run, text)
    return reader.read(), reader.rows


def happens(run: RunLike, text: str) -> pd.Series[bool]:
    """Tell in which rows of a run an outcome happens.

    Parameters
    ----------
    run : RunLike
        The run.
    text : str
        The outcome.

    Returns
    -------
    pandas.Series of bool
        Index: draw, replication.

    Raises
    ------
    OutcomeError
        When the text is no outcome.
    AnalysisError
        When the run lacks a key figure, a year or a site that it names.
    """
    reader = _Reader(run, text, decided=True)
    return pd.Series(reader.read().holds, index=reader.rows, name=text)


class _Reader:
    """Reads an outcome from left to right, working it out for all rows on the way."""

    def __init__(self, run: RunLike, text: str, *, decided: bool = False) -> None:
        self._run, self._text, self._decided = run, text, decided
        self._kpis = run.table("kpis").set_index(ROW)
        self._tokens = _tokens(text)
        self._at = 0

    @property
    def rows(self) -> pd.MultiIndex:
        return cast("pd.MultiIndex", self._kpis.index)

    def read(self) -> Verdict:
        truth = self._either()
        if self._at < len(self._tokens):
            raise self._wrong("and, or, or the end")
        return truth

    def _either(self) -> Verdict:
        truth = self._both()
        while self._take("name", "or"):
            truth = truth | self._both()
        return truth

    def _both(self) -> Verdict:
        truth = self._single()
        while self._take("name", "and"):
            truth = truth & self._single()
        return truth

    def _single(self) -> Verdict:
        if self._take("name", "not"):
            return ~self._single()
        if self._take("op", "("):
            truth = self._either()
            if not self._take("op", ")"):
                raise self._wrong("a closing bracket")
            return truth
        return self._comparison()

    def _comparison(self) -> Verdict:
        name = self._next("name", "a key figure")
        sign = self._next("op", "a comparison")
        if sign not in _COMPARE:
            self._at -= 1
            raise self._wrong("a comparison")
        cause = _BOTTLENECK.fullmatch(name)
        if cause:
            return self._of_cause(int(cause[1]), cause[2], sign)
        value = float(self._next("number", "a number"))
        numbers = values_of(self._run, name, self._kpis)
        holds, defined = np.asarray(_COMPARE[sign](numbers, value)), ~np.isnan(numbers)
        fails = ~(holds & defined) if self._decided else ~holds & defined
        return Verdict(holds & defined, fails)

    def _of_cause(self, year: int, site: str | None, sign: str) -> Verdict:
        if sign not in ("==", "!="):
            raise OutcomeError(f"a bottleneck can be == or != a cause, not {sign}")
        value = self._next("text", "a cause in quotes")[1:-1]
        if value not in (*BOTTLENECKS, NONE):
            raise OutcomeError(f"{value!r} is no cause: it must be one of {', '.join(BOTTLENECKS)}")
        named = bottlenecks(self._run, "region", site)["cause"].droplevel("entity")
        if year not in named.index.unique("year"):
            raise AnalysisError(f"the run has no year {year}")
        found = named.xs(year, level="year").reindex(self._kpis.index)
        holds = np.asarray(_COMPARE[sign](found.to_numpy(dtype=object), value), dtype=bool)
        return Verdict(holds, ~holds)

    def _take(self, kind: str, text: str) -> bool:
        """Step over a token if it is the one given."""
        if self._at < len(self._tokens) and self._tokens[self._at][:2] == (kind, text):
            self._at += 1
            return True
        return False

    def _next(self, kind: str, wanted: str) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != kind:
            raise self._wrong(wanted)
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _wrong(self, wanted: str) -> OutcomeError:
        if self._at >= len(self._tokens):
            return OutcomeError(f"{self._text!r} ends where {wanted} should stand")
        _, text, place = self._tokens[self._at]
        return OutcomeError(f"{self._text!r}, column {place + 1}: {text!r} where {wanted} belongs")


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Split a text into (kind, text, place)."""
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise OutcomeError(f"{text!r}, column {at + 1}: {text[at:][:12]!r} cannot be read")
        found.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found
