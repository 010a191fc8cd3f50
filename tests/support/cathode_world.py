"""One maker of cathode material and one of precursor, with a cell plant that buys from them.

The maker makes 36,525 t a year (100 t a day, or 745 t in a week of seven scheduled days of
343); its one kiln line runs at its mature rate: rating 0.9, a fifth of mature scrap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bvsim.schema.cathode import CamPlant, Kilns, PcamPlant
from bvsim.schema.imports import Imports
from bvsim.schema.materials import Materials
from bvsim.valley.cathode.market import CathodeMarket
from bvsim.valley.ground.calendar import Period
from cathode_case import (
    SHOCK,
    block,
    cam_plant,
    context,
    contract,
    imports,
    materials,
    pcam_plant,
    ramp,
)
from mechanism_table import Fortune
from stand_ins import FullEmployment, Gate

WEEK = Period(index=0, start_day=0.0, days=7.0, scheduled_days=7.0, month=0, year=2026)
RAMP = ramp(scrap_start=0.2, scrap_mature=0.2)


@dataclass(frozen=True)
class World:
    """What a table may change."""

    materials: Materials
    imports: Imports
    maker: CamPlant
    precursor: PcamPlant


WORLD = World(
    materials=replace(materials(), in_cell=0.8),
    imports=imports(),
    maker=cam_plant(
        {"plant": contract(share=0.5, of_need=0.7)},
        sop=0.0,
        ramp=RAMP,
        blocks={"phase-1": block(36_525.0, lines=1.0)},
        kilns=Kilns(campaign=300.0, overhaul=0.0),
    ),
    precursor=pcam_plant(sop=0.0, ramp=RAMP, blocks={"phase-1": block(36_525.0, lines=1.0)}),
)


def side_of(world, luck=None):
    """Return a market on its first day, the maker's line released and at its mature rate."""
    ctx = context(as_of=date(2026, 1, 1))
    if luck is not None:
        ctx = replace(ctx, streams=Fortune(luck))
    sources = {"maker": world.maker, "precursor": world.precursor}
    side = CathodeMarket(
        world.materials,
        sources,
        world.imports,
        ctx,
        shock=SHOCK,
        labour=FullEmployment(),
        gate=Gate(),
    )
    side.buyer("plant", "nmc-811")
    side.start()
    while ctx.env.peek() == 0.0:
        ctx.env.step()
    for plant in side.plants:
        plant.blocks[0].know_how = 1e3
        plant.review_phases()
    return side


def maker_of(world, luck=None):
    return side_of(world, luck).makers.cam[0]
