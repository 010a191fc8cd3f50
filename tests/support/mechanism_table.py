"""Tables of mechanisms: figure, value, what is measured, and the number worked out by hand.

A line sets one figure of a small world, by its path in the model file, and names a
function that plays the mechanism and returns a number. The number expected is a literal:
the comment beside it says how it comes about, never by the code under test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bvsim.schema.unit import Timed
from bvsim.valley.ground.seeds import Source
from bvsim.valley.ground.streams import Key, Stream

Measure = Callable[[Any], float]
Line = tuple[str, Any, Measure, float]

exact = partial(pytest.approx, rel=1e-9, abs=1e-12)


def with_figure(part: Any, path: str, value: Any) -> Any:
    """Return a copy of a data class or mapping with the figure at a path at a value."""
    head, _, rest = path.partition(".")
    known = isinstance(part, Mapping)
    old = part[head] if known else getattr(part, head)
    new = with_figure(old, rest, value) if rest else value
    if isinstance(old, Timed) and not isinstance(new, Timed):
        new = Timed((), (float(new),))
    return {**part, head: new} if known else replace(part, **{head: new})


def table(base: Any, *lines: Line) -> pytest.MarkDecorator:
    """Parametrize a test by the lines of a table; each sets a figure of `base`."""
    cases = []
    for figure, value, measure, expected in lines:
        shown = f"{value:g}" if isinstance(value, int | float) else "changed"
        shown = value if isinstance(value, str) else shown
        spec = with_figure(base, figure, value)
        cases.append(
            pytest.param(spec, measure, expected, id=f"{figure}={shown}:{measure.__name__}")
        )
    return pytest.mark.parametrize(("spec", "measure", "expected"), cases)


class SameLuck(Stream):
    """A source of chance whose every uniform number is the same."""

    def __init__(self, uniform: float) -> None:
        super().__init__(b"every number alike", Source())
        self.same = uniform

    def _next(self) -> float:
        return self.same


class Fortune:
    """Streams whose every number is the same, for mechanisms that need luck."""

    key = Key(seed=0, draw=0, replication=0)

    def __init__(self, uniform: float) -> None:
        self.uniform = uniform

    def stream(self, entity: str, source: str) -> Stream:
        return SameLuck(self.uniform)
