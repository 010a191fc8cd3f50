"""What a file says of imports: routes, lead times, reorder policies, disruptions, controls."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from bvsim.schema.part import part
from bvsim.schema.units import (
    Days,
    Exponent,
    Factor,
    FigureIn,
    Lot,
    Months,
    OnDate,
    PerYear,
    Share,
    Weeks,
)

GeometricSd = Annotated[float, FigureIn("1", 1, 20)]

Goods = Literal["cam", "pcam", "kilns"]


@part
class Route:
    """One way from the supplier's port to the region's."""

    mode: Literal["sea", "rail", "air"]
    transit: Days
    """From departure to the port (or terminal) of arrival."""


@part
class Handling:
    """What a shipment's lead time holds beside its transit."""

    order_to_ship: Days
    """From the order to goods ready at the supplier's gate."""
    origin: Days
    """Drayage, booking and loading at the origin."""
    port: Days
    """Unloading and customs at the destination."""
    onward: Days
    """Transshipment and the last leg to the plant."""
    inspection: Days
    """Incoming quality control before the goods may be used."""
    spread: GeometricSd
    """Spread of a shipment's lead time about the sum of its parts."""
    late: Share
    """Share of shipments by sea that miss their schedule."""
    late_by: Days
    """Median delay of a late shipment."""
    late_spread: GeometricSd


@part
class ReorderPolicy:
    """An (s, S) policy on the inventory position: on hand + on order. What is short is lost."""

    review: Literal["periodic"] = "periodic"
    """For the record: the position is looked at once a planning period."""
    safety_stock: Days
    """Safety stock, in days of use."""
    order_cover: Days
    """S - s in days of use: how much one order buys, and so how often orders are placed."""
    lot: Lot
    """Orders are whole numbers of lots (one container)."""
    memory: Days
    """Time over which use is averaged to forecast it."""
    revision: Days
    """Time between two revisions of the forecast, and between two calls on local makers."""
    shelf_life: Days
    """Age at which what is left of a delivery is written off."""
    moisture_reject: Share
    """Share of an arriving shipment that incoming inspection refuses."""
    emergency_cover: Days
    """Cover on hand below which goods are flown in."""
    emergency_share: Share
    """Largest share of use that may come by air."""


@part
class Disruption:
    """A dated event that closes routes."""

    closes: tuple[str, ...]
    start: OnDate
    until: OnDate
    spread: Exponent
    """Factor on the log spread of lead times while it lasts (crowded ports, lost capacity)."""


@part
class Hazard:
    """Random events that close routes or lengthen transits, alternating with quiet spells."""

    closes: tuple[str, ...] = ()
    slows: tuple[str, ...] = ()
    rate: PerYear
    """Rate at which a quiet spell ends."""
    length: Days
    """Median length of an event."""
    length_spread: GeometricSd
    slowdown: Factor
    """Factor on the transit of the slowed routes."""
    spread: Exponent


@part
class ExportControl:
    """Licences that an exporting state may require of its goods."""

    goods: tuple[Goods, ...]
    start: OnDate
    """First day on which the rule may act."""
    probability: Share
    """Probability that it acts from then on."""
    length: Months
    """Mean time until it is lifted again."""
    licence: Days
    """Added to the time from order to shipment."""
    denial: Share
    """Share of the applications that are refused."""


@part
class Tariff:
    """A duty that may be laid on goods from overseas."""

    goods: tuple[Goods, ...]
    start: OnDate
    """First day on which it may be due."""
    probability: Share
    """Probability that it is due from then on."""
    length: Months
    """Mean time until it is lifted again."""
    rate: Share
    """Duty over the goods' price."""


@part
class Halt:
    """A span in which no shipment of a good leaves its origin."""

    goods: tuple[Goods, ...]
    chemistries: tuple[str, ...] = ()
    """CAM of these chemistries only; all when empty."""
    start: OnDate
    until: OnDate | None = None


@part
class Imports:
    """How CAM and precursor reach the valley from overseas."""

    routes: dict[str, Route]
    prefer: tuple[str, ...]
    """Routes in order of preference; the first open one is taken, the last if none is."""
    emergency: str | None = None
    """The route of emergency orders."""
    handling: Handling
    cam: ReorderPolicy
    pcam: ReorderPolicy
    disruptions: dict[str, Disruption] = field(default_factory=dict)
    hazards: dict[str, Hazard] = field(default_factory=dict)
    controls: dict[str, ExportControl] = field(default_factory=dict)
    halts: dict[str, Halt] = field(default_factory=dict)
    tariffs: dict[str, Tariff] = field(default_factory=dict)
    cam_of_materials: Share
    """CAM's part of the cost of a cell's materials: what a duty on it makes dearer."""
    exposure: Weeks
    """Span over which exposure to a stop of imports is measured."""
