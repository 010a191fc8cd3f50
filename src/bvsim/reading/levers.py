"""Levers: what a planner can turn, as named switches with a price.

A lever is a few settings under a name, with the date from which it acts and its price.
Levers lie beside the scenarios (``scenarios/levers/MODEL.yaml``) and not in the model:
a price decides nothing in a replication, so it neither belongs to the draws nor to the
hash of what was simulated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from bvsim.reading.blanks import blanks
from bvsim.reading.checking import check
from bvsim.reading.datafiles import (
    default_model,
    find_scenario,
    model_names,
    roots,
    scenario_names,
)
from bvsim.reading.folder import SUFFIXES
from bvsim.reading.merged import changed
from bvsim.reading.nodes import Node
from bvsim.reading.scenario import Scenario, load
from bvsim.reading.scenario_file import REGIONS, inherit, read_chain
from bvsim.reading.turned import Turned
from bvsim.reading.yaml_tree import read_file
from bvsim.schema.errors import Place, Problem, SpecError, did_you_mean
from bvsim.schema.figure import FigureContext
from bvsim.schema.part import part
from bvsim.schema.plugins import plugged
from bvsim.schema.sources import Source
from bvsim.schema.units import FigureIn, MillionEur

MillionEurPerYear = Annotated[float, FigureIn("EUR million/yr", 0, 1e7)]

FOLDER = "levers"
PRICES = ("total", "per_year", "booked", "unpriced")
"""The ways in which a lever may be priced: each lever says exactly one."""


@part
class Strength:
    """What a lever changes and costs at one more strength."""

    set: dict[str, Any]
    """What it changes, instead of the lever's own `set`."""
    total: MillionEur | None = None
    """Its cost, spent once; without a price of its own the lever's, times the strength."""
    per_year: MillionEurPerYear | None = None
    """Its cost a year."""


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
    rule: Literal["on-off", "proportional"] = "on-off"
    """What a strength does: on-off takes 0, 1 and those under `strengths`; proportional lets what
    is multiplied, added or set (counted from zero) and the price grow with it."""
    strengths: dict[str, Strength] = field(default_factory=dict)
    """Strengths beside 0 and 1, each with what it changes and costs."""

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        given = [name for name in PRICES if getattr(self, name) not in (None, "")]
        if len(given) != 1:
            said = ", ".join(given) or "none"
            raise ValueError(f"give exactly one of {', '.join(PRICES)}; given: {said}")
        if not self.set:
            raise ValueError("set: a lever changes something")
        if self.rule == "proportional" and self.strengths:
            raise ValueError("strengths: a proportional lever takes any")
        for text in self.strengths:
            if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) in (0.0, 1.0):
                raise ValueError(f"strengths: {text!r} is not a number above 0 other than 1")
        return self

    def at(self, strength: float) -> Strength | None:
        """Return what is listed for a strength; None where the rule decides."""
        return {float(text): each for text, each in self.strengths.items()}.get(strength)

    @property
    def tried(self) -> tuple[float, ...]:
        """Strengths that a search tries: 1 and those listed; proportional, half and twice too."""
        listed = (0.5, 2.0) if self.rule == "proportional" else map(float, self.strengths)
        return tuple(sorted((1.0, *listed)))


@part
class LeverFile:
    """What a file of levers may say."""

    model: str
    """The model whose figures they change."""
    levers: dict[str, Lever] = field(default_factory=dict)
    """The levers by name."""
    sources: dict[str, Source] = field(default_factory=dict)
    """The publications behind prices, beside those of the model."""


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


def lever_names(model: str, root: Path | None = None) -> tuple[str, ...]:
    """Return the names of a model's levers, unchecked; none where there is no file of them."""
    try:
        node, _ = read_file(levers_path(model, root))
    except SpecError:
        return ()
    levers = node.get("levers") if node else None
    return tuple(levers.children()) if levers else ()


def load_levers(
    scenario: Scenario, model: str | None = None, root: Path | None = None
) -> dict[str, Lever]:
    """Return the levers of a model by name, checked; those of plug-ins under theirs and a dot.

    Parameters
    ----------
    scenario : Scenario
        Whose sources and `as_of` the prices are checked against.
    model : str, optional
        The model's name; that of the scenario by default.
    root : path, optional
        The study folder; the working directory by default.

    Raises
    ------
    SpecError
        With everything that is wrong with the file.
    PluginError
        When a plug-in's cannot be found.
    """
    if scenario.regions and model is None:
        return _of_regions(scenario, root)
    name = model or model_of(scenario, root)
    added = _of_packages(name, scenario)
    try:
        path = levers_path(name, root)
    except SpecError:
        if not added:
            raise
        return added
    return read_levers(path, scenario) | added


def _of_packages(model: str, scenario: Scenario) -> dict[str, Lever]:
    """Return the levers that packages outside bring to a model, as ``PACKAGE.NAME``."""
    found: dict[str, Lever] = {}
    for package, file in plugged("bvsim.levers", str).items():
        node, _ = read_file(Path(file))
        stated = node.get("model") if node else None
        if stated is None or stated.value == model:  # what is wrong with a file is told
            own = read_levers(Path(file), scenario)
            found |= {f"{package}.{name}": lever for name, lever in own.items()}
    return found


def _of_regions(scenario: Scenario, root: Path | None) -> dict[str, Lever]:
    """Return the levers of all regions; those of one name are told apart by their region."""
    found: dict[str, Lever] = {}
    own = {
        region: read_levers(levers_path(region, root), each)
        for region, each in scenario.regions.items()
        if lever_names(region, root)
    }
    names = [name for levers in own.values() for name in levers]
    for region, levers in own.items():
        for name, lever in levers.items():
            called = name if names.count(name) == 1 else f"{name}.{region}"
            found[called] = _of_region(lever, scenario, region)
    return dict(sorted(found.items()))


def _of_region(lever: Lever, scenario: Scenario, region: str) -> Lever:
    """Return a lever that acts in its own region, and on what regions share."""
    strengths = {
        text: changed(each, set=_set_of_region(each.set, scenario, region))
        for text, each in lever.strengths.items()
    }
    own = _set_of_region(lever.set, scenario, region)
    return changed(lever, set=own, strengths=strengths)


def _set_of_region(sets: Mapping[str, Any], scenario: Scenario, region: str) -> dict[str, Any]:
    named = scenario.names_of_region(region)
    prefix = f"{REGIONS}.{region}."
    return {
        prefix + path if "*" in path else named.get(path, path): value
        for path, value in sets.items()
    }


def model_of(scenario: Scenario, root: Path | None = None) -> str:
    """Return the model of a scenario; one that holds its whole model has the only one there is."""
    if scenario.model_name:
        return scenario.model_name
    folders = (folder / "scenarios" / FOLDER for folder in roots(root))
    names = {file.stem for folder in folders for file in folder.glob("*.yaml")}
    if len(names) == 1:
        return names.pop()
    told = Path(_model_under(scenario.name, root)).name or default_model(root)
    return told if told in names else scenario.name


def read_levers(path: Path, scenario: Scenario) -> dict[str, Lever]:
    """Return the levers of a file by name; errors as those of `load_levers`."""
    node, problems = read_file(path)
    made = None
    if node is not None:
        own = node.get("sources")
        sources = scenario.model.sources | ((own and check(dict[str, Source], own)[0]) or {})
        known = {name: source.known for name, source in sources.items()}
        made, wrong = check(LeverFile, node, FigureContext(known, scenario.as_of))
        empty = list(blanks(node))
        told = {problem.place for problem in empty}
        problems += [*empty, *(problem for problem in wrong if problem.place not in told)]
    if problems or made is None:
        raise SpecError(problems)
    return dict(sorted(made.levers.items()))


def is_lever_file(name: str | Path) -> bool:
    """Tell whether a file holds levers: it says so under `levers`."""
    path = Path(name)
    node = read_file(path)[0] if path.suffix in SUFFIXES and path.is_file() else None
    return node is not None and isinstance(node.value, dict) and node.get("levers") is not None


def validate_levers(name: str | Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a file of levers, in what they set too."""
    path = Path(name)
    try:
        node, _ = read_file(path)
        stated = node.get("model") if node else None
        root = path.resolve().parents[2] if path.resolve().parent.name == FOLDER else None
        scenario = scenario_of(str(stated.value) if stated else "", root, Place(str(path)))
        levers = read_levers(path, scenario)
    except SpecError as error:
        return error.problems
    return tuple(p for name, each in levers.items() for p in _misfits(scenario, name, each, node))


def scenario_of(model: str, root: Path | None = None, asked: Place | None = None) -> Scenario:
    """Return a scenario of a model, to try on what is set beside the model.

    Parameters
    ----------
    model : str
        The model's name.
    root : pathlib.Path, optional
        The study folder; the working directory by default.
    asked : Place, optional
        Where the model is named.

    Raises
    ------
    SpecError
        When there is none.
    """
    for name in ("reference", *scenario_names(root)):
        if find_scenario(name, root) and _model_under(name, root) == model:
            return load(name, root=root)
    near = did_you_mean(model, model_names())
    where = asked or Place(model)
    raise SpecError([Problem(where, "model", f"no scenario has the model {model!r}{near}")])


def _model_under(name: str, root: Path | None) -> str:
    """Return the model that a scenario says it stands on; none where it cannot be read."""
    try:
        node, _ = inherit(read_chain(name, root)[0], "model")
    except SpecError:
        return ""
    return str(node.value) if node is not None else ""


def _misfits(scenario: Scenario, name: str, lever: Lever, node: Node | None) -> Iterator[Problem]:
    """Yield what a lever sets and the scenario cannot take, at its place in the file."""
    listed = [(("strengths", text, "set"), each.set) for text, each in lever.strengths.items()]
    for at, sets in ((("set",), lever.set), *listed):
        for path, value in sets.items():
            found = node and node.find(("levers", name, *at, path))
            place = found.at if found else Place(name)
            try:
                scenario.with_values({path: value})
            except SpecError as error:
                where = ".".join(("levers", name, *at, path))
                yield from (Problem(place, where, p.message) for p in error.problems)


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
    amount = priced("", lever).meur(first, last)
    return Price(amount, figure.vintage.sources, figure.vintage.note)


def priced(name: str, lever: Lever, strength: float = 1.0) -> Turned:
    """Return a lever as a run remembers it, with its price at a strength."""
    own = lever.at(strength)
    if own is None or (own.total is None and own.per_year is None):
        total, per_year, times = lever.total, lever.per_year, strength
    else:
        total, per_year, times = own.total, own.per_year, 1.0
    figure: Any = total if total is not None else per_year
    amount = None if figure is None else times * float(figure.distribution.median)
    return Turned(
        name,
        lever.title,
        strength,
        lever.since,
        total_meur=None if total is None else amount,
        per_year_meur=None if per_year is None else amount,
        booked=lever.booked,
        unpriced=lever.unpriced,
        sources=() if figure is None else tuple(figure.vintage.sources),
    )
