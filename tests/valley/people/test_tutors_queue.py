"""Whom the queue for tutors serves, and when."""

import simpy

from bvsim.valley.people.tutors import Tutors


def test_who_waits_is_served_once_the_decisions_of_the_instant_are_over():
    env = simpy.Environment()
    tutors = Tutors(env)
    lent = []

    def group(wanted):
        lent.append((yield from tutors.lend(wanted)))

    for wanted in (2, 1):
        env.process(group(wanted))
    env.run()
    assert (tutors.sought, lent) == (2, [])  # nobody to teach them
    tutors.resize(3)
    assert (tutors.free, tutors.sought) == (3, 2)  # the planner sees them free all its turn
    env.run()
    assert lent == [1, 1]  # each asked for one when none was free
    assert (tutors.free, tutors.lent) == (1, 2)
