"""What a gigafactory makes, and how often it stops, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.rows import i64


@dataclass(frozen=True)
class SiteColumns(Columns):
    """What a gigafactory makes."""

    good_gwh: i64 = flow("Good cells produced, in the period they were started.")
    started_gwh: i64 = flow("Cells started, good or not.")
    nameplate_gwh: i64 = stock("Nameplate of released lines, GWh a year.")
    scrap_t: i64 = flow("Scrap and trim generated, in the period of the start.")
    in_process_gwh: i64 = stock("Good cells started and not yet released.")
    line_weeks: i64 = flow("Weeks of released lines.")
    stops: i64 = flow("Stops of the site: receiverships and closures.")
    refinanced: i64 = flow("Restarts with new money.")
    sold: i64 = flow("Restarts by a buyer.")
    wound_up: i64 = flow("Windings-up.")
    dark_months: i64 = flow("Months of standstill before the restarts.")
    storage_gwh: i64 = flow("Good cells for stationary storage, part of good_gwh.")
    converted_lines: i64 = flow("Lines given to stationary storage.")
    abandoned_lines: i64 = flow("Idle lines given up for good.")
    idle_lines: i64 = stock("Released lines that stand idle for want of orders.")
    storage_lines: i64 = stock("Lines given to stationary storage, those being rebuilt included.")


SITE: Final = laid_out(SiteColumns)
