"""What is offered at an intake of a course, and what is known or drawn of it."""

from __future__ import annotations


class Luck:
    """A cohort's uniform numbers: of drop-outs, of the exam, of placement."""

    __slots__ = ("dropping", "passing", "placing")

    def __init__(self, dropping: float, passing: float, placing: float) -> None:
        self.dropping, self.passing, self.placing = dropping, passing, placing


class Offer:
    """The seats of an intake: those to fill, and those empty for want of something else."""

    __slots__ = ("posts", "rooms", "seats", "tutors", "wanted")

    def __init__(self, seats: int, wanted: int, posts: int, rooms: int, tutors: int) -> None:
        self.seats, self.wanted = seats, wanted
        self.posts, self.rooms, self.tutors = posts, rooms, tutors


class KnownIntake:
    """An intake that took place, on a day since the start."""

    __slots__ = ("day", "trainees")

    def __init__(self, day: float, trainees: int) -> None:
        self.day, self.trainees = day, trainees
