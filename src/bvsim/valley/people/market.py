"""The labour market of one replication: people between basins, courses and employers.

Heads are integers and conserved: everybody is in a pool, on a course, about to begin
a job, employed by a plant or by a competing site, or has turned to other work. The
market clears once a month; between, people arrive and courses end on their own days.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from bvsim.schema.labour import SKILLS, Labour, Staffing
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.claims import HiringClaim
from bvsim.valley.people.clearing import Clearing
from bvsim.valley.people.columns import COURSE, STAFF
from bvsim.valley.people.competitors import CompetingSite
from bvsim.valley.people.moves import (
    Leavers,
    Newcomers,
    TrainingDesk,
    place_graduates,
)
from bvsim.valley.people.pools import (
    BASIN,
    EXPERIENCED,
    SEEKERS,
    BasinPool,
    Departures,
    together,
)
from bvsim.valley.people.programmes import Course
from bvsim.valley.people.register import PEOPLE, Register
from bvsim.valley.people.skills import skilled_shares
from bvsim.valley.people.staff import Fading
from bvsim.valley.people.tenure import Courses
from bvsim.valley.people.workforce import Workforce

if TYPE_CHECKING:
    from mypy_extensions import i64

LABOUR_ROWS: Final = ":labour"
"""Suffix of the accounts of entities that have other columns elsewhere."""


class LabourMarket:
    """Basins, programmes, competing sites and the workforces of all employers.

    Parameters
    ----------
    spec : Labour
        Drawn figures.
    ctx : Context
        Surroundings of the replication.

    Raises
    ------
    ValueError
        When a programme, release, shuttle or site names an unknown basin.
    """

    def __init__(self, spec: Labour, ctx: Context) -> None:
        _check_basins(spec)
        self._spec, self._ctx = spec, ctx
        key = ctx.streams.key
        seekers, automotive = (
            skilled_shares(mix, spec.trained_people)
            for mix in (spec.seekers_mix, spec.automotive_mix)
        )
        willing = spec.willing.share / spec.willing.counted_at
        self.pools = {
            name: BasinPool(
                name=name,
                index=index,
                spec=basin,
                mix=seekers,
                patience_months=spec.hiring.patience,
                willing=willing,
            )
            for index, (name, basin) in enumerate(sorted(spec.basins.items()))
        }
        self._departures = [
            Departures(release, automotive, self.pools[release.basin])
            for _, release in sorted(spec.releases.items())
        ]
        self.competitors = [CompetingSite(n, c) for n, c in sorted(spec.competitors.items())]
        self.workforces: dict[str, Workforce] = {}
        self._fading = [Fading(getattr(spec.proficiency, skill).tau) for skill in SKILLS]
        self._register = Register(
            ctx.clock,
            spec,
            self.pools,
            self.competitors,
            f"{key.seed}|{key.draw}|{key.replication}",
        )
        self.courses = self._register.courses
        self._reach_days = _reach_changes(spec)
        self._by_pay = spec.hiring.rule == "by-pay"
        self._leavers = Leavers(self._register)
        self._newcomers = Newcomers(self._register, spec.hiring.rule)
        self._bonus = OverTime(spec.pay.bonus)
        self._applicants: float = spec.pay.applicants
        self._leaving: float = spec.pay.leaving
        self._upskilling = [Courses(courses) for _, courses in sorted(spec.upskilling.items())]
        self._month, self._month_end = -1, 0.0
        self._liftable = "labour" in ctx.lifts
        self._claim_of: list[HiringClaim] = []
        """By employer: what it claims, anew each month."""
        self._site_claims: list[HiringClaim] = []
        """By competing site."""
        self._clearing: Clearing  # made when all employers are known

    def employ(
        self,
        name: str,
        basin: str,
        staffing: Staffing,
        observed: Sequence[tuple[float, float]] = (),
        opened: float = math.inf,
    ) -> Workforce:
        """Return the workforce of an employer.

        Parameters
        ----------
        name, basin : str
            The employer and where it works.
        staffing : Staffing
            How it is staffed.
        observed : sequence of (day, heads)
            Own staff observed, days since the start; readings after `as_of` are ignored.
        opened : float
            Day on which it opened, where that is a fact: staff from before the first reading
            is planned.

        Raises
        ------
        ValueError
            When the basin is unknown or the name taken.
        """
        if basin not in self.pools:
            raise ValueError(f"{name}: no basin {basin!r}; there are {', '.join(self.pools)}")
        if name in self.workforces:
            raise ValueError(f"{name} is an employer already")
        known = [(day, heads) for day, heads in observed if day <= self._ctx.as_of_day]
        self.workforces[name] = workforce = Workforce(
            name=name,
            pool=self.pools[basin],
            staffing=staffing,
            observed=known,
            opened=opened,
            spec=self._spec,
            fading=self._fading,
            env=self._ctx.env,
            chance=self._ctx.streams.key.chance,
            stream=self._ctx.streams.stream(name, "attrition"),
            shifts=self._ctx.streams.stream(name, "shift-changes"),
            on_close=self._register.disband,
        )
        return workforce

    def start(self) -> None:
        """Open the accounts, settle the opening staff and begin the courses."""
        books, register = self._ctx.books, self._register
        register.account = books.open("yearly", "region" + LABOUR_ROWS, PEOPLE.columns)
        register.enrol(self.workforces)
        for workforce in register.staffed:
            claim = HiringClaim(workforce.index, workforce.pool.index, workforce)
            self._claim_of.append(claim)
            row = workforce.name + LABOUR_ROWS
            workforce.account = books.open("yearly", row, STAFF.columns)
            workforce.open_with(0.0)
        for name, pool in self.pools.items():
            pool.account = books.open("yearly", name, BASIN.columns)
        for departures in self._departures:
            departures.month(0.0)
        for i, site in enumerate(self.competitors):
            site.heads = site.targets(0.0)[:]
            self._site_claims.append(HiringClaim(-1 - i, self.pools[site.basin].index, None))
        self._clearing = Clearing(
            register, self._spec.hiring.rule, self._claim_of + self._site_claims
        )
        self._update_reach(0.0)
        desk = TrainingDesk(register)
        for name, programme in sorted(self._spec.programmes.items()):
            employer = self.workforces.get(programme.destination or "")
            course = Course(name, programme, self._ctx, desk, employer)
            course.account = books.open("yearly", name, COURSE.columns)
            self.courses[name] = course
            self._ctx.env.process(course.run())
        register.open()

    def clear(self, period: Period) -> None:
        """At the start of a month, let people leave, move and be hired."""
        register = self._register
        lifted = self._liftable and self._ctx.lifted("labour")
        now = self._ctx.clock.now
        register.day = period.start_day
        if period.month != self._month:
            self._month = register.month = period.month
            self._month_end = self._ctx.calendar.month_starts[period.month + 1]
            self._review(period.start_day, self._month_end, lifted=lifted)
        for workforce in register.staffed:
            if workforce.dirty or lifted:
                workforce.refresh(now, lifted=lifted)
        if period.end_day >= self._month_end:
            register.write()

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of people: basins, employers, programmes, the region."""
        return self._register.balances()

    def _review(self, day: float, month_end: float, *, lifted: bool) -> None:
        register = self._register
        self._update_reach(day)
        if lifted:
            self._staff_at_once(day)
        pay = 1.0 + self._bonus.at(day)
        register.pay_bonus(pay - 1.0)
        leaving = [] if lifted else self._attrition(day, month_end, pay)
        applicants = math.pow(pay, self._applicants)
        for pool in register.basins:
            pool.month(applicants)
        for departures in self._departures:
            departures.month(day)
        claims = [] if lifted else self._claims(day, month_end)
        self._leavers.place(leaving, claims)
        place_graduates(register, claims)
        claims = [claim for claim in claims if claim.unmet]
        self._compete(day, claims)
        if claims:
            self._clearing.settle()
            self._newcomers.hire(claims)
            register.sign()
        for workforce in register.staffed:
            workforce.review(day)

    def _update_reach(self, day: float) -> None:
        """Work out who would work where, whenever a share or a shuttle changes."""
        reach = self._register.reach
        if reach.share and not (self._reach_days and self._reach_days[0] <= day):
            return
        while self._reach_days and self._reach_days[0] <= day:
            self._reach_days.pop(0)
        share = {}
        for home, basin in sorted(self._spec.basins.items()):
            for work, timed in sorted(basin.reach.items()):
                out = 1.0 - timed.at(day)
                for _, shuttle in sorted(self._spec.shuttles.items()):
                    if shuttle.basin == work and shuttle.in_service <= day:
                        out *= 1.0 - shuttle.closes_gap
                share[home, work] = 1.0 - out
        reach.update(share)

    def _staff_at_once(self, day: float) -> None:
        """Give every plant the staff it plans for: the labour constraint is lifted."""
        register = self._register
        for claim in self._claim_of:
            claim.withdraw()
        for workforce in register.staffed:
            if workforce.closed:
                continue
            pool = workforce.pool
            for skill, target in enumerate(workforce.targets(day)):
                missing = target - workforce.staff[skill].heads
                if missing > 0.0:
                    register.newcome(missing, pool)
                    workforce.hire(skill, missing, 0.0)
                elif missing < 0.0:
                    workforce.dismiss(skill, -missing)
                    pool.give(EXPERIENCED, skill, -missing)

    def _attrition(self, day: float, month_end: float, pay: float) -> list[Workforce]:
        """Let people leave, and more of them than an observed staff leaves room for.

        Parameters
        ----------
        day, month_end : float
            The month.
        pay : float
            Pay in proportion to the usual.

        Returns
        -------
        list of Workforce
            Those that somebody left.
        """
        common = math.pow(pay, -self._leaving)
        for courses in self._upskilling:
            common *= courses.factor(day)
        pulls = vec[float]([common] * len(self.pools))
        for site in self.competitors:
            pulls[self.pools[site.basin].index] *= site.pull(day)
        leaving = []
        for workforce in self._register.staffed:
            if workforce.month(day, month_end, common, pulls[workforce.pool.index]) > 0.0:
                leaving.append(workforce)
        return leaving

    def _claims(self, day: float, month_end: float) -> list[HiringClaim]:
        """Return what the plants want that want anybody."""
        claims = []
        for claim, workforce in zip(self._claim_of, self._register.staffed):  # noqa: B905 (one of each)
            wants = workforce.wants(day, month_end)
            order, rank = self._order(workforce.pay, workforce.since), 0.0
            wanted = together(wants) > 0.0
            if wanted:
                rank = self._register.rank(claim.index)
                claims.append(claim)
            claim.renew(wants, order, rank, imposed=wanted and workforce.observed.imposes(day))
        return claims

    def _order(self, pay: float, since: float) -> float:
        return -pay if self._by_pay else since

    def _compete(self, day: float, claims: list[HiringClaim]) -> None:
        """Add what competing sites want; those they no longer need look for work."""
        skill: i64
        for claim, site in zip(self._site_claims, self.competitors):  # noqa: B905 (one of each)
            claim.withdraw()
            wants, targets = claim.wants, site.targets(day)
            for skill, target in enumerate(targets):
                missing = target - site.heads[skill]
                if missing > 0.0:
                    wants[skill] = missing
                elif missing < 0.0:
                    site.heads[skill] = target
                    self.pools[site.basin].give(SEEKERS, skill, -missing)
            if together(wants) > 0.0:
                claim.order = self._order(site.pay, site.since)
                claim.rank = self._register.rank(claim.index)
                claims.append(claim)


def _reach_changes(spec: Labour) -> list[float]:
    """Return the days on which the mobility matrix changes, ascending."""
    days = {shuttle.in_service for shuttle in spec.shuttles.values()}
    for basin in spec.basins.values():
        for timed in basin.reach.values():
            days.update(timed.days)
    return sorted(days)


def _check_basins(spec: Labour) -> None:
    named = [
        *((f"programmes.{n}", p.basin) for n, p in spec.programmes.items()),
        *((f"releases.{n}", r.basin) for n, r in spec.releases.items()),
        *((f"shuttles.{n}", s.basin) for n, s in spec.shuttles.items()),
        *((f"competitors.{n}", c.basin) for n, c in spec.competitors.items()),
        *((f"basins.{n}.reach", work) for n, b in spec.basins.items() for work in b.reach),
    ]
    for path, basin in sorted(named):
        if basin not in spec.basins:
            raise ValueError(f"labour.{path}: no basin {basin!r}")
