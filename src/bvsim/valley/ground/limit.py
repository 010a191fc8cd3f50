"""The limit of a replication: events that never end are a failure, told by what they belong to."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import partial
from types import FrameType
from typing import Final

import simpy

from bvsim.valley.ground.clock import Due
from bvsim.valley.ground.environment import Environment

MOST_EVENTS: Final = 10_000_000
"""Some hundred times those of the reference valley to 2040."""


class RowLimitError(Exception):
    """A replication took more events, or more time, than any that makes sense."""

    stage: Final = "limit"


def limit_events(env: Environment, date_of: Callable[[float], object], most: int) -> None:
    """Have an environment refuse to go on after a number of events.

    Parameters
    ----------
    env : Environment
        Whose clock is limited.
    date_of : callable
        Turns a day into a date.
    most : int
        The number.

    Raises
    ------
    RowLimitError
        By the step that would be one too many.
    """
    clock = env.clock

    def refuse() -> None:
        raise RowLimitError(
            f"more than {most:,} events by {date_of(clock.now)}; "
            f"the next is of {_owners(_wakes(clock.next_due))}"
        )

    clock.limit(most, refuse)


def _wakes(due: Due | None) -> Iterable[object]:
    """Return whom something due wakes: those who wait for an event of SimPy's, or itself."""
    act = due and (due.act if due.who is None else due.who.take_turn)
    if isinstance(act, partial) and act.args and isinstance(act.args[0], simpy.Event):
        return act.args[0].callbacks or ()
    return () if act is None else (act,)


def _owners(wakes: Iterable[object]) -> str:
    """Say who is woken: ``alpha.block-1 (approve)``."""
    return ", ".join(owner for wake in wakes if (owner := _woken(wake))) or "nobody"


def _woken(wake: object) -> str:
    """Say whom a callback of an event wakes; nothing where it is the kernel's own."""
    owner = getattr(wake, "__self__", None)
    if isinstance(owner, simpy.Process):
        return _owner(owner._generator)
    if owner is None or type(owner).__module__.startswith("simpy"):
        return ""
    return f"{_name(owner)} ({getattr(wake, '__name__', '')})"


def _owner(generator: object) -> str:
    what: str = getattr(generator, "__name__", type(generator).__name__)
    return f"{_name(generator)} ({what.removesuffix('_gen')})"


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
    step: FrameType | None = None
    while frame is not None:
        actor = frame.f_locals.get("self")
        if isinstance(actor, simpy.Process):
            return f"{_owner(actor._generator)} {_when(actor.env)}"
        if isinstance(actor, simpy.Environment):
            step = step or frame  # between two processes, unless one is found further up
        frame = frame.f_back
    if step is None:
        return "outside any actor's process"
    env: simpy.Environment = step.f_locals["self"]
    wakes = step.f_locals.get("callbacks")
    if wakes is None and isinstance(env, Environment):
        wakes = _wakes(env.clock.under_way)
    return f"{_owners(wakes or ())} {_when(env)}"


def _when(env: simpy.Environment) -> str:
    return f"on day {env.now:.0f} since the start"
