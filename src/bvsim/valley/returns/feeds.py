"""Kinds of feed for recyclers: yields and metals, fees, metal prices, scrap contracts."""

from __future__ import annotations

import math
from typing import Final

from bvsim.schema.recycling import Economics, RecyclingSpec, Scrap
from bvsim.valley.ground.calendar import DAYS_PER_YEAR
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import normal_quantile
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.streams import Stream
from bvsim.valley.returns.recycler import ELEMENTS, MIX

STAGES: Final = ("trim", "dry_cell", "filled_cell")
"""Stages of a cell plant at which scrap is found."""
FEE: Final = len(MIX)
"""Position of the fee behind the amounts of `recycler.MIX`."""


class Feed:
    """What a tonne of one kind of feed holds, and the fee for it at a level of metal prices.

    Parameters
    ----------
    amounts : list of float
        In the order of `recycler.MIX`.
    fee : float
        At some level of metal prices over their mean, EUR.
    level : float
        That level.
    slope : float
        By how much the fee rises with the level.
    """

    __slots__ = ("_fee", "_level", "_slope", "amounts")

    def __init__(self, amounts: list[float], fee: float, level: float, slope: float) -> None:
        row = [*amounts, fee]
        self.amounts = vec[float](row)
        """Amounts, and the fee at the level of the day."""
        self._fee, self._level, self._slope = fee, level, slope

    def price(self, level: float) -> None:
        """Set the fee at a level of metal prices."""
        self.amounts[FEE] = self._fee + self._slope * (level - self._level)


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


def feeds_of(spec: RecyclingSpec) -> dict[tuple[str, str], Feed]:
    """Return each kind of feed by chemistry and kind.

    Recyclers buy scrap at a share of what its black mass brings. For packs they ask a
    gate fee, which moves against metal prices: it turns negative when metals are dear.
    """
    economics = spec.economics
    worths = [economics.prices[e] * economics.payable[e] for e in ELEMENTS]
    feeds: dict[tuple[str, str], Feed] = {}
    for chemistry, black in spec.chemistries.items():
        shares: list[float] = [getattr(black.black_mass, element) for element in ELEMENTS]
        for kind, base in spec.yields.items():
            mass = base * black.yield_factor
            metals = [mass * share for share in shares]
            worth = sum(tonnes * each for tonnes, each in zip(metals, worths, strict=True))
            amounts = [1.0, mass, *metals, worth]
            feeds[chemistry, kind] = (
                Feed(amounts, 0.0, 0.0, -economics.scrap_price * worth)
                if kind in STAGES
                else Feed(amounts, black.gate_fee, 1.0, -(economics.pass_through * worth))
            )
    return feeds


def powder_metals(spec: RecyclingSpec) -> dict[tuple[str, str], vec[float]]:
    """Return the metals (`ELEMENTS`) in a tonne of rejected powder, by chemistry and stage."""
    return {
        (chemistry, stage): vec[float]([getattr(metals, element) for element in ELEMENTS])
        for chemistry, black in spec.chemistries.items()
        for stage, metals in black.powders.items()
    }


class Contract:
    """How much of a plant's scrap is under contract, until when.

    Parameters
    ----------
    luck : Stream
        Of the plant's contracts.
    """

    __slots__ = ("luck", "share", "stray", "until")

    def __init__(self, luck: Stream) -> None:
        self.luck = luck
        self.until = self.stray = self.share = 0.0
        """Day on which the term ends; what the share strays from the average; the share."""

    def set(self, share: float) -> None:
        """Set the share, which lies between 0 and 1."""
        share = share if share > 0.0 else 0.0
        self.share = share if share < 1.0 else 1.0


class ScrapContracts:
    """How much of each plant's scrap is under contract with the region's recyclers.

    A contract's share strays from the average share by luck, and is negotiated again
    when its term ends.
    """

    def __init__(self, spec: Scrap, ctx: Context) -> None:
        self.spec, self.ctx = spec, ctx
        self.by_site: dict[str, Contract] = {}
        self._contracts: list[Contract] = []
        self._mean = OverTime(spec.contract)

    def share(self, site: str) -> float:
        """Return the share of a plant's scrap under contract."""
        contract = self.by_site.get(site)
        if contract is None:
            luck = self.ctx.streams.stream(f"recycling.{site}", "contracts")
            contract = self.by_site[site] = Contract(luck)
            self._contracts.append(contract)
            self._sign(contract)
        return contract.share

    def _sign(self, contract: Contract) -> None:
        """Sign the first or the next contract of a plant."""
        spec, now, luck = self.spec, self.ctx.clock.now, contract.luck
        years = spec.term_first + (spec.term_last - spec.term_first) * luck.uniform()
        contract.stray = spec.spread * (2.0 * luck.uniform() - 1.0)
        contract.until = now + years * DAYS_PER_YEAR
        contract.set(self._mean.at(now) + contract.stray)

    def renew(self) -> None:
        """Sign anew what has run out, and follow changes of the average share."""
        now = self.ctx.clock.now
        mean = self._mean.at(now)
        for contract in self._contracts:
            if now >= contract.until:
                self._sign(contract)
            else:
                contract.set(mean + contract.stray)
