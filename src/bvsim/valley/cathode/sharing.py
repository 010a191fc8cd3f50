"""Rules by which cell makers share CAM that is scarce."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bvsim.valley.ground.rows import vec


class Claim:
    """One cell maker's claim on a source in a period.

    Parameters
    ----------
    site : str
        The cell maker; claims are listed by name.
    need : float
        Tonnes wanted.
    contract : float
        Share of the source's output that its contract reserves.
    since : float
        Day on which it became a customer.
    """

    __slots__ = ("contract", "need", "parts", "since", "site", "tonnes")

    def __init__(self, site: str, need: float, contract: float, since: float) -> None:
        self.site, self.need, self.contract, self.since = site, need, contract, since
        self.tonnes, self.parts = 0.0, vec[float]()
        """What it was given, and that by source with contents, where it is not nothing."""


Rule = Callable[[float, list[Claim]], list[float]]


def proportional_to_need(available: float, claims: list[Claim]) -> list[float]:
    """Give everybody the same share of what is wanted."""
    wanted = 0.0
    for claim in claims:
        wanted += claim.need
    share = 1.0 if wanted <= available else available / wanted
    return [claim.need * share for claim in claims]


def by_contract(available: float, claims: list[Claim]) -> list[float]:
    """Serve contracts first, in proportion to their shares; what is left goes by need."""
    reserved = sum(claim.contract for claim in claims)
    if reserved <= 0.0:
        return proportional_to_need(available, claims)
    scale = available / max(reserved, 1.0)
    given = [min(claim.need, claim.contract * scale) for claim in claims]
    rest = [
        Claim(claim.site, claim.need - got, claim.contract, claim.since)
        for claim, got in zip(claims, given, strict=True)
    ]
    more = proportional_to_need(max(0.0, available - sum(given)), rest)
    return [a + b for a, b in zip(given, more, strict=True)]


def first_come(available: float, claims: list[Claim]) -> list[float]:
    """Serve customers fully in the order in which they came; names break ties."""
    given = dict.fromkeys((claim.site for claim in claims), 0.0)
    for claim in sorted(claims, key=lambda claim: (claim.since, claim.site)):
        given[claim.site] = min(claim.need, available)
        available -= given[claim.site]
    return [given[claim.site] for claim in claims]


RULES: Final[dict[str, Rule]] = {
    "by-contract": by_contract,
    "first-come": first_come,
    "proportional-to-need": proportional_to_need,
}
