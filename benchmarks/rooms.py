"""Where the time of a replication goes: shares of CPU by actor.

python benchmarks/rooms.py [--json] [--short] [--scenario NAME]

The methods by which the valley calls its actors are timed, each without what it calls of
others in the list. What is left over is SimPy's kernel and the dated events: milestones,
courses, shipments, stops. Timing itself costs a few per cent, where a method is short.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from timing import draws_of, replicator

import bvsim as bv
from bvsim.valley.cathode.market import CathodeMarket
from bvsim.valley.cathode.plant import CathodePlant
from bvsim.valley.cells.block import SiteBlock
from bvsim.valley.cells.energy import EnergyMeter
from bvsim.valley.cells.gigafactory import Gigafactory
from bvsim.valley.cells.money import SitePurse
from bvsim.valley.cells.planned import PlanOnly
from bvsim.valley.ground.books import Books
from bvsim.valley.orders.market import Demand
from bvsim.valley.people.market import LabourMarket
from bvsim.valley.projects.block import Block
from bvsim.valley.returns.market import Recycling
from bvsim.valley.valley import Valley, prepare

KERNEL = "SimPy's kernel and dated events"
ROOMS: dict[str, tuple[tuple[type, str], ...]] = {
    "labour market": ((LabourMarket, "clear"),),
    "lines: rate, yield, stops": ((Block, "levels"), (Block, "run")),
    "loss ledger": ((SiteBlock, "post"), (SiteBlock, "post_idle"), (PlanOnly, "month_end")),
    "gigafactories, the rest": (
        (Gigafactory, "ask_people"),
        (Gigafactory, "ask_cathode"),
        (Gigafactory, "produce"),
        (Gigafactory, "month_end"),
    ),
    "cathode makers and imports": (
        (CathodeMarket, "clear"),
        (CathodeMarket, "produce"),
        (CathodePlant, "ask_people"),
    ),
    "recyclers and packs": ((Recycling, "process"),),
    "customers": ((Demand, "order"),),
    "money and energy": ((SitePurse, "month"), (EnergyMeter, "month")),
    "books": ((Books, "close_month"),),
    "wiring the actors": ((Valley, "__init__"),),
    "tables, checks, key figures": ((Valley, "record"),),
}


class Clock:
    """CPU seconds by room; a method's time is without that of timed methods within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys([*ROOMS, KERNEL], 0.0)
        self._inner = [0.0]

    def timed(self, room: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that is timed."""

        @functools.wraps(method)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            start = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                spent = time.perf_counter() - start
                self.seconds[room] += spent - self._inner.pop()
                self._inner[-1] += spent

        return wrapper


@contextmanager
def watched(clock: Clock) -> Iterator[None]:
    """Time the methods of all rooms for a while."""
    originals = [
        (owner, name, owner.__dict__[name]) for each in ROOMS.values() for owner, name in each
    ]
    for room, methods in ROOMS.items():
        for owner, name in methods:
            setattr(owner, name, clock.timed(room, owner.__dict__[name]))
    try:
        yield
    finally:
        for owner, name, method in originals:
            setattr(owner, name, method)


def shares(name: str, draws: int) -> dict[str, float]:
    """Return the share of the time of some replications by room; they add up to one."""
    scenario = bv.load(name)
    replicate = replicator(prepare(scenario), draws_of(scenario, draws))
    replicate(0)
    clock = Clock()
    with watched(clock):
        whole = clock.timed(KERNEL, replicate)
        for row in range(draws):
            whole(row)
    total = sum(clock.seconds.values())
    found = {room: seconds / total for room, seconds in clock.seconds.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="Where the time of a replication goes.")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--short", action="store_true", help="few repeats: for CI")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    found = shares(options.scenario, 4 if options.short else 30)
    if options.json:
        print(json.dumps(found))
        return 0
    for room, share in found.items():
        print(f"{share:6.1%}  {room}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
