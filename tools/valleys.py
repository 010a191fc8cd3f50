"""Valleys made at random from the shipped one, each simulated once and its books checked.

    make nightly                           # all that is not judged yet; goes on where it stopped
    make nightly ARGS="--minutes 8"        # as many as fit

Valley N is the same whenever it is made: levers, switches of the world, the draw and its luck
follow from the number. Its books must close: the ledger from the announced plan to good cells,
weeks that bound, people to the person, tonnes by material and source. What was found stands in
`build/valleys.jsonl`, a line a valley, and holds for the code of then.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from bvsim import reading
from bvsim.ensemble.store.folder import code_hash
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record
from bvsim.valley.valley import prepare, simulate

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "build" / "valleys.jsonl"
COUNT: Final = 2000
SCENARIOS: Final = ("reference", "hindcast-2023", "cam-licences", "people-scarce")
ENDS: Final = ("2027-12-31", "2030-12-31", "2033-12-31")
LIFTS: Final = ("labour", "cathode", "demand", "delay", "stops", "closure")
LEVERS: Final[Mapping[str, tuple[Any, ...]]] = {
    "sites.*.blocks.*.nameplate": ({"times": 0.1}, {"times": 5}),
    "sites.*.blocks.*.line_interval": (0, 24),
    "labour.willing.share": (0.0, 0.01, 0.06, 0.3),
    "labour.trained_people": (0.0, 0.4, 3.0),
    "labour.pay.bonus": (0.1, 1),
    "labour.thin_staffing.learning_elasticity": (0.0, 1.0, 3.0),
    "labour.programmes.*.seats": (0, 1, 500),
    "labour.programmes.*.smallest": (0, 50),
    "labour.basins.*.seekers": (0, 50_000),
    "labour.basins.*.housing": (0, 5000),
    "labour.attrition.scale": (0.0, 8.0),
    "labour.hiring.contact": (0.0, 5.0),
    "materials.recipes.*.cam": ({"times": 0.2}, {"times": 3}),
    "imports.handling.order_to_ship": (0, 400),
    "imports.cam.safety_stock": (0, 400),
    "imports.cam.lot": (0.1, 5000),
    "imports.cam.shelf_life": (10,),
    "imports.controls.*.probability": (1,),
    "imports.controls.*.denial": (1,),
    "demand.programmes.*.volume": ({"times": 0}, {"times": 20}),
    "production.detection": (0, 120),
    "calendar.review": (1, 31),
}
MOST_LEVERS: Final = 5
TOLERANCE: Final = 1e-9


def assert_identities(record: Record) -> None:
    """Check the books of any valley from its tables alone.

    Raises
    ------
    AssertionError
        When the ledger, the weeks that bound or a balance does not close.
    """
    _ledger(record)
    _weeks(record)
    _balances(record)


def _ledger(record: Record) -> None:
    """Announced and beyond it is good and lost, no loss below nothing, in every row."""
    ledger = record.tables["ledger"]
    column = dict(zip(ledger.columns, ledger.values.T, strict=True))
    lost = sum(values for name, values in column.items() if name.startswith("lost_"))
    reached = column["announced_gwh"] + column["beyond_plan_gwh"]
    assert ledger.values.min() >= 0.0
    np.testing.assert_allclose(reached, column["good_gwh"] + lost, rtol=TOLERANCE, atol=TOLERANCE)


def _weeks(record: Record) -> None:
    """Every week of a block in service has one limit."""
    binding = record.tables["binding"]
    first = [name.startswith("weeks_") and "second" not in name for name in binding.columns]
    weeks = binding.values[:, first].sum(axis=1)
    years = np.array(dict(binding.index)["year"], dtype=int)
    days = np.where(years % 4 == 0, 366.0, 365.0)
    np.testing.assert_allclose(weeks[weeks > 0], days[weeks > 0] / 7.0, rtol=TOLERANCE)


def _balances(record: Record) -> None:
    """What came in is what went out and what is there; people are whole."""
    table = record.tables["balances"]
    opening, inflow, outflow, closing = table.values.T
    scale = np.maximum(1.0, np.abs(table.values).max(axis=1))
    assert (np.abs(opening + inflow - outflow - closing) / scale).max() < TOLERANCE
    heads = table.values[[unit == "heads" for unit in dict(table.index)["unit"]]]
    assert (heads == np.round(heads)).all()


# -- valleys by number ----------------------------------------------------------------------


def settings(number: int) -> tuple[str, dict[str, Any], np.random.Generator]:
    """Return a valley's scenario, its settings, and the numbers that its draw comes from."""
    rng = np.random.default_rng(number)
    chosen = rng.permutation(sorted(LEVERS))[: rng.integers(MOST_LEVERS + 1)]
    name = SCENARIOS[rng.integers(len(SCENARIOS))]
    sets = {"end": ENDS[rng.integers(len(ENDS))]}
    options = {str(path): LEVERS[path] for path in chosen}
    return name, sets | {p: all_of[rng.integers(len(all_of))] for p, all_of in options.items()}, rng


def simulated(number: int) -> Record:
    """Simulate a valley once."""
    name, sets, rng = settings(number)
    scenario = reading.load(name, sets=sets)
    uniforms = rng.random((1, len(scenario.paths)))
    uniforms[rng.random(uniforms.shape) < rng.choice([0.0, 1 / 3])] = rng.choice([0.0, 1.0])
    lifts = frozenset(lift for lift in LIFTS if rng.random() < 0.1)
    key = Key(number, 0, 0, chance=bool(rng.random() < 0.9))
    year = int(sets["end"][:4])
    return simulate(prepare(scenario, (year,)), scenario.quantile(uniforms)[0], key, lifts=lifts)


def judge(number: int) -> str:
    """Return what is wrong with a valley; empty when its books close."""
    try:
        assert_identities(simulated(number))
    except Exception as error:
        name, sets, _ = settings(number)
        return f"{name} {sets}: {type(error).__name__}: {error}"
    return ""


# -- many -----------------------------------------------------------------------------------


def known(results: Path, code: str) -> dict[int, str]:
    """Return what was found earlier with this code."""
    lines = results.read_text().splitlines() if results.exists() else ()
    found = map(json.loads, lines)
    return {each["valley"]: each["wrong"] for each in found if each["code"] == code}


def left_over(results: Path, count: int, minutes: float) -> Iterator[int]:
    """Yield the valleys not judged yet, while there is time."""
    done, until = known(results, code_hash()), time.monotonic() + 60.0 * minutes
    for number in range(count):
        if number not in done and time.monotonic() < until:
            yield number


def main(words: list[str] | None = None) -> int:
    """Judge what is left; return 1 where the books of a valley do not close."""
    asked = _parser().parse_args(words)
    results, code = Path(asked.results), code_hash()
    results.parent.mkdir(exist_ok=True)
    for number in left_over(results, asked.count, asked.minutes):
        line = {"code": code, "valley": number, "wrong": judge(number)}
        with results.open("a") as stream:
            stream.write(json.dumps(line) + "\n")
    found = known(results, code)
    wrong = {number: text for number, text in found.items() if text}
    for number, text in wrong.items():
        print(f"valley {number}: {text}")
    print(f"{len(found)} of {asked.count} valleys judged, {len(wrong)} whose books do not close")
    return int(bool(wrong))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--results", default=str(RESULTS))
    return parser


if __name__ == "__main__":
    sys.exit(main())
