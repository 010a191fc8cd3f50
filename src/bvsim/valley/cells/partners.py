"""Whom a gigafactory depends on: the other actors' side of a site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.valley.cathode.buyer import Buyer
    from bvsim.valley.cells.energy import EnergyMeter
    from bvsim.valley.cells.money import SitePurse
    from bvsim.valley.cells.process import InProcess
    from bvsim.valley.orders.customers import OrderBook
    from bvsim.valley.people.workforce import Workforce


@dataclass(frozen=True)
class SiteWiring:
    """The other actors' side of a site."""

    workforce: Workforce
    buyer: Buyer
    orders: OrderBook
    purse: SitePurse
    meter: EnergyMeter
    process: InProcess
    outlook: Callable[[float], float]
    """Orders in sight, GWh a year, by the nameplate that would be in service."""
    note_cells: Callable[[tuple[float, ...]], None]
