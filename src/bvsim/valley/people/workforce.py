"""The heads of one employer: what it plans, whom it has, and what they make possible."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from bvsim.schema.labour import SKILLS, Labour, Staffing
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.clock import Act
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.streams import Stream
from bvsim.valley.people.columns import STAFF
from bvsim.valley.people.opening import begin_along
from bvsim.valley.people.path import Hours, ReferencePath, share_of
from bvsim.valley.people.plan import Observed, StaffPlan, lead_days
from bvsim.valley.people.pools import BasinPool, Mover, together
from bvsim.valley.people.rules import nearest
from bvsim.valley.people.skills import Split
from bvsim.valley.people.staff import Fading, Staff
from bvsim.valley.people.tenure import Tenure, usual_turnover
from bvsim.valley.people.thin import Thin
from bvsim.valley.people.tutors import Tutors

if TYPE_CHECKING:
    from mypy_extensions import i64

OPERATORS: Final = 0
TECHNICIANS: Final = 1
ENGINEERS: Final = 2


class Workforce:
    """The staff of one employer.

    Made by `LabourMarket.employ`. A plant calls `ask` before each clearing and reads
    the attributes after it.

    Attributes
    ----------
    crew_share : float
        Crews present over those that run the released lines round the clock, in [0, 1];
        operators greener than those on the class's path count for less.
    technician_share : float
        Hours of technicians over those on the path, in [0, 1].
    learning_speed : float
        How fast rate and yield are learnt, and a stall is mended: 1 on the class's path.
    repair_factor : float
        Repairs take so many times as long, at least 1.
    scrap_penalty : float
        Share points of scrap added by operators greener than those on the path.
    heads : float
        Own staff.
    experts : int
        Experts lent.
    vacancies : int
        Posts wanted today and empty.
    """

    def __init__(
        self,
        *,
        name: str,
        pool: BasinPool,
        staffing: Staffing,
        observed: Sequence[tuple[float, float]],
        opened: float,
        spec: Labour,
        fading: Sequence[Fading],
        env: Environment,
        chance: bool,
        stream: Stream,
        shifts: Stream,
        on_close: Callable[[Workforce, vec[float]], None],
    ) -> None:
        self.name, self.basin, self.pool = name, pool.name, pool
        self.index: i64 = -1  # the register numbers the employers
        self.pay: float = staffing.pay
        hiring, self._thin = spec.hiring, Thin(spec.thin_staffing)
        self._capacity: float = hiring.capacity
        self._trainers: float = hiring.trainers
        self._chance, self._stream = chance, stream
        self._env, self._on_close = env, on_close
        learning = [getattr(spec.proficiency, skill) for skill in SKILLS]
        self.start_gaps = vec[float]([1.0 - each.start for each in learning])
        self.staff = [Staff(each) for each in fading]
        self._tenure = Tenure(spec.attrition, staffing, shifts)
        self._turnover = self._tenure.turnover
        self._path = ReferencePath(staffing.path, learning, usual_turnover(spec.attrition))
        self._on_path = Hours()
        self.plan = StaffPlan(staffing)
        self._mix = Split(vec[float](self.plan.mix))
        self.replanned = env.event()
        """Succeeds when the plan changes while somebody waits for it; there is another one then."""
        self.observed = Observed(observed, staffing.lead * DAYS_PER_MONTH, opened)
        leads = lead_days(spec.hiring)
        self.lead_days = vec[float](leads)
        self._longest_lead = max(leads)
        self._leaving = vec[float]([self._turnover * d / DAYS_PER_MONTH for d in leads])
        """Share of the staff that leaves within the lead time of a hire."""
        self._empty_months = 0
        """Months without anybody who could leave, for which no numbers are drawn yet."""
        self._wants_staff = False
        """Whether the plan wanted anybody when the month began."""
        self.transit = vec[float]([0.0] * 4)
        """People won whose first day is ahead, by skill."""
        self.awaiting = vec[float]([0.0] * 4)
        """Graduates who hold an offer of this employer."""
        self._wanted = vec[float]([0.0] * 4)
        self.leavers = vec[float]([0.0] * 4)
        """Who left when this month began."""
        self.away, self.poached, self.outside = ([Mover() for _ in SKILLS] for _ in range(3))
        self.tutors = Tutors(env.clock)
        self.opening = self.hired = self.left = self.heads = self.vacancies = 0.0
        self.since = math.inf
        """Day since which there are vacancies: the first served under `first-come`."""
        self.crew_share = self.technician_share = self.scrap_penalty = 0.0
        self.learning_speed = self.repair_factor = 1.0
        self.experts, self.closed = 0, False
        self.dirty = self._unwritten = True
        """Whether something is to be worked out anew, and whether heads are to be written down."""
        self.account: Account | None = None

    def ask(self, plans: Sequence[tuple[float, ...]], lines: int = 1) -> None:
        """Tell the market what the plant plans to run.

        Parameters
        ----------
        plans : sequence of (nameplate, sop_day, released[, due])
            One `Plan` per block: nameplate in units a year, expected or actual SOP in days
            since the start (inf when stopped), nameplate of its released lines, and the
            share of its lines that would be released undisturbed.
        lines : int
            Released lines, for the steps in which crews run.
        """
        if not self.closed and self.plan.update(plans, lines):
            self.dirty = True
            if self.replanned.callbacks:  # somebody waits for it
                self.replanned.succeed()
                self.replanned = self._env.event()

    def open_with(self, day: float) -> None:
        """Settle the staff observed at the start, hired along the observed path."""
        if self.observed.heads(day) <= 0.0:
            return
        begin_along(self.staff, self.start_gaps, self.observed, self._mix, day)
        self.heads = self.opening = sum(staff.heads for staff in self.staff)
        self.dirty = True

    def month(self, day: float, month_end: float, factor: float, technicians: float) -> float:
        """Let a month pass for the staff; `leavers` says by skill who left, the sum is returned.

        Parameters
        ----------
        day, month_end : float
            First day of the month and of the next one.
        factor, technicians : float
            On the hazard of leaving (upskilling), and for technicians (pull of other
            sites besides).
        """
        imposed, stream, leavers = self.observed.imposes(day), self._stream, self.leavers
        skill: i64
        for skill in range(4):
            leavers[skill] = 0.0
        self._wants_staff = self.heads > 0.0 or imposed or self.plan.begun(day)
        if not self._wants_staff:
            self._empty_months += 1
            return 0.0
        if self._empty_months:
            self._pass_over()
        tenure, chance = self._tenure, self._chance
        tenure.month(factor, technicians)
        for skill, staff in enumerate(self.staff):
            luck = stream.uniform()
            if staff.heads > 0.0:
                staff.age()
                odds = tenure.pulled if skill == TECHNICIANS else tenure.usual
                leavers[skill] = staff.attrition(luck, odds, chance=chance)
        self._change_shifts(day, month_end)
        if imposed and not self.closed:
            self._dismiss_surplus(month_end)
        gone = together(leavers)
        self._book_leavers(gone)
        return gone

    def _pass_over(self) -> None:
        """Draw the numbers of months without anybody: luck stays with its month."""
        for _ in range(self._empty_months * len(SKILLS)):
            self._stream.uniform()
        self._empty_months = 0

    def _change_shifts(self, day: float, month_end: float) -> None:
        """Let operators leave whom a new shift pattern drives away, and count them."""
        share = self._tenure.shift_leavers(day, month_end)
        if share > 0.0:
            operators = self.staff[OPERATORS]
            gone = math.floor(operators.heads * share + 0.5)
            operators.dismiss_evenly(gone)
            self.leavers[OPERATORS] += gone

    def _dismiss_surplus(self, month_end: float) -> None:
        """Let those go, newest first, who are more than an observation says, and count them."""
        skill: i64
        targets = self._mix.of(self.observed.heads(month_end))
        for skill, staff in enumerate(self.staff):
            surplus = staff.heads - targets[skill]
            if surplus > 0.0:
                staff.dismiss(surplus)
                self.leavers[skill] += surplus

    def targets(self, day: float) -> list[int]:
        """Return the heads by skill that the plan wants on a day."""
        self._wants_staff = True
        return [nearest(target) for target in self.plan.targets(day)]

    def wants(self, day: float, month_end: float) -> vec[float]:
        """Return how many people to win this month, by skill, in a row that serves each month."""
        skill: i64
        wants = self._wanted
        for skill in range(4):
            wants[skill] = 0.0
        if self.closed:
            return wants
        if self.observed.imposes(day):
            targets = self._mix.of(self.observed.heads(month_end))
            for skill, staff in enumerate(self.staff):
                missing = targets[skill] - staff.heads
                wants[skill] = missing if missing > 0.0 else 0.0
        elif self.heads > 0.0 or self.plan.begun(day + self._longest_lead):
            return self._planned_wants(wants, day)
        return wants

    def _planned_wants(self, wants: vec[float], day: float) -> vec[float]:
        """Return how many people the plan says to win, by skill, as far as they can be hired."""
        skill: i64
        total, plan = 0.0, self.plan
        for skill, staff in enumerate(self.staff):
            heads = staff.heads
            planned = plan.target_ahead(skill, day, self.lead_days[skill])
            missing = planned + heads * self._leaving[skill] - heads
            number = int(missing + 0.5) - self.transit[skill]
            if number > 0.0:
                wants[skill] = number
                total += number
        return Split(wants, total).of(self._capacity) if total > self._capacity else wants

    def expected_vacancies(self, skill: i64, day: float) -> int:
        """Return posts of a skill that will be empty on a day, if nobody else is hired."""
        if self.closed:
            return 0
        here = self.staff[skill].heads + self.transit[skill] + self.awaiting[skill]
        months = (day - self.plan.asked) / DAYS_PER_MONTH
        staying = here * math.exp(-self._turnover * (months if months > 0.0 else 0.0))
        empty = math.floor(self.plan.target(skill, day) - staying + 0.5)
        return empty if empty > 0 else 0

    def hire(self, skill: i64, number: float, gap: float) -> None:
        """Let people begin work."""
        staff = self.staff[skill]
        staff.hire(number, gap)
        self.hired += number
        self.heads += number
        self.dirty = True
        if self.account is not None:
            now = self.account.now
            now[STAFF.hires] += number
            if self._unwritten:
                self._write_heads(now)
            else:
                now[STAFF.headcount] = self.heads
                now[STAFF.operators + skill] = staff.heads

    def count_origin(self, origin: i64, number: float) -> None:
        """Count people whom the employer won, by where they come from."""
        if self.account is not None:
            self.account.now[STAFF.won + origin] += number

    def count_freed(self, number: float) -> None:
        """Count those of them whom a closure had freed."""
        if number > 0.0 and self.account is not None:
            self.account.now[STAFF.won_freed] += number

    def close(self, day: float, kept: float = 0.0) -> None:
        """Close the plant: all but a share that is kept go into the pool of the basin."""
        if self.closed:
            return
        skill: i64
        self.closed = True
        self.since = day
        self.plan.update((), 1)
        gone = vec[float]([0.0] * 4)
        for skill, staff in enumerate(self.staff):
            gone[skill] = staff.heads - math.floor(staff.heads * kept)
            staff.dismiss(gone[skill])
        self._book_leavers(together(gone))
        self.tutors.resize(self.tutors.lent + self.tutors.sought)  # nobody waits in vain
        self.crew_share = self.technician_share = 0.0
        self.experts = 0
        self.vacancies = 0.0
        self._on_close(self, gone)

    def reopen(self) -> None:
        """Hire again, once the plant says what it plans."""
        self.closed = False
        self.dirty = True

    def dismiss(self, skill: i64, number: float) -> None:
        """Let a number of people go, newest first."""
        self.staff[skill].dismiss(number)
        self._book_leavers(number)

    @property
    def holds_offers(self) -> bool:
        """Whether graduates hold an offer of this employer."""
        return together(self.awaiting) > 0.0

    def offer(self, skill: i64, number: float) -> None:
        """Offer posts to graduates, who begin when the market clears."""
        self.awaiting[skill] += number

    def lend_tutors(self, wanted: int, act: Act) -> int:
        """Have something done once there are tutors; return how many, at most those wanted.

        Lent experts teach before operators do. Before a plant has operators its courses
        are taught by experts elsewhere: there are none then, and nothing is done.
        """
        if self.closed or self.staff[OPERATORS].heads <= 0.0:
            return 0
        self._count_tutors()
        return self.tutors.lend(wanted, act)

    def return_tutors(self, number: int) -> None:
        """Take tutors back to the line."""
        self.tutors.give_back(number)
        self.dirty = True

    def _count_tutors(self) -> None:
        """Let the number of tutors follow the staff."""
        operators = self.staff[OPERATORS].heads
        self.tutors.resize(max(1, math.floor(self._trainers * operators)) + self.experts)

    def _book_leavers(self, number: float) -> None:
        if number <= 0.0:
            return
        self.left += number
        self.heads -= number
        self.dirty = self._unwritten = True
        if self.account is not None:
            self.account.now[STAFF.leavers] += number

    def review(self, day: float) -> None:
        """Refresh what changes month by month: experts and vacancies."""
        plan, experts = self.plan, self.experts
        plan.asked = day
        lives = plan.active and not self.closed
        self.experts = plan.experts(day) if lives else 0
        if self.heads > 0.0 or self.experts != experts:
            self.dirty = True
        if lives and self._wants_staff:
            self._count_vacancies(day)
        else:
            self.vacancies, self.since = 0.0, math.inf
        if self.account is not None:
            now = self.account.now
            now[STAFF.vacancies], now[STAFF.experts] = self.vacancies, self.experts
            now[STAFF.learning_speed] = self.learning_speed
            now[STAFF.vacancy_months] += self.vacancies

    def _count_vacancies(self, day: float) -> None:
        skill: i64
        empty, targets = 0.0, self.plan.targets(day)
        for skill, staff in enumerate(self.staff):
            target = targets[skill]
            if target > staff.heads:
                empty += nearest(target) - staff.heads
        self.vacancies = empty
        if empty <= 0.0:
            self.since = math.inf
        elif day < self.since:
            self.since = day

    def _write_heads(self, now: vec[float]) -> None:
        skill: i64
        self._unwritten = False
        now[STAFF.headcount] = self.heads
        for skill, staff in enumerate(self.staff):
            now[STAFF.operators + skill] = staff.heads

    def refresh(self, day: float, *, lifted: bool) -> None:
        """Work out what the people present make possible on a day."""
        self.dirty = False
        if self.tutors.sought:
            self._count_tutors()
        if self._unwritten and self.account is not None:
            self._write_heads(self.account.now)
        if self.closed:
            return
        path = self._on_path
        self._path.add_up(path, day, self.plan.sops, self.plan.manned)
        here, needed = self.staff[OPERATORS].proficiency, path.proficiency
        self.crew_share = 1.0 if lifted else self._crews(here / needed)
        self._set_learning(path, lifted=lifted)
        self.scrap_penalty = 0.0 if lifted else self._thin.scrap_penalty(needed - here)

    def _set_learning(self, path: Hours, *, lifted: bool) -> None:
        """Compare technicians, engineers and experts with those on the class's path.

        Experts stand in for engineers who are missing; the others help technicians.
        """
        experts, thin = self.experts, self._thin
        technicians, engineers = self.staff[TECHNICIANS].hours, self.staff[ENGINEERS].hours
        skilled = share_of(technicians + engineers + experts, path.skilled, thin.floor)
        missing = path.engineers - engineers
        spare = experts - missing if missing > 0.0 else float(experts)
        present = share_of(technicians + (spare if spare > 0.0 else 0.0), path.technicians)
        if lifted:
            self.technician_share = self.learning_speed = 1.0
        else:
            self.technician_share = present if present < 1.0 else 1.0
            self.learning_speed = thin.learning_speed(skilled)
        self.repair_factor = thin.repair_factor(self.technician_share)

    def _crews(self, proficient: float) -> float:
        """Return the share of crews that can work, operators weighed by proficiency."""
        needed = self.plan.operators_needed * self._thin.crew_minimum
        if not needed:
            return 1.0
        crews = self.plan.crews
        teaching = self.tutors.lent - self.experts
        present = self.staff[OPERATORS].heads - (teaching if teaching > 0 else 0)
        if present <= 0.0:
            return 0.0
        working = present * (proficient if proficient < 1.0 else 1.0)
        share = int(working / (needed / crews) + 1e-9) / crews
        return share if share < 1.0 else 1.0
