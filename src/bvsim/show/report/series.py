"""What the charts of the page show: plain numbers by year, ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.tables import REGION, by_year, columns_from, columns_of
from bvsim.show.matter import System, system
from bvsim.show.report.cube import Cached, Cube, FloatArray, band, listed
from bvsim.show.report.model import Facts
from bvsim.show.words import Data
from bvsim.valley.cells.causes import BOTTLENECKS, LOSSES, NONE, column

STEPS = ("announced", "beyond_plan", *LOSSES, "good")
RECYCLED = "processed_t"


@dataclass(frozen=True)
class Series:
    """The numbers behind the page.

    Parameters
    ----------
    run : Cached
        The run.
    facts : Facts
        Titles, places and dates of its scenario.
    """

    run: Cached
    facts: Facts

    @cached_property
    def ledger(self) -> Cube:
        """The ledger by block."""
        return Cube(self.run, "ledger")

    @cached_property
    def matter(self) -> System:
        """What flows from where to where."""
        return system(self.run)

    @cached_property
    def yearly(self) -> Cube:
        """The yearly table by entity."""
        return Cube(self.run, "yearly")

    @cached_property
    def steps(self) -> dict[str, FloatArray]:
        """The steps of the ledger, each (rows, years, blocks); blocks by name."""
        zero = np.zeros(1)
        found = {}
        for step in STEPS:
            values = self.ledger.of(column(step))
            found[step] = zero if values is None else np.nan_to_num(values)
        return found

    @cached_property
    def blocks(self) -> list[str]:
        """Names of the blocks, in the order of the ledger's arrays."""
        return self.ledger.entities

    @cached_property
    def sites(self) -> list[str]:
        """Sites of the ledger and of the run."""
        named = {block.split(".", 1)[0] for block in self.blocks} - {REGION}
        return sorted(named | set(self.run.manifest.get("sites", ())))

    @cached_property
    def made(self) -> pd.DataFrame:
        """Good cells of the valley, GWh: all rows, also those that are not charted, by year."""
        return by_year(self.run, "good_gwh")

    @cached_property
    def dates(self) -> pd.DataFrame:
        """Key figures that say when blocks start and sites close, by row."""
        known = columns_of(self.run, "kpis")
        dated = [name for name in known if name.startswith(("sop_year.", "closed_year."))]
        return columns_from(self.run, "kpis", ["draw", *dated])

    @property
    def years(self) -> list[int]:
        """The calendar years."""
        return self.ledger.years

    def places_of(self, site: str | None) -> list[int]:
        """Return the positions of the blocks of a site, or of all of them."""
        return [
            i
            for i, block in enumerate(self.blocks)
            if block != REGION and (site is None or block.split(".", 1)[0] == site)
        ]

    def step(self, name: str, site: str | None = None) -> FloatArray:
        """Return a step of a site, or of the valley, shape (rows, years)."""
        values = self.steps[name]
        if values.ndim == 1:
            return np.zeros_like(self.step("good", site))
        total: FloatArray = values[:, :, self.places_of(site)].sum(axis=2)
        return total

    def fan(self, site: str | None = None) -> Data:
        """Return output by year with its plan and the nameplate of released lines."""
        found: Data = {**band(self.step("good", site))}
        found["announced"] = listed(self.step("announced", site).mean(axis=0))
        names = self.sites if site is None else [site]
        nameplate = self.yearly.total("nameplate_gwh", names)
        if nameplate is not None:
            found["nameplate"] = listed(nameplate.mean(axis=0))
        return found

    def staircase(self, site: str | None = None) -> Data:
        """Return mean, P10 and P90 of each step of the ledger by year."""
        found: Data = {}
        for name in STEPS:
            values = self.step(name, site)
            low, high = np.quantile(values, [0.1, 0.9], axis=0)
            found[name] = {
                "mean": listed(values.mean(axis=0)),
                "p10": listed(low),
                "p90": listed(high),
            }
        return found

    def bottlenecks(self) -> dict[str, list[float]]:
        """Return the share of rows in which each cause is the valley's bottleneck, by year."""
        found = shares(self.run)
        kept = [name for name in (*BOTTLENECKS, NONE) if name in found and found[name].max() > 0]
        return {name: listed(found[name]) for name in kept}

    def milestones(self) -> list[Data]:
        """Return when blocks were announced for, start, and when sites close.

        Dates are decimal years: quantiles over the rows in which it happens at all.
        """
        announced = self.steps["announced"].mean(axis=0)
        found = []
        for i, block in enumerate(self.blocks):
            plan = np.flatnonzero(announced[:, i] > 0)
            dates = self._starts(block, i)
            if block == REGION or not (len(plan) or np.isfinite(dates).any()):
                continue
            planned = self.years[plan[0]] if len(plan) else None
            fact = self.facts.started.get(block)
            found.append(_milestone(self.facts.title(block), "start", dates, planned, fact))
        for site in self.sites:
            closed = self._dates("closed_year", site)
            if closed is not None and np.isfinite(closed).any():
                found.append(_milestone(self.facts.title(site), "close", closed))
        return found

    def _starts(self, block: str, place: int) -> FloatArray:
        """Return SOP by row; in a run without that key figure, the middle of the first year."""
        known = self._dates("sop_year", block)
        if known is not None:
            return known
        good = self.steps["good"][:, :, place] > 0
        first = np.array(self.years)[good.argmax(axis=1)] + 0.5
        found: FloatArray = np.where(good.any(axis=1), first, np.nan)
        return found

    def _dates(self, kpi: str, entity: str) -> FloatArray | None:
        name = f"{kpi}.{entity}"
        return self.dates[name].to_numpy(dtype=float) if name in self.dates else None

    def people(self) -> dict[str, dict[str, list[float]]]:
        """Return staff by plant, moves and graduates by programme; means by year."""
        heads = {
            name: values for name, values in self.yearly.means("headcount").items() if any(values)
        }
        moves = {}
        for name in ("hires", "leavers", "vacancies", "in_training"):
            entities = [e for e in self.yearly.entities if e.split(".")[0] != REGION]
            total = self.yearly.total(f"{name}", entities)
            if total is not None:
                moves[name] = listed(total.mean(axis=0))
        graduates = {n: v for n, v in self.yearly.means("graduates").items() if any(v)}
        return {"heads": heads, "moves": moves, "graduates": graduates}

    def recycling(self) -> Data:
        """Return tonnes processed by all recyclers, and their capacity, by year."""
        names = list(self.yearly.means(RECYCLED))
        done, room = (self.yearly.total(name, names) for name in (RECYCLED, "capacity_t"))
        if done is None:
            return {}
        found: Data = {**band(done)}
        if room is not None:
            found["capacity"] = listed(room.mean(axis=0))
        return found

    def site(self, name: str) -> Data:
        """Return the charts of a site."""
        found: Data = {"fan": self.fan(name)}
        found["ledger"] = {
            step: listed(self.step(step, name).mean(axis=0))
            for step in ("beyond_plan", *LOSSES, "good")
        }
        heads = self.yearly.entity("headcount", name)
        if heads is not None:
            found["heads"] = band(np.nan_to_num(heads))
        return found


def _milestone(
    title: str,
    kind: str,
    dates: FloatArray,
    planned: int | None = None,
    fact: float | None = None,
) -> Data:
    """Return a milestone over rows: quantiles of those in which it happens, and their share."""
    happened = dates[np.isfinite(dates)]
    found: Data = {"title": title, "kind": kind, "planned": planned, "fact": fact}
    found["share"] = float(f"{len(happened) / max(len(dates), 1):.4g}")
    for name, level in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        found[name] = round(float(np.quantile(happened, level)), 2) if len(happened) else None
    return found
