"""Which uncertain figures matter: one door to tornado, Morris, Sobol and PRCC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.groups import CONFIDENCE, LUCK, Group, make_groups
from bvsim.analysis.samples import BaseRows, How, run_sample, sample_of
from bvsim.analysis.sensitivity.morris import MorrisRows, morris
from bvsim.analysis.sensitivity.prcc import ENOUGH as ENOUGH_DRAWS
from bvsim.analysis.sensitivity.prcc import prcc, threshold
from bvsim.analysis.sensitivity.sobol import SaltelliRows, sobol_indices
from bvsim.analysis.sensitivity.tornado import TornadoRows, tornado
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.design.draws import Scenario, copula_of, dimensions_of, width_of
from bvsim.ensemble.run import Run
from bvsim.ensemble.run import run as run_ensemble
from bvsim.schema.grammar import CONFIDENCES


@dataclass(frozen=True)
class Method:
    """A way to look at sensitivity.

    Parameters
    ----------
    bases : int
        Its base draws, trajectories, base points or draws by default.
    enough : int
        Fewer than this are called too few.
    unit : str
        What n counts.
    by : str
        Groups by default.
    """

    bases: int
    enough: int
    unit: str
    one: str
    by: str


METHODS = {
    "tornado": Method(16, 16, "base draws", "base draw", "figure"),
    "morris": Method(20, 10, "trajectories", "trajectory", "actor"),
    "sobol": Method(64, 64, "base points", "base point", "actor"),
    "prcc": Method(512, ENOUGH_DRAWS, "draws", "draw", "figure"),
}
SCREENED = 12
"""Figures that a tornado moves when it is not told which."""
SCREENING_DRAWS = 128
_NAMED = 6


def make_plan(
    scenario: Scenario,
    method: str,
    bases: int,
    seed: int,
    *,
    by: str | None = None,
    figures: Sequence[str] = (),
) -> BaseRows:
    """Return the plan of a sample for tornado, Morris or Sobol.

    Parameters
    ----------
    scenario : Scenario
        What will be simulated.
    method : {"tornado", "morris", "sobol"}
        What the sample is for.
    bases, seed : int
        Size and seed.
    by : str, optional
        How figures are grouped (see `make_groups`); the method's own way by default.
    figures : sequence of str
        Patterns of figures; all by default.

    Raises
    ------
    AnalysisError
        When the method needs no plan, a size is below 1, figures are named wrongly, or
        correlated figures stand in different groups of a Sobol sample.
    """
    if method not in ("tornado", "morris", "sobol"):
        raise AnalysisError(f"no plan for {method!r}: it must be tornado, morris or sobol")
    if bases < 1:
        raise AnalysisError(f"{bases} {METHODS[method].unit}: at least 1 is needed")
    way = by or METHODS[method].by
    groups = make_groups(
        scenario.paths,
        way,
        figures,
        dimensions=dimensions_of(scenario),
        confidence=_confidence_of(scenario) if way == CONFIDENCE else None,
    )
    width, copula = width_of(scenario), copula_of(scenario)
    if method == "tornado":
        return TornadoRows(width, groups, bases, seed, correlate=copula)
    if method == "morris":
        return MorrisRows(width, groups, bases, seed)
    _refuse_split(scenario, groups)
    return SaltelliRows(width, (*groups, Group(LUCK, ())), bases, seed, correlate=copula)


def _confidence_of(scenario: Scenario) -> dict[str, str]:
    """Return what each figure of a scenario rests on; correlated ones on the weakest of theirs."""
    figures = getattr(scenario, "figures", None)
    if figures is None:
        raise AnalysisError("groups by confidence: the scenario does not say what figures rest on")
    rank = {path: CONFIDENCES.index(figure.vintage.confidence) for path, figure in figures()}
    tied = [(a, b) for a, b, _ in getattr(scenario, "correlations", ())]
    while any(rank[a] != rank[b] for a, b in tied):
        for a, b in tied:
            rank[a] = rank[b] = max(rank[a], rank[b])
    return {path: CONFIDENCES[i] for path, i in rank.items()}


def _refuse_split(scenario: Scenario, groups: Sequence[Group]) -> None:
    """Refuse groups that part correlated figures: their variance cannot be shared out."""
    order = getattr(scenario, "order", scenario.paths)
    home = {order[column]: group.name for group in groups for column in group.columns}
    for a, b, _ in getattr(scenario, "correlations", ()):
        if home.get(a) != home.get(b):
            raise AnalysisError(
                f"{a} and {b} are correlated: Sobol indices need them in one group, not in "
                f"{home.get(a, 'none')} and {home.get(b, 'none')}"
            )


def run_sensitivity(
    scenario: Scenario,
    method: str,
    bases: int | None = None,
    seed: int = 1,
    *,
    out: str | Path,
    outcome: str = "output_2030_gwh",
    by: str | None = None,
    figures: Sequence[str] = (),
    announce: Callable[[str], None] = lambda text: None,
    **how: Unpack[How],
) -> Run:
    """Simulate what a method needs into a run folder.

    A tornado that is not told which figures to move first screens them: the `SCREENED` of
    the largest PRCC with `outcome` in a plain run beside `out` (``OUT-screening``).

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    method : {"tornado", "morris", "sobol", "prcc"}
        What it is for.
    bases, seed : int
        Size (the method's own by default) and seed.
    out : path
        The run folder.
    outcome : str
        The key figure that screening looks at.
    by, figures
        Groups, as in `make_plan`.
    announce : callable
        Told in a line what will be simulated.
    **how
        Years, workers, resume, progress and job, as in `bvsim.run`.
    """
    if method not in METHODS:
        raise AnalysisError(f"unknown method {method!r}: it must be one of {', '.join(METHODS)}")
    size = METHODS[method].bases if bases is None else bases
    if method == "prcc":
        announce(f"prcc: {size} simulations")
        return run_ensemble(scenario, draws=size, seed=seed, out=out, **how)
    if method == "tornado" and not figures and by is None and len(scenario.paths) > SCREENED:
        announce(f"screening: {SCREENING_DRAWS} simulations")
        beside = Path(out).with_name(f"{Path(out).name}-screening")
        plain = run_ensemble(scenario, draws=SCREENING_DRAWS, seed=seed, out=beside, **how)
        figures = tuple(str(name) for name in prcc(plain, outcome, keep=SCREENED).index)
    plan = make_plan(scenario, method, size, seed, by=by, figures=figures)
    if method == "morris" and copula_of(scenario).groups:
        announce("morris: rank correlations are left out, as its steps change one group at a time")
    announce(
        f"{method}: {plan.bases} {METHODS[method].unit} of {plan.rows_per_base} rows, "
        f"{plan.bases * plan.rows_per_base} simulations"
    )
    return run_sample(scenario, plan, out, **how)


def analyse(
    run: RunLike, method: str, outcome: str = "output_2030_gwh", figures: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the table of a method: see `tornado`, `morris`, `sobol_indices` and `prcc`.

    Raises
    ------
    RunError
        When the run's sample was not made for the method.
    """
    if method == "prcc":
        return prcc(run, outcome, figures)
    tables = {"tornado": tornado, "morris": morris, "sobol": sobol_indices}
    if method not in tables:
        raise AnalysisError(f"unknown method {method!r}: it must be one of {', '.join(METHODS)}")
    return tables[method](run, outcome)


def remarks(run: RunLike, method: str, table: pd.DataFrame) -> tuple[str, ...]:
    """Say in plain words how far a table can be trusted.

    Parameters
    ----------
    run : RunLike
        What the table was made from.
    method : str
        How.
    table : pandas.DataFrame
        From `analyse`.
    """
    about = METHODS[method]
    n = int(table["n"].iloc[0]) if len(table) else 0
    found = []
    name = run.manifest.get("scenario", "SCENARIO")
    if n < about.enough:
        found.append(
            f"{n} {about.one if n == 1 else about.unit}: too few to call anything clear; take "
            f"{about.enough} or more: `bvsim sensitivity {name} --method {method} -n {about.bases}`"
        )
    wanted = int(sample_of(run).get("bases", run.manifest["draws"]))
    if n < wanted:
        found.append(
            f"{wanted - n} of {wanted} {about.unit} were left out: a row failed or has no value"
        )
    unclear = [str(name) for name in table.index[~table["clear"].astype(bool)]]
    if unclear and n >= about.enough:
        names = ", ".join(unclear[:_NAMED]) + (" ..." if len(unclear) > _NAMED else "")
        found.append(
            f"{len(unclear)} of {len(table)} cannot be told from no effect at this n "
            f"({_why_unclear(method, table)}){f': {names}' * (method != 'prcc')}"
        )
    if method == "morris" and len(table) and table["mu"].isna().any():
        found.append(
            "mu, the mean with its sign, is given for single figures only: the figures of a group "
            "do not all move the same way"
        )
    if method == "prcc" and len(table) and table["candidates"].iloc[0] > len(table):
        found.append(
            f"{table['candidates'].iloc[0]} figures vary, more than {n} draws can tell apart: "
            f"the {len(table)} of the largest rank correlation were kept, the others are noise"
        )
    if method == "prcc" and n >= about.enough:
        found.append(
            f"next: `bvsim sensitivity {name} --method sobol` parts luck from interactions, group "
            f"by group; `bvsim value {run.folder}` says what is worth knowing"
        )
    led = [str(group) for group in table.index[table["clear"].astype(bool)]]
    led = [group for group in led if group not in (LUCK, *CONFIDENCES)]
    if method in ("sobol", "morris") and led:
        found.append(
            f"next: `bvsim sensitivity {name} --method tornado --figures '{led[0]}*'` moves the "
            "figures of the first group one by one"
        )
    return tuple(found)


def _why_unclear(method: str, table: pd.DataFrame) -> str:
    """Say what a figure must do to be called clear."""
    if method != "prcc":
        return "interval covers zero"
    n, looks = int(table["n"].iloc[0]), int(table["candidates"].iloc[0])
    least = threshold(n, len(table), looks)
    return f"the largest of {looks} figures without effect would reach {least:.2f} by chance"
