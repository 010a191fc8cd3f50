"""Each analysis of the reference at a sensible n: what it costs, and what it finds.

python benchmarks/analyses.py [--out FOLDER] [--workers W] [--page FILE] [--tiny] [NAME ...]

NAME is one of prcc, tornado, morris, sobol, discover, relief, relief-stops, robustness (all of
them by default). Run folders and times are kept in FOLDER: the same command goes on where it was
stopped, and adds up its times. --tiny takes two or so of everything, to see that it works.

Replications: prcc and discover share 512; tornado 16 x 25; morris 20 x (1 + groups); sobol
128 x (3 + groups); relief 64 x 16, with stops 32 x 32; robustness 128 x 12. With two workers and
0.3 s of CPU a replication that is about 20 minutes in all, and less than ten for each.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import bvsim as bv
from bvsim.analysis.discovery.discover import discover
from bvsim.analysis.ledger.relief import relief, relief_rows, run_relief, surplus
from bvsim.analysis.policy.robustness import regret, target_probability, value_for_money
from bvsim.analysis.sensitivity.methods import analyse, remarks, run_sensitivity
from bvsim.reading.levers import load_levers, price, turn
from pages import every, markdown, publish, stamp

PART = "benchmarks/analyses.py"
YEAR, FIRST_YEAR, LAST_YEAR = 2030, 2027, 2035
KPI = "output_2030_gwh"
TARGET_GWH = 30.0
OUTCOMES = (f"{KPI} < 20", 'bottleneck_2030 == "demand"', 'bottleneck_2030 == "closure"')
SIZES = {"prcc": 512, "tornado": 16, "morris": 20, "sobol": 128, "relief": 64,
         "relief-stops": 32, "robustness": 128}  # fmt: skip
TINY = {"prcc": 24, "tornado": 1, "morris": 1, "sobol": 2, "relief": 2, "relief-stops": 1,
        "robustness": 8}  # fmt: skip
TOP = 3


@dataclass(frozen=True)
class Found:
    """What an analysis found.

    Parameters
    ----------
    n : str
        Its size in words.
    simulations : int
        Replications behind it.
    finding : str
        The main finding, in a sentence.
    more : str
        Tables to print below, in Markdown.
    """

    n: str
    simulations: int
    finding: str
    more: str = ""


@dataclass(frozen=True)
class Work:
    """How analyses are run.

    Parameters
    ----------
    out : pathlib.Path
        Where run folders and times are kept.
    workers : int or None
        Processes.
    sizes : dict
        Draws (base draws, trajectories ...) of each analysis.
    """

    out: Path
    workers: int | None
    sizes: dict[str, int]

    def options(self, name: str) -> dict[str, Any]:
        """Return what all runs have in common."""
        return {
            "out": self.out / name,
            "resume": True,
            "workers": self.workers,
            "progress": every(name),
        }


def _span(row: Any, low: str, high: str, digits: int = 2) -> str:
    if not np.isfinite(row[low]):
        return "no interval"
    return f"{row[low]:.{digits}f} to {row[high]:.{digits}f}"


def _simulations(run: Any) -> int:
    return int(run.manifest["draws"] * run.manifest["per_draw"])


# -- sensitivity -----------------------------------------------------------------------


def _ranked(work: Work, method: str, column: str, ends: tuple[str, str], unit: str) -> Found:
    """Run a method of sensitivity and name what comes first."""
    figures: tuple[str, ...] = ()
    if method == "tornado":  # it moves the figures that PRCC ranks first
        plain = _plain(work)
        figures = tuple(map(str, analyse(plain, "prcc", KPI).index[:12]))
    run = run_sensitivity(
        bv.load("reference"),
        method,
        work.sizes[method],
        outcome=KPI,
        figures=figures,
        **work.options("prcc" if method == "prcc" else method),
    )
    table = analyse(run, method, KPI)
    first = "; ".join(
        f"`{name}` {row[column]:+.2f} ({_span(row, *ends)})"
        for name, row in table.head(TOP).iterrows()
    )
    clear = int(table["clear"].sum())
    said = f"{first}. {clear} of {len(table)} clear."
    if method == "sobol" and "luck" in table.index:
        luck = table.loc["luck"]
        said += f" Luck: total {luck['total']:.2f} ({_span(luck, 'total_lo', 'total_hi')})."
    for line in remarks(run, method, table)[:1]:
        print(f"  {method}: {line}", file=sys.stderr)
    return Found(f"{work.sizes[method]} {unit}", _simulations(run), said)


def _plain(work: Work) -> Any:
    """Return the plain run behind PRCC and discovery."""
    scenario = bv.load("reference")
    return run_sensitivity(scenario, "prcc", work.sizes["prcc"], **work.options("prcc"))


def run_prcc(work: Work) -> Found:
    """Which figures go with output."""
    return _ranked(work, "prcc", "prcc", ("lo", "hi"), "draws")


def run_tornado(work: Work) -> Found:
    """How far each of twelve figures moves output, GWh."""
    return _ranked(work, "tornado", "swing", ("swing_lo", "swing_hi"), "base draws")


def run_morris(work: Work) -> Found:
    """Which actors matter at all, GWh."""
    return _ranked(work, "morris", "mu_star", ("mu_star_lo", "mu_star_hi"), "trajectories")


def run_sobol(work: Work) -> Found:
    """What share of the variance is whose."""
    return _ranked(work, "sobol", "total", ("total_lo", "total_hi"), "base points")


def run_discover(work: Work) -> Found:
    """Where in the space of figures an outcome happens."""
    run = _plain(work)
    said = []
    for outcome in OUTCOMES:
        try:
            found = discover(run, outcome)
        except ValueError as error:
            said.append(f"{error}")
            continue
        best = found.rules.iloc[0]
        checked = f"{best['coverage_checked']:.0%} and {best['density_checked']:.0%}"
        rule = best["rule"] if best["figures"] else "no region that chance could not have made"
        inside = f": coverage and density {checked} in rows held back" if best["figures"] else ""
        said.append(f"`{outcome}` ({found.share:.0%} of rows): {rule}{inside}")
    return Found(f"{work.sizes['prcc']} draws (of prcc)", 0, "; ".join(said))


# -- relief ----------------------------------------------------------------------------


def _relief(work: Work, name: str, *, stops: bool) -> Found:
    run = run_relief(bv.load("reference"), work.sizes[name], stops=stops, **work.options(name))
    table, sums = relief(run).sort_index(), surplus(run)
    valley = table.loc[(YEAR, "region")]
    shares = "; ".join(
        f"{lifted} {row['mean_gwh']:+.2f} ({_span(row, 'ci95_lo_gwh', 'ci95_hi_gwh')})"
        for lifted, row in valley.loc["shapley"].iterrows()
    )
    whole = sums.loc[YEAR]
    gap = _gap(run)
    said = (
        f"Shapley shares of {YEAR}, GWh: {shares}. All together free {whole['all']:.2f}, one at a "
        f"time {whole['sum_alone']:.2f} in sum, each as the last {whole['sum_last']:.2f}. Shapley "
        f"shares miss the whole by at most {gap:.0e} of it, in any row, year and site."
    )
    subsets = 32 if stops else 16
    return Found(f"{work.sizes[name]} rows", _simulations(run) * subsets, said, _lifted(valley))


def _gap(run: Any) -> float:
    """Return the largest relative gap between Shapley shares and the whole relief."""
    rows = relief_rows(run)
    whole = rows["all"].to_numpy()[:, 0]
    miss = np.abs(rows["shapley"].to_numpy().sum(axis=1) - whole)
    return float((miss / np.maximum(np.abs(whole), 1.0)).max())


def _lifted(valley: pd.DataFrame) -> str:
    """Return alone, last and Shapley of each constraint as a table in Markdown."""
    rows = []
    for lifted in valley.loc["shapley"].index:
        cells = [str(lifted)]
        for measure in ("alone", "last", "shapley"):
            row = valley.loc[(measure, lifted)]
            cells.append(f"{row['mean_gwh']:+.2f} ({_span(row, 'ci95_lo_gwh', 'ci95_hi_gwh')})")
        rows.append(cells)
    head = ("lifted", "alone, GWh (95%)", "last, GWh (95%)", "Shapley share, GWh (95%)")
    return f"GWh freed in {YEAR}:\n\n{markdown(head, rows)}"


def run_relief_four(work: Work) -> Found:
    """What lifting labour, cathode, demand and delay frees."""
    return _relief(work, "relief", stops=False)


def run_relief_five(work: Work) -> Found:
    """The same with stalls and breakdowns as a fifth."""
    return _relief(work, "relief-stops", stops=True)


# -- robustness ------------------------------------------------------------------------


def run_robustness(work: Work) -> Found:
    """Which lever leaves least to regret, and what each brings for its money."""
    reference = bv.load("reference")
    levers = load_levers(reference)
    turned = {name: turn(reference, levers, [name]) for name in levers}
    runs = {
        name: bv.run(scenario, work.sizes["robustness"], **work.options(f"robustness-{name}"))
        for name, scenario in {"reference": reference, **turned}.items()
    }
    lost = regret(runs, KPI).sort_values("mean", kind="stable")
    chance = target_probability(runs, KPI, TARGET_GWH)
    money = _money(runs, levers)
    best = str(lost.index[0])
    said = (
        f"least regret: `{best}`, {lost['mean'].iloc[0]:.2f} GWh short of the best of "
        f"{len(runs)} in the mean, against {lost.loc['reference', 'mean']:.2f} of the reference; "
        f"{TARGET_GWH:.0f} GWh in {YEAR} in {chance.loc[best, 'share']:.0%} of rows against "
        f"{chance.loc['reference', 'share']:.0%}. {int(money['clear'].sum())} of {len(money)} "
        "priced levers bring output that can be told from nothing."
    )
    size = f"{work.sizes['robustness']} rows of {len(runs)} scenarios"
    done = sum(_simulations(run) for run in runs.values())
    return Found(size, done, said, f"{_regrets(lost, chance)}\n\n{_monies(money)}")


def _money(runs: dict[str, Any], levers: dict[str, Any]) -> pd.DataFrame:
    """Return what each priced lever brings for its money over the years shown."""
    costs: dict[str, Any] = {}
    for name, lever in levers.items():
        amount = price(lever, FIRST_YEAR, LAST_YEAR).meur
        if lever.booked:
            amount = _booked(runs[name], lever.booked) - _booked(runs["reference"], lever.booked)
        if amount is not None and amount > 0.0:
            costs[name] = amount
    priced = {name: runs[name] for name in costs}
    span = (FIRST_YEAR, LAST_YEAR)
    return value_for_money(runs["reference"], priced, costs, "good_gwh", span)


def _booked(run: Any, column: str) -> float:
    """Return what the region's books hold under a column over the years shown, mean over rows."""
    rows = run.table("yearly", ["year", "entity", column])
    region = rows[(rows["entity"] == "region") & rows["year"].between(FIRST_YEAR, LAST_YEAR)]
    return float(region[column].sum() / _simulations(run))


def _regrets(lost: pd.DataFrame, chance: pd.DataFrame) -> str:
    rows = [
        (
            f"`{name}`",
            f"{row['mean']:.2f} ({_span(row, 'ci95_lo', 'ci95_hi')})",
            f"{row['p90']:.2f}",
            f"{row['share_best']:.0%}",
            f"{chance.loc[name, 'share']:.0%} ({chance.loc[name, 'ci95_lo']:.0%} to "
            f"{chance.loc[name, 'ci95_hi']:.0%})",
        )
        for name, row in lost.iterrows()
    ]
    head = ("lever, alone", "regret, GWh (95%)", "P90", "rows in which it is the best",
            f"chance of {TARGET_GWH:.0f} GWh (95%)")  # fmt: skip
    return f"Regret of {YEAR} output:\n\n{markdown(head, rows)}"


def _monies(money: pd.DataFrame) -> str:
    rows = [
        (
            f"`{name}`",
            f"{row['gain']:+.2f} ({_span(row, 'gain_lo', 'gain_hi')})",
            f"{row['cost_meur']:,.0f}",
            f"{row['per_meur']:+.2g} ({row['per_meur_lo']:.2g} to {row['per_meur_hi']:.2g})",
            "yes" if row["clear"] else "no",
        )
        for name, row in money.iterrows()
    ]
    head = ("priced lever", "gain, GWh (95%)", "cost, EUR million", "GWh per EUR million (95%)",
            "told from nothing")  # fmt: skip
    title = f"Gain and median price of {FIRST_YEAR} to {LAST_YEAR}, both summed over the years:"
    return f"{title}\n\n{markdown(head, rows)}"


# -- all of them -----------------------------------------------------------------------

ANALYSES: dict[str, Callable[[Work], Found]] = {
    "prcc": run_prcc,
    "tornado": run_tornado,
    "morris": run_morris,
    "sobol": run_sobol,
    "discover": run_discover,
    "relief": run_relief_four,
    "relief-stops": run_relief_five,
    "robustness": run_robustness,
}


def cpu_seconds() -> float:
    """Return the CPU time of this process and of the workers that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@contextmanager
def timed(file: Path, name: str) -> Iterator[dict[str, float]]:
    """Add the time that a block takes to what is on file, unless it was finished before."""
    times = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    record = times.setdefault(name, {"cpu_s": 0.0, "wall_s": 0.0, "done": 0.0})
    cpu, wall = cpu_seconds(), time.monotonic()
    finished = bool(record["done"])
    try:
        yield record
        record["done"] = 1.0
    finally:
        if not finished:
            record["cpu_s"] += cpu_seconds() - cpu
            record["wall_s"] += time.monotonic() - wall
            file.write_text(json.dumps(times, indent=1) + "\n", "utf-8")


def main() -> int:
    """Run the analyses, and print and publish what they found."""
    parser = argparse.ArgumentParser(description="Run every analysis of the reference.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ANALYSES))
    parser.add_argument("--out", type=Path, default=Path("runs/benchmarks/analyses"))
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--page", type=Path, help="write the tables into this page")
    parser.add_argument("--tiny", action="store_true", help="two of everything")
    options = parser.parse_args()
    unknown = set(options.names) - set(ANALYSES)
    if unknown:
        parser.error(f"unknown analysis {min(unknown)}: one of {', '.join(ANALYSES)}")
    work = Work(options.out, options.workers, TINY if options.tiny else SIZES)
    work.out.mkdir(parents=True, exist_ok=True)
    rows, more = [], []
    for name in options.names or ANALYSES:
        print(f"{name} ...", file=sys.stderr)
        with timed(work.out / "times.json", name) as record:
            found = ANALYSES[name](work)
        spent = f"{record['cpu_s']:.0f}", f"{record['wall_s']:.0f}"
        rows.append((name, found.n, f"{found.simulations:,}", *spent, found.finding))
        more += [f"**{name}.** {found.more}"] if found.more else []
    head = ("analysis", "n", "simulations", "CPU, s", "wall, s", "main finding")
    said = stamp("reference", f"{options.workers} workers")
    publish(options.page, PART, "\n\n".join([said, markdown(head, rows), *more]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
