"""A scenario of several regions that sell in one market: a scenario each, and what they share.

A figure that stands in a folder which several regions extend is one figure: it is drawn once,
under its path. Where regions say different things of one path, each has a figure of its own,
under ``regions.REGION.PATH``. All others have the path that they have in the region alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np

from bvsim.reading.assembly import Kind, add_sources
from bvsim.reading.correlations import Correlation, Tie, read_ties
from bvsim.reading.dimensions import order_of, read_dimensions
from bvsim.reading.folder import Reading
from bvsim.reading.garbage import no_search
from bvsim.reading.merged import clashes, merged_model
from bvsim.reading.nodes import Node, from_python
from bvsim.reading.overrides import Override, SetLine, reaches
from bvsim.reading.resolved import fingerprint, write_yaml
from bvsim.reading.scenario_file import DATES, REGIONS, ChainLink, inherit, read_header
from bvsim.reading.shapes import shape_of
from bvsim.reading.single import Basis, FloatArray, Scenario, header_of, with_sets
from bvsim.reading.tree_paths import walk_figures
from bvsim.schema.demand import EXPORT_MARKET
from bvsim.schema.errors import Place, Problem, SpecError, dotted, unknown
from bvsim.schema.figure import Figure

Names = Mapping[str, Mapping[str, str]]
"""By region, the name of each of its figures among those of all, by its path."""


@dataclass(frozen=True, eq=False, repr=False)
class SeveralRegions(Scenario):
    """A scenario whose regions are simulated together; each is a `Scenario` of its own.

    `model` has the entities of all regions, to look them up.
    """

    names: Names = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    """The committed order of dimensions, also those of regions that are left out."""

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        return {
            self.names[region][path]: figure
            for region, each in self.regions.items()
            for path, figure in each.figures()
        }

    @property
    def correlations(self) -> tuple[Correlation, ...]:
        """Pairs of uncertain figures and the rank correlation of their values."""
        found: dict[tuple[str, str], float] = {}
        for region, each in self.regions.items():
            for one, other, rank in each.correlations:
                first, second = sorted((self._name(region, one), self._name(region, other)))
                found[first, second] = rank
        return tuple((*pair, rank) for pair, rank in sorted(found.items()))

    def _name(self, region: str, path: str) -> str:
        return self.names[region].get(path, path)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The stable order of dimensions: the regions' committed lists, then others by name."""
        uncertain = (name for name, figure in self._figures.items() if figure.uncertain)
        return order_of(self.listed, uncertain)

    @cached_property
    def model_hash(self) -> str:
        """A hash of all that matters to results."""
        dates = [getattr(self, key).isoformat() for key in DATES]
        ties = [f"{a} ~ {b}: {rank!r}" for a, b, rank in self.correlations]
        models = {region: each.model for region, each in self.regions.items()}
        return fingerprint(models, [*dates, *self.paths, *map(str, self.dimensions), *ties])

    def columns_of_regions(self) -> dict[str, Any]:
        """Return where the values of each region's figures stand among those of `paths`."""
        at = {path: i for i, path in enumerate(self.paths)}
        return {
            region: np.array([at[self._name(region, path)] for path in each.paths], dtype=np.intp)
            for region, each in self.regions.items()
        }

    def names_of_region(self, region: str) -> Mapping[str, str]:
        """Return the name of each figure of a region by the path that it has there alone."""
        return self.names[region]

    def quantile(self, u: FloatArray, /) -> FloatArray:
        """Return values of the uncertain figures from uniform numbers: see `Scenario`."""
        uniforms = np.asarray(u, dtype=np.float64)
        if uniforms.shape[1:] == (self.width,):
            uniforms = uniforms[:, list(self.dimensions)]
        elif uniforms.shape[1:] != (len(self.paths),):
            expected = f"{len(self.paths)} or {self.width}"
            raise ValueError(f"{uniforms.shape[1:]} uniforms a row, expected {expected}")
        values = np.empty((len(uniforms), len(self.paths)))
        for region, columns in self.columns_of_regions().items():
            values[:, columns] = self.regions[region].of_own(uniforms[:, columns])
        return values

    def drawn(self, values: FloatArray, /) -> Any:
        """Return the model of each region with numbers in place of its figures, by name."""
        columns = self.columns_of_regions()
        return {name: each.drawn(values[columns[name]]) for name, each in self.regions.items()}

    def undisturbed(self, values: FloatArray, /) -> Any:
        """Return the model of each region as before all settings, by name."""
        columns = self.columns_of_regions()
        return {
            name: each.undisturbed(values[columns[name]]) for name, each in self.regions.items()
        }

    @property
    def settled(self) -> bool:
        """Whether settings change figures whose values before them are kept."""
        return any(each.settled for each in self.regions.values())

    def with_values(
        self, sets: Mapping[str, object], /, *, origin: str = "with_values"
    ) -> Scenario:
        """Return the scenario with more settings, each in the regions that have its path."""
        shared, problems = _dealt(self.regions, sets, origin)
        made = {}
        for region, each in self.regions.items():
            own = shared[region]
            try:
                head = header_of(each) | {"name": self.name}
                made[region] = with_sets(each._basis, head, own, origin)
            except SpecError as error:
                problems += error.problems
        if problems:
            raise SpecError(tuple(dict.fromkeys(problems)))
        return replace(_of_regions(self, made), turned=self.turned)

    @property
    def model_name(self) -> str:
        """Nothing: there are several models."""
        return ""

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files of the scenario and of those it extends, and the folders of its models."""
        return tuple(dict.fromkeys(p for each in self.regions.values() for p in each.inputs))

    @no_search()
    def to_yaml(self) -> str:
        """Return the resolved scenario as a file: nothing inherited, nothing left out."""
        head = {"name": self.name, "story": self.story} | {k: getattr(self, k) for k in DATES}
        written: dict[tuple[str, ...], object] = {}
        for region, each in self.regions.items():
            for tie in each._ties:
                named = sorted(self._name(region, path) for path in tie.pair)
                written[tuple(named)] = {**tie.written, "figures": named}
        if written:
            head["correlations"] = [written[pair] for pair in sorted(written)]
        trees = {name: each._tree.plain() for name, each in self.regions.items()}
        return write_yaml(head | {"dimensions": list(self.order)}, {REGIONS: trees})


def load_several(
    chain: list[ChainLink],
    readings: Mapping[str, Reading],
    kind: Kind,
    problems: Sequence[Problem],
    sets: Mapping[str, object],
) -> Scenario:
    """Load a scenario of several regions; parameters as those of what `load` works with."""
    head, places, found = read_header(chain)
    found = [*problems, *found]
    without, wrong = _left_out(chain, readings)
    ties, twice = read_ties([link.node for link in chain])
    found += [*wrong, *twice]
    listed = _listed(chain, readings)
    made: dict[str, Scenario] = {}
    files = tuple(link.path for link in chain)
    groups = [list(link.settings()) for link in chain]
    dealt = [_lines_by_region(group, readings, kind) for group in groups]
    for region, reading in readings.items():
        tree = _with_sources(reading.tree, chain, readings)
        basis = Basis(
            replace(reading, tree=tree),
            tuple(tuple(each[region]) for each in dealt),
            kind,
            _own(listed, region) if reading.folder is None else read_dimensions(*reading.folders),
            tuple(_ties_of(region, ties, tree, kind)),
            files,
        )
        try:
            made[region] = with_sets(basis, head, {}, "--set", found, places=places)
        except SpecError as error:
            found = [*found, *(p for p in error.problems if p not in found)]
    if found or len(made) < len(readings):
        raise SpecError(found)
    names = _names(made, listed)
    at = _place_of_model(chain)
    found = [*clashes({n: each.model for n, each in made.items()}, at), *_apart(names, at)]
    if found:
        raise SpecError(found)
    order = listed or tuple(
        dict.fromkeys(
            names[region].get(path, path)
            for region, each in made.items()
            for path in read_dimensions(*each._basis.reading.folders)
        )
    )
    here = {region: each for region, each in made.items() if region not in without}
    whole = _whole(here, names, order)
    return whole.with_values(sets, origin="--set") if sets else whole


def _whole(regions: Mapping[str, Scenario], names: Names, listed: tuple[str, ...]) -> Scenario:
    first = next(iter(regions.values()))
    return SeveralRegions(
        **header_of(first),
        model=merged_model({name: each.model for name, each in regions.items()}),
        overrides=_overrides(regions, names),
        _tree=first._tree,
        _basis=first._basis,
        regions=dict(regions),
        names=names,
        listed=listed,
    )


def _of_regions(old: SeveralRegions, regions: Mapping[str, Scenario]) -> Scenario:
    """Return a scenario with other settings of its regions."""
    alone = list(_set_in_part(old, regions))
    if alone:
        raise SpecError(alone)
    return _whole(regions, _with_new(old.names, regions), old.listed)


def _overrides(regions: Mapping[str, Scenario], names: Names) -> dict[str, Override]:
    return {
        names[region].get(path, path): replace(each, path=names[region].get(path, path))
        for region, scenario in regions.items()
        for path, each in scenario.overrides.items()
    }


def _set_in_part(old: SeveralRegions, regions: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Find figures that regions share and that were set in some of them alone."""
    for region, each in regions.items():
        for path in each.overrides:
            others = [o for n, o in regions.items() if path in old.names[n] and n != region]
            shared = old.names[region].get(path) == path
            if shared and any(path not in other.overrides for other in others):
                message = f"regions share it: set it without {REGIONS}.{region}"
                yield Problem(Place(each.overrides[path].origin), path, message)


# -- what is whose -------------------------------------------------------------------


def _names(regions: Mapping[str, Scenario], listed: Iterable[str]) -> Names:
    """Return the names of all figures: paths, with the region before those that are not shared."""
    known = set(listed)
    nodes: dict[str, dict[str, Node | None]] = {}
    for region, each in regions.items():
        reading = each._basis.reading
        for keys, _ in walk_figures(each.model):
            node = reading.tree.find(keys) or each._tree.find(keys)
            nodes.setdefault(dotted(keys), {})[region] = node
    found: dict[str, dict[str, str]] = {region: {} for region in regions}
    for path, by_region in nodes.items():
        own = any(f"{REGIONS}.{region}.{path}" in known for region in by_region)
        if path not in known and not own:
            resolved = any(each._basis.reading.folder is None for each in regions.values())
            own = _differ(by_region.values(), resolved=resolved)
        for region in by_region:
            found[region][path] = f"{REGIONS}.{region}.{path}" if own else path
    return found


def _with_new(names: Names, regions: Mapping[str, Scenario]) -> Names:
    """Return names with those of figures that settings have added."""
    fresh: dict[str, dict[str, Node | None]] = {}
    for region, each in regions.items():
        for keys, _ in walk_figures(each.model):
            if dotted(keys) not in names[region]:
                fresh.setdefault(dotted(keys), {})[region] = each._tree.find(keys)
    found = {region: dict(names[region]) for region in regions}
    for path, by_region in fresh.items():
        taken = any(path in own.values() for own in names.values())
        own = taken or _differ(by_region.values(), resolved=True)
        for region in by_region:
            found[region][path] = f"{REGIONS}.{region}.{path}" if own else path
    return found


def _differ(nodes: Iterable[Node | None], *, resolved: bool) -> bool:
    """Tell whether nodes of one path were written at different places, or say other things."""
    first, *others = [node for node in nodes if node is not None]
    return any(
        (not resolved and node.place != first.place) or node.plain() != first.plain()
        for node in others
    )


def _apart(names: Names, at: Place) -> Iterator[Problem]:
    """Find figures of the one market that regions do not share."""
    for region, own in names.items():
        for path, name in own.items():
            inner = path.removeprefix("demand.")
            if path not in (name, inner) and any(fnmatchcase(inner, p) for p in EXPORT_MARKET):
                message = f"{region} says otherwise of {path}: regions of one market share it"
                yield Problem(at, "model", message)


def _own(listed: Iterable[str], region: str) -> tuple[str, ...]:
    """Return the dimensions of a region from those of all."""
    prefix = f"{REGIONS}.{region}."
    named = (name.removeprefix(prefix) for name in listed)
    return tuple(dict.fromkeys(name for name in named if not name.startswith(f"{REGIONS}.")))


def _listed(chain: list[ChainLink], readings: Mapping[str, Reading]) -> tuple[str, ...]:
    node, _ = inherit(chain, "dimensions")
    resolved = any(each.folder is None for each in readings.values())
    if node is None or not resolved or not isinstance(node.value, list):
        return ()
    return tuple(str(item.value) for item in node.value)


def _left_out(
    chain: list[ChainLink], readings: Mapping[str, Reading]
) -> tuple[set[str], list[Problem]]:
    node, _ = inherit(chain, "without")
    items = node.value if node is not None and isinstance(node.value, list) else []
    names = {str(item.value): item.place for item in items}
    problems = [
        Problem(place, "without", unknown("region", name, readings))
        for name, place in names.items()
        if name not in readings
    ]
    if node is not None and set(readings) <= set(names):
        problems.append(Problem(node.place, "without", "no region is left"))
    return set(names), problems


def _place_of_model(chain: list[ChainLink]) -> Place:
    node, link = inherit(chain, "model")
    return node.place if node is not None else link.node.place


def _with_sources(tree: Node, chain: list[ChainLink], readings: Mapping[str, Reading]) -> Node:
    """Return a tree with the sources of all regions, which settings may cite, and the chain's."""
    for reading in readings.values():
        tree, _ = add_sources(tree, reading.tree.get("sources"))
    for link in chain:
        tree, wrong = add_sources(tree, link.node.get("sources"))
        if wrong:
            raise SpecError(wrong)
    return tree


# -- settings and correlations of regions --------------------------------------------


def _stripped(pattern: str, region: str) -> str | None:
    """Return a pattern as the region knows it; None where it is another region's."""
    if not pattern.startswith(f"{REGIONS}."):
        return pattern
    whose, _, rest = pattern.removeprefix(f"{REGIONS}.").partition(".")
    return rest if whose in (region, "*") else None


def _lines_by_region(
    lines: Iterable[SetLine], readings: Mapping[str, Reading], kind: Kind
) -> dict[str, list[SetLine]]:
    """Return the settings of each region: those whose path it has, else those that it may have.

    A setting of none goes to the first, which says what is wrong with it.
    """
    found: dict[str, list[SetLine]] = {region: [] for region in readings}
    for line in lines:
        fitting, having = [], []
        for region, reading in readings.items():
            pattern = _stripped(line.pattern, region)
            if pattern is not None:
                fits, is_there = _has(reading.tree, kind, pattern, line.node)
                fitting += [(region, pattern)] * fits
                having += [(region, pattern)] * is_there
        for region, pattern in having or fitting or [(next(iter(readings)), line.pattern)]:
            found[region].append(replace(line, pattern=pattern))
    return found


def _has(tree: Node, kind: Kind, pattern: str, value: Node) -> tuple[bool, bool]:
    """Tell whether a setting fits a region, and whether what it sets is there already."""
    for template in kind.templates:
        if pattern.startswith(f"{template.section}."):
            has = tree.find(template.path) is not None
            return has, has
    return reaches(tree, shape_of(kind.cls), pattern, value)


def _dealt(
    regions: Mapping[str, Scenario], sets: Mapping[str, object], origin: str
) -> tuple[dict[str, dict[str, object]], list[Problem]]:
    """Return settings by region; dates of the scenario go to all."""
    found: dict[str, dict[str, object]] = {region: {} for region in regions}
    problems: list[Problem] = []
    lines = []
    for pattern, value in sets.items():
        if pattern in DATES:
            for own in found.values():
                own[pattern] = value
            continue
        try:
            lines.append(SetLine(pattern, from_python(value, Place(origin)), origin))
        except TypeError as error:
            problems.append(Problem(Place(origin), pattern, str(error)))
    readings = {name: replace(e._basis.reading, tree=e._tree) for name, e in regions.items()}
    kind = next(iter(regions.values()))._basis.kind
    for region, own_lines in _lines_by_region(lines, readings, kind).items():
        found[region] |= {line.pattern: cast("object", line.node) for line in own_lines}
    return found, problems


def _ties_of(region: str, ties: Iterable[Tie], tree: Node, kind: Kind) -> Iterator[Tie]:
    """Yield the correlations of figures that a region has, with the paths that it knows."""
    for tie in ties:
        pair = [_stripped(path, region) for path in tie.pair]
        known = [path for path in pair if path and _has(tree, kind, path, tie.node)[0]]
        if len(known) == 2:
            first, second = sorted(known)
            yield replace(tie, pair=(first, second))
