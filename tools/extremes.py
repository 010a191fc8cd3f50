"""Every figure of every shipped model at the ends of its range, one at a time.

    make extremes                        # all that is not judged yet; goes on where it stopped
    make extremes ARGS="--share 10 0"    # the first tenth of them

A figure is set to the lowest and to the highest value that its unit allows, and beyond its own
distribution on either side. Either loading refuses the value, with its place and a reason, or
the row runs: its identities hold (the valley checks them itself) and its tables are finite.
Anything else is a fault: an error from within, a number that is none, a row that does not end.
What was found stands in `build/extremes.jsonl`, a line a case, and holds for the code of then.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from bvsim import reading
from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.store.folder import code_hash
from bvsim.ensemble.work import Row
from bvsim.reading.scenario import Scenario
from bvsim.schema.errors import SpecError
from bvsim.schema.figure import DATE_SYMBOL, Figure, day_date
from bvsim.valley.record.record import Record
from bvsim.valley.valley import prepare, simulate

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "build" / "extremes.jsonl"
SCENARIOS: Final = ("reference",)
"""The scenarios whose figures are set: one for each shipped model."""
END: Final = "2030-12-31"
YEARS: Final = (2028, 2030)
TAILS: Final = (0.001, 0.999)
LONGEST_SECONDS: Final = 60
"""A row takes less than one; whoever takes so long will not end."""
RUNS, REFUSED, OTHER = "runs", "refused", "other"


class Case(NamedTuple):
    """One figure at one value: its scenario, path, which end of what range, and the value."""

    scenario: str
    path: str
    end: str
    value: float | str

    @property
    def lot(self) -> int:
        """A number that depends on figure and end alone: tenths are drawn by it."""
        text = f"{self.scenario} {self.path} {self.end}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest())


class Verdict(NamedTuple):
    """What became of a case, and the message where it did not run."""

    outcome: str
    text: str = ""


@dataclass(frozen=True)
class Ground:
    """A scenario at a short horizon, and which cells of its tables are never filled."""

    scenario: Scenario
    empty: Mapping[str, np.ndarray]

    @classmethod
    @cache
    def of(cls, name: str) -> Ground:
        """Load a scenario, and simulate one row of it as it stands."""
        scenario = reading.load(name, sets={"end": END})
        record = simulated(scenario)
        return cls(scenario, {n: np.isnan(t.values) for n, t in record.tables.items()})


def first_row(scenario: Scenario) -> Row:
    """Return the first row of a run."""
    return Experiment(scenario, draws=1, seed=1, design="random").row(0, 0)


def simulated(scenario: Scenario) -> Record:
    """Simulate the first row of a run."""
    first = first_row(scenario)
    return simulate(prepare(scenario, YEARS), first.values, first.key)


def ends(figure: Figure) -> dict[str, float | str]:
    """Return the values to try by the names of the ends, each once: those of the unit first."""
    unit, said = figure.unit, figure.distribution
    low, high = map(float, said.quantile(np.array(TAILS)))
    span = (high - low) or abs(high) or 1.0
    dated = unit.symbol == DATE_SYMBOL
    found = {
        "lowest": unit.lower,
        "highest": unit.upper,
        "below": max(low - span, unit.lower),
        "above": min(high + span, unit.upper),
    }
    kept: dict[str, float | str] = {}
    for end, value in found.items():
        whole = float(round(value)) if unit.whole or dated else float(value)
        written = str(day_date(whole)) if dated else whole
        if written not in kept.values():
            kept[end] = written
    return kept


def cases() -> Iterator[Case]:
    """Yield every case of every shipped model."""
    for name in SCENARIOS:
        for path, figure in Ground.of(name).scenario.figures():
            for end, value in ends(figure).items():
                yield Case(name, path, end, value)


def judge(case: Case) -> Verdict:
    """Load a case's scenario and simulate a row of it."""
    return judge_all(case.scenario, {case.path: case.value})


def judge_all(name: str, values: Mapping[str, float | str]) -> Verdict:
    """Set many figures of a scenario at once, and simulate a row of it."""
    ground = Ground.of(name)
    try:
        scenario = ground.scenario.with_values(values)
    except SpecError as error:
        return Verdict(REFUSED, str(error))
    try:
        record = simulated(scenario)
    except Exception as error:
        return Verdict(OTHER, f"{type(error).__name__}: {error}")
    strange = list(not_finite(record, ground.empty))
    return Verdict(OTHER, f"not finite: {', '.join(strange[:5])}") if strange else Verdict(RUNS)


def not_finite(record: Record, empty: Mapping[str, np.ndarray]) -> Iterator[str]:
    """Yield the columns that hold an infinity, or no number where there should be one.

    Key figures may be undefined: a share of nothing, a date that never comes.
    """
    for name, table in record.tables.items():
        wrong = np.isinf(table.values)
        if name != "kpis" and empty[name].shape == wrong.shape:
            wrong = wrong | (np.isnan(table.values) & ~empty[name])
        yield from (f"{name}.{table.columns[i]}" for i in np.flatnonzero(wrong.any(axis=0)))


# -- many cases ---------------------------------------------------------------------------


def known(results: Path, code: str) -> dict[Case, Verdict]:
    """Return what was found earlier with this code."""
    found = {}
    for line in results.read_text().splitlines() if results.exists() else ():
        each = json.loads(line)
        if each["code"] == code:
            found[Case(**each["case"])] = Verdict(**each["verdict"])
    return found


def keep(results: Path, code: str, case: Case, verdict: Verdict) -> None:
    """Write down what was found."""
    line = {"code": code, "case": case._asdict(), "verdict": verdict._asdict()}
    results.parent.mkdir(exist_ok=True)
    with results.open("a") as stream:
        stream.write(json.dumps(line) + "\n")


def work(results: Path, wanted: Iterable[Case]) -> None:
    """Judge cases; a row that does not end takes this process with it."""
    code = code_hash()
    for case in wanted:
        signal.alarm(LONGEST_SECONDS)
        keep(results, code, case, judge(case))
    signal.alarm(0)


def main(words: list[str] | None = None) -> int:
    """Judge what is left; return 1 where a case neither runs nor is refused."""
    asked = _parser().parse_args(words)
    of, which = asked.share
    wanted = [each for each in cases() if each.lot % of == which]
    if asked.path:
        wanted = [each for each in wanted if asked.path in each.path]
    results, code = Path(asked.results), code_hash()
    left = [each for each in wanted if each not in known(results, code)]
    if asked.work:
        work(results, left)
        return 0
    while left:
        words = ["--work", "--share", str(of), str(which), "--results", str(results)]
        words += ["--path", asked.path] if asked.path else []
        ended = subprocess.run([sys.executable, __file__, *words], check=False).returncode
        left = [each for each in wanted if each not in known(results, code)]
        if ended and left:
            why = "does not end" if ended == -signal.SIGALRM else f"the process ended ({ended})"
            keep(results, code, left.pop(0), Verdict(OTHER, why))
    return tell({case: known(results, code)[case] for case in wanted})


def tell(found: Mapping[Case, Verdict]) -> int:
    """Print the counts and every fault."""
    counts = Counter(verdict.outcome for verdict in found.values())
    for case, verdict in found.items():
        if verdict.outcome == OTHER:
            print(f"{case.path} = {case.value} ({case.end}): {verdict.text}")
    print(", ".join(f"{counts[outcome]} {outcome}" for outcome in (RUNS, REFUSED, OTHER)))
    return int(counts[OTHER] > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--share", nargs=2, type=int, default=(1, 0), metavar=("OF", "WHICH"))
    parser.add_argument("--path", default="", help="only figures with this in their path")
    parser.add_argument("--results", default=str(RESULTS))
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
