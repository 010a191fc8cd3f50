"""Labour: basins, programmes, competing sites, and how plants are staffed."""

from __future__ import annotations

import datetime
from dataclasses import field
from typing import Annotated, Literal

from bvsim.schema.part import part
from bvsim.schema.units import (
    Count,
    Exponent,
    Factor,
    FigureIn,
    Heads,
    Hours,
    Months,
    OnDate,
    Part,
    PerMonth,
    Share,
    TimedCount,
    TimedDays,
    TimedShare,
    WeeklyHours,
    Weeks,
)

Skill = Literal["operators", "technicians", "engineers", "others"]
SKILLS: tuple[Skill, ...] = ("operators", "technicians", "engineers", "others")
"""The skills, in the order of every tuple of people by skill."""

HeadsPerUnit = Annotated[float, FigureIn("heads/unit", 0, 1e5)]
"""Heads per unit of nameplate: per GWh/yr of cells, per kt/yr of material."""
HeadsPerYear = Annotated[float, FigureIn("heads/yr", 0, 1e6)]
HeadsPerMonth = Annotated[float, FigureIn("heads/month", 0, 1e5)]
CountedShare = Annotated[float, FigureIn("share", 0.001, 1)]
ThousandEurPerYear = Annotated[float, FigureIn("EUR thousand/yr", 0, 1e4)]
ThousandEur = Annotated[float, FigureIn("EUR thousand", 0, 1e4)]


@part
class Mix:
    """How people divide into skills; the rest are others."""

    operators: Share
    """Share that runs the machines."""
    technicians: Share
    """Share in maintenance and process support."""
    engineers: Share
    """Share of process and quality engineers."""


@part
class SkillShares:
    """One share for each skill."""

    operators: Share
    """For operators."""
    technicians: Share
    """For technicians."""
    engineers: Share
    """For engineers."""
    others: Share
    """For everybody else."""


@part
class SkillWeeks:
    """One duration for each skill."""

    operators: Weeks
    """For operators."""
    technicians: Weeks
    """For technicians."""
    engineers: Weeks
    """For engineers."""
    others: Weeks
    """For everybody else."""


@part
class Learning:
    """Proficiency of a new hire: p(t) = 1 - (1 - start) exp(-t / tau)."""

    start: Part
    """Proficiency on the first day of somebody hired directly."""
    tau: Months
    """Time constant of learning on the job."""


@part
class Proficiency:
    """Learning on the job by skill, and what people bring with them."""

    operators: Learning
    """Operators."""
    technicians: Learning
    """Technicians."""
    engineers: Learning
    """Engineers."""
    others: Learning
    """Everybody else."""
    trained: Share
    """Added to the start of a programme's graduate."""
    automotive: Share
    """Added to the start of somebody released by the car industry."""
    experienced: Share
    """Proficiency carried from one battery plant to another."""


@part
class Attrition:
    """Hazard of leaving by tenure (piecewise exponential), and where leavers go."""

    first_quarter: PerMonth
    """In the first three months."""
    first_year: PerMonth
    """From the fourth to the twelfth month."""
    second_year: PerMonth
    """From the thirteenth to the twenty-fourth month."""
    later: PerMonth
    """After two years."""
    scale: Factor
    """On all of these, for what nobody publishes about these plants."""
    news: Factor
    """For the record: on all of these while short time or delays are in the news."""
    news_lasts: Months
    """For the record: how long such news unsettles people."""
    poached: SkillShares
    """Share of leavers who look for another plant of the valley."""
    pay_exponent: Exponent
    """They prefer a plant in proportion to its pay over the old one to this power."""
    away: SkillShares
    """Share of leavers who retire, leave the region or the trade."""


@part
class Hiring:
    """How vacancies are filled."""

    rule: Literal["proportional", "by-pay", "first-come"]
    """How scarce people are shared among plants."""
    lead: SkillWeeks
    """From the vacancy to the first day at work."""
    contact: PerMonth
    """Share of the able and willing people in reach that a hiring plant can win in a month."""
    capacity: HeadsPerMonth
    """Gross hires a month that one employer can select and take in."""
    outside: SkillShares
    """Share of the posts still vacant that newcomers to the region fill in a month."""
    patience: Months
    """Mean time before somebody released or trained turns to other work."""
    trainers: Share
    """Largest share of a plant's operators that tutor trainees at a time."""


@part
class ThinStaffing:
    """What too few or too green people do to a plant."""

    crew_minimum: Share
    """Share of a crew's posts that must be filled for it to run."""
    repair_exponent: Exponent
    """Repairs take (technicians on the path / present) to this power as long."""
    technicians_floor: Share
    """Share of the skilled people on the path taken as present at least: the contractors."""
    learning_elasticity: Exponent
    """Rate and yield are learnt at (proficient technicians and engineers per released line,
    over those on the class's staffing path) to this power."""
    fastest: Factor
    """A plant learns at most so many times as fast as its class, whoever is there."""
    scrap_slope: Share
    """Share points of scrap for each point of operators' proficiency below the path's."""


@part
class Basin:
    """An employment basin."""

    seekers: Heads
    """Job seekers able and willing to work in a battery plant at the start, if the share of
    them is `willing.counted_at`."""
    refill: HeadsPerYear
    """New ones a year, at that share; as many a year turn to other work when nobody hires."""
    reach: dict[str, TimedShare]
    """By basin of the workplace: share of this basin's people who would work there."""
    housing: HeadsPerMonth
    """Newcomers from outside the region who can be housed in a month."""


@part
class Release:
    """Workers released by the car industry."""

    basin: str
    """Where they live."""
    workers: Heads
    """How many lose their post, evenly over the interval."""
    begins: OnDate
    """First departures."""
    ends: OnDate
    """Last departures."""
    joins: Share
    """Share of them who would enter a battery plant."""


@part
class Shuttle:
    """A transport link that brings people to the plants of a basin."""

    basin: str
    """Whose plants it serves."""
    in_service: OnDate
    """First day of service."""
    closes_gap: Share
    """Share of those out of reach whom it brings within reach."""


@part
class Competitor:
    """A large site outside the valley's industry that hires from the same basins."""

    basin: str
    """Where it is."""
    begins: OnDate
    """First hires."""
    peak_begins: OnDate
    """Full strength from here on."""
    peak_ends: OnDate
    """Full strength until here."""
    ends: OnDate
    """Permanent strength from here on."""
    peak: Heads
    """Heads at full strength."""
    permanent: Heads
    """Heads that stay."""
    local: Share
    """Share of its heads hired from the valley's basins."""
    mix: Mix
    """Skills of its heads."""
    pull: Factor
    """Rise of technicians' hazard of leaving the basin's plants at full strength."""


@part
class Intake:
    """An intake that took place."""

    date: datetime.date
    """First day of the course."""
    trainees: int
    """How many began."""


@part
class Programme:
    """A training programme that takes in cohorts.

    Exactly one of `first_intake` and `ahead_of_sop` is given.
    """

    basin: str
    """Where it is taught."""
    skill: Skill
    """What its graduates can do."""
    draws_on: Skill
    """Which job seekers it takes."""
    destination: str | None = None
    """The employer who takes the graduates first; nobody in particular when left out."""
    runs: Literal["always", "vacancies"] = "always"
    """Whether seats are offered always or only for posts the destination has to fill."""
    seats: TimedCount
    """Places of one cohort."""
    smallest: Count
    """A cohort of fewer trainees is not opened."""
    rooms: Count
    """Cohorts that the centre can teach at a time."""
    interval: Weeks
    """From one intake to the next."""
    first_intake: OnDate | None = None
    """First day of the first cohort."""
    ahead_of_sop: Months | None = None
    """First intake so long before the first SOP of the destination."""
    until: OnDate | None = None
    """No intake from here on."""
    delay: TimedDays
    """How much later than planned an intake takes place."""
    hours: Hours
    """Length of the course."""
    hours_a_week: WeeklyHours
    """Pace of the course."""
    centre_share: Share
    """Part taught in the centre; the rest at the plant."""
    trainees_per_trainer: Factor
    """Trainees a tutor looks after at the plant."""
    applicants: Share
    """Share of the people within reach who apply and are selected for an intake."""
    automotive: Share
    """Share of the places kept for people released by the car industry, while there are any;
    at 1 nobody else is taken."""
    drop_out: Share
    """Share of trainees who leave during the course."""
    exam_pass: Share
    """Share of those who finish that pass."""
    placement: Share
    """Share of graduates who take up work in a battery plant."""
    cost: ThousandEur
    """Cost of one trainee."""
    observed: dict[str, Intake] = field(default_factory=dict)
    """Intakes that took place; one known by `as_of` replaces the nearest planned one."""


@part
class Upskilling:
    """Short courses for those employed: no supply of people, but fewer leave."""

    begins: OnDate
    """First courses."""
    ends: OnDate
    """Last courses."""
    attrition: Factor
    """On the hazard of leaving meanwhile."""


@part
class ShiftChange:
    """A change of the shift pattern that makes people leave at once."""

    on: OnDate
    """When it is introduced."""
    happens: Share
    """Probability that it is introduced at all."""
    leavers: Share
    """Share of the operators who leave in that month."""


@part
class StaffingPath:
    """The people that plants of the classes had while they made what their curves say.

    Shares are of a plant's full staff. Settings of a plant's own plan leave it as it is: a
    plant that plans more people than this learns faster.
    """

    mix: Mix
    """Skills of the full staff."""
    lead: Months
    """First hires so long before SOP."""
    at_sop: Share
    """Share of operators present at SOP."""
    skilled_at_sop: Share
    """Share of technicians and engineers present at SOP."""
    to_full: Months
    """From SOP to the full staff."""
    experts: Share
    """Experts lent at SOP, per head of the full staff."""
    experts_half_life: Months
    """How fast they go home after SOP."""


@part
class Staffing:
    """How one employer is staffed; its unit of nameplate is GWh/yr (cells) or kt/yr."""

    heads_per_unit: HeadsPerUnit
    """Own staff per unit of nameplate once full, first block."""
    later_saving: Share
    """How much less a later block on the same site needs per unit."""
    mix: Mix
    """Skills of the full staff."""
    lead: Months
    """First hires so long before SOP."""
    at_sop: Share
    """Share of operators and others present at SOP."""
    skilled_at_sop: Share
    """Share of technicians and engineers present at SOP."""
    to_full: Months
    """From SOP to the full staff."""
    crews: Count
    """Crews that run a line round the clock."""
    path: StaffingPath
    """The staffing path of the classes, with which this plant's people are compared."""
    experts_per_unit: HeadsPerUnit
    """Experts lent by the parent or the machine makers at SOP, per unit of nameplate."""
    experts_half_life: Months
    """How fast they go home after SOP."""
    pay: Factor
    """Pay in proportion to the usual pay of the basin's plants."""
    attrition: Factor
    """On the hazard of leaving."""
    shift_changes: dict[str, ShiftChange] = field(default_factory=dict)
    """Changes of the shift pattern."""


@part
class Willingness:
    """How many job seekers there are for battery plants: one uncertainty for all basins.

    Stocks and refills of the basins count those willing at one share of all job seekers;
    another share moves all basins together.
    """

    share: Share
    """Share of job seekers in reach who are able and willing to work shifts in clean rooms."""
    counted_at: CountedShare
    """The share at which the basins' `seekers` and `refill` were counted."""


@part
class Pay:
    """What a bonus at every plant of the valley brings, and what it costs."""

    bonus: TimedShare
    """A bonus, as a share of usual pay."""
    applicants: Exponent
    """Job seekers who come anew go with pay to this power."""
    leaving: Exponent
    """Leavers go with pay to minus this power."""
    post: ThousandEurPerYear
    """What a post costs at usual pay."""


@part
class Labour:
    """Everything about people."""

    seekers_mix: Mix
    """Skills of job seekers."""
    automotive_mix: Mix
    """Skills of the people released by the car industry."""
    willing: Willingness
    """How many of the job seekers would come at all."""
    trained_people: Factor
    """Technicians and engineers among job seekers, the released and newcomers, in proportion
    to the shares given for these: how many trained people there are, in all basins alike."""
    basins: dict[str, Basin]
    """Employment basins by name."""
    releases: dict[str, Release] = field(default_factory=dict)
    """Departures from the car industry."""
    shuttles: dict[str, Shuttle] = field(default_factory=dict)
    """Transport links."""
    competitors: dict[str, Competitor] = field(default_factory=dict)
    """Competing sites."""
    programmes: dict[str, Programme] = field(default_factory=dict)
    """Training programmes."""
    upskilling: dict[str, Upskilling] = field(default_factory=dict)
    """Short courses for those employed."""
    hiring: Hiring
    """How vacancies are filled."""
    attrition: Attrition
    """How people leave."""
    pay: Pay
    """What more pay does."""
    proficiency: Proficiency
    """How people learn."""
    thin_staffing: ThinStaffing
    """What too few or too green people do."""
