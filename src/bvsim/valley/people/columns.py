"""The columns in which the staff of an employer and the trainees of a course are written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bvsim.valley.ground.columns import Columns, flow, flows, laid_out, stock
from bvsim.valley.ground.rows import i64
from bvsim.valley.people.pools import ORIGINS


@dataclass(frozen=True)
class StaffColumns(Columns):
    """Staff of an employer."""

    headcount: i64 = stock("Own staff, lent experts apart.")
    operators: i64 = stock("Own operators.")
    technicians: i64 = stock("Own technicians.")
    engineers: i64 = stock("Own engineers.")
    others: i64 = stock("Everybody else on the payroll.")
    vacancies: i64 = stock("Posts that the plan wants filled today and that are not.")
    experts: i64 = stock("Experts lent by the parent company or machine makers.")
    hires: i64 = flow("People who began work.")
    won: i64 = flows(
        "won_from_{}", {name: f"People won from {what}." for name, what in ORIGINS.items()}
    )
    won_freed: i64 = flow("Of those from the pool, people freed by the closure of a plant.")
    leavers: i64 = flow("People who left, whatever the reason.")
    learning_speed: i64 = stock("How fast the plant's people learn, 1 as those of its class.")
    vacancy_months: i64 = flow("Vacancies summed over month ends: divide by hires.")


STAFF: Final = laid_out(StaffColumns)


@dataclass(frozen=True)
class CourseColumns(Columns):
    """Trainees of a programme."""

    seats: i64 = flow("Seats of the intakes that were due.")
    intake: i64 = flow("Trainees who began the course.")
    empty: i64 = flows(
        "empty_for_{}",
        {
            "applicants": "Seats that stayed empty for want of applicants, or of a group of them.",
            "posts": "Seats that the destination had no posts for.",
            "rooms": "Seats for which the centre had no room, taken by trainees.",
            "tutors": "Seats for which it had no room, taken by trainees who wait for tutors.",
        },
    )
    graduates: i64 = flow("Trainees who passed the exam.")
    placed: i64 = flow("Graduates who took up work in a battery plant.")
    dropouts: i64 = flow("Trainees who left during the course.")
    exam_failures: i64 = flow("Trainees who finished and failed.")
    in_training: i64 = stock("Trainees on the course.")
    training_cost_meur: i64 = flow("Cost of the seats of the cohorts that began, EUR million.")


COURSE: Final = laid_out(CourseColumns)
