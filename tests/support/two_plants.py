"""Two plants, one pool of people, one shortage of cathode: all numbers on paper.

A year of two halves, 26 weeks each. Plants A and B are announced at 10 GWh a year each, 5 in
each half. A runs at full rate; B has learnt 80% of its rate, 4 GWh a half.

The pool: 10 operators a GWh a year are needed, 100 for A and 80 for B, 180 in all; 150 there
are. Shared in proportion: 83.3 and 66.7, whole people 83 and 67. They can run 8.3 and 6.7 GWh
a year: 4.15 and 3.35 in each half.

The shortage: in the second half a ship does not come and A has cathode for 1 GWh.

    GWh        A, first half   A, second half    B, each half
    announced       5               5                 5
    rate            5               5                 4      ramp_up 1
    people          4.15            4.15              3.35   labour 0.65
    cathode         -               1                 -
    good            4.15            1                 3.35
    lost to         labour 0.85     cathode 4

The year   A: announced 10, labour 0.85, cathode 4, good 5.15.
           B: announced 10, ramp_up 2, labour 1.30, good 6.70.
           Both: 20 = 11.85 good + 4 cathode + 2.15 labour + 2 ramp_up.

By loss: A cathode, then labour; B ramp_up, then labour; valley cathode, then labour.
By time: A labour 26 weeks and cathode 26, a tie: labour is named first. In second place stand
         the rate (26 weeks, first half) and labour (26 weeks, second half), so beside labour
         itself the rate comes next. B: labour, 52 weeks; the rate comes next. Valley: labour
         78 weeks, cathode 26; the rate comes next (26 + 52).

Relief     nothing lifted                      11.85
           labour: A 5 + 1, B 4 + 4            14.00   frees 2.15 alone
           cathode: A 4.15 + 4.15, B 6.70      15.00   frees 3.15 alone
           both: A 5 + 5, B 8                  18.00   frees 6.15
           last: labour 18 - 15 = 3.00; cathode 18 - 14 = 4.00
           interaction 6.15 - 2.15 - 3.15 = 0.85: A's people are idle without cathode
           Shapley: labour (2.15 + 3.00) / 2 = 2.575; cathode (3.15 + 4.00) / 2 = 3.575
           Of site A alone: labour frees 0.85, cathode 3.15, both 4.85.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bvsim.valley.cells import ledger
from bvsim.valley.projects.lines import Levels
from bvsim.valley.record.record import Record, Table

YEAR = 2030
WEEKS = 26
ENTITIES = ("a.block-1", "b.block-1")
RATE = {"a.block-1": 5.0, "b.block-1": 4.0}
PEOPLE = {"a.block-1": 4.15, "b.block-1": 3.35}
SHORT = 1.0


@dataclass(frozen=True)
class Paper:
    """A scenario without uncertain figures."""

    name: str = "paper"
    model_hash: str = "paper"
    paths: tuple[str, ...] = ()

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return np.empty((len(u), 0))

    def to_yaml(self) -> str:
        return "name: paper\n"


def simulate(values: Any, key: Any, *, lifts: frozenset[str]) -> Record:
    """Return the record of the two plants with some constraints lifted."""
    stairs = np.zeros((2, len(ledger.LEDGER.columns)))
    weeks = np.zeros((2, len(ledger.BINDING.columns)))
    for i, entity in enumerate(ENTITIES):
        for half in (0, 1):
            people = math.inf if "labour" in lifts else PEOPLE[entity]
            short = entity == "a.block-1" and half == 1 and "cathode" not in lifts
            limits = (people, SHORT if short else math.inf, math.inf, math.inf)
            rate = RATE[entity]
            row, bound = [0.0] * stairs.shape[1], [0.0] * weeks.shape[1]
            good = min(rate, *limits)
            ledger.post(row, 5.0, 5.0, Levels(5.0, 5.0, rate, rate), limits, good)
            ledger.post_binding(bound, rate, limits, 7.0 * WEEKS, 7.0 * WEEKS)
            stairs[i] += row
            weeks[i] += bound
    index = (("year", (YEAR, YEAR)), ("entity", ENTITIES))
    return Record(
        {
            "ledger": Table(index, tuple(c.name for c in ledger.LEDGER.columns), stairs),
            "binding": Table(index, tuple(c.name for c in ledger.BINDING.columns), weeks),
            "kpis": Table(
                (), ("output_2030_gwh",), np.array([[stairs[:, ledger.LEDGER.good_gwh].sum()]])
            ),
        }
    )


@dataclass(frozen=True)
class PaperJob:
    """Simulates the two plants."""

    def prepare(self) -> Any:
        """Return what simulates them."""
        return simulate
