"""Passages: everything comes out on its day, first in, first out."""

from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.passage import Passage


class Diary:
    def __init__(self, env):
        self.env, self.entries = env, []

    def come_out(self, item, day):
        self.entries.append((self.env.now, day, item))


def passage():
    env = Environment()
    diary = Diary(env)
    made = Passage(env.clock, diary)
    return env, made, diary


def test_things_come_out_on_their_day_also_after_a_pause():
    env, way, diary = passage()
    way.enter("a", 5.0)
    way.enter("b", 5.0)
    env.run(until=20.0)
    way.enter("c", 31.5)
    assert list(way) == ["c"]
    env.run(until=40.0)
    assert diary.entries == [(5.0, 5.0, "a"), (5.0, 5.0, "b"), (31.5, 31.5, "c")]


def test_what_is_taken_out_does_not_come_out_and_hinders_nobody():
    env, way, diary = passage()
    way.enter("a", 5.0)
    way.enter("b", 6.0)
    env.run(until=1.0)
    assert way.clear() == ["a", "b"]
    way.enter("c", 3.0)
    env.run(until=10.0)
    assert [item for _, _, item in diary.entries] == ["c"]


def test_one_event_of_the_kernel_for_each_thing(monkeypatch):
    env, way, _ = passage()
    for day in range(1, 101):
        way.enter(day, float(day))
    steps = 0
    while env.peek() < 100.5:
        env.step()
        steps += 1
    assert steps <= 102


def test_what_came_out_is_forgotten_while_others_are_under_way():
    env, way, diary = passage()
    for day in range(1000):  # three are under way at any time
        env.run(until=day + 0.5)
        way.enter(day, day + 3.0)
    assert list(way) == [997, 998, 999]
    assert len(way._items) < 100
    assert [item for _, _, item in diary.entries] == list(range(997))
