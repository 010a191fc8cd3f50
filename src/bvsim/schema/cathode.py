"""What a file says of the valley's makers of cathode active material (CAM) and precursor."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from bvsim.schema.imports import GeometricSd
from bvsim.schema.labour import Staffing
from bvsim.schema.part import part
from bvsim.schema.ramp import RampClass
from bvsim.schema.stages import Project
from bvsim.schema.units import (
    CampaignDays,
    Days,
    EurPerTonne,
    KeptLines,
    MillionEur,
    Months,
    OnDate,
    Share,
    TimedKeptMonths,
    TonnesPerYear,
)

AllocationRule = Literal["proportional-to-need", "by-contract", "first-come"]


@part
class CathodeBlock:
    """One phase of a cathode plant: kiln lines released one after another."""

    nameplate: TonnesPerYear
    lines: KeptLines
    line_interval: TimedKeptMonths
    """Time between the releases of two lines; sooner where the class's curve needs it."""
    first_sales: Months
    """Time from first product (SOP) to its approval: until then none is delivered."""
    project: Project


@part
class Kilns:
    """Campaigns of roller-hearth kilns."""

    campaign: CampaignDays
    """Working time of a kiln between two overhauls."""
    overhaul: Days


@part
class Batches:
    """What a batch waits for before it may be sold."""

    residence: Days
    """Mixing, calcination, milling, coating."""
    release: Days
    """Quality control of the finished batch."""


@part
class Qualification:
    """How a new source of CAM is approved by a cell maker, pair by pair."""

    duration: Months
    """From the source's first product to approval, when no loop is needed."""
    spread: GeometricSd
    """Spread of the duration among pairs."""
    repeat: Share
    """Probability that a round of samples fails and is repeated."""
    repeat_length: Months


@part
class Contract:
    """A cell maker's contract with a source."""

    share: Share
    """Share of the source's output that the contract reserves."""
    of_need: Share
    """Largest share of the cell maker's need taken from the source: the rest stays dual-sourced."""
    approved: OnDate | None = None
    """Day of approval given by a scenario; it replaces the draw."""


@part
class MakerMoney:
    """What a maker of CAM earns, and what it may lose before it stops."""

    margin: EurPerTonne
    """What a tonne sold leaves over metals, reagents and energy."""
    fixed: EurPerTonne
    """People, maintenance and rent a year, per tonne of nameplate in service."""
    funds: MillionEur
    """Cash and owners' backing when its first phase starts."""


@part
class PcamPlant:
    """A maker of precursor (Ni-Co-Mn hydroxide)."""

    kind: Literal["pcam_plant"]
    title: str
    chemistry: str
    """The chemistry of the CAM that the precursor is meant for."""
    basin: str
    ramp: RampClass
    staffing: Staffing
    sop: OnDate | None = None
    """Start of production given by a scenario: it replaces the draw for the first phase."""
    blocks: dict[str, CathodeBlock]
    kilns: Kilns
    batches: Batches
    cover: Days
    """Finished stock at which the plant stops making more than is called for."""
    memory: Days
    """Time over which calls are averaged to plan production."""


@part
class CamPlant:
    """A maker of CAM."""

    kind: Literal["cam_plant"]
    title: str
    chemistry: str
    """The recipe it makes."""
    serves: tuple[str, ...]
    """Chemistries of the cell plants that can use its product."""
    counted: bool = True
    """Whether its product counts as local in `local_cam_share`."""
    basin: str
    ramp: RampClass
    staffing: Staffing
    sop: OnDate | None = None
    """Start of production given by a scenario: it replaces the draw for the first phase."""
    blocks: dict[str, CathodeBlock]
    kilns: Kilns
    batches: Batches
    cover: Days
    """Finished stock at which the plant stops making more than is called for."""
    memory: Days
    """Time over which calls are averaged to plan production."""
    precursor: str | None = None
    """The valley's precursor plant that feeds it first; the rest is imported."""
    qualification: Qualification
    contracts: dict[str, Contract] = field(default_factory=dict)
    rule: AllocationRule = "proportional-to-need"
    """How the cell makers share its product when it is scarce."""
    saleable: Share
    """Share of what its lines can make that is sold outside the valley before any approval."""
    outside: Share
    """Share of nameplate that customers outside the valley take once it is approved."""
    money: MakerMoney | None = None
    """Its cash; None: it never runs out."""


CathodeSource = Annotated[CamPlant | PcamPlant, Field(discriminator="kind")]
