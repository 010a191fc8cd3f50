"""What each chart of the page finds, in one sentence above it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.ledger.limits import sentences
from bvsim.analysis.sensitivity.variance import variance_shares
from bvsim.analysis.tables import RunLike, columns_of, ranked
from bvsim.show import words
from bvsim.show.matter import LEAVES
from bvsim.show.report.cube import FloatArray
from bvsim.show.report.model import Facts
from bvsim.show.report.series import RECYCLED, Series
from bvsim.show.words import Both, say
from bvsim.valley.cells.causes import LOSSES, NONE

EARLY = ("not_built", "closure", "delay")
"""Losses of what has no line in service."""
_HALF = 0.5


def messages(series: Series, year: int) -> dict[str, Both]:
    """Return the sentence of each section that has something to find, by section."""
    made = {
        "output": _output(series),
        "waterfall": _waterfall(series, year),
        "holdback": _holdback(series, year),
        "milestones": _milestones(series),
        "people": _people(series, year),
        "cathode": _cathode(series, year),
        "recycling": _recycling(series, year),
        "matter": _matter(series, year),
    }
    return {name: both for name, both in made.items() if both is not None}


def _output(series: Series) -> Both | None:
    mean, plan = (series.step(name).mean(axis=0) for name in ("good", "announced"))
    at = int(mean.argmax())
    if not mean[at] > 0.0:
        return None
    said = {"peak": words.short(mean[at]), "plan": words.short(plan[at])}
    return say("message.output", peak_year=series.years[at], **said)


def _waterfall(series: Series, year: int) -> Both | None:
    at = series.years.index(year)
    mean = {name: float(series.step(name)[:, at].mean()) for name in ("announced", *LOSSES)}
    if not mean["announced"] > 0.0:
        return None
    early = sum(mean[name] for name in EARLY)
    late = sum(mean[name] for name in LOSSES if name not in EARLY)
    amounts = {"plan": mean["announced"], "early": early, "late": late}
    return say("message.waterfall", year=year, **{k: words.short(v) for k, v in amounts.items()})


def _holdback(series: Series, year: int) -> Both | None:
    found, end = shares(series.run), series.years[-1]
    first, last = (_first(found.loc[when]) for when in (year, end))
    if first is None or last is None:
        return None
    return say(
        "message.holdback",
        year=year,
        end=end,
        cause=_capital(words.cause(first[0])),
        share=words.percent(first[1]),
        last_cause=words.cause(last[0]),
        last_share=words.percent(last[1]),
    )


def _first(row: Any) -> tuple[str, float] | None:
    return next(((name, share) for name, share in ranked(row) if name != NONE), None)


def _capital(text: Both) -> Both:
    return Both(text.en[:1].upper() + text.en[1:], text.fr[:1].upper() + text.fr[1:])


def _milestones(series: Series) -> Both | None:
    blocks = [m for m in series.milestones() if m["kind"] == "start" and m["planned"] is not None]
    started = [block for block in blocks if float(str(block["share"])) >= _HALF]
    counts = {"started": len(started), "blocks": len(blocks)}
    return say("message.milestones", end=series.years[-1], **counts) if blocks else None


def _people(series: Series, year: int) -> Both | None:
    heads = list(series.people()["heads"].values())
    if not heads:
        return None
    total = np.sum(heads, axis=0)
    at, peak = series.years.index(year), int(total.argmax())
    said = {"heads": words.number(total[at]), "peak": words.number(total[peak])}
    return say("message.people", year=year, peak_year=series.years[peak], **said)


def _cathode(series: Series, year: int) -> Both | None:
    local, used = (series.yearly.total(f"cam_{n}_t", series.sites) for n in ("local", "used"))
    if local is None or used is None:
        return None
    return _then_and_last(series, year, "cathode", local, used)


def _recycling(series: Series, year: int) -> Both | None:
    names = list(series.yearly.means(RECYCLED))
    done, room = (series.yearly.total(name, names) for name in (RECYCLED, "capacity_t"))
    if done is None or room is None:
        return None
    return _then_and_last(series, year, "recycling", done, room)


def _matter(series: Series, year: int) -> Both | None:
    """Say what share of all that can be recycled the region's recyclers process."""
    shares = []
    for each in (year, series.years[-1]):
        known = each in series.matter.years
        flows = series.matter.of_year(each) if known else []
        into = {end: sum(t for _, target, t in flows if target == end) for end in LEAVES}
        done = into["@black_mass"] + into["@fractions"]
        if not done > 0.0:
            return None
        shares.append(words.percent(done / (done + into["@elsewhere"])))
    return say("message.matter", year=year, end=series.years[-1], share=shares[0], last=shares[1])


def limit_texts(run: RunLike, facts: Facts) -> dict[str, Both]:
    """Return a sentence for each limit of what plants may start, by limit."""
    found = {name: words.native(both) for name, both in sentences(run, facts.title).items()}
    return {name: Both(both.en, _in_french(both.fr, facts)) for name, both in found.items()}


def _in_french(text: str, facts: Facts) -> str:
    for name in facts.titles.values():
        text = text.replace(name, words.title(name).fr)
    return text


def _then_and_last(
    series: Series, year: int, key: str, part: FloatArray, whole: FloatArray
) -> Both | None:
    """Say the share of the means in a year and in the last one."""
    places = (series.years.index(year), -1)
    means = [(float(part[:, at].mean()), float(whole[:, at].mean())) for at in places]
    if not all(all_ > 0.0 for _, all_ in means):
        return None
    share, last = (words.percent(some / all_) for some, all_ in means)
    return say(f"message.{key}", year=year, end=series.years[-1], share=share, last=last)


def luck(series: Series, year: int) -> Both:
    """Say how much of the spread of a year's output is luck, or what it takes to tell."""
    name, run = f"output_{year}_gwh", series.run
    if run.manifest["per_draw"] < 2 or name not in columns_of(run, "kpis"):
        return say("message.one_luck")
    row = variance_shares(run, [name]).loc[name]
    if pd.isna(row["luck"]):
        return say("message.one_luck")
    parts = {"luck": words.percent(row["luck"]), "unknown": words.percent(row["parameters"])}
    return say("message.luck", year=year, **parts)
