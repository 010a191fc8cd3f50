"""The columns in which the staff of an employer is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bvsim.valley.ground.columns import Columns, flow, flows, laid_out, stock
from bvsim.valley.people.pools import ORIGINS


@dataclass(frozen=True)
class StaffColumns(Columns):
    """Staff of an employer."""

    headcount: int = stock("Own staff, lent experts apart.")
    operators: int = stock("Own operators.")
    technicians: int = stock("Own technicians.")
    engineers: int = stock("Own engineers.")
    others: int = stock("Everybody else on the payroll.")
    vacancies: int = stock("Posts that the plan wants filled today and that are not.")
    experts: int = stock("Experts lent by the parent company or machine makers.")
    hires: int = flow("People who began work.")
    won: int = flows(
        "won_from_{}", {name: f"People won from {what}." for name, what in ORIGINS.items()}
    )
    won_freed: int = flow("Of those from the pool, people freed by the closure of a plant.")
    leavers: int = flow("People who left, whatever the reason.")
    learning_speed: int = stock("How fast the plant's people learn, 1 as those of its class.")
    vacancy_months: int = flow("Vacancies summed over month ends: divide by hires.")


STAFF: Final = laid_out(StaffColumns)
