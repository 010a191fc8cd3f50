"""What a file says of recyclers, their feeds, black mass and its onward treatment."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from typing import Annotated

from bvsim.schema.part import part
from bvsim.schema.units import (
    EurPerTonne,
    Factor,
    FigureIn,
    Heads,
    Months,
    OnDate,
    Part,
    PerYear,
    Share,
    TimedShare,
    Tonnes,
    TonnesPerYear,
    Weeks,
    Years,
)

LogVolatility = Annotated[float, FigureIn("1", 0, 2)]


@part
class ShredderLine:
    """One line of a recycler."""

    capacity: TonnesPerYear
    opened: date | None = None
    """The day on which the line opened, where that is a fact."""
    announced: OnDate
    """Start announced by its promoter."""
    slip: Years
    """How much later than announced it opens, if it does."""
    notice: Months
    """A line that is not open today opens no sooner than this after `as_of`."""
    probability: Share
    """Probability that the line opens at all without an exceptional return."""
    needs_load: Share
    """Load of the lines before it without which it does not open; 0 for a first line."""


@part
class Return:
    """The rule by which a suspended project comes back."""

    threshold: Share
    """Visible load of its capacity that the promoter wants to see."""
    sustained: Months
    """How long it must be seen without a break."""
    build: Months
    """From the decision to the opening of the first line."""
    foresight: Years
    """How far ahead the promoter counts retiring packs."""
    outlet: OnDate
    """Day from which the recovered salts find buyers; no decision before."""


@part
class RecyclerSpec:
    """A mechanical recycler: packs, modules and scrap in, black mass out."""

    title: str
    basin: str
    lines: dict[str, ShredderLine]
    opens: OnDate | None = None
    """An opening set by a scenario: it replaces rule and luck for the first line."""
    suspended: date | None = None
    cancelled: date | None = None
    cause: str = ""
    """Why it was suspended or cancelled."""
    source: tuple[str, ...] = ()
    """Where the dated facts come from."""
    returns: Return | None = None
    per_pack: Part
    """Tonnes in the unit of its nameplate for a tonne of packs (modules: below 1)."""
    commissioning: Months
    """From the opening of a line to its first series of batches."""
    first_rate: Share
    """Share of capacity usable right after commissioning."""
    ramp: Years
    """Time constant with which a line approaches its capacity."""
    intake: Weeks
    """Intake store, in weeks of capacity."""
    batch: Tonnes
    minimum_load: Share
    """Load of usable capacity below which the owner loses patience while it loses money."""
    load_window: Months
    """Span over which the load is judged."""
    patience: Months
    restart_load: Share
    """Visible load above which a mothballed plant restarts."""
    restart_sustained: Months
    restart_delay: Months
    staff: Heads
    """Heads that a plant in service needs whatever its lines."""
    staff_per_line: Heads
    mothballed_staff: Share
    """Share of the staff kept while mothballed."""


@part
class Metals:
    """Shares of elements in a mass."""

    nickel: Share
    cobalt: Share
    lithium: Share
    manganese: Share


@part
class Chemistry:
    """Black mass of one family of cells."""

    black_mass: Metals
    """Elements in black mass."""
    yield_factor: Factor
    """Black mass from a tonne of feed, relative to that of the same feed in NMC."""
    gate_fee: EurPerTonne
    """Fee paid to the recycler for a tonne of packs; negative where the recycler pays."""
    powders: dict[str, Metals] = field(default_factory=dict)
    """Elements in rejected powder of cathode plants, by stage (`precursor`,
    `cathode_material`): it needs no shredding and goes to hydrometallurgy directly."""


@part
class Reach:
    """How much of the country's packs the region's recyclers draw, against competitors."""

    local: Share
    """Share that comes to them whenever one of them is open."""
    pull: Factor
    """Pull of a tonne of their capacity relative to a tonne of the competitors'."""
    competitors: dict[str, TonnesPerYear]
    """Capacity that competes for the packs of the home market, by year; straight lines between."""


@part
class Scrap:
    """Production scrap offered to the region's recyclers."""

    contract: TimedShare
    """Share of the plants' scrap under contract with the region's recyclers, on average."""
    term_first: Years
    term_last: Years
    """A contract lasts between these two; its share is then negotiated again."""
    spread: Share
    """How far a contract's share strays from the average, either way."""


@part
class NonEv:
    """Lithium-ion batteries from bicycles, tools, appliances and storage."""

    collected: TonnesPerYear
    """Collected in the country in the base year."""
    base_year: int
    growth: PerYear


@part
class Economics:
    """What running costs and what metals bring."""

    opex: EurPerTonne
    """Cost of shredding and dismantling at full load, per tonne of feed."""
    fixed: Share
    """Share of that cost that does not go down with the load."""
    prices: dict[str, EurPerTonne]
    """Mean price of an element, per tonne."""
    price_volatility: LogVolatility
    """Standard deviation of the log of all metal prices about their mean, in the long run."""
    price_persistence: Share
    """Correlation of that log from one year to the next."""
    payable: dict[str, Share]
    """Share of an element's price that buyers of black mass pay."""
    scrap_price: Share
    """Share of its black mass's value that a recycler pays for scrap."""
    pass_through: Share
    """Share of a change in metals' value that gate fees pass on to who hands packs in."""
    other_metals: EurPerTonne
    """Copper, aluminium and steel sold, per tonne of feed."""


@part
class Recovery:
    """Share of an element recovered from black mass."""

    now: Share
    mature: Share
    """What the stage reaches after its learning time."""


@part
class HydrometSpec:
    """A stage that turns black mass into salts of its metals."""

    title: str
    in_valley: bool = True
    opens: OnDate
    probability: Share
    """Probability that it opens."""
    after: str | None = None
    """The recycler whose opening it follows."""
    lag: Years
    """How much later than that opening; used with `after` only."""
    capacity: TonnesPerYear
    """Black mass treated a year."""
    ramp: Years
    recovery: dict[str, Recovery]
    returned: TimedShare
    """Share of recovered metal that goes into the valley's precursor and cathode material."""


@part
class Trade:
    """What happens to black mass that no stage in the region takes."""

    rule_from: OnDate
    """Day from which black mass is hazardous waste and may not go to non-OECD countries."""
    exported_before: Share
    exported_after: Share
    """Share that leaves the export market."""


@part
class RecoveryTarget:
    """A legal target that applies from a day on, by element."""

    applies: date
    shares: dict[str, Share]


@part
class Regulation:
    """Targets of the regulation of batteries."""

    recovery: dict[str, RecoveryTarget]
    """Material recovery of recyclers."""
    recycled_content: dict[str, RecoveryTarget]
    """Least recycled content of new cells."""
    salt_premium: Factor
    """Price of recycled salts over fresh ones: what is missing of the content is bought."""
    efficiency: dict[str, RecoveryTarget]
    """For the record: recycling efficiency, by weight."""


@part
class RecyclingSpec:
    """End-of-life packs and scrap, who treats them, and what comes back."""

    recyclers: dict[str, RecyclerSpec] = field(default_factory=dict)
    chemistries: dict[str, Chemistry]
    """By family of cells."""
    yields: dict[str, Share]
    """Black mass from a tonne of feed: `trim`, `dry_cell`, `filled_cell`, `pack`, `non_ev`."""
    capture: dict[str, Share]
    """Share of each element in the feed that the mechanical stage carries into black mass."""
    reach: Reach
    scrap: Scrap
    non_ev: NonEv
    non_ev_chemistry: str = "nmc"
    """Family that stands for batteries from outside vehicles."""
    economics: Economics
    hydromet: dict[str, HydrometSpec] = field(default_factory=dict)
    trade: Trade
    regulation: Regulation
