"""What a site did in a month, and what that costs: figures of the classes of cells."""

from __future__ import annotations

import math
from typing import Final

from bvsim.schema.money import CostClass, ThrottleRule
from bvsim.valley.ground.calendar import MONTHS_PER_YEAR
from bvsim.valley.ground.over_time import OverTime

# 1 GWh at 1 EUR/kWh, and 1 GWh at 1000 EUR/MWh, are EUR 1 million.
_MWH_PER_GWH: Final = 1000.0
_EUR_PER_MILLION: Final = 1e6
_POINTS: Final = 100.0


class Outlet:
    """What a site did in a month for stationary storage, at a price and costs of its own.

    Parameters
    ----------
    delivered_gwh, good_gwh, started_gwh : float
        As in `Activity`, of which they are a part.
    spent_meur : float
        Spent on conversions, EUR million.
    """

    __slots__ = ("delivered_gwh", "good_gwh", "spent_meur", "started_gwh")

    def __init__(
        self,
        delivered_gwh: float = 0.0,
        good_gwh: float = 0.0,
        started_gwh: float = 0.0,
        spent_meur: float = 0.0,
    ) -> None:
        self.delivered_gwh, self.good_gwh = delivered_gwh, good_gwh
        self.started_gwh, self.spent_meur = started_gwh, spent_meur


class Activity:
    """What a site did in a month.

    Parameters
    ----------
    delivered_gwh, good_gwh, started_gwh : float
        Cells delivered, good cells made, cells started.
    scrap : float
        Share of started cells that is scrapped.
    nameplate_gwh : float
        GWh a year of released lines.
    heads : float
        Own staff.
    energy_gwh : float
        Energy used.
    storage : Outlet or None
        The part of it that is for stationary storage.
    dearer : float
        Rise of the cost of materials by duties, as a share.
    salts_meur : float
        Paid beyond the price of materials for recycled salts, EUR million.
    """

    __slots__ = (
        "dearer",
        "delivered_gwh",
        "energy_gwh",
        "good_gwh",
        "heads",
        "nameplate_gwh",
        "salts_meur",
        "scrap",
        "started_gwh",
        "storage",
    )

    def __init__(
        self,
        *,
        delivered_gwh: float,
        good_gwh: float,
        started_gwh: float,
        scrap: float,
        nameplate_gwh: float,
        heads: float,
        energy_gwh: float,
        storage: Outlet | None = None,
        dearer: float = 0.0,
        salts_meur: float = 0.0,
    ) -> None:
        self.delivered_gwh, self.good_gwh, self.started_gwh = delivered_gwh, good_gwh, started_gwh
        self.scrap, self.nameplate_gwh, self.heads = scrap, nameplate_gwh, heads
        self.energy_gwh, self.storage = energy_gwh, storage
        self.dearer, self.salts_meur = dearer, salts_meur


class Costs:
    """Price and costs of one kind of cell: the figures of a `CostClass`."""

    __slots__ = (
        "_base_year",
        "_level",
        "_trend",
        "_year",
        "fixed",
        "materials",
        "other_variable",
        "price",
        "scrap_point",
    )

    def __init__(self, spec: CostClass) -> None:
        self.price = OverTime(spec.price)
        self.materials: float = spec.materials
        self.other_variable: float = spec.other_variable
        self.scrap_point: float = spec.scrap_point
        self.fixed: float = spec.fixed
        self._trend: float = spec.trend
        self._base_year: int = spec.base_year
        self._year, self._level = spec.base_year, 1.0

    def level(self, year: int) -> float:
        """Return the level of price and costs over the base year's."""
        if year != self._year:
            self._year = year
            self._level = math.pow(1.0 + self._trend, year - self._base_year)
        return self._level


def scrap_cost(costs: Costs, activity: Activity) -> float:
    """Return the EUR million that scrap costs in a month."""
    return costs.scrap_point * _POINTS * activity.scrap * activity.started_gwh


def running_cost(
    costs: Costs, activity: Activity, *, level: float, wage: float, electricity: float
) -> float:
    """Return a month's cost without scrap in EUR million.

    Parameters
    ----------
    costs : Costs
        Figures of the kind of cells.
    activity : Activity
        The month.
    level : float
        Level of costs over the base year's.
    wage, electricity : float
        EUR per head and year; EUR per MWh.
    """
    variable = activity.good_gwh * costs.materials * (1.0 + activity.dearer)
    variable += activity.started_gwh * costs.other_variable
    variable += activity.energy_gwh * electricity / _MWH_PER_GWH
    people = activity.heads * wage / _EUR_PER_MILLION
    standing = (people + activity.nameplate_gwh * costs.fixed) / MONTHS_PER_YEAR
    return (variable + standing) * level


class Throttle:
    """Caps starts while scrap is too dear: on above one threshold, off below another."""

    def __init__(self, rule: ThrottleRule) -> None:
        self.wanted = False
        self._lift_below: float = rule.lift_below
        self._cap_above: float = rule.cap_above
        self._grace_months: float = rule.grace

    def update(self, scrap: float, months_since_sop: float) -> bool:
        """Take note of a month's scrap; return whether starts are capped from now on."""
        if self.wanted:
            self.wanted = scrap >= self._lift_below
        else:
            self.wanted = months_since_sop >= self._grace_months and scrap > self._cap_above
        return self.wanted
