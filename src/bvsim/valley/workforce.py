"""The heads of one employer: what it plans, whom it has, and what they make possible."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from bvsim.spec.labour import SKILLS, Hiring, Labour, Staffing, ThinStaffing
from bvsim.valley.books import Account, Column
from bvsim.valley.calendar import DAYS_PER_MONTH
from bvsim.valley.labour_pools import Mover, split_by_skill
from bvsim.valley.labour_staff import COHORTS, NormalMix, Staff
from bvsim.valley.labour_tenure import Tenure
from bvsim.valley.staffplan import Observed, Plan, StaffPlan
from bvsim.valley.streams import Stream

OPERATORS, TECHNICIANS, ENGINEERS, OTHERS = range(4)

EMPLOYER_COLUMNS = (
    Column("headcount", "stock", "Own staff, lent experts apart."),
    Column("operators", "stock", "Own operators."),
    Column("technicians", "stock", "Own technicians."),
    Column("engineers", "stock", "Own engineers."),
    Column("others", "stock", "Everybody else on the payroll."),
    Column("vacancies", "stock", "Posts that the plan wants filled today and that are not."),
    Column("experts", "stock", "Experts lent by the parent company or machine makers."),
    Column("hires", "flow", "People who began work."),
    Column("leavers", "flow", "People who left, whatever the reason."),
    Column("vacancy_months", "flow", "Vacancies summed over month ends: divide by hires."),
)
(C_HEADS, _C_OPERATORS, _C_TECHNICIANS, _C_ENGINEERS, _C_OTHERS, C_VACANCIES, C_EXPERTS) = range(7)
C_HIRES, C_LEAVERS, C_VACANCY_MONTHS = 7, 8, 9


class Workforce:
    """The staff of one employer.

    Made by `LabourMarket.employ`. A plant calls `ask` before each clearing and reads
    the attributes after it.

    Attributes
    ----------
    crew_share, technician_share, engineer_share : float
        People present over those needed to run the released nameplate in full, in
        [0, 1]; operators in whole crews and weighed by proficiency.
    repair_factor : float
        Repairs take so many times as long, at least 1.
    scrap_penalty : float
        Share points of scrap added by staff greener than the normal mix of tenure.
    heads, experts : int
        Own staff; experts lent.
    vacancies : int
        Posts wanted today and empty.
    """

    def __init__(
        self,
        *,
        name: str,
        basin: str,
        staffing: Staffing,
        observed: Sequence[tuple[float, float]],
        spec: Labour,
        chance: bool,
        stream: Stream,
        shifts: Stream,
        on_close: Callable[[Workforce, list[int]], None],
    ) -> None:
        self.name, self.basin, self.pay = name, basin, staffing.pay
        self._hiring: Hiring = spec.hiring
        self._thin: ThinStaffing = spec.thin_staffing
        self._chance, self._stream, self._on_close = chance, stream, on_close
        learning = [getattr(spec.proficiency, skill) for skill in SKILLS]
        self.start_gaps: tuple[float, ...] = tuple(1.0 - each.start for each in learning)
        self.staff = tuple(Staff(each.tau) for each in learning)
        self._tenure = Tenure(spec.attrition, staffing, shifts)
        self._turnover = self._tenure.turnover
        self._normal = tuple(
            NormalMix(gap, staff.decay, self._turnover)
            for gap, staff in zip(self.start_gaps, self.staff, strict=True)
        )
        self._reference = [1.0] * 4
        self.plan = StaffPlan(staffing)
        self.observed = Observed(observed, staffing.lead * DAYS_PER_MONTH)
        self.lead_days = tuple(getattr(spec.hiring.lead, skill) * 7.0 for skill in SKILLS)
        self._leaving = tuple(self._turnover * d / DAYS_PER_MONTH for d in self.lead_days)
        """Share of the staff that leaves within the lead time of a hire."""
        self._targets = [0.0] * 4
        self.transit = [0] * 4
        self.awaiting = [0] * 4
        """Graduates who hold an offer of this employer."""
        self.away, self.poached, self.outside = ([Mover() for _ in SKILLS] for _ in range(3))
        self.closed = False
        self.trainers = 0
        self.opening = self.hired = self.left = 0
        self.since = math.inf
        """Day since which there are vacancies: the first served under `first-come`."""
        self.crew_share = self.technician_share = self.engineer_share = 0.0
        self.repair_factor, self.scrap_penalty = 1.0, 0.0
        self.heads = self.experts = self.vacancies = 0
        self.dirty = True
        self.account: Account | None = None

    def ask(self, plans: Sequence[Plan], lines: int = 1) -> None:
        """Tell the market what the plant plans to run.

        Parameters
        ----------
        plans : sequence of (nameplate, sop_day, released)
            One per block: nameplate in units a year, expected or actual SOP in days
            since the start (inf when stopped), and nameplate of its released lines.
        lines : int
            Released lines, for the steps in which crews run.
        """
        if not self.closed and self.plan.update(plans, lines):
            self.dirty = True

    def bad_news(self, day: float) -> None:
        """Unsettle people for a while: short time, a delay or a rumour of closure."""
        self._tenure.bad_news(day)

    def open_with(self, day: float) -> None:
        """Settle the staff observed at the start, hired along the observed path."""
        total = self.observed.heads(day)
        if total <= 0.0:
            return
        now = split_by_skill(total, self.plan.mix)
        older = now
        for age in range(COHORTS):
            past = self.observed.heads(day - (age + 1) * DAYS_PER_MONTH)
            before = [min(a, b) for a, b in zip(older, self._split(past), strict=True)]
            for skill in range(4):
                if older[skill] > before[skill]:
                    gap = self.start_gaps[skill]
                    self.staff[skill].hire(older[skill] - before[skill], gap, age)
            older = before
        for skill in range(4):
            self.staff[skill].settle(older[skill])
            staff = self.staff[skill]
            self._reference[skill] = staff.proficiency
        self.heads = self.opening = sum(staff.heads for staff in self.staff)
        self.dirty = True

    def _split(self, total: float) -> list[int]:
        return split_by_skill(total, self.plan.mix)

    def month(self, day: float, month_end: float, factors: Sequence[float]) -> list[int]:
        """Let a month pass for the staff; return the leavers by skill.

        Parameters
        ----------
        day, month_end : float
            First day of the month and of the next one.
        factors : sequence of float
            By skill, on the hazard of leaving (upskilling, pull of other sites).
        """
        luck = self._stream.uniforms(4)  # drawn even for nobody: luck stays with its month
        imposed = self.observed.imposes(day)
        if not (self.heads or imposed or self.plan.begun(day)):
            return self._nobody()
        leavers = [0, 0, 0, 0]
        self._targets = targets = self.plan.targets(day)
        for skill, staff in enumerate(self.staff):
            if skill != OTHERS:
                planned = staff.heads if imposed else targets[skill]
                self._reference[skill] = self._normal[skill].age(planned)
            if staff.heads:
                staff.age()
                odds = self._tenure.odds(day, factors[skill])
                leavers[skill] = staff.attrition(luck[skill], odds, chance=self._chance)
        share = self._tenure.shift_leavers(day, month_end)
        if share > 0.0:
            operators = self.staff[OPERATORS]
            gone = math.floor(operators.heads * share + 0.5)
            operators.dismiss_evenly(gone)
            leavers[OPERATORS] += gone
        self._book_leavers(sum(leavers))
        return leavers

    def _nobody(self) -> Sequence[int]:
        """Let a month pass for a plant that has nobody, and wants nobody yet."""
        if self._targets is not NOBODY:
            self._targets = NOBODY
            for skill in (OPERATORS, TECHNICIANS, ENGINEERS):
                self._reference[skill] = self._normal[skill].age(0.0)
        return NOBODY

    def targets(self, day: float) -> list[int]:
        """Return the heads by skill that the plan wants on a day."""
        self._targets = [self.plan.target(skill, day) for skill in range(4)]
        return [round(target) for target in self._targets]

    def wants(self, day: float, month_end: float) -> list[int]:
        """Return how many people to win this month, by skill."""
        if self.closed:
            return [0] * 4
        if self.observed.imposes(day):
            targets = self._split(self.observed.heads(month_end))
            return [max(0, t - s.heads) for t, s in zip(targets, self.staff, strict=True)]
        if not self.plan.active:
            return [0] * 4
        wants = []
        for skill, staff in enumerate(self.staff):
            target = self.plan.target(skill, day + self.lead_days[skill])
            missing = target + staff.heads * self._leaving[skill] - staff.heads
            wants.append(max(0, math.floor(missing + 0.5) - self.transit[skill]))
        total = sum(wants)
        if total > self._hiring.capacity:
            return split_by_skill(self._hiring.capacity, wants)
        return wants

    def surplus(self, day: float, month_end: float) -> list[int]:
        """Return by skill how many more there are than an observation says."""
        if self.closed or not self.observed.imposes(day):
            return [0] * 4
        targets = self._split(self.observed.heads(month_end))
        return [max(0, s.heads - t) for t, s in zip(targets, self.staff, strict=True)]

    def expected_vacancies(self, skill: int, day: float) -> int:
        """Return posts of a skill that will be empty on a day, if nobody else is hired."""
        if self.closed:
            return 0
        here = self.staff[skill].heads + self.transit[skill] + self.awaiting[skill]
        months = max(0.0, (day - self.plan.asked) / DAYS_PER_MONTH)
        staying = here * math.exp(-self._turnover * months)
        return max(0, math.floor(self.plan.target(skill, day) - staying + 0.5))

    def hire(self, skill: int, number: int, gap: float) -> None:
        """Let people begin work."""
        self.staff[skill].hire(number, gap)
        self.hired += number
        self.heads += number
        self.dirty = True
        if self.account is not None:
            self.account.now[C_HIRES] += number

    def close(self, day: float) -> None:
        """Close the plant: everybody goes into the pool of the basin."""
        if self.closed:
            return
        self.closed = True
        self.since = day
        self.plan.update((), 1)
        gone = [staff.heads for staff in self.staff]
        for staff, number in zip(self.staff, gone, strict=True):
            staff.dismiss(number)
        self._book_leavers(sum(gone))
        self.crew_share = self.technician_share = self.engineer_share = 0.0
        self.experts = self.vacancies = 0
        self._on_close(self, gone)

    def dismiss(self, skill: int, number: int) -> None:
        """Let a number of people go, newest first."""
        self.staff[skill].dismiss(number)
        self._book_leavers(number)

    def lend_trainers(self, wanted: int) -> int | None:
        """Give operators as tutors; None when too many are busy already.

        Before a plant has operators its courses are taught by experts elsewhere.
        """
        operators = self.staff[OPERATORS].heads
        if not operators:
            return 0
        limit = max(1, math.floor(self._hiring.trainers * operators))
        number = min(wanted, limit)
        if self.trainers + number > limit:
            return None
        self.trainers += number
        self.dirty = True
        return number

    def return_trainers(self, number: int) -> None:
        """Take tutors back to the line."""
        self.trainers -= number
        self.dirty = True

    def _book_leavers(self, number: int) -> None:
        if not number:
            return
        self.left += number
        self.heads -= number
        self.dirty = True
        if self.account is not None:
            self.account.now[C_LEAVERS] += number

    def review(self, day: float) -> None:
        """Refresh what changes month by month: experts and vacancies."""
        self.plan.asked = day
        self.experts = 0 if self.closed else self.plan.experts(day)
        empty = 0
        if not self.closed and self.plan.active:
            for staff, target in zip(self.staff, self._targets, strict=True):
                short = round(target) - staff.heads
                if short > 0:
                    empty += short
        self.vacancies = empty
        self.since = min(self.since, day) if empty else math.inf
        self.dirty = True
        if self.account is not None:
            now = self.account.now
            now[C_VACANCIES], now[C_EXPERTS] = empty, self.experts
            now[C_VACANCY_MONTHS] += empty

    def refresh(self, *, lifted: bool) -> None:
        """Work out what the people present make possible."""
        self.dirty = False
        operators, technicians, engineers, others = self.staff
        if self.account is not None:
            now = self.account.now
            now[0], now[1], now[2] = self.heads, operators.heads, technicians.heads
            now[3], now[4] = engineers.heads, others.heads
        if self.closed:
            return
        if lifted:
            self.crew_share = self.technician_share = self.engineer_share = 1.0
            self.repair_factor, self.scrap_penalty = 1.0, 0.0
            return
        thin, (needed, skilled, learned, _) = self._thin, self.plan.needs
        normal, normal_skilled, normal_learned, _ = self._reference
        here = operators.proficiency
        crews = self.plan.crews
        present = (operators.heads - self.trainers) * min(1.0, here / normal)
        full = needed * thin.crew_minimum / crews
        self.crew_share = min(1.0, int(max(0.0, present) / full + 1e-9) / crews) if full else 1.0
        experts = float(self.experts)
        short = max(0.0, learned - engineers.heads)
        present = engineers.heads * min(1.0, engineers.proficiency / normal_learned)
        self.engineer_share = _share(present + experts, learned)
        present = technicians.heads * min(1.0, technicians.proficiency / normal_skilled)
        self.technician_share = _share(present + max(0.0, experts - short), skilled)
        manned = max(self.technician_share, thin.technicians_floor)
        self.repair_factor = manned**-thin.repair_exponent if 0.0 < manned < 1.0 else 1.0
        self.scrap_penalty = thin.scrap_slope * max(0.0, normal - here)


def _share(present: float, needed: float) -> float:
    return min(1.0, present / needed) if needed > 0.0 else 1.0
