"""The columns in which the staff of an employer and the trainees of a course are written down."""

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


@dataclass(frozen=True)
class CourseColumns(Columns):
    """Trainees of a programme."""

    seats: int = flow("Seats of the intakes that were due.")
    intake: int = flow("Trainees who began the course.")
    empty: int = flows(
        "empty_for_{}",
        {
            "applicants": "Seats that stayed empty for want of applicants, or of a group of them.",
            "posts": "Seats that the destination had no posts for.",
            "rooms": "Seats for which the centre had no room, taken by trainees.",
            "tutors": "Seats for which it had no room, taken by trainees who wait for tutors.",
        },
    )
    graduates: int = flow("Trainees who passed the exam.")
    placed: int = flow("Graduates who took up work in a battery plant.")
    dropouts: int = flow("Trainees who left during the course.")
    exam_failures: int = flow("Trainees who finished and failed.")
    in_training: int = stock("Trainees on the course.")
    training_cost_meur: int = flow("Cost of the seats of the cohorts that began, EUR million.")


COURSE: Final = laid_out(CourseColumns)
