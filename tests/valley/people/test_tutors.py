"""Tutors of a plant: who is free, who waits, and what follows when the staff grows or shrinks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bvsim.valley.ground.environment import Environment
from bvsim.valley.people.tutors import Tutors


def school(size):
    env = Environment()
    tutors = Tutors(env.clock)
    tutors.resize(size)
    return env, tutors, []


def teach(env, tutors, wanted, days, diary):
    come = env.event()
    taken = tutors.lend(wanted, come.succeed)
    yield come
    diary.append((env.now, taken))
    yield env.timeout(days)
    tutors.give_back(taken)


def test_those_who_come_later_wait_for_the_first_to_end():
    env, tutors, diary = school(10)
    for wanted in (7, 7, 7):
        env.process(teach(env, tutors, wanted, 30.0, diary))
    env.run()
    # three of ten are left for the second, none for the third, who takes the first tutor free
    assert diary == [(0.0, 7), (0.0, 3), (30.0, 1)]
    assert (tutors.free, tutors.lent, tutors.sought) == (10, 0, 0)


def test_a_staff_that_grows_ends_the_wait_on_that_day():
    env, tutors, diary = school(0)
    env.process(teach(env, tutors, 4, 30.0, diary))
    env.run(until=12.0)
    assert (diary, tutors.sought) == ([], 1)
    tutors.resize(4)
    env.run()
    assert diary == [(12.0, 1)]


def test_a_staff_that_shrinks_keeps_its_tutors_on_the_line_when_they_come_back():
    env, tutors, diary = school(6)
    env.process(teach(env, tutors, 6, 30.0, diary))
    env.run(until=1.0)
    tutors.resize(2)
    assert (tutors.free, tutors.lent) == (0, 6)
    env.run()
    assert (tutors.free, tutors.lent) == (2, 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.floats(0.5, 9.0)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_tutors_are_conserved(steps):
    env, tutors, diary = school(3)
    for size, wanted, days in steps:
        env.process(teach(env, tutors, wanted, days, diary))
        env.run(until=env.now + 1.0)
        tutors.resize(size)
        env.run(until=env.now + 1e-6)  # those who can be served are
        assert tutors.free >= 0
        assert tutors.lent >= 0
        assert not (tutors.sought and tutors.free)
        assert tutors.free + tutors.lent >= size
    tutors.resize(5)
    env.run()
    assert len(diary) == len(steps)
    assert (tutors.free, tutors.lent) == (5, 0)


def test_who_waits_is_served_once_the_decisions_of_the_instant_are_over():
    env = Environment()
    tutors = Tutors(env.clock)
    lent = []

    def group(wanted):
        taken = tutors.lend(wanted, lambda: lent.append(taken))

    for wanted in (2, 1):
        group(wanted)
    env.run()
    assert (tutors.sought, lent) == (2, [])  # nobody to teach them
    tutors.resize(3)
    assert (tutors.free, tutors.sought) == (3, 2)  # the planner sees them free all its turn
    env.run()
    assert lent == [1, 1]  # each asked for one when none was free
    assert (tutors.free, tutors.lent) == (1, 2)
