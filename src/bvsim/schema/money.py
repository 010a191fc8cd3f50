"""Money: what a gigafactory earns and spends, its cash, support, and two rules."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from bvsim.schema.part import part
from bvsim.schema.unit import Timed
from bvsim.schema.units import (
    EurPerKwh,
    FigureIn,
    Growth,
    MillionEur,
    Months,
    OnDate,
    PerYear,
    Share,
    Years,
)

TimedEurPerKwh = Annotated[Timed, FigureIn("EUR/kWh", 0, 1e5, timed=True)]
TimedMillionEur = Annotated[Timed, FigureIn("EUR million", 0, 1e7, timed=True)]
TimedEurPerMwh = Annotated[Timed, FigureIn("EUR/MWh", 0, 1e5, timed=True)]
MillionEurPerGwhYear = Annotated[float, FigureIn("EUR million/(GWh/yr)/yr", 0, 1e5)]
MillionEurPerPointGwh = Annotated[float, FigureIn("EUR million/(point.GWh)", 0, 1e5)]
EurPerHeadYear = Annotated[float, FigureIn("EUR/head/yr", 0, 1e7)]


@part
class CostClass:
    """Price and costs of one kind of cell, in money of the base year."""

    base_year: int
    """Year of the price level."""
    price: TimedEurPerKwh
    """Price paid for a delivered cell."""
    materials: EurPerKwh
    """Materials in a good cell."""
    trend: Growth
    """Relative change a year of the price and of all costs alike: the industry's learning."""
    other_variable: EurPerKwh
    """Consumables, logistics and licences per cell started; energy and people apart."""
    scrap_point: MillionEurPerPointGwh
    """Cost of one point of scrap per GWh started."""
    fixed: MillionEurPerGwhYear
    """Fixed cost a year per nameplate, people apart."""


@part
class Owners:
    """What stands behind a site's cash."""

    credit: MillionEur
    """Size of the credit line: how far cash may fall below zero."""
    backing: MillionEur
    """What the owners put in beyond their part of losses rather than let the site stop."""
    lasts: Years
    """Mean time over which the owners stand by the site, from the beginning of its account."""


@part
class Loan:
    """A loan that stands when the account begins, with its service."""

    amount: MillionEur
    """What is owed when the account begins."""
    interest: PerYear
    """Interest on what is left."""
    repaid_from: OnDate
    """First repayment; until then interest only."""
    term: Years
    """Time over which it is paid back in equal parts."""


@part
class SiteMoney:
    """A site's purse."""

    cells: str
    """Name of its class of costs."""
    funds: MillionEur
    """Cash when the account begins: at `as_of`, or at SOP if later."""
    shareholders: Share
    """Share of a month's loss that the shareholders make good."""
    owners: Owners
    """Credit line and owners."""
    loans: dict[str, Loan] = field(default_factory=dict)
    """Loans to serve."""


@part
class Support:
    """Public money for sites: a loan or a grant."""

    kind: Literal["loan", "grant"]
    """Loans bear no interest and are paid back."""
    total: TimedMillionEur
    """Size of the instrument."""
    start: OnDate
    """First payments; a site that opens later is paid then."""
    shares: dict[str, Share]
    """Share of the total by site."""
    grace: Years
    """Time before the first repayment of a loan."""
    term: Years
    """Time over which a loan is paid back."""


@part
class ThrottleRule:
    """When a plant caps its own starts because scrap is too dear."""

    cap_above: Share
    """Scrap above which starts are capped."""
    lift_below: Share
    """Scrap below which the cap is lifted."""
    grace: Months
    """Time since SOP in which scrap is taken for granted."""
    cap: Share
    """Starts allowed under the cap, over those the ramp would allow."""


@part
class ClosureRule:
    """What is left to owners beside cash, and how runway is counted."""

    remains: Share
    """Part of the class's closure hazard left for owners' own decisions; cash is the rest."""
    memory: Months
    """Time constant with which the monthly loss is averaged."""


@part
class MoneySpec:
    """Plant economics, coarse but explicit."""

    classes: dict[str, CostClass]
    """Costs by kind of cell."""
    default_class: str
    """Class of a site without an entry."""
    default_funds: MillionEur
    """Funds of a site without an entry."""
    default_shareholders: Share
    """Shareholders' part for a site without an entry."""
    default_owners: Owners
    """Credit line and owners of a site without an entry."""
    support_sooner: Years
    """Time by which owners everywhere end their support sooner."""
    wage: EurPerHeadYear
    """Cost of an employee a year, charges included."""
    electricity: TimedEurPerMwh
    """Price of energy, all carriers."""
    sites: dict[str, SiteMoney] = field(default_factory=dict)
    """Purses by site."""
    supports: dict[str, Support] = field(default_factory=dict)
    """Loans and grants."""
    throttle: ThrottleRule
    """Rule of the cap on starts."""
    closure: ClosureRule
    """Owners' own decisions beside cash."""
