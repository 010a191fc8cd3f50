"""What is offered at an intake of a course, and what is known or drawn of it."""

from __future__ import annotations

from typing import Final

LUCK_NUMBERS: Final = 3
"""Uniform numbers that an intake has."""


class Luck:
    """A cohort's uniform numbers: of drop-outs, of the exam, of placement."""

    __slots__ = ("dropping", "passing", "placing")

    def __init__(self, dropping: float, passing: float, placing: float) -> None:
        self.dropping, self.passing, self.placing = dropping, passing, placing


class Offer:
    """The seats of an intake: those to fill, and those empty for want of something else."""

    __slots__ = ("posts", "rooms", "seats", "tutors", "wanted")

    def __init__(self) -> None:
        self.seats = self.wanted = self.posts = self.rooms = self.tutors = 0

    def put(self, seats: int, wanted: int, posts: int, rooms: int, tutors: int) -> None:
        """Take over what is offered at the next intake."""
        self.seats, self.wanted = seats, wanted
        self.posts, self.rooms, self.tutors = posts, rooms, tutors


class KnownIntake:
    """An intake that took place, on a day since the start."""

    __slots__ = ("day", "trainees")

    def __init__(self, day: float, trainees: int) -> None:
        self.day, self.trainees = day, trainees
