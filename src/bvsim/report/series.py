"""What the charts of the page show: plain numbers by year, ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bvsim.analysis.bottlenecks import shares
from bvsim.analysis.causes import CAUSES, LOSSES, NONE, column
from bvsim.analysis.tables import REGION
from bvsim.report.cube import Cached, Cube, FloatArray, band, listed
from bvsim.report.model import Facts

STEPS = ("announced", "beyond_plan", *LOSSES, "good")
CAM_PLANTS = "cam_to_valley_t"
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

    def fan(self, site: str | None = None) -> dict[str, Any]:
        """Return output by year with its plan and the nameplate of released lines."""
        found: dict[str, Any] = band(self.step("good", site))
        found["announced"] = listed(self.step("announced", site).mean(axis=0))
        names = self.sites if site is None else [site]
        nameplate = self.yearly.total("nameplate_gwh", names)
        if nameplate is not None:
            found["nameplate"] = listed(np.median(nameplate, axis=0))
        return found

    def staircase(self, site: str | None = None) -> dict[str, Any]:
        """Return mean, P10 and P90 of each step of the ledger by year."""
        found: dict[str, Any] = {}
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
        kept = [name for name in (*CAUSES, NONE) if name in found and found[name].max() > 0]
        return {name: listed(found[name]) for name in kept}

    def milestones(self) -> list[dict[str, Any]]:
        """Return, block by block, when it was announced for, and when it starts.

        Quantiles are of the first year with good cells, over the rows in which there is one.
        """
        found = []
        announced = self.steps["announced"].mean(axis=0)
        for i, block in enumerate(self.blocks):
            good = self.steps["good"][:, :, i] > 0
            starts = good.any(axis=1)
            if block == REGION or (announced[:, i].max() <= 0 and not starts.any()):
                continue
            planned = np.flatnonzero(announced[:, i] > 0)
            first = np.array(self.years)[good[starts].argmax(axis=1)]
            found.append(
                {
                    "block": block,
                    "title": self.facts.title(block),
                    "planned": self.years[planned[0]] if len(planned) else None,
                    "fact": self.facts.started.get(block),
                    "share": float(f"{starts.mean():.4g}"),
                    **_whole_years(first),
                }
            )
        return found

    def people(self) -> dict[str, Any]:
        """Return staff by plant, moves and graduates by programme; means by year."""
        heads = {
            name: values for name, values in self.yearly.means("headcount").items() if any(values)
        }
        moves = {}
        for name in ("hires", "leavers", "vacancies", "in_training"):
            entities = [e for e in self.yearly.entities if e != REGION]
            total = self.yearly.total(f"{name}", entities)
            if total is not None:
                moves[name] = listed(total.mean(axis=0))
        graduates = {n: v for n, v in self.yearly.means("graduates").items() if any(v)}
        return {"heads": heads, "moves": moves, "graduates": graduates}

    def recycling(self) -> dict[str, Any]:
        """Return tonnes processed by all recyclers, and their capacity, by year."""
        names = list(self.yearly.means(RECYCLED))
        done, room = (self.yearly.total(name, names) for name in (RECYCLED, "capacity_t"))
        if done is None:
            return {}
        found: dict[str, Any] = band(done)
        if room is not None:
            found["capacity"] = listed(room.mean(axis=0))
        return found

    def site(self, name: str) -> dict[str, Any]:
        """Return the charts of a site."""
        found: dict[str, Any] = {"fan": self.fan(name)}
        found["ledger"] = {
            step: listed(self.step(step, name).mean(axis=0))
            for step in ("beyond_plan", *LOSSES, "good")
        }
        heads = self.yearly.entity("headcount", name)
        if heads is not None:
            found["heads"] = band(np.nan_to_num(heads))
        return found


def _whole_years(first: Any) -> dict[str, int | None]:
    """Return quantiles of years that are years themselves (the nearest draw below)."""
    names = ("p10", "p50", "p90")
    if not len(first):
        return dict.fromkeys(names)
    levels = np.quantile(first, [0.1, 0.5, 0.9], method="inverted_cdf")
    return {name: int(level) for name, level in zip(names, levels, strict=True)}
