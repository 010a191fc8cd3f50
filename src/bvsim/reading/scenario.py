"""Loading scenarios: of one region, or of several in one market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bvsim.reading.assembly import SOURCES, add_sources, kind_of, source_days
from bvsim.reading.correlations import read_ties, unknown_sources
from bvsim.reading.dimensions import read_dimensions
from bvsim.reading.folder import Reading
from bvsim.reading.garbage import no_search
from bvsim.reading.scenario_file import (
    ChainLink,
    inherit,
    read_chain,
    read_header,
    read_model_of,
    read_regions_of,
)
from bvsim.reading.several import load_several
from bvsim.reading.single import Basis, Scenario, with_sets
from bvsim.schema.errors import SpecError

__all__ = ["Scenario", "load"]


@no_search()
def load(
    name: str | Path,
    sets: Mapping[str, object] | None = None,
    *,
    root: str | Path | None = None,
    model_class: type | None = None,
) -> Scenario:
    """Load a scenario.

    Parameters
    ----------
    name : str or path
        A file, or the bare name of a scenario of the study folder or of those shipped.
    sets : mapping, optional
        Settings on top: dotted path (perhaps with ``*``) to a value, a figure, or a lever
        such as ``{"times": 2, "from": date(2027, 1, 1)}``. The dates of the scenario
        (``end``, ...) can be set too.
    root : path, optional
        The study folder; the working directory by default.
    model_class : type, optional
        The data class of the model; the valley's by default.

    Raises
    ------
    SpecError
        With every problem of all files, located.
    """
    folder = None if root is None else Path(root)
    chain, problems = read_chain(str(name), folder)
    try:
        reading = read_regions_of(chain, folder) or read_model_of(chain, folder)
    except SpecError as error:  # what else is wrong with the scenario's files is told as well
        raise SpecError([*problems, *error.problems]) from None
    kind = kind_of(model_class)
    if isinstance(reading, dict):
        return load_several(chain, reading, kind, problems, sets or {})
    tree = reading.tree
    for link in chain:
        tree, wrong = add_sources(tree, link.node.get("sources"))
        problems += wrong if not reading.failed else []
    groups = tuple(tuple(link.settings()) for link in chain)
    ties, wrong = read_ties([link.node for link in chain])
    known = not {SOURCES, "*"} & set(reading.failed)
    problems += [*wrong, *(unknown_sources(ties, source_days(tree)) if known else ())]
    listed = _listed(chain, reading)
    files = tuple(link.path for link in chain)
    basis = Basis(replace(reading, tree=tree), groups, kind, listed, ties, files)
    plain, places, missing = read_header(chain)
    problems += missing
    return with_sets(basis, plain, sets or {}, "--set", problems, places=places)


def _listed(chain: list[ChainLink], reading: Reading) -> tuple[str, ...]:
    node, _ = inherit(chain, "dimensions")
    if node is not None and isinstance(node.value, list):
        return tuple(str(item.value) for item in node.value)
    return read_dimensions(*reading.folders)
