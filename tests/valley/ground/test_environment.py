"""The clock's agenda, beside SimPy's own environment: the same things in the same order."""

import math

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from bvsim.valley.ground.clock import IN_TURN
from bvsim.valley.ground.environment import Environment

DAYS = st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 7.0])
PLANS = st.lists(st.lists(DAYS, min_size=1, max_size=6), min_size=1, max_size=6)


def lived(env, plans, until):
    """Let processes wait, wake, trigger and interrupt one another; return what happened when."""
    diary = []

    def live(name, waits, gate):
        for number, days in enumerate(waits):
            try:
                yield env.timeout(days) | gate
            except simpy.Interrupt as stop:
                diary.append((env.now, name, number, str(stop.cause)))
            diary.append((env.now, name, number))
        if not gate.triggered:
            gate.succeed()
        for other in others:
            if other.is_alive and other is not env.active_process:
                other.interrupt(name)

    gate = env.event()
    others = [env.process(live(i, waits, gate)) for i, waits in enumerate(plans)]
    for day in until:
        env.run(until=day)
        diary.append(("run", env.now))
    env.run()
    return diary, env.now


@given(PLANS, st.lists(st.sampled_from([1.0, 2.0, 7.0, 9.0]), unique=True).map(sorted))
def test_processes_and_events_live_as_they_do_in_simpy(plans, until):
    assert lived(Environment(), plans, until) == lived(simpy.Environment(), plans, until)


@given(st.lists(st.tuples(DAYS, st.booleans()), max_size=20))
def test_acts_take_their_turn_among_events(plan):
    env, diary = Environment(), []
    for number, (days, by_act) in enumerate(plan):
        if by_act:
            env.clock.after(days, lambda number=number: diary.append((env.now, number)))
        else:
            env.timeout(days).callbacks.append(
                lambda _, number=number: diary.append((env.now, number))
            )
    env.run()
    assert diary == sorted((days, number) for number, (days, _) in enumerate(plan))


def test_a_run_stops_before_what_is_due_on_its_last_day():
    env, diary = Environment(), []
    env.clock.after(3.0, lambda: diary.append("act"))
    env.clock.put(3.0, IN_TURN - 1, lambda: diary.append("urgent"))
    env.run(until=3.0)
    assert (env.now, env.peek(), diary) == (3.0, 3.0, [])
    env.run(until=3.5)
    assert diary == ["urgent", "act"]
    assert env.peek() == math.inf
    with pytest.raises(ValueError, match="after the current day"):
        env.run(until=3.5)
    with pytest.raises(simpy.core.EmptySchedule):
        env.step()


def test_a_failure_that_nobody_sees_to_is_raised_and_one_that_is_seen_to_is_not():
    env = Environment()

    def fails():
        yield env.timeout(1.0)
        raise LookupError("no pack")

    def minds(process):
        try:
            yield process
        except LookupError:
            yield env.timeout(1.0)

    env.process(minds(env.process(fails())))
    env.run()
    assert env.now == 2.0
    env.process(fails())
    with pytest.raises(LookupError, match="no pack"):
        env.run()


@pytest.mark.parametrize("kernel", [Environment, simpy.Environment])
def test_a_run_until_an_event_returns_its_value_and_goes_on_with_those_who_wait_too(kernel):
    env, diary = kernel(), []
    gate, other = env.timeout(2.0, "open"), env.timeout(2.0)
    gate.callbacks.append(lambda _: diary.append("before"))
    other.callbacks.append(lambda _: diary.append("other"))

    def waits_too():
        gate.callbacks.append(lambda _: diary.append("after"))
        yield env.timeout(0.0)

    env.timeout(1.0).callbacks.append(lambda _: env.process(waits_too()))
    assert env.run(until=gate) == "open"
    assert diary == ["before"]
    env.run()
    assert diary == ["before", "after", "other"]
