"""The limit of a replication: events that never end are a failure, told by what they belong to."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

import simpy

MOST_EVENTS: Final = 10_000_000
"""Some hundred times those of the reference valley to 2040."""


class RowLimitError(Exception):
    """A replication took more events, or more time, than any that makes sense."""

    stage: Final = "limit"


def limit_events(env: simpy.Environment, date_of: Callable[[float], object], most: int) -> None:
    """Have an environment refuse to go on after a number of events.

    Parameters
    ----------
    env : simpy.Environment
        Whose `step` is wrapped, as SimPy's guide to monitoring does it.
    date_of : callable
        Turns a day into a date.
    most : int
        The number.

    Raises
    ------
    RowLimitError
        By the step that would be one too many.
    """
    step, numbers = env.step, itertools.count(1)

    def counted() -> None:
        if next(numbers) > most:
            raise RowLimitError(
                f"more than {most:,} events by {date_of(env.now)}; "
                f"the next is of {', '.join(_owners(env)) or 'nobody'}"
            )
        step()

    env.step = counted  # type: ignore[method-assign]


def _owners(env: simpy.Environment) -> Iterator[str]:
    """Yield whom the next event wakes: ``acc-douvrin.block-1 (change_products)``."""
    for wake in env._queue[0][3].callbacks or ():
        generator = getattr(getattr(wake, "__self__", None), "_generator", None)
        if generator is not None:
            what = getattr(generator, "__name__", type(generator).__name__)
            yield f"{_name(generator)} ({what.removesuffix('_gen')})"


def _name(generator: object) -> str:
    """Return the name of the actor behind a process, interpreted or compiled."""
    near = gc.get_referents(generator)  # its variables, or what a compiled one keeps them in
    for each in (*near, *gc.get_referents(*near)):
        for word in ("entity", "name"):
            found = getattr(each, word, None)
            if isinstance(found, str) and not isinstance(each, type):
                return found
    return "an actor"


def place_of(frame: FrameType | None) -> str:
    """Say which actor's process a frame is in, and on what day since the start."""
    while frame is not None:
        process = frame.f_locals.get("self")
        if isinstance(process, simpy.Process):
            return f"{_name(process._generator)} on day {process.env.now:.0f} since the start"
        frame = frame.f_back
    return "outside any actor's process"
