"""What a file says of cell making that all sites share."""

from __future__ import annotations

from bvsim.schema.part import part
from bvsim.schema.units import Days, Share


@part
class Production:
    """Cells in process, and what rejected ones weigh."""

    detection: Days
    """Time from the start of a cell to its release or rejection (formation, ageing)."""
    reject_mass: Share
    """Mass of a rejected piece relative to a finished cell: many are electrodes still."""
    reject_electrodes: Share
    """Share of the mass of rejects that is electrode."""
    reject_dry_cells: Share
    """Share that is cells before filling; the rest is filled cells."""
