"""A scenario of one region: a model at a date, with what is set, ready to be drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from bvsim.reading.assembly import (
    Kind,
    assemble,
    ceilings_of,
)
from bvsim.reading.card import card, settings_table, shorten
from bvsim.reading.correlations import (
    Correlation,
    Tie,
    ties_in_force,
)
from bvsim.reading.dimensions import order_of
from bvsim.reading.drawing import Drawer
from bvsim.reading.folder import Reading
from bvsim.reading.garbage import no_search
from bvsim.reading.model_ties import model_ties
from bvsim.reading.nodes import Node, from_python
from bvsim.reading.overrides import Override, SetLine
from bvsim.reading.resolved import fingerprint, write_yaml
from bvsim.reading.scenario_dates import wrong_dates
from bvsim.reading.scenario_file import DATES
from bvsim.reading.tree_paths import figures_of
from bvsim.reading.turned import Turned
from bvsim.schema.days import as_day
from bvsim.schema.errors import Place, Problem, SpecError
from bvsim.schema.figure import Figure

if TYPE_CHECKING:
    from bvsim.schema.model import Model

FloatArray = NDArray[np.float64]

_EDGE = 1e-12
"""Uniforms are kept this far from 0 and 1, where some quantiles are infinite."""


@dataclass(frozen=True)
class Basis:
    """What a scenario is made of, kept so that it can be made again with more settings."""

    reading: Reading
    groups: tuple[tuple[SetLine, ...], ...]
    kind: Kind
    listed: tuple[str, ...]
    ties: tuple[Tie, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """A model at a date with everything set; immutable.

    Parameters
    ----------
    name, story : str
        What it is called and what it asks.
    as_of, plan_as_of : datetime.date
        The day that parts facts from uncertainty, and the day of the announced plan.
    start, end : datetime.date
        First and last simulated day.
    model : Model
        The tree of figures, each with the vintage in force at `as_of`.
    overrides : mapping of str to Override
        What was set, by dotted path, old and new.
    """

    name: str
    story: str
    as_of: date
    plan_as_of: date
    start: date
    end: date
    model: Any
    overrides: Mapping[str, Override]
    _tree: Node
    _basis: Basis
    _ties: tuple[Tie, ...] = ()
    turned: tuple[Turned, ...] = ()
    """The levers that were turned, for the record."""
    regions: Mapping[str, Scenario] = field(default_factory=dict)
    """The scenarios of several regions in one market, by name; none where there is one region."""

    def __repr__(self) -> str:
        return f"<Scenario {shorten(self.name)}: {self._in_short}>"

    @property
    def _in_short(self) -> str:
        known = f"known {self.as_of}, {self.start.year} to {self.end.year}"
        return f"{known}, {len(self.paths)} uncertain figures, {len(self.overrides)} set"

    def _repr_html_(self) -> str:
        text = f"{self.story.strip()} ({self._in_short}.)"
        return card(f"Scenario {self.name}", text, settings_table(self))

    @property
    def correlations(self) -> tuple[Correlation, ...]:
        """Pairs of uncertain figures and the rank correlation of their values."""
        return tuple(tie.correlation for tie in self._ties)

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        return figures_of(self.model)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The stable order of dimensions: the model's committed list, then others by name."""
        uncertain = (path for path, figure in self._figures.items() if figure.uncertain)
        return order_of(self._basis.listed, uncertain)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Dotted paths of the uncertain figures, in the stable order of dimensions."""
        figures = self._figures
        return tuple(path for path in self.order if path in figures and figures[path].uncertain)

    @cached_property
    def dimensions(self) -> tuple[int, ...]:
        """The position of each of `paths` among all dimensions (`order`).

        A design with `width` columns keeps a figure's column whatever else is fixed.
        """
        position = {path: i for i, path in enumerate(self.order)}
        return tuple(position[path] for path in self.paths)

    @property
    def width(self) -> int:
        """The number of dimensions that a design common to all scenarios needs."""
        return len(self.order)

    @cached_property
    def model_hash(self) -> str:
        """A hash of all that matters to results: not of order, notes of figures, or sources."""
        dates = [getattr(self, key).isoformat() for key in DATES]
        ties = [f"{a} ~ {b}: {rank!r}" for a, b, rank in self.correlations]
        return fingerprint(self.model, [*dates, *self.paths, *map(str, self.dimensions), *ties])

    @cached_property
    def _drawer(self) -> Drawer:
        return Drawer(self.model, {path: self._figures[path] for path in self.paths}, self.start)

    def figures(self) -> Iterable[tuple[str, Figure]]:
        """Return (dotted path, figure) of every figure, by path; templates are left out."""
        return sorted(self._figures.items())

    def quantile(self, u: FloatArray, /) -> FloatArray:
        """Return values of the uncertain figures from uniform numbers.

        Parameters
        ----------
        u : array, shape (n, d) or (n, width)
            In 0..1. With `width` columns those in `dimensions` are used.

        Returns
        -------
        array, shape (n, d)
            Values in the order of `paths`; dates as days since 1970-01-01.

        Raises
        ------
        ValueError
            When the number of columns is neither.
        """
        uniforms = np.asarray(u, dtype=np.float64)
        columns: Sequence[int] = range(len(self.paths))
        if uniforms.shape[1:] == (self.width,):
            columns = self.dimensions
        elif uniforms.shape[1:] != (len(self.paths),):
            expected = f"{len(self.paths)} or {self.width}"
            raise ValueError(f"{uniforms.shape[1:]} uniforms a row, expected {expected}")
        inside = np.clip(uniforms, _EDGE, 1.0 - _EDGE)
        return self._from(inside, columns)

    def of_own(self, u: FloatArray, /) -> FloatArray:
        """Return values as `quantile` does, of one uniform number for each of `paths`."""
        return self._from(np.clip(u, _EDGE, 1.0 - _EDGE), range(len(self.paths)))

    def _from(self, inside: FloatArray, columns: Sequence[int]) -> FloatArray:
        values = np.empty((len(inside), len(self.paths)))
        for i, (path, column) in enumerate(zip(self.paths, columns, strict=True)):
            values[:, i] = self._figures[path].drawn_from.quantile(inside[:, column])
        self._reconcile(values, inside, columns)
        return values

    def _reconcile(self, values: FloatArray, uniforms: FloatArray, columns: Sequence[int]) -> None:
        """Draw figures that an observation bounds from what lies below it, in their dimension."""
        at = {path: i for i, path in enumerate(self.paths)}
        for path, bounds in ceilings_of(self.model).items():
            if path not in at:
                continue
            i, distribution = at[path], self._figures[path].drawn_from
            limit = np.full(len(values), np.inf)
            for bound in bounds:
                fixed = self._figures[bound].distribution.median
                limit = np.minimum(limit, values[:, at[bound]] if bound in at else fixed)
            room = distribution.cdf(limit)
            values[:, i] = distribution.quantile(uniforms[:, columns[i]] * np.clip(room, _EDGE, 1))

    def median(self) -> FloatArray:
        """Return the medians of the uncertain figures, shape (d,), in the order of `paths`."""
        return np.array([self._figures[path].drawn_from.median for path in self.paths])

    def drawn(self, values: FloatArray, /) -> Model:
        """Return the model with numbers in place of its figures.

        Parameters
        ----------
        values : array, shape (d,)
            As `quantile` or `median` returns them.

        Returns
        -------
        Model
            Plain floats in the unit of each field: dates as days since `start`, whole numbers
            rounded, `Timed` where levers may act from a date. Figures that are not uncertain
            have their value.
        """
        return cast("Model", self._drawer(values))

    def columns_of_regions(self) -> dict[str, Any]:
        """Return where the values of each region's figures stand: there are no regions."""
        return {}

    def names_of_region(self, region: str) -> Mapping[str, str]:
        """Return the name of each figure of a region by the path that it has there alone."""
        return {}

    @property
    def settled(self) -> bool:
        """Whether settings change figures whose values before them are kept."""
        return self._drawer.settled

    def undisturbed(self, values: FloatArray, /) -> Model:
        """Return the model as `drawn`, with kept figures as they were before all settings.

        A figure that was replaced has the value at the same quantile; where it became one
        number, its dimension still draws what it was before.
        """
        return cast("Model", self._drawer.before(values))

    def with_values(
        self, sets: Mapping[str, object], /, *, origin: str = "with_values"
    ) -> Scenario:
        """Return the scenario with more settings: see the ``set`` of scenario files.

        Parameters
        ----------
        sets : mapping
            Dotted paths to values, figures or levers.
        origin : str
            What messages and `overrides` call the place of these settings.

        Raises
        ------
        SpecError
            When a path matches nothing or a value does not fit.
        """
        made = with_sets(self._basis, header_of(self), sets, origin)
        return replace(made, turned=self.turned)

    @property
    def model_name(self) -> str:
        """The name of the model's folder; empty where the scenario holds the whole model."""
        folder = self._basis.reading.folder
        return folder.name if folder is not None else ""

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files of the scenario and of those it extends, and the folders of its model."""
        return (*self._basis.files, *self._basis.reading.folders)

    @no_search()
    def to_yaml(self) -> str:
        """Return the resolved scenario as a file: nothing inherited, nothing left out.

        Loading it gives the same paths, draws and hash.
        """
        header = {"name": self.name, "story": self.story} | {k: getattr(self, k) for k in DATES}
        if self._ties:
            header["correlations"] = [tie.written for tie in self._ties]
        return write_yaml(header | {"dimensions": list(self.order)}, self._tree.plain())


def header_of(scenario: Scenario) -> dict[str, Any]:
    """Return name, story and dates of a scenario."""
    return {key: getattr(scenario, key) for key in ("name", "story", *DATES)}


def with_sets(
    basis: Basis,
    header: Mapping[str, Any],
    sets: Mapping[str, object],
    origin: str,
    problems: Sequence[Problem] = (),
    *,
    places: Mapping[str, Place] = MappingProxyType({}),
) -> Scenario:
    """Return a scenario of a basis with more settings, checked; `places` are those of dates."""
    found = list(problems)
    head = dict(header)
    written = dict(places)
    group: list[SetLine] = []
    for pattern, value in sets.items():
        try:
            node = from_python(value, Place(origin))
        except TypeError as error:
            found.append(Problem(Place(origin), pattern, str(error)))
            continue
        if pattern in DATES:
            head[pattern], written[pattern] = node.plain(), node.place
        else:
            group.append(SetLine(pattern, node, origin))
    head |= {key: as_day(head[key]) or head[key] for key in DATES if key in head}
    found += wrong_dates(head, written, Place(origin))
    groups = (*basis.groups, tuple(group)) if group else basis.groups
    as_of, end = (as_day(head.get(key)) for key in ("as_of", "end"))
    made = assemble(basis.reading, groups, basis.kind, as_of, found, end=end)
    origins = {path: override.origin for path, override in made.overrides.items()}
    own, wrong = model_ties(basis.reading.tree, basis.kind.templates, head["as_of"])
    said = {tie.pair: tie for tie in (*own, *basis.ties)}
    in_force = [said[pair] for pair in sorted(said)]
    ties, refused = ties_in_force(in_force, figures_of(made.model), origins, head["name"])
    wrong += refused
    if wrong:
        raise SpecError(wrong)
    return Scenario(
        name=head["name"],
        story=head.get("story", ""),
        as_of=head["as_of"],
        plan_as_of=head["plan_as_of"],
        start=head["start"],
        end=head["end"],
        model=made.model,
        overrides=made.overrides,
        _tree=made.tree,
        _basis=replace(basis, groups=groups),
        _ties=ties,
    )
