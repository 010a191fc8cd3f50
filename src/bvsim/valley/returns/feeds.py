"""Kinds of feed for recyclers: yields and metals, fees, metal prices, scrap contracts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from bvsim.schema.recycling import Economics, RecyclingSpec, Scrap
from bvsim.valley.ground.calendar import DAYS_PER_YEAR
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import normal_quantile
from bvsim.valley.returns.recycler import ELEMENTS

STAGES: Final = ("trim", "dry_cell", "filled_cell")
"""Stages of a cell plant at which scrap is found."""
Feed = tuple[float, ...]
"""Amounts (`recycler.MIX`) in a tonne of one kind of feed, then the fee for it in EUR."""


def price_path(economics: Economics, years: int, ctx: Context) -> list[float]:
    """Return metal prices relative to their mean by year: autoregressive in the log.

    The path begins at the mean; its long-run standard deviation is `price_volatility`.
    """
    stream = ctx.streams.stream("recycling", "metal-prices")
    kept = economics.price_persistence
    fresh = economics.price_volatility * math.sqrt(1.0 - kept * kept)
    path, log = [], 0.0
    for _ in range(years):
        log = kept * log + fresh * normal_quantile(stream.uniform())
        path.append(math.exp(log))
    return path


def price_feeds(spec: RecyclingSpec, price: float) -> dict[tuple[str, str], Feed]:
    """Return each kind of feed by chemistry and kind, with its fee at a price level.

    Recyclers buy scrap at a share of what its black mass brings. For packs they ask a
    gate fee, which moves against metal prices: it turns negative when metals are dear.
    """
    economics = spec.economics
    worths = [economics.prices[e] * economics.payable[e] for e in ELEMENTS]
    feeds = {}
    for chemistry, black in spec.chemistries.items():
        for kind, base in spec.yields.items():
            mass = base * black.yield_factor
            metals = [mass * getattr(black.black_mass, element) for element in ELEMENTS]
            worth = sum(tonnes * each for tonnes, each in zip(metals, worths, strict=True))
            fee = (
                -economics.scrap_price * worth * price
                if kind in STAGES
                else black.gate_fee - economics.pass_through * worth * (price - 1.0)
            )
            feeds[chemistry, kind] = (1.0, mass, *metals, worth, fee)
    return feeds


def powder_metals(spec: RecyclingSpec) -> dict[tuple[str, str], tuple[float, ...]]:
    """Return the metals (`ELEMENTS`) in a tonne of rejected powder, by chemistry and stage."""
    return {
        (chemistry, stage): tuple(getattr(metals, element) for element in ELEMENTS)
        for chemistry, black in spec.chemistries.items()
        for stage, metals in black.powders.items()
    }


class ScrapContracts:
    """How much of each plant's scrap is under contract with the region's recyclers.

    A contract's share strays from the average share by luck, and is negotiated again
    when its term ends.
    """

    def __init__(self, spec: Scrap, ctx: Context) -> None:
        self.spec, self.ctx = spec, ctx
        self.shares: dict[str, float] = {}
        self._terms: dict[str, tuple[float, float]] = {}
        self._luck: dict[str, Callable[[], float]] = {}

    def share(self, site: str) -> float:
        """Return the share of a plant's scrap under contract."""
        share = self.shares.get(site)
        return share if share is not None else self._sign(site)

    def _sign(self, site: str) -> float:
        """Sign the first or the next contract of a plant."""
        spec, now = self.spec, self.ctx.env.now
        if site not in self._luck:
            stream = self.ctx.streams.stream(f"recycling.{site}", "contracts")
            self._luck[site] = stream.uniform
        uniform = self._luck[site]
        years = spec.term_first + (spec.term_last - spec.term_first) * uniform()
        stray = spec.spread * (2.0 * uniform() - 1.0)
        self._terms[site] = (now + years * DAYS_PER_YEAR, stray)
        return self._set(site, stray)

    def _set(self, site: str, stray: float) -> float:
        mean = self.spec.contract.at(self.ctx.env.now)
        self.shares[site] = min(1.0, max(0.0, mean + stray))
        return self.shares[site]

    def renew(self) -> None:
        """Sign anew what has run out, and follow changes of the average share."""
        now = self.ctx.env.now
        for site in sorted(self._terms):
            until, stray = self._terms[site]
            if now >= until:
                self._sign(site)
            else:
                self._set(site, stray)
