"""What the levers of a sweep cost and give, point by point."""

from __future__ import annotations

from collections.abc import Iterable

from bvsim.analysis.policy.labels import Worth, levers_of, worth
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.sweep_points import Point


def worths(points: Iterable[tuple[Point, RunLike]]) -> dict[str, Worth]:
    """Return what each point's own levers cost and give, beside the point without them.

    Parameters
    ----------
    points : iterable of (Point, RunLike)
        The points of a sweep and their runs, on common draws and luck.

    Returns
    -------
    dict of str to Worth
        By the id of the point. Left out are points that turn nothing, and those of which the sweep
        has no point that sets the same and turns no lever.
    """
    made = list(points)
    bases = {_set(point): run for point, run in made if not _turns(point, run)}
    found = {}
    for point, run in made:
        base = bases.get(_set(point))
        value = worth(base, run) if base is not None and _turns(point, run) else None
        if value is not None:
            found[point.id] = value
    return found


def _set(point: Point) -> str:
    """Return what a point sets beside levers, as a name."""
    return Point({}, point.plain).id


def _turns(point: Point, run: RunLike) -> bool:
    """Tell whether a point turns a lever of its own: at strength 0 none is turned."""
    return any(each.name in point.turned for each in levers_of(run))
