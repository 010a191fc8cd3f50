"""Training programmes: cohorts from intake to exam."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Generator

import simpy

from bvsim.schema.labour import SKILLS, Programme
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK
from bvsim.valley.ground.clock import Act
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.ground.streams import binomial_quantile
from bvsim.valley.people.columns import COURSE
from bvsim.valley.people.intakes import LUCK_NUMBERS, KnownIntake, Luck, Offer
from bvsim.valley.people.pools import Mover
from bvsim.valley.people.rules import nearest
from bvsim.valley.people.workforce import Workforce

Events = Generator[simpy.Event, object, None]


class Recruiter(ABC):
    """Where trainees come from and graduates go: the labour market."""

    @abstractmethod
    def recruit(self, programme: Course, wanted: int, smallest: int, *, imposed: bool) -> int:
        """Take trainees out of the pools; return how many.

        As many as wanted if imposed; nobody where fewer than the smallest group apply.
        """

    @abstractmethod
    def release_trainees(self, programme: Course, number: int, *, trained: bool) -> None:
        """Put people who end a course back into the pools."""

    @abstractmethod
    def graduate(self, programme: Course, number: int) -> None:
        """Hand over graduates who take up work."""

    @abstractmethod
    def pay(self, meur: float) -> None:
        """Book what a cohort costs, EUR million."""


class Course:
    """A programme and its cohorts under way.

    Parameters
    ----------
    name : str
        The programme.
    spec : Programme
        Its drawn figures.
    ctx : Context
        Clock, streams and books.
    market : Recruiter
        Source of trainees and destination of graduates.
    employer : Workforce or None
        Who takes the graduates first and lends tutors.
    """

    def __init__(
        self,
        name: str,
        spec: Programme,
        ctx: Context,
        market: Recruiter,
        employer: Workforce | None,
    ) -> None:
        if (spec.first_intake is None) == (spec.ahead_of_sop is None):
            raise ValueError(f"{name}: give either first_intake or ahead_of_sop")
        self.name, self.spec, self.employer = name, spec, employer
        self.skill, self.draws_on = SKILLS.index(spec.skill), SKILLS.index(spec.draws_on)
        self.basin: str = spec.basin
        self.applicants: float = spec.applicants
        self.automotive: float = spec.automotive
        self._seats, self._delay = OverTime(spec.seats), OverTime(spec.delay)
        self._rooms, self._least = nearest(spec.rooms), nearest(spec.smallest)
        self._always = spec.runs == "always"
        self._drop_out: float = spec.drop_out
        self._exam_pass: float = spec.exam_pass
        self._placement: float = spec.placement
        self._cost: float = spec.cost
        self._trainees_per_trainer: float = spec.trainees_per_trainer
        self._env, self._clock = ctx.env, ctx.clock
        self._trace, self._market = ctx.trace, market
        days = spec.hours / spec.hours_a_week * DAYS_PER_WEEK
        self.centre_days = days * spec.centre_share
        self.plant_days = days - self.centre_days
        self._chance = ctx.streams.key.chance
        self._stream = ctx.streams.stream(name, "cohorts")
        self._dropping, self._passing, self._placing = Mover(), Mover(), Mover()
        self._in_centre = self._waiting = 0
        """Trainees who take up the centre's rooms; those of them who wait for tutors."""
        self.taken_in = self.graduated = self.dropped = self.failed = 0
        self.in_training = 0
        self.account: Account | None = None
        self._interval = max(1.0, spec.interval * DAYS_PER_WEEK)
        self._planned = 0.0
        """Day of the next intake, as planned."""
        self._until: float = math.inf if spec.until is None else spec.until
        self._next: KnownIntake | None = None
        self._act: Act = self.begin  # looked up once
        self._begun: list[Cohort] = []
        """Cohorts of today whose end of the centre's part is to be put down."""
        self._without = 0
        """Intakes without a cohort since the last one, whose numbers are not drawn yet."""
        self._offered = Offer()
        observed = sorted(
            (ctx.calendar.day(intake.date), intake.trainees)
            for intake in spec.observed.values()
            if 0.0 <= ctx.calendar.day(intake.date) <= ctx.as_of_day
        )
        self._observed = [KnownIntake(day, trainees) for day, trainees in observed]

    def run(self) -> Events:
        """Wait until the day of the first intake is known, and let one follow another."""
        planned = self.spec.first_intake
        if planned is None:
            if self.employer is None:
                return
            yield from self._await_sop(self.employer)
            planned = self._clock.now
        if planned < 0.0:  # earlier cohorts have left the course by the start
            planned += math.ceil(-planned / self._interval) * self._interval
        self._planned = planned
        self._follow(self._clock.now)

    def _await_sop(self, employer: Workforce) -> Events:
        """Wait until the destination's first SOP, as it is expected, is near enough."""
        env, ahead = self._env, (self.spec.ahead_of_sop or 0.0) * DAYS_PER_MONTH
        while (days := employer.plan.first_sop - ahead - env.now) > 0.0:
            replanned = employer.replanned
            yield replanned | env.timeout(days) if math.isfinite(days) else replanned

    def _follow(self, now: float) -> None:
        """Wait for the next intake, and hold at once those whose day has passed."""
        clock = self._clock
        while self._planned < self._until:
            self._next = known = self._known_intake(self._planned)
            planned = self._planned + self._delay.at(self._planned)
            start = planned if known is None else known.day
            if start > now:
                clock.after(start - now, self._act)
                break
            self._begin(now)
        if self._begun:
            for cohort in self._begun:
                clock.after(self.centre_days, cohort.leave_centre)
            self._begun.clear()

    def begin(self) -> None:
        """Begin a cohort on the day of its intake."""
        now = self._clock.now
        self._begin(now)
        self._follow(now)

    def _begin(self, day: float) -> None:
        """Hold the next intake, and note its cohort, if there is one."""
        self._planned += self._interval
        number = self._take_in(day, None if self._next is None else self._next.trainees)
        if number:
            self._begun.append(Cohort(self, number, self._luck()))
        else:
            self._without += 1

    def _luck(self) -> Luck:
        """Return this intake's luck: each has its own, also those that had no cohort."""
        stream = self._stream
        for _ in range(self._without):
            for _ in range(LUCK_NUMBERS):
                stream.uniform()
        self._without = 0
        dropping, passing, placing = stream.uniform(), stream.uniform(), stream.uniform()
        return Luck(dropping, passing, placing)

    def _known_intake(self, planned: float) -> KnownIntake | None:
        for known in self._observed:
            if abs(known.day - planned) <= self._interval / 2.0:
                return known
        return None

    def _take_in(self, day: float, observed: int | None) -> int:
        """Begin a cohort with whoever applies; return its size."""
        offer = self._offered
        self._offer(day, observed)
        smallest, number = self._smallest(offer.seats), 0
        if offer.wanted:
            number = self._market.recruit(
                self, offer.wanted, smallest, imposed=observed is not None
            )
        self._book_offer(offer, number)
        if number:
            self.taken_in += number
            self.in_training += number
            self._in_centre += number
            if self.account is not None:
                self.account.now[COURSE.in_training] = self.in_training
        return number

    def _offer(self, day: float, observed: int | None) -> None:
        """Offer the seats of an intake, and say which of them nobody can be taken in for."""
        seats = nearest(self._seats.at(day))
        if observed is not None:
            self._offered.put(max(seats, observed), observed, 0, 0, 0)
            return
        free = max(0, min(seats, seats * self._rooms - self._in_centre))
        wanted = max(0, min(free, self._posts(day, seats)))
        tutors = min(seats - free, self._waiting)
        posts, rooms = free - wanted, seats - free - tutors
        if wanted >= self._smallest(seats):
            self._offered.put(seats, wanted, posts, rooms, tutors)
            return
        if posts >= max(rooms, tutors):  # too few for a group, for the want that is largest
            posts += wanted
        elif rooms >= tutors:
            rooms += wanted
        else:
            tutors += wanted
        self._offered.put(seats, 0, posts, rooms, tutors)

    def _smallest(self, seats: int) -> int:
        """Return how many trainees make a group."""
        return max(1, min(self._least, seats))

    def _book_offer(self, offer: Offer, number: int) -> None:
        """Book the seats of an intake, and why some of them stay empty."""
        if self.account is None:
            return
        cells, others = self.account.now, offer.posts + offer.rooms + offer.tutors
        cells[COURSE.seats] += offer.seats
        cells[COURSE.intake] += number
        cells[COURSE.empty] += offer.seats - number - others
        cells[COURSE.empty + 1] += offer.posts
        cells[COURSE.empty + 2] += offer.rooms
        cells[COURSE.empty + 3] += offer.tutors
        if number:
            cost = offer.wanted * self._cost / 1000.0
            cells[COURSE.training_cost_meur] += cost
            self._market.pay(cost)

    def _posts(self, day: float, seats: int) -> int:
        """Return how many trainees are worth taking in."""
        if self._always:
            return seats
        if self.employer is None:
            return 0
        end = day + self.centre_days + self.plant_days
        posts = self.employer.expected_vacancies(self.skill, end) - self.in_training
        completing = (1.0 - self._drop_out) * self._exam_pass * self._placement
        return math.ceil(posts / completing) if completing > 0.0 else 0

    def wait_for_plant(self, number: int) -> None:
        """Count trainees who have ended the centre's part and wait for tutors."""
        self._waiting += number

    def seek_tutors(self, trainees: int, act: Act) -> int:
        """Have something done once the plant lends tutors; return how many, 0 if it lends none."""
        if self.plant_days <= 1e-9 or self.employer is None:
            return 0
        wanted = math.ceil(trainees / max(self._trainees_per_trainer, 1e-9))
        return self.employer.lend_tutors(wanted, act)

    def tutors_come(self) -> None:
        """Take tutors off the plant's line."""
        if self.employer is not None:
            self.employer.dirty = True

    def go_to_plant(self, cohort: Cohort, begun: int, tutors: int) -> int:
        """Let those of a cohort go on to the plant whom tutors can teach; return how many have.

        Without tutors all of them go: nobody waits.
        """
        end = cohort.number
        if tutors:
            taught = max(1, math.floor(tutors * self._trainees_per_trainer))
            end = min(end, begun + taught)
        self._waiting -= end - begun
        self._in_centre -= end - begun
        days = self.plant_days if self.plant_days > 0.0 else 0.0
        self._clock.after(days, Group(self, begun, end, cohort.luck, tutors).finish)
        return end

    def finish(self, group: Group) -> None:
        """Settle who dropped out, who failed and who graduated."""
        if group.tutors and self.employer is not None:
            self.employer.return_tutors(group.tutors)
        number = group.last - group.first
        dropped, passed, placed = self._outcome(group)
        failed = number - dropped - passed
        self.in_training -= number
        self.dropped += dropped
        self.failed += failed
        self.graduated += passed
        if self.account is not None:
            cells = self.account.now
            cells[COURSE.graduates] += passed
            cells[COURSE.placed] += placed
            cells[COURSE.dropouts] += dropped
            cells[COURSE.exam_failures] += failed
            cells[COURSE.in_training] = self.in_training
        self._market.release_trainees(self, dropped + failed, trained=False)
        self._market.release_trainees(self, passed - placed, trained=True)
        self._market.graduate(self, placed)
        if self._trace.keep:
            self._trace.log(
                day=self._clock.now,
                entity=self.name,
                event="graduation",
                cause="end of course",
                value=passed,
                unit="heads",
            )

    def _outcome(self, group: Group) -> tuple[int, int, int]:
        """Return drop-outs, graduates and graduates who take up work."""
        if self._chance:
            a, b, c = self.outcome(group.last, group.luck)
            if group.first:
                d, e, f = self.outcome(group.first, group.luck)
                return a - d, b - e, c - f
            return a, b, c
        number = group.last - group.first
        passed = int(self._passing.whole(number * (1.0 - self._drop_out) * self._exam_pass))
        passed = min(passed, number)
        dropped = min(int(self._dropping.whole(number * self._drop_out)), number - passed)
        placed = int(self._placing.whole(passed * self._placement))
        return dropped, passed, min(passed, placed)

    def outcome(self, trainees: int, luck: Luck) -> tuple[int, int, int]:
        """Return drop-outs, graduates and those who take up work among a cohort's first trainees.

        Each is a binomial count at the cohort's own uniform number, so that it never falls as
        trainees are added: groups of a cohort get the differences, and larger cohorts have at
        least the graduates of smaller ones.
        """
        dropped = binomial_quantile(luck.dropping, trainees, self._drop_out)
        passed = binomial_quantile(luck.passing, trainees - dropped, self._exam_pass)
        return dropped, passed, binomial_quantile(luck.placing, passed, self._placement)


class Cohort:
    """Those who began a course together.

    Parameters
    ----------
    course : Course
        The programme.
    number : int
        Trainees.
    luck : Luck
        Its uniform numbers.
    """

    __slots__ = ("_begun", "_course", "_tutors", "luck", "number")

    def __init__(self, course: Course, number: int, luck: Luck) -> None:
        self._course, self.number, self.luck = course, number, luck
        self._begun = self._tutors = 0
        """Those who have gone on to the plant, and tutors who come for others."""

    def leave_centre(self) -> None:
        """End the centre's part, and go on to the plant as tutors become free."""
        self._course.wait_for_plant(self.number)
        self._seek_tutors()

    def _seek_tutors(self) -> None:
        self._tutors = self._course.seek_tutors(self.number - self._begun, self.be_taught)
        if not self._tutors:
            self._begun = self._course.go_to_plant(self, self._begun, 0)

    def be_taught(self) -> None:
        """Go on to the plant with the tutors who have come; the others wait for theirs."""
        self._course.tutors_come()
        self._begun = self._course.go_to_plant(self, self._begun, self._tutors)
        if self._begun < self.number:
            self._seek_tutors()


class Group:
    """Those of a cohort who go through the plant together: trainees `first` to `last` of it.

    Parameters
    ----------
    course : Course
        The programme.
    first, last : int
        Trainees.
    luck : Luck
        The cohort's uniform numbers.
    tutors : int
        Who teaches them, of the plant's people.
    """

    __slots__ = ("_course", "first", "last", "luck", "tutors")

    def __init__(self, course: Course, first: int, last: int, luck: Luck, tutors: int) -> None:
        self._course, self.first, self.last = course, first, last
        self.luck, self.tutors = luck, tutors

    def finish(self) -> None:
        """End the course with the exam."""
        self._course.finish(self)
