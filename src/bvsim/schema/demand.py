"""Demand: how many electric vehicles are sold, who buys cells, and from whom."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import model_validator

from bvsim.schema.part import part
from bvsim.schema.unit import Timed
from bvsim.schema.units import (
    Days,
    Exponent,
    Factor,
    FigureIn,
    Growth,
    GwhPerYear,
    KwhPerVehicle,
    LogSpread,
    Months,
    OnDate,
    Part,
    Persistence,
    Share,
    TimedCount,
    TimedFactor,
    TimedShare,
    VehiclesPerYear,
)

Logit = Annotated[float, FigureIn("1", -100, 100)]
"""A difference on the scale of log odds."""
KwhPerVehicleYear = Annotated[float, FigureIn("kWh/vehicle/yr", -100, 100)]
TimedEurPerVehicle = Annotated[Timed, FigureIn("EUR/vehicle", -1e6, 1e6, timed=True)]
SharePerKeur = Annotated[float, FigureIn("share/kEUR", -1, 1)]


Market = Literal["home", "export", "storage", "none"]
"""What a volume follows: electric registrations, the demand of stationary storage, or nothing."""
DRAWN = "drawn"
"""Value of `follow` that leaves the choice of the path to the figure `path`."""


@part
class MarketName:
    """What a market is called."""

    name: str
    """Luck is keyed by it: a small word."""
    title: str
    title_fr: str = ""
    """In French, where it differs."""


@part
class Markets:
    """The two markets: that of the country itself, and the larger one of which it is part."""

    home: MarketName = MarketName(name="home", title="home market", title_fr="marché intérieur")
    export: MarketName = MarketName(name="export", title="all markets", title_fr="tous marchés")


@part
class SharePath:
    """One trajectory of the battery-electric share of new cars, at yearly knots."""

    weight: Share
    """How likely the path is, among all paths."""
    home: dict[str, Share]
    """Share of new cars at home, by calendar year (mid-year values)."""
    export: dict[str, Share]
    """Share of new cars in the export market, by calendar year."""


@part
class Deviation:
    """How registrations stray from their path: autoregressive, on the log odds."""

    rho: Persistence
    """What is left of a deviation a year later."""
    sd: LogSpread
    """Standard deviation of a year's new deviation."""
    correlation: Share
    """Correlation of the deviation at home with that of the export market."""


@part
class CarMarket:
    """New cars of all kinds registered a year."""

    base_year: int
    """Year of the level."""
    level: VehiclesPerYear
    """Registrations in the base year's conditions."""
    trend: Growth
    """Relative growth a year from the base year on."""
    rho: Persistence
    """What is left of a deviation of the market a year later."""
    sd: LogSpread
    """Standard deviation of a year's new deviation, in the logarithm."""


@part
class ObservedYear:
    """Registrations of a past year: imposed when known, and never simulated."""

    known_from: date
    """Date from which the year's figures were public."""
    source: tuple[str, ...]
    """Sources, by id."""
    bev_car: int
    """Battery-electric cars, home market."""
    bev_lcv: int
    """Battery-electric vans, home market."""
    phev_car: int
    """Plug-in hybrid cars, home market."""
    cars: int
    """New cars of all kinds, home market."""
    export_bev_car: int
    """Battery-electric cars, export market."""
    export_cars: int
    """New cars of all kinds, export market."""
    note: str = ""
    """What to know about the figures."""


@part
class OtherVehicles:
    """Electric vans and plug-in hybrids, tied to the electric cars."""

    vans: VehiclesPerYear
    """All new vans at home a year."""
    van_share: Factor
    """Battery-electric share of vans over that of cars."""
    phev_of_rest: Share
    """Plug-in hybrids as a share of the cars that are not battery-electric."""


@part
class PackSizes:
    """Energy of the batteries of the vehicles sold."""

    base_year: int
    """Year of the levels."""
    home_bev: KwhPerVehicle
    """Mean battery of electric cars at home in the base year."""
    export_bev: KwhPerVehicle
    """Mean battery of electric cars in the export market in the base year."""
    growth: KwhPerVehicleYear
    """Change of both means a year."""
    lcv: KwhPerVehicle
    """Mean battery of electric vans."""
    phev: KwhPerVehicle
    """Mean battery of plug-in hybrids."""


@part
class Co2Step:
    """Sales brought forward to meet a fleet target, and missing afterwards."""

    deadline: date
    """Last day that counts towards the target."""
    known_from: date | None = None
    """Date from which the deadline was known; always, if left out."""
    push: Logit
    """Rise of the log odds of the electric share before the deadline."""
    months: Months
    """Length of the push, and of the slack after the deadline."""
    payback: Share
    """Size of the slack over that of the push."""


@part
class Leasing:
    """Subsidised leasing for households: places opened in autumn, when it is funded."""

    opens_month: int
    """Calendar month in which a year's places open."""
    opened: dict[str, date]
    """Openings that are facts, by name."""
    probability: TimedShare
    """Chance that a year's places are funded."""
    places: TimedCount
    """Vehicles a year."""
    additional: Share
    """Share of the places that adds to the sales of the delivery months."""
    delivery: Months
    """Months over which the vehicles are registered."""
    borrowed: Share
    """Share of the additional sales that is missing afterwards."""
    payback: Months
    """Months over which they are missing."""


@part
class Bonus:
    """The purchase incentive, as a change from what the paths imply."""

    change: TimedEurPerVehicle
    """Change of the incentive per car."""
    effect: SharePerKeur
    """Change of the electric share per thousand euros."""


@part
class VehicleProgramme:
    """A carmaker's vehicles whose cells one site supplies."""

    site: str
    """Supplier."""
    customer: str
    """Carmaker."""
    market: Market
    """Whose electric registrations the volume follows."""
    start: OnDate
    """First cars with the site's cells, at the earliest."""
    base_year: int
    """Year of the volume."""
    volume: VehiclesPerYear
    """Vehicles a year on the central path in the base year, once built up."""
    build_up: Months
    """Time from the first cars to the volume, linear."""
    energy: KwhPerVehicle
    """Cells per vehicle."""
    sourced_here: TimedShare
    """Share bought from the site of cars with its chemistry; the rest goes to other suppliers."""
    lfp: Factor
    """Share of the vehicles with LFP cells, which come from elsewhere, over that of the market."""


@part
class Offtake:
    """A contract stated in GWh a year, whatever the vehicle or use."""

    site: str
    """Supplier."""
    customer: str
    """Buyer."""
    market: Market
    """What the called volume follows."""
    start: OnDate
    """Beginning of deliveries, at the earliest."""
    base_year: int
    """Year of the volume."""
    volume: GwhPerYear
    """Contracted volume, once built up."""
    build_up: Months
    """Time from the first deliveries to the volume, linear."""
    called: TimedShare
    """Share of the contract that is called on the central path."""
    take_or_pay: Share
    """Share of the contract that is taken at least, whatever the market."""


@part
class SecondSource:
    """A second supplier, taken when a site does not deliver what was ordered."""

    share: Share
    """Part of what is not delivered that customers award to another supplier."""
    ready: Months
    """Time constant until the other supplier delivers."""
    term: Months
    """Time constant with which the orders come back once the site delivers."""


@part
class CostGap:
    """A site's cost over the price of imported cells, and what buyers make of it."""

    mature: TimedFactor
    """Gap of a mature plant at full use, relative to the price of imported cells."""
    at_start: Factor
    """Gap that buyers reckon with before a plant has a record."""
    fixed: Share
    """Share of fixed cost in the mature cost at full use."""
    reference_yield: Share
    """Yield of the mature plant."""
    reference_use: Share
    """Utilisation of the mature plant."""
    lowest_use: Part
    """Utilisation below which buyers no longer reckon the gap up."""
    memory: Months
    """Time constant with which buyers take note of a plant's record."""
    local_content: Share
    """What cells with CAM of the valley alone are worth to buyers, over that price."""


@part
class OpenMarket:
    """Demand of the export market that no carmaker has tied to a supplier yet."""

    contestable: Share
    """Share of the demand for cells put out to tender."""
    rival_capacity: Factor
    """Capacity that rivals offer for it, over its size on the central path."""
    sensitivity: Factor
    """Fall of the log odds of winning per unit of cost gap."""
    preference: Logit
    """Log odds that buyers grant a supplier of the market at equal cost."""
    award: Months
    """Time constant from a bid to deliveries."""


@part
class Supplier:
    """What a site may sell besides its contracts."""

    open_market: bool = True
    """Whether it bids for the open market."""
    takes_over: bool = True
    """Whether it can take over the customers of a site that closes."""


EXPORT_MARKET = (
    "path",
    "paths.*.weight",
    "paths.*.export.*",
    "deviation.*",
    "export.*",
    "pack.export_bev",
    "pack.growth",
    "co2_steps.*",
    "level",
    "lfp.*",
    "open_market.*",
    "transferred",
)
"""Figures of the export market: regions that sell in one market share them."""


@part
class DemandSpec:
    """Everything that decides how many cells the valley's customers order."""

    markets: Markets = Markets()
    """What the two markets are called."""
    follow: str = DRAWN
    """Name of the path followed, or `drawn`: the figure `path` chooses."""
    path: Share
    """Position among the paths, from the lowest (0) to the highest (1)."""
    paths: dict[str, SharePath]
    """Trajectories of the electric share, by name."""
    deviation: Deviation
    """Chance around the path."""
    home: CarMarket
    """New cars at home."""
    export: CarMarket
    """New cars in the export market."""
    observed: dict[str, ObservedYear] = field(default_factory=dict)
    """Years that are facts, by calendar year."""
    other_vehicles: OtherVehicles
    """Vans and plug-in hybrids."""
    pack: PackSizes
    """kWh per vehicle sold."""
    co2_steps: dict[str, Co2Step] = field(default_factory=dict)
    """Deadlines of the fleet targets."""
    leasing: Leasing | None = None
    """Subsidised leasing."""
    bonus: Bonus | None = None
    """Purchase incentive."""
    level: TimedFactor
    """Multiplies all orders placed with the valley's sites."""
    market_response: Exponent
    """Elasticity of a programme's volume to the registrations of its market."""
    lfp: dict[str, Share]
    """Share of LFP in batteries of new cars of the export market, by year (mid-year values)."""
    substitution: Factor
    """Share of other chemistries' orders that turns to LFP per rise of their materials' cost."""
    second_source: SecondSource
    """What carmakers do when a site does not deliver."""
    programmes: dict[str, VehicleProgramme] = field(default_factory=dict)
    """Vehicle programmes."""
    offtakes: dict[str, Offtake] = field(default_factory=dict)
    """Contracts in GWh a year."""
    cost_gap: CostGap
    """The gap to imported cells."""
    open_market: OpenMarket
    """What can be won beyond the programmes."""
    suppliers: dict[str, Supplier] = field(default_factory=dict)
    """Sites that differ from the default supplier."""
    finished: Days
    """Room for finished cells, in days of output at nameplate."""
    transferred: Share
    """Share of a closed site's orders that goes to other sites of the valley."""

    @model_validator(mode="after")
    def _paths_agree(self) -> Self:
        if self.follow != DRAWN and self.follow not in self.paths:
            known = ", ".join([DRAWN, *sorted(self.paths)])
            raise ValueError(f"follow: there is no path {self.follow!r}; choose from {known}")
        for region in ("home", "export"):
            years = {frozenset(getattr(path, region)) for path in self.paths.values()}
            if len(years) != 1:
                raise ValueError(f"paths: all must have the same years for {region}")
        return self
