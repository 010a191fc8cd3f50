"""Levers: what a planner can turn, as named switches with a price.

A lever is a few settings under a name, with the date from which it acts and its price.
Levers lie beside the scenarios (``scenarios/levers/MODEL.yaml``) and not in the model:
a price decides nothing in a replication, so it neither belongs to the draws nor to the
hash of what was simulated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from bvsim.reading.checking import check
from bvsim.reading.datafiles import roots
from bvsim.reading.scenario import Scenario
from bvsim.reading.yaml_tree import read_file
from bvsim.schema.errors import Place, Problem, SpecError, did_you_mean
from bvsim.schema.figure import FigureContext
from bvsim.schema.part import part
from bvsim.schema.units import FigureIn, MillionEur

MillionEurPerYear = Annotated[float, FigureIn("EUR million/yr", 0, 1e7)]

FOLDER = "levers"
PRICES = ("total", "per_year", "booked", "unpriced")
"""The ways in which a lever may be priced: each lever says exactly one."""


@part
class Lever:
    """A named switch of a scenario."""

    title: str
    """What it does, for a reader."""
    since: Annotated[date, Field(alias="from")]
    """The day from which it acts."""
    set: dict[str, Any]
    """What it changes, as in the `set` of a scenario file."""
    total: MillionEur | None = None
    """Its cost, spent once."""
    per_year: MillionEurPerYear | None = None
    """Its cost a year, from the day on which it acts."""
    booked: str = ""
    """The yearly column of the region, in EUR million, that books its cost."""
    unpriced: str = ""
    """Why it has no price."""

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        given = [name for name in PRICES if getattr(self, name) not in (None, "")]
        if len(given) != 1:
            said = ", ".join(given) or "none"
            raise ValueError(f"give exactly one of {', '.join(PRICES)}; given: {said}")
        if not self.set:
            raise ValueError("set: a lever changes something")
        return self


@part
class LeverFile:
    """What a file of levers may say."""

    model: str
    """The model whose figures they change."""
    levers: dict[str, Lever] = field(default_factory=dict)
    """The levers by name."""


@dataclass(frozen=True)
class Price:
    """What a lever costs over a span of years.

    Parameters
    ----------
    meur : float or None
        EUR million, median; None where it is unpriced or booked in the run.
    sources : tuple of str
        Ids of the sources behind it.
    note : str
        What to know about it, or why there is none.
    """

    meur: float | None
    sources: tuple[str, ...] = ()
    note: str = ""


def levers_path(model: str, root: Path | None = None) -> Path:
    """Return the file of a model's levers, in the study folder or among those shipped.

    Raises
    ------
    SpecError
        When there is none.
    """
    files = [folder / "scenarios" / FOLDER / f"{model}.yaml" for folder in roots(root)]
    for file in files:
        if file.is_file():
            return file
    raise SpecError([Problem(Place(str(files[0])), "", f"there are no levers of {model!r}")])


def load_levers(
    scenario: Scenario, model: str = "hauts-de-france", root: Path | None = None
) -> dict[str, Lever]:
    """Return the levers of a model by name, checked.

    Parameters
    ----------
    scenario : Scenario
        Whose sources and `as_of` the prices are checked against.
    model : str
        The model's name.
    root : path, optional
        The study folder; the working directory by default.

    Raises
    ------
    SpecError
        With everything that is wrong with the file.
    """
    path = levers_path(model, root)
    node, problems = read_file(path)
    made = None
    if node is not None:
        known = {name: source.known for name, source in scenario.model.sources.items()}
        made, wrong = check(LeverFile, node, FigureContext(known, scenario.as_of))
        problems += wrong
    if problems or made is None:
        raise SpecError(problems)
    return dict(sorted(made.levers.items()))


def settings(levers: Mapping[str, Lever], names: Iterable[str]) -> dict[str, object]:
    """Return what some levers set together.

    Raises
    ------
    ValueError
        When a name is unknown, or two levers set the same path.
    """
    merged: dict[str, object] = {}
    for name in names:
        if name not in levers:
            raise ValueError(f"there is no lever {name!r}{did_you_mean(name, levers)}")
        twice = sorted(merged.keys() & levers[name].set.keys())
        if twice:
            raise ValueError(f"{name} sets {twice[0]}, and so does another lever")
        merged |= levers[name].set
    return merged


def turn(scenario: Scenario, levers: Mapping[str, Lever], names: Iterable[str]) -> Scenario:
    """Return a scenario with some levers turned.

    Raises
    ------
    SpecError
        When what a lever sets does not fit the scenario.
    """
    return scenario.with_values(settings(levers, names))


def price(lever: Lever, first: int, last: int) -> Price:
    """Return what a lever costs from the beginning of one year to the end of another.

    Parameters
    ----------
    lever : Lever
        A lever as loaded.
    first, last : int
        Calendar years, both included; nothing is spent before the lever acts.
    """
    if lever.unpriced:
        return Price(None, (), lever.unpriced)
    if lever.booked:
        return Price(None, (), f"booked in {lever.booked}")
    figure: Any = lever.total if lever.total is not None else lever.per_year
    amount = float(figure.distribution.median)
    if lever.per_year is not None:
        begun = lever.since.year + (lever.since.timetuple().tm_yday - 1) / 365.25
        amount *= max(0.0, last + 1 - max(float(first), begun))
    return Price(amount, figure.vintage.sources, figure.vintage.note)
