"""Training programmes: cohorts from intake to exam."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, Protocol

import simpy

from bvsim.schema.labour import SKILLS, Programme
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK
from bvsim.valley.ground.columns import Columns, flow, flows, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.streams import binomial_quantile
from bvsim.valley.people.pools import Mover
from bvsim.valley.people.workforce import Workforce


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

Events = Generator[simpy.Event, object, None]


class Group:
    """Those of a cohort who go through the plant together: trainees `first` to `last` of it.

    `luck` are the cohort's three uniform numbers: of drop-outs, of the exam, of placement.
    """

    __slots__ = ("first", "last", "luck")

    def __init__(self, first: int, last: int, luck: list[float]) -> None:
        self.first, self.last, self.luck = first, last, luck


class Offer:
    """The seats of an intake: those to fill, and those empty for want of something else."""

    __slots__ = ("posts", "rooms", "seats", "tutors", "wanted")

    def __init__(self, seats: int, wanted: int, posts: int, rooms: int, tutors: int) -> None:
        self.seats, self.wanted = seats, wanted
        self.posts, self.rooms, self.tutors = posts, rooms, tutors


class Recruiter(Protocol):
    """Where trainees come from and graduates go: the labour market."""

    def recruit(self, programme: Course, wanted: int, smallest: int, *, imposed: bool) -> int:
        """Take trainees out of the pools; return how many.

        As many as wanted if imposed; nobody where fewer than the smallest group apply.
        """

    def release_trainees(self, programme: Course, number: int, *, trained: bool) -> None:
        """Put people who end a course back into the pools."""

    def graduate(self, programme: Course, number: int) -> None:
        """Hand over graduates who take up work."""

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
        self._ctx, self._market = ctx, market
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
        self._observed = sorted(
            (ctx.calendar.day(intake.date), intake.trainees)
            for intake in spec.observed.values()
            if 0.0 <= ctx.calendar.day(intake.date) <= ctx.as_of_day
        )

    def run(self) -> Events:
        """Take in one cohort after another."""
        env, spec = self._ctx.env, self.spec
        interval = max(1.0, spec.interval * DAYS_PER_WEEK)
        planned = spec.first_intake
        if planned is None:
            if self.employer is None:
                return
            yield from self._await_sop(self.employer)
            planned = env.now
        if planned < 0.0:  # earlier cohorts have left the course by the start
            planned += math.ceil(-planned / interval) * interval
        until = math.inf if spec.until is None else spec.until
        while planned < until:
            known = self._known_intake(planned, interval)
            start = known[0] if known else planned + spec.delay.at(planned)
            if start > env.now:
                yield env.timeout(start - env.now)
            luck = self._stream.uniforms(3)  # of every intake, also without a cohort: common luck
            number = self._take_in(known[1] if known else None)
            if number:
                env.process(self._cohort(number, luck))
            planned += interval

    def _await_sop(self, employer: Workforce) -> Events:
        """Wait until the destination's first SOP, as it is expected, is near enough."""
        env, ahead = self._ctx.env, (self.spec.ahead_of_sop or 0.0) * DAYS_PER_MONTH
        while (days := employer.plan.first_sop - ahead - env.now) > 0.0:
            replanned = employer.replanned
            yield replanned | env.timeout(days) if math.isfinite(days) else replanned

    def _known_intake(self, planned: float, interval: float) -> tuple[float, int] | None:
        for day, trainees in self._observed:
            if abs(day - planned) <= interval / 2.0:
                return day, trainees
        return None

    def _take_in(self, observed: int | None) -> int:
        """Begin a cohort with whoever applies; return its size."""
        offer = self._offer(observed)
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

    def _offer(self, observed: int | None) -> Offer:
        """Return the seats of an intake, and which of them nobody can be taken in for."""
        seats = round(self.spec.seats.at(self._ctx.env.now))
        if observed is not None:
            return Offer(max(seats, observed), observed, 0, 0, 0)
        free = max(0, min(seats, seats * round(self.spec.rooms) - self._in_centre))
        wanted = max(0, min(free, self._posts(seats)))
        tutors = min(seats - free, self._waiting)
        short = [free - wanted, seats - free - tutors, tutors]
        if wanted < self._smallest(seats):  # too few for a group, for the want that is largest
            short[short.index(max(short))] += wanted
            wanted = 0
        return Offer(seats, wanted, short[0], short[1], short[2])

    def _smallest(self, seats: int) -> int:
        """Return how many trainees make a group."""
        return max(1, min(round(self.spec.smallest), seats))

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
            cost = offer.wanted * self.spec.cost / 1000.0
            cells[COURSE.training_cost_meur] += cost
            self._market.pay(cost)

    def _posts(self, seats: int) -> int:
        """Return how many trainees are worth taking in."""
        if self.spec.runs == "always":
            return seats
        if self.employer is None:
            return 0
        end = self._ctx.env.now + self.centre_days + self.plant_days
        posts = self.employer.expected_vacancies(self.skill, end) - self.in_training
        completing = (1.0 - self.spec.drop_out) * self.spec.exam_pass * self.spec.placement
        return math.ceil(posts / completing) if completing > 0.0 else 0

    def _cohort(self, number: int, luck: list[float]) -> Events:
        """Take one cohort through the centre and, as tutors become free, the plant."""
        env = self._ctx.env
        yield env.timeout(self.centre_days)
        self._waiting += number
        begun = 0
        while begun < number:
            tutors = yield from self._tutors(number - begun)
            end = number
            if tutors:
                taught = max(1, math.floor(tutors * self.spec.trainees_per_trainer))
                end = min(number, begun + taught)
            self._waiting -= end - begun
            self._in_centre -= end - begun
            plant = self._in_plant(Group(begun, end, luck), tutors)
            if end < number:  # the others wait for tutors
                env.process(plant)
            else:
                yield from plant
            begun = end

    def _tutors(self, trainees: int) -> Generator[simpy.Event, object, int]:
        """Wait for the plant's tutors of some trainees; return how many, 0 where it lends none."""
        if self.plant_days <= 1e-9 or self.employer is None or self.employer.closed:
            return 0
        wanted = math.ceil(trainees / max(self.spec.trainees_per_trainer, 1e-9))
        return (yield from self.employer.lend_tutors(wanted))

    def _in_plant(self, group: Group, tutors: int) -> Events:
        """Take a group through the plant to the exam."""
        yield self._ctx.env.timeout(max(self.plant_days, 0.0))
        if tutors and self.employer is not None:
            self.employer.return_tutors(tutors)
        self._finish(group)

    def _finish(self, group: Group) -> None:
        """Settle who dropped out, who failed and who graduated."""
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
        self._ctx.trace.log(
            day=self._ctx.env.now,
            entity=self.name,
            event="graduation",
            cause="end of course",
            value=passed,
            unit="heads",
        )

    def _outcome(self, group: Group) -> tuple[int, int, int]:
        """Return drop-outs, graduates and graduates who take up work."""
        spec = self.spec
        if self._chance:
            a, b, c = outcome(spec, group.last, group.luck)
            if group.first:
                d, e, f = outcome(spec, group.first, group.luck)
                return a - d, b - e, c - f
            return a, b, c
        number = group.last - group.first
        passed = self._passing.whole(number * (1.0 - spec.drop_out) * spec.exam_pass)
        passed = min(passed, number)
        dropped = min(self._dropping.whole(number * spec.drop_out), number - passed)
        return dropped, passed, min(passed, self._placing.whole(passed * spec.placement))


def outcome(spec: Programme, trainees: int, luck: list[float]) -> tuple[int, int, int]:
    """Return drop-outs, graduates and those who take up work among a cohort's first trainees.

    Each is a binomial count at the cohort's own uniform number, so that it never falls as
    trainees are added: groups of a cohort get the differences, and larger cohorts have at
    least the graduates of smaller ones.
    """
    dropped = binomial_quantile(luck[0], trainees, spec.drop_out)
    passed = binomial_quantile(luck[1], trainees - dropped, spec.exam_pass)
    return dropped, passed, binomial_quantile(luck[2], passed, spec.placement)
