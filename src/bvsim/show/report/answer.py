"""The answer in three sentences, how precise it is, and how to get it again."""

from __future__ import annotations

import shlex

import pandas as pd

from bvsim.analysis.ledger.bottlenecks import ledger_of, shares
from bvsim.analysis.summary import FEWEST_ROWS, quantiles
from bvsim.analysis.tables import RunLike, by_year, cell, columns_from, ranked, row_count
from bvsim.ensemble.design.interval import ci95_quantile
from bvsim.ensemble.store.manifest import picked
from bvsim.show import words
from bvsim.show.report.series import Series
from bvsim.show.words import Both, say
from bvsim.valley.cells.causes import LOSSES, NONE

REACHED_GWH = 30
"""The output whose odds stand on the first screen, as in the key figure `reach_30_gwh_2030`."""


def answer(run: RunLike, table: pd.DataFrame, year: int) -> list[Both]:
    """Say in three sentences what comes out, what is lost where, and what holds it back."""
    sentences = [_made(run, year), _lost(run, year), _holding_back(run, table, year)]
    return [sentence for sentence in sentences if sentence is not None]


def tiles(run: RunLike, series: Series, year: int) -> list[tuple[Both, Both]]:
    """Return the numbers of the first screen, each with what it is."""
    good = series.step("good")[:, series.years.index(year)]
    plan = float(series.step("announced").mean(axis=0)[series.years.index(year)])
    found = [
        (
            say("tile.gwh", value=words.short(float(good.mean()))),
            say("tile.output", year=year, plan=words.short(plan)),
        ),
        (
            words.percent(float((good >= REACHED_GWH).mean())),
            say("tile.chance", year=year, gwh=REACHED_GWH),
        ),
    ]
    held = [(c, share) for c, share in ranked(shares(run).loc[year]) if c != NONE]
    if held:
        cause, share = held[0]
        found.append((words.cause(cause), say("tile.cause", year=year, share=words.percent(share))))
    return found


def _made(run: RunLike, year: int) -> Both:
    found = quantiles(run, "good_gwh")
    low, middle, high = (words.short(cell(found, year, q)) for q in ("p10", "mean", "p90"))
    plan = float(by_year(run, "announced_gwh").mean()[year])
    share: Both | str = ""
    if plan > 0:
        part = words.percent(cell(found, year, "mean") / plan)
        share = say("answer.share", share=part, plan=words.short(plan))
    spread = say("answer.spread", low=low, high=high) if low != high else ""
    return say("answer.made", year=year, output=middle, share=share, spread=spread)


def _lost(run: RunLike, year: int) -> Both | None:
    losses = ranked(ledger_of(run, year).loc[list(LOSSES), "mean"])
    parts = [
        say("answer.loss", cause=words.prose(cause), lost=words.short(lost))
        for cause, lost in losses[:3]
        if lost >= 0.05
    ]
    return say("answer.lost", causes=words.join(parts)) if parts else None


def _holding_back(run: RunLike, table: pd.DataFrame, year: int) -> Both:
    causes = [(c, share) for c, share in ranked(shares(run).loc[year]) if c != NONE][:2]
    parts = [
        say("answer.in_share", cause=words.cause(cause), share=words.percent(share))
        for cause, share in causes
    ]
    text = say("answer.free", year=year)
    if parts:
        text = say("answer.held", year=year, causes=words.join(parts))
    chances = [
        _chance(name.split("_")[1], cell(table, name, "mean"), run.manifest["draws"])
        for name in ("reach_30_gwh_2030", "reach_50_gwh_2030")
        if name in table.index and pd.notna(cell(table, name, "mean"))
    ]
    if not chances:
        return say("answer.plain", before=text)
    return say("answer.chances", before=text, chances=words.join(chances))


def _chance(gwh: str, share: float, draws: int) -> Both:
    """Say how often an output is reached; what no draw reaches is not called impossible."""
    if share == 0.0:
        return say("answer.no_chance", gwh=gwh, draws=words.number(draws))
    said = words.percent(share)
    if share < 0.005:
        said = say("answer.under", share=words.percent(0.01))
    return say("answer.chance", gwh=gwh, share=said)


def precision(run: RunLike, table: pd.DataFrame, year: int) -> list[Both]:
    """Say how precisely the mean of the year's output is known, and what is not in it."""
    manifest = run.manifest
    name = f"output_{year}_gwh"
    row = table.loc[name] if name in table.index else None
    rows = row_count(run)
    lines = [say("precision.none")]
    if rows < FEWEST_ROWS:
        lines = [say("precision.few", rows=rows)]
    elif row is not None and pd.notna(row["ci95_lo"]):
        told = {"mean": "mean", "low": "ci95_lo", "high": "ci95_hi"}
        numbers = {key: words.fixed(cell(table, name, of), 2) for key, of in told.items()}
        draws = words.number(manifest["draws"])
        lines = [say("precision.interval", draws=draws, year=year, **numbers)]
        lines += [*_median(run, name), say("precision.covers")]
    if manifest["failures"]:
        lines.append(say("precision.failed", count=len(manifest["failures"])))
    charted = getattr(run, "charted", None)
    if charted is not None:
        lines.append(say("precision.charted", count=words.number(charted)))
    return lines


def _median(run: RunLike, name: str) -> list[Both]:
    """Say how precisely the median of a key figure is known, where the design allows it."""
    kpis = columns_from(run, "kpis", ["draw", name])
    ends = ci95_quantile(kpis[name], kpis["draw"], str(run.manifest["design"]), 0.5)
    if ends is None:
        return []
    low, high = (words.fixed(end, 1) for end in ends)
    return [say("precision.median", low=low, high=high)]


def commands(run: RunLike) -> list[str]:
    """Return what to type in the run folder to get the same numbers again."""
    manifest = run.manifest
    typed = ["bvsim", "run", "scenario.yaml", "--out", "again"]
    for name, value in picked(manifest, ("draws", "per_draw", "seed", "design")).items():
        typed += [f"--{name.replace('_', '-')}", str(value)]
    years = ",".join(map(str, manifest["years"]))
    return [shlex.join([*typed, "--years", years]), "bvsim trace . --draw 0"]
