"""What a file says of a project's way from permit to start of production (SOP)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from bvsim.schema.part import part
from bvsim.schema.units import LookMonths, Months, OnDate, PerYear, Quantile, Share


@part
class Stage:
    """One stage of a project."""

    duration: Months
    """How long the stage takes when nothing stops it."""
    stop_hazard: PerYear
    """Rate at which a project in this stage is stopped."""
    done: date | None = None
    """The day on which the stage ended, where that is a fact."""
    source: tuple[str, ...] = ()
    """Where that day comes from."""
    note: str = ""
    """What a reader should know about it."""


@part
class Stages:
    """The stages in their order; each begins when the one before it ends.

    The last one ends with the first cells made: that day is SOP.
    """

    RETIRED: ClassVar[dict[str, str]] = {
        "qualification": "SOP is the first cells made; approval by customers is counted once, "
        "after it: the block's first_sales, in months after SOP",
    }
    """Keys of earlier versions, and what to write instead."""

    permit: Stage
    financing: Stage
    construction: Stage
    equipment: Stage
    commissioning: Stage


@part
class Stops:
    """What happens to a project that is stopped."""

    cancelled: Share
    """Share of stops that end the project for good."""
    downsized: Share
    """Share of stops after which a smaller project goes on; the rest are suspended."""
    downsize_factor: Share
    """Size of a downsized project relative to the one before."""
    review: LookMonths
    """Time between two looks at a suspended project."""
    resume: Share
    """Probability that a look at a suspended project resumes it."""


@part
class Decision:
    """What the final decision on an expansion waits for, looked at again and again."""

    review: LookMonths
    """Time between two looks."""
    achieved: Share
    """Output of the site's last quarter, over nameplate in service, that is wanted first."""
    cover: Share
    """Orders in sight that are wanted, over nameplate with the expansion."""


SopKind = Literal["first-cell", "series", "first-delivery"]


@part
class Project:
    """A project: when it begins, its stages, and how it may be stopped."""

    begins: OnDate
    """The day on which the first stage begins."""
    stages: Stages
    stops: Stops
    decision: Decision | None = None
    """For an expansion: what construction waits for beyond financing."""
    started: date | None = None
    """The day on which production started, where that is a fact."""
    sop_kind: SopKind = "first-cell"
    """For the record: what that day is: of the first cells, of series, of the first delivery."""
    source: tuple[str, ...] = ()
    """Where the facts of this project come from."""
    note: str = ""
    """What a reader should know about them."""
    sop: OnDate | None = None
    """A start of production given by a scenario: it replaces the pipeline's draw."""
    cancelled: date | None = None
    """The day on which the project was cancelled, where that is a fact."""


@part
class Shock:
    """The common industry shock that ties the fates of projects and sites together."""

    level: Quantile
    """The shock's quantile in (0, 1): high is a bad decade for batteries."""
    correlation: Share
    """Share of the variance of each project's luck that the shock explains."""
