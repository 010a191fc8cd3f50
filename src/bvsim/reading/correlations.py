"""Rank correlations between uncertain figures: what the model and scenario files say, checked.

Precedence as for settings: the model, then the scenarios of a chain; of two that speak of one
pair the later decides, and a rank correlation of 0 takes the pair out. Figures of a template
that go together do so in every part that takes it over. A pair of which a later setting fixes
a figure is left out too: a number has no ranks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bvsim.reading.nodes import Node
from bvsim.schema.errors import Problem, did_you_mean, unknown
from bvsim.schema.figure import Figure

FloatArray = NDArray[np.float64]
Correlation = tuple[str, str, float]
"""Dotted paths of two figures and the rank correlation (Spearman's) of their values."""
KEY = "correlations"
"""The key of scenario files, and of models."""


@dataclass(frozen=True)
class Tie:
    """What a file says of a pair.

    Parameters
    ----------
    pair : tuple of str
        Dotted paths of the two figures, sorted.
    rank : float
        Their rank correlation.
    node : Node
        The entry of the file.
    own : bool
        Whether it stands in the scenario asked for, not in one that it extends.
    """

    pair: tuple[str, str]
    rank: float
    node: Node = field(repr=False)
    own: bool = True

    @property
    def correlation(self) -> Correlation:
        """The pair and its rank correlation."""
        return (*self.pair, self.rank)

    @property
    def written(self) -> dict[str, object]:
        """The entry as a file has it, of this pair."""
        return {**self.node.plain(), "figures": list(self.pair)}

    def problem(self, message: str, figure: str = "") -> Problem:
        """Return a problem with the entry, or with one of the figures that it names."""
        named = self.node.get("figures")
        items = named.value if named is not None and isinstance(named.value, list) else []
        places = [item.place for item in items if item.value == figure]
        return Problem(places[0] if places else self.node.place, KEY, message)


def read_ties(files: Sequence[Node]) -> tuple[tuple[Tie, ...], list[Problem]]:
    """Read what a chain of scenarios says of correlations.

    Parameters
    ----------
    files : sequence of Node
        The scenario files, from the one that extends no other to the one asked for. Entries
        of a wrong form are passed over: checking the file against its data class tells them.

    Returns
    -------
    tuple of Tie
        One for each pair, by pair.
    list of Problem
        Pairs that one file gives twice, and figures paired with themselves.
    """
    ties: dict[tuple[str, str], Tie] = {}
    problems: list[Problem] = []
    for file in files:
        here: dict[tuple[str, str], Tie] = {}
        for tie in read_entries(file.get(KEY), own=file is files[-1]):
            first, second = tie.pair
            if first == second:
                problems.append(tie.problem(f"a correlation of {first} with itself"))
            elif tie.pair in here:
                at = here[tie.pair].node.place
                message = f"the correlation of {first} and {second} is given twice ({at})"
                problems.append(tie.problem(message))
            here.setdefault(tie.pair, tie)
        ties |= here
    return tuple(ties[pair] for pair in sorted(ties)), problems


def read_entries(listed: Node | None, *, own: bool) -> Iterator[Tie]:
    """Yield the entries of a list that have the right form."""
    for node in listed.value if listed is not None and isinstance(listed.value, list) else ():
        figures, rank = node.get("figures"), node.get("rank")
        items = figures.value if figures is not None else None
        names = [item.value for item in items] if isinstance(items, list) else []
        number = rank.value if rank is not None else None
        if not isinstance(number, (int, float)) or not -1.0 < number < 1.0:
            continue
        if len(names) == 2 and all(isinstance(name, str) for name in names):
            first, second = sorted(map(str, names))
            yield Tie((first, second), float(number), node, own)


def unknown_sources(ties: Iterable[Tie], known: Iterable[str]) -> Iterator[Problem]:
    """Find cited sources that do not exist."""
    names = list(known)
    for tie in ties:
        cited = tie.node.get("source")
        items = cited.value if cited is not None and isinstance(cited.value, list) else [cited]
        for item in items:
            if item is not None and isinstance(item.value, str) and item.value not in names:
                yield Problem(item.place, KEY, unknown("source", item.value, names))


def ties_in_force(
    ties: Iterable[Tie], figures: Mapping[str, Figure], origins: Mapping[str, str], name: str
) -> tuple[tuple[Tie, ...], list[Problem]]:
    """Return the correlations that the draws of a scenario have.

    Parameters
    ----------
    ties : iterable of Tie
        What the files say.
    figures : mapping of str to Figure
        Every figure of the model by dotted path.
    origins : mapping of str to str
        Who set each path that is not as the model has it.
    name : str
        The scenario's name.

    Returns
    -------
    tuple of Tie
        Those of which both figures are uncertain and whose rank correlation is not 0.
    list of Problem
        Paths that are no figures, figures that are not uncertain, and correlations that
        cannot all hold.
    """
    kept: list[Tie] = []
    problems: list[Problem] = []
    for tie in ties:
        wrong = list(_not_uncertain(tie, figures, origins, name))
        problems += [problem for problem in wrong if problem is not None]
        if not wrong and tie.rank != 0.0:
            kept.append(tie)
    return tuple(kept), [*problems, *_impossible(kept)]


def _not_uncertain(
    tie: Tie, figures: Mapping[str, Figure], origins: Mapping[str, str], name: str
) -> Iterator[Problem | None]:
    """Yield what is wrong with each figure; None for one that a later setting fixes."""
    for path in tie.pair:
        figure = figures.get(path)
        if figure is not None and figure.uncertain:
            continue
        if _fixed_later(path, origins, None if not tie.own else name):
            yield None
        elif figure is None:
            yield tie.problem(f"{path} is no figure{did_you_mean(path, figures)}", path)
        elif tie.own:
            message = "is a number here: only distributions can be correlated"
            yield tie.problem(f"{path} {message}", path)
        else:
            yield None


def _fixed_later(path: str, origins: Mapping[str, str], name: str | None) -> bool:
    """Tell whether somebody else than the scenario itself set a path, or what it lies in."""
    return any(
        origin != name and (path == at or path.startswith(f"{at}."))
        for at, origin in origins.items()
    )


def _impossible(ties: Sequence[Tie]) -> Iterator[Problem]:
    order = sorted({path for tie in ties for path in tie.pair})
    at = {path: i for i, path in enumerate(order)}
    scores = {(at[a], at[b]): normal_correlation(rank) for a, b, rank in map(_triple, ties)}
    for columns in components(scores):
        if factor(columns, scores) is None:
            names = [order[column] for column in columns]
            last = max((tie for tie in ties if tie.pair[0] in names), key=lambda t: t.node.place)
            yield last.problem(f"{CANNOT_BE}: {', '.join(names)}")


def _triple(tie: Tie) -> Correlation:
    return tie.correlation


# -- the Gaussian copula -------------------------------------------------------------

CANNOT_BE = "no figures have all of these correlations at once"
"""What is said of correlations whose matrix is not positive definite."""


_OWN_PART = 1e-6
"""Of each normal score at least this share must not follow from the others."""


def normal_correlation(rank: float) -> float:
    """Return the correlation of normal scores behind a rank correlation (Pearson 1907)."""
    return 2.0 * math.sin(math.pi * rank / 6.0)


def components(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the groups of columns that are linked by pairs, each ascending."""
    groups: list[set[int]] = []
    for pair in sorted(pairs):
        linked = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in linked]
        groups.append(set(pair).union(*linked))
    return sorted(sorted(group) for group in groups)


def factor(columns: Sequence[int], pairs: Mapping[tuple[int, int], float]) -> FloatArray | None:
    """Return the Cholesky factor of the correlation matrix of some columns.

    Parameters
    ----------
    columns : sequence of int
        Ascending.
    pairs : mapping of (int, int) to float
        Correlations of normal scores, the smaller column first; others are 0.

    Returns
    -------
    array, shape (columns, columns), or None
        None where the matrix is not positive definite, or so nearly not that rounding decides.
    """
    matrix: NDArray[np.float64] = np.eye(len(columns))
    for i, a in enumerate(columns):
        for j, b in enumerate(columns[:i]):
            matrix[i, j] = matrix[j, i] = pairs.get((b, a), 0.0)
    try:
        lower = np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return lower if lower.diagonal().min() > _OWN_PART else None
