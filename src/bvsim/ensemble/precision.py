"""Precision on request: a run grows until its results are known as well as asked.

A target is a half-width of the 95% interval of the mean, or of a quantile, of a key figure, the
larger side where they differ; several are met when all are met at once. Rows that all agree tell
no half-width, so that a target of a figure that never varies is not met. Half-widths are
themselves estimates, and looking at them again and again until one is small by chance stops too
soon. So targets must still be met at every check of a look-ahead beyond the number of draws at
which they first were (after Hoad, Robinson and Davies 2010, Journal of the Operational Research
Society 61, 1632-1644).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bvsim.ensemble.design.interval import ci95_kpi, ci95_quantile
from bvsim.ensemble.design.points import BLOCKS, extendable
from bvsim.ensemble.kpis import unit_of
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import PrecisionEntry, TargetEntry
from bvsim.ensemble.work import FloatArray, IntArray, Result

TABLE = "kpis"
MAX_DRAWS = 4096
STEP = BLOCKS
"""Draws between two checks; also a whole number of points in each block of a design."""
FEWEST = 8 * STEP
"""No target counts as met before so many draws."""
LOOK_AHEAD = {"random": 0.05, "median": 0.05, "sobol": 0.25}
"""Share of the draws beyond which a met target must hold: intervals from eight blocks are
noisier than those from as many groups as there are draws."""
_GROWTH = (1.1, 2.0)

_TARGET = re.compile(r"(?P<kpi>[^=@%\s]+)(@p(?P<percent>\d+(\.\d+)?))?=(?P<width>[^%]+)(?P<of>%?)")


@dataclass(frozen=True)
class Target:
    """A half-width asked for.

    Parameters
    ----------
    kpi : str
        Name of the key figure, a column of the table ``kpis``.
    half_width : float
        Half of the interval: in the figure's unit, or a share of the estimate's size.
    relative : bool
        Whether it is a share of the estimate.
    quantile : float, optional
        Which quantile (0.9 for P90) it is asked of; the mean by default.
    """

    kpi: str
    half_width: float
    relative: bool = False
    quantile: float | None = None

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read ``KPI=HALFWIDTH``, ``KPI=PERCENT%``, ``KPI@p90=HALFWIDTH``.

        Raises
        ------
        RunError
            When the text is none of these, or the half-width is not above zero.
        """
        found = _TARGET.fullmatch(text.strip())
        try:
            width = float(found["width"]) if found else math.nan
        except ValueError:
            width = math.nan
        if found is None or not 0.0 < width < math.inf:
            raise RunError(f"{text!r} is not KPI=HALFWIDTH, such as output_2030_gwh=0.5 or ...=2%")
        level = None if found["percent"] is None else float(found["percent"]) / 100.0
        if level is not None and not 0.0 < level < 1.0:
            raise RunError(f"{text!r}: a quantile lies between p0 and p100")
        relative = bool(found["of"])
        return cls(found["kpi"], width / 100.0 if relative else width, relative, level)

    def __str__(self) -> str:
        level = "" if self.quantile is None else f"@p{100 * self.quantile:g}"
        width = f"{100 * self.half_width:g}%" if self.relative else f"{self.half_width:g}"
        return f"{self.kpi}{level}={width}"

    def measure(self, values: FloatArray, draws: IntArray, design: str) -> Measured:
        """Return the estimate and its half-width, the larger side, from one value a row."""
        if self.quantile is None:
            interval = ci95_kpi(unit_of(self.kpi), values, draws, design)
        else:
            interval = ci95_quantile(values, draws, design, self.quantile)
        if interval is None:
            return Measured(self, math.nan, math.inf)
        defined = values[~np.isnan(values)]
        level = self.quantile
        estimate = defined.mean() if level is None else np.quantile(defined, level)
        half = max(estimate - interval[0], interval[1] - estimate)
        return Measured(self, float(estimate), float(half))


@dataclass(frozen=True)
class Measured:
    """How well a target's figure is known."""

    target: Target
    estimate: float
    half_width: float

    @property
    def ratio(self) -> float:
        """The half-width over the one asked for: at most 1 when the target is met."""
        scale = abs(self.estimate) if self.target.relative else 1.0
        asked = self.target.half_width * scale
        return self.half_width / asked if asked > 0.0 else math.inf

    @property
    def met(self) -> bool:
        """Whether it is known as well as asked."""
        return self.ratio <= 1.0

    def record(self) -> TargetEntry:
        """Return what the manifest says of the target."""
        known = math.isfinite(self.half_width)
        return {
            "target": str(self.target),
            "kpi": self.target.kpi,
            "quantile": self.target.quantile,
            "estimate": self.estimate if known else None,
            "half_width": self.half_width if known else None,
            "met": self.met,
        }


class Precision:
    """Decides how many draws a run needs.

    Parameters
    ----------
    targets : iterable of Target or str
        What is asked; none for a run of a fixed size.
    design : str
        The run's design, which must be one that can be extended.
    max_draws : int, optional
        The budget.

    Raises
    ------
    RunError
        When the design cannot be extended.
    """

    def __init__(
        self, targets: Iterable[Target | str], design: str, max_draws: int | None = None
    ) -> None:
        made = (Target.parse(each) if isinstance(each, str) else each for each in targets)
        self.targets = tuple(dict.fromkeys(made))
        self.max_draws = MAX_DRAWS if max_draws is None else max_draws
        self._design = design
        self._draws: list[IntArray] = []
        self._values: list[FloatArray] = []
        if self.targets and not (extendable(design) and design in LOOK_AHEAD):
            raise RunError(
                f"a run of design {design} cannot grow until its results are precise: "
                "its draws depend on their number; take sobol or random"
            )
        if self.targets and self.max_draws < FEWEST:
            raise RunError(f"a budget of {self.max_draws} draws: precision takes {FEWEST} or more")

    @property
    def names(self) -> list[str]:
        """The key figures asked about."""
        return list(dict.fromkeys(target.kpi for target in self.targets))

    def first(self, draws: int) -> int:
        """Return the number of draws to begin with."""
        return min(_whole(max(draws, FEWEST)), self.max_draws) if self.targets else draws

    def observe(self, result: Result) -> None:
        """Take in the rows of a finished chunk.

        Raises
        ------
        RunError
            When the run does not have a key figure asked about.
        """
        if not self.targets or not len(result.draws):
            return
        columns = result.layouts[TABLE].columns if TABLE in result.layouts else ()
        for name in self.names:
            if name not in columns:
                raise RunError(
                    f"--until-ci: the run has no key figure {name!r}{_near(name, columns)}"
                )
        at = [columns.index(name) for name in self.names]
        self.add(result.draws, result.tables[TABLE][:, 0, at])

    def add(self, draws: IntArray, values: FloatArray) -> None:
        """Take in rows: their draws and the values of `names`, shape (rows, names)."""
        self._draws.append(np.asarray(draws, dtype=np.int64))
        self._values.append(np.asarray(values, dtype=np.float64))

    def next(self, draws: int) -> int | None:
        """Return the number of draws to go on to; None when all is met or the budget spent."""
        if not self.targets or draws >= self.max_draws:
            return None
        since = self._met_since(draws)
        if since is not None:
            enough = _whole(since * (1.0 + LOOK_AHEAD[self._design]))
            return None if draws >= enough else min(enough, self.max_draws)
        worst = max(measured.ratio for measured in self.measure(draws))
        slow, fast = (draws * factor for factor in _GROWTH)
        wanted = draws * worst**2 if math.isfinite(worst) else fast
        return min(_whole(min(max(wanted, slow), fast)), self.max_draws)

    def measure(self, draws: int) -> tuple[Measured, ...]:
        """Return how well each figure is known from the first so many draws."""
        if not self._draws:
            return tuple(Measured(target, math.nan, math.inf) for target in self.targets)
        every, values = np.concatenate(self._draws), np.concatenate(self._values)
        kept = every < draws
        column = {name: values[kept, i] for i, name in enumerate(self.names)}
        return tuple(
            target.measure(column[target.kpi], every[kept], self._design) for target in self.targets
        )

    def record(self, draws: int) -> PrecisionEntry | None:
        """Return what the manifest says: what was asked, and what was met."""
        if not self.targets:
            return None
        found = self.measure(draws)
        since = self._met_since(draws)
        return {
            "met": all(measured.met for measured in found),
            "met_since_draws": since,
            "max_draws": self.max_draws,
            "look_ahead": LOOK_AHEAD[self._design],
            "targets": [measured.record() for measured in found],
        }

    def _met_since(self, draws: int) -> int | None:
        """Return from how many draws on all targets were met at every check."""
        since = None
        checks = dict.fromkeys([draws, *range(draws // STEP * STEP, FEWEST - 1, -STEP)])
        for check in checks:
            if not all(measured.met for measured in self.measure(check)):
                break
            since = check
        return since


def _whole(draws: float) -> int:
    """Return a number of draws that fills all blocks alike."""
    return math.ceil(draws / STEP) * STEP


def _near(name: str, names: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, names, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
