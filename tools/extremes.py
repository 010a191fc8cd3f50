"""Every figure of every shipped model at the ends of its range: one at a time, and many at once.

    make extremes                           # all that is not judged yet; goes on where it stopped
    python tools/extremes.py --share 10 0   # the first tenth of the figures, one at a time
    python tools/extremes.py --many 2000    # models with many figures at their ends

A figure is set to the lowest and to the highest value that its unit allows, and beyond its own
distribution on either side. Either loading refuses the value, with its place and a reason, or
the row runs: its identities hold (the valley checks them itself) and its tables are finite.
Anything else is a fault: an error from within, a number that is none, a row that does not end.
Of many settings at once those that loading refuses are dropped, so that a valid model runs.
What was found stands in `build/extremes.jsonl`, a line a case, and holds for the model and for
the code that it depends on.
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
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

import bvsim
from bvsim import reading
from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.work import Row
from bvsim.reading import scenario_names
from bvsim.reading.scenario import Scenario
from bvsim.schema.errors import SpecError
from bvsim.schema.figure import DATE_SYMBOL, Figure, day_date
from bvsim.valley.record.record import Record
from bvsim.valley.valley import prepare, simulate

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "build" / "extremes.jsonl"
END: Final = "2030-12-31"
YEARS: Final = (2028, 2030)
TAILS: Final = (0.001, 0.999)
LONGEST_SECONDS: Final = 60
"""A row takes less than one; whoever takes so long will not end."""
RUNS, REFUSED, OTHER = "runs", "refused", "other"
MANY: Final = "many"
FEWEST, MOST = 2, 200
"""How many figures are set where there are many: as often few as dozens."""
_CODE: Final = ("schema", "reading", "valley", "ensemble/design", "ensemble/experiment.py")
"""What a verdict depends on."""


@dataclass(frozen=True)
class Case:
    """Figures at ends of their ranges.

    Parameters
    ----------
    scenario : str
        Whose figures are set.
    what, end : str
        The figure's path and which end of what range, or `MANY` and the number of the model.
    values : mapping of str to float or str
        What is set; drawn from the number where there are many.
    """

    scenario: str
    what: str
    end: str
    values: Mapping[str, float | str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.scenario} {self.what} {self.end}"

    @property
    def lot(self) -> int:
        """A number that depends on figure and end alone: tenths are drawn by it."""
        return int.from_bytes(hashlib.blake2b(str(self).encode(), digest_size=4).digest())


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


@cache
def references() -> tuple[str, ...]:
    """Return the scenarios whose figures are set: the reference of each shipped model.

    One of several regions has the figures of theirs.
    """
    found = (n for n in scenario_names() if n.endswith("reference"))
    return tuple(sorted((n for n in found if not reading.load(n).regions), key=len))


def cases() -> Iterator[Case]:
    """Yield every figure of every shipped model at each of its ends."""
    for name in references():
        for path, figure in Ground.of(name).scenario.figures():
            for end, value in ends(figure).items():
                yield Case(name, path, end, {path: value})


def many(count: int) -> Iterator[Case]:
    """Yield models with many figures at their ends, the same whenever they are drawn."""
    names = references()
    for number in range(count):
        name, rng = names[number % len(names)], np.random.default_rng(number)
        figures = list(Ground.of(name).scenario.figures())
        chosen = rng.permutation(len(figures))[: int(FEWEST * (MOST / FEWEST) ** rng.random())]
        tried = {figures[i][0]: list(ends(figures[i][1]).values()) for i in chosen}
        values = {path: ends_[rng.integers(len(ends_))] for path, ends_ in tried.items()}
        yield Case(name, MANY, str(number), values)


def judge(case: Case) -> Verdict:
    """Load a case's scenario and simulate a row of it."""
    ground = Ground.of(case.scenario)
    try:
        scenario = loaded(ground.scenario, case)
    except SpecError as error:
        return Verdict(REFUSED, str(error))
    try:
        record = simulated(scenario)
    except Exception as error:
        return Verdict(OTHER, f"{type(error).__name__}: {error}")
    strange = list(not_finite(record, ground.empty))
    return Verdict(OTHER, f"not finite: {', '.join(strange[:5])}") if strange else Verdict(RUNS)


def loaded(scenario: Scenario, case: Case) -> Scenario:
    """Return a scenario with a case's settings; of many those that it takes together.

    Raises
    ------
    SpecError
        When it refuses the one setting.
    """
    kept = dict(case.values)
    while True:
        try:
            return scenario.with_values(kept)
        except SpecError as error:
            if case.what != MANY:
                raise
            told = [problem.path for problem in error.problems]
            named = {path for path in kept if any(each.startswith(path) for each in told)}
            for path in named or [next(reversed(kept))]:
                del kept[path]


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


@cache
def mark() -> str:
    """Return what verdicts depend on, in short: the shipped models and the code that runs them."""
    package, digest = Path(bvsim.__file__).parent, hashlib.blake2b(digest_size=8)
    for room in (package / name for name in _CODE):
        for path in [room] if room.is_file() else sorted(room.rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    for name in references():
        digest.update(Ground.of(name).scenario.model_hash.encode())
    return digest.hexdigest()


def known(results: Path) -> dict[str, Verdict]:
    """Return what was found earlier with these models and this code, by case."""
    lines = results.read_text().splitlines() if results.exists() else ()
    found, now = map(json.loads, lines), mark()
    return {each["case"]: Verdict(*each["verdict"]) for each in found if each["mark"] == now}


def keep(results: Path, case: Case, verdict: Verdict) -> None:
    """Write down what was found."""
    results.parent.mkdir(exist_ok=True)
    with results.open("a") as stream:
        stream.write(json.dumps({"mark": mark(), "case": str(case), "verdict": verdict}) + "\n")


def work(results: Path, wanted: Iterable[Case]) -> None:
    """Judge cases; a row that does not end takes this process with it."""
    for case in wanted:
        signal.alarm(LONGEST_SECONDS)
        keep(results, case, judge(case))
    signal.alarm(0)


def main(words: list[str] | None = None) -> int:
    """Judge what is left; return 1 where a case neither runs nor is refused."""
    words = sys.argv[1:] if words is None else words
    asked = _parser().parse_args(words)
    results = Path(asked.results)
    wanted = chosen(asked)
    if asked.work:
        work(results, left_over(results, wanted))
        return 0
    while left := left_over(results, wanted):
        command = [sys.executable, __file__, "--work", *words]
        ended = subprocess.run(command, check=False).returncode
        if ended == -signal.SIGINT:
            return 130
        if ended and (left := left_over(results, wanted)):
            why = "does not end" if ended == -signal.SIGALRM else f"the process ended ({ended})"
            keep(results, left[0], Verdict(OTHER, why))
    found = known(results)
    return tell({case: found[str(case)] for case in wanted})


def chosen(asked: argparse.Namespace) -> list[Case]:
    """Return the cases that are asked for."""
    of, which = asked.share
    drawn = many(asked.many) if asked.many else cases()
    return [each for each in drawn if each.lot % of == which and asked.path in each.what]


def left_over(results: Path, wanted: Iterable[Case]) -> list[Case]:
    """Return the cases that are not judged yet."""
    found = known(results)
    return [each for each in wanted if str(each) not in found]


def tell(found: Mapping[Case, Verdict]) -> int:
    """Print the counts and every fault."""
    counts = Counter(verdict.outcome for verdict in found.values())
    for case, verdict in found.items():
        if verdict.outcome == OTHER:
            print(f"{case} ({len(case.values)} set): {verdict.text}")
    print(", ".join(f"{counts[outcome]} {outcome}" for outcome in (RUNS, REFUSED, OTHER)))
    return int(counts[OTHER] > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--share", nargs=2, type=int, default=(1, 0), metavar=("OF", "WHICH"))
    parser.add_argument("--many", type=int, default=0, help="so many models, many figures at once")
    parser.add_argument("--path", default="", help="only figures with this in their path")
    parser.add_argument("--results", default=str(RESULTS))
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
