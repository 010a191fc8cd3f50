"""Whom a gigafactory depends on: the other actors' side of a site."""

from __future__ import annotations

from dataclasses import dataclass

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
