"""What a gigafactory makes, and how often it stops, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bvsim.valley.ground.columns import Columns, flow, laid_out, stock


@dataclass(frozen=True)
class SiteColumns(Columns):
    """What a gigafactory makes."""

    good_gwh: int = flow("Good cells produced, in the period they were started.")
    started_gwh: int = flow("Cells started, good or not.")
    nameplate_gwh: int = stock("Nameplate of released lines, GWh a year.")
    scrap_t: int = flow("Scrap and trim generated, in the period of the start.")
    in_process_gwh: int = stock("Good cells started and not yet released.")
    line_weeks: int = flow("Weeks of released lines.")
    stops: int = flow("Stops of the site: receiverships and closures.")
    refinanced: int = flow("Restarts with new money.")
    sold: int = flow("Restarts by a buyer.")
    wound_up: int = flow("Windings-up.")
    dark_months: int = flow("Months of standstill before the restarts.")
    storage_gwh: int = flow("Good cells for stationary storage, part of good_gwh.")
    converted_lines: int = flow("Lines given to stationary storage.")
    abandoned_lines: int = flow("Idle lines given up for good.")
    idle_lines: int = stock("Released lines that stand idle for want of orders.")
    storage_lines: int = stock("Lines given to stationary storage, those being rebuilt included.")


SITE: Final = laid_out(SiteColumns)
