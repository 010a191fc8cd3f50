"""What would help: levers with their gain and price where runs hold them, else how to get them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from bvsim.analysis.policy.compare import unlike
from bvsim.analysis.policy.labels import SPAN, label, levers_of, worth
from bvsim.analysis.policy.robustness import regret
from bvsim.analysis.tables import RunLike
from bvsim.reading.levers import Lever, load_levers, price
from bvsim.schema.errors import SpecError
from bvsim.show import words
from bvsim.show.names import scenario_of
from bvsim.show.words import Both, Data


def turned(run: RunLike, beside: Sequence[RunLike], kpi: str) -> list[Data]:
    """Return what the levers of runs beside this one give and cost, the largest gain first.

    Regret is that of each run in a key figure, against the best of them and of this run.
    """
    pairs = [other for other in beside if not unlike(run, other)]
    found = [(other, worth(run, other)) for other in pairs]
    known = [(label(other), each) for other, each in found if each is not None]
    regrets, others = _regrets(run, pairs, kpi), {label(other): other for other in pairs}
    known.sort(key=lambda pair: -pair[1].gwh)
    return [
        {
            "name": _titles(others[name]) or words.plain(name),
            "gain": _signed(each.gwh),
            "range": Both(*(f"{a} … {b}" for a, b in _ends(each.gwh_lo, each.gwh_hi))),
            "years": f"{each.first}{words.NOTHING}{each.last}",
            "price": words.number(each.meur),
            "worth": words.number(each.gwh_per_meur),
            "regret": words.number(regrets.get(name)),
            "why": "; ".join(each.why),
        }
        for name, each in known
    ]


def _titles(run: RunLike) -> Both | None:
    """Return what the levers of a run do; None where it has none."""
    titles = [words.worded("levers", each.name, each.title) for each in levers_of(run)]
    return words.join(titles) if titles else None


def _regrets(run: RunLike, others: Sequence[RunLike], kpi: str) -> dict[str, float]:
    """Return the mean regret of runs by label; empty where the key figure is not there."""
    runs = {label(each): each for each in (run, *others)}
    if any(kpi not in each.table("kpis").columns for each in runs.values()):
        return {}
    return {str(name): float(value) for name, value in regret(runs, kpi)["mean"].items()}


def _ends(low: float, high: float) -> list[tuple[str, str]]:
    ends = (_signed(low), _signed(high))
    return [(ends[0].en, ends[1].en), (ends[0].fr, ends[1].fr)]


def _signed(value: float) -> Both:
    text = words.number(abs(value))
    sign = "\N{MINUS SIGN}" if value < 0 else "+"
    return Both(sign + text.en, sign + text.fr)


def untried(run: RunLike) -> list[Data]:
    """Return the levers of the run's model, each with the command that says what it brings."""
    scenario = scenario_of(run)
    if scenario is None:
        return []
    try:
        levers = load_levers(scenario)
    except SpecError:
        return []
    manifest = run.manifest
    base = ["bvsim", "compare", "scenario.yaml"]
    rest = ["-n", str(manifest["draws"]), "--seed", str(manifest["seed"])]
    return [
        {
            "title": words.worded("levers", name, lever.title),
            "price": _price(lever),
            "command": shlex.join([*base, "--lever", name, *rest]),
        }
        for name, lever in levers.items()
    ]


def _price(lever: Lever) -> Both:
    """Return what a lever costs over the years in which gains are added up, in words."""
    cost, (first, last) = price(lever, *SPAN).meur, SPAN
    if cost is None:
        return words.say("help.booked" if lever.booked else "help.unpriced")
    return words.say("help.costs", price=words.number(cost), years=f"{first}{words.NOTHING}{last}")


def freed(reliefs: Sequence[Data], year: int) -> list[Data]:
    """Return what lifting each limit would free in a year, by Shapley share, largest first."""
    rows = []
    for each in reliefs:
        years, shares = each["years"], each["shapley"]
        if isinstance(years, list) and isinstance(shares, dict) and year in years:
            at = years.index(year)
            rows += [
                (name, *(own[key][at] for key in ("mean", "lo", "hi")))
                for name, own in shares.items()
            ]
    rows.sort(key=lambda row: -row[1])
    return [
        {
            "name": words.cause(name),
            "gain": _signed(mean),
            "range": Both(*(f"{a} … {b}" for a, b in _ends(low, high))),
        }
        for name, mean, low, high in rows
    ]  # fmt: skip
