"""The whole of a calibration: read, fit, foretell each plant from the others, score."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bvsim.analysis.truth.calibration import judged, priors, table
from bvsim.analysis.truth.calibration.curves import Family
from bvsim.analysis.truth.calibration.leave_one_out import LeftOutPlant, leave_one_out
from bvsim.analysis.truth.calibration.model import design
from bvsim.analysis.truth.calibration.sampling import Effort, Fitter, Posterior
from bvsim.analysis.truth.calibration.scores import Scored, score
from bvsim.analysis.truth.calibration.summary import (
    GroupSummary,
    Likeness,
    PlantSummary,
    groups,
    likeness,
    summarise_group,
    summarise_plant,
)


@dataclass(frozen=True)
class Calibration:
    """A finished fit.

    Parameters
    ----------
    table : Table
        What it rests on.
    digest : str
        SHA-256 of observations and priors: stored scores belong to no others.
    seed : int
        Of sampler and forecasts.
    posterior : Posterior
        Draws.
    groups : tuple of GroupSummary
        Classes and makers' experience.
    plants : tuple of PlantSummary
        Plants of which output or scrap was seen.
    likeness : dict
        How alike two plants of a class are: see `summary.likeness`.
    left_out : tuple of LeftOutPlant
        Plants foretold from the others.
    scored : tuple of Scored
        Their figures.
    """

    table: table.Table
    digest: str
    seed: int
    posterior: Posterior
    groups: tuple[GroupSummary, ...]
    plants: tuple[PlantSummary, ...]
    likeness: Likeness
    left_out: tuple[LeftOutPlant, ...]
    scored: tuple[Scored, ...]


def calibrate(
    model: Path,
    as_of: date,
    seed: int,
    *,
    without: Sequence[str] = (),
    scores: bool = True,
    family: Family = "logistic",
    effort: Effort | None = None,
) -> Calibration:
    """Fit the classes of a model to the plants known on a day.

    Parameters
    ----------
    model : pathlib.Path
        The model folder; its ``history``, or that of what it extends, holds observations,
        priors and judged classes.
    as_of : datetime.date
        Observations known later are not used.
    seed : int
        The same gives the same.
    without : sequence of str
        Plants left out of the fit, and foretold by it.
    scores : bool
        Whether to foretell every plant from the others.
    family : str
        Of the ramp's curve.
    effort : Effort, optional
        How much is sampled.
    """
    history = history_of(model)
    rows = table.read_table(history / table.FILE, as_of)
    what = design(rows, family)
    fitter = Fitter(what, priors.read_priors(history / priors.FILE), effort)
    posterior = fitter.fit(seed, without)
    plants = without or (table.plants_of(table.scored(rows.rows)) if scores else ())
    left_out = tuple(leave_one_out(fitter, posterior, seed, plants))
    seen = {row.plant: row for row in table.scored(rows.rows)}
    classes = judged.JudgedClasses(history / judged.FILE, as_of)
    return Calibration(
        table=rows,
        digest=digest_of(history),
        seed=seed,
        posterior=posterior,
        groups=tuple(summarise_group(posterior, group, seed) for group in groups()),
        plants=tuple(summarise_plant(posterior, seen[name], seed) for name in sorted(seen)),
        likeness=likeness(posterior, {name: row.ramp for name, row in seen.items()}, seed),
        left_out=left_out,
        scored=tuple(score(left_out, classes)),
    )


def history_of(model: Path) -> Path:
    """Return the folder of a model's observations: its own, or of what it extends."""
    from bvsim.reading.folder import history_file

    return history_file(model, table.FILE).parent


def digest_of(history: Path) -> str:
    """Return the SHA-256 of observations and priors."""
    whole = hashlib.sha256()
    for name in (table.FILE, priors.FILE):
        whole.update((history / name).read_bytes())
    return whole.hexdigest()
