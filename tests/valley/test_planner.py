"""The three phases: what the docs print is what a planning day does, after all bound events."""

import ast
import re
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import simpy

from bvsim.reading.scenario import load
from bvsim.valley import valley
from bvsim.valley.ground.clock import Clock
from bvsim.valley.ground.streams import Key
from bvsim.valley.regions import planner
from world import make_context

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "architecture.md"
VALLEY = ROOT / "src" / "bvsim" / "valley"


def section():
    """Return what the docs say of the three phases."""
    return DOCS.read_text("utf-8").split("\n## The three phases\n")[1].split("\n## ")[0]


def printed_processes():
    """Return the processes that the docs name as bound."""
    rows = re.findall(r"^\| (`\w+\.\w+`.*?) \|", section(), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+\.\w+)`", row)]


def printed_phases():
    """Return (name, what is decided) of each row of the table in the docs."""
    return re.findall(r"^\| `(\w+)` \| (.+) \|$", section(), re.MULTILINE)


def test_the_docs_print_the_phases_in_their_order():
    written = [(p.__name__, p.__doc__.splitlines()[0]) for p in planner.PHASES]
    assert printed_phases() == written


def short_valley(end):
    """Return the reference scenario up to a date, ready to run."""
    scenario = load("reference", {"end": end})
    setting = valley.prepare(scenario)
    return valley.Valley(setting, scenario.drawn(scenario.median()), Key(1, 0, 0))


WORK = {
    "ask_people": ["sites.ask_people", "plants.ask_people"],
    "place_orders": ["demand.order"],
    "share_people": ["labour.clear"],
    "ask_cathode": ["sites.ask_cathode"],
    "share_cathode": ["cathode.clear"],
    "make_cells": ["sites.produce"],
    "make_cathode": ["cathode.produce"],
    "share_feed": ["recycling.process"],
    "act_outside": [],
}
"""What each printed phase must make the actors do."""


@pytest.fixture
def diary(monkeypatch):
    """Return what the actors of the reference scenario are called for, by day."""
    built = short_valley(date(2023, 12, 31))
    calls = {}

    def watch(who, actor, method):
        work = getattr(actor, method)

        def noted(*args):
            calls.setdefault(built.ctx.env.now, []).append(f"{who}.{method}")
            return work(*args)

        monkeypatch.setattr(actor, method, noted)

    actors = built.actors
    groups = {
        "sites": built.sites,
        "plants": actors.cathode.plants,
        "demand": [actors.demand],
        "labour": [actors.labour],
        "cathode": [actors.cathode],
        "recycling": [actors.recycling],
    }
    for work in (each for part in WORK.values() for each in part):
        who, method = work.split(".")
        for actor in groups[who]:
            watch(who, actor, method)
    built.run()
    return SimpleNamespace(calls=calls, calendar=built.ctx.calendar)


def test_every_planning_day_follows_the_docs(diary):
    expected = [work for name, _ in printed_phases() for work in WORK[name]]
    assert list(diary.calls) == [period.start_day for period in diary.calendar.periods]
    for calls in diary.calls.values():
        assert list(dict.fromkeys(calls)) == expected
        assert calls == sorted(calls, key=expected.index)  # nobody is called out of turn


def test_plans_follow_all_that_is_bound_to_their_instant(monkeypatch):
    ctx, diary = make_context(end=date(2023, 1, 31)), []
    plans = planner.Planner([], None, ctx)
    for phase in planner.PHASES:
        monkeypatch.setattr(plans, phase.__name__, lambda _: None)
    monkeypatch.setattr(plans, "share_feed", lambda period: diary.append(f"plan {period.index}"))

    def chain():
        yield ctx.env.timeout(7.0)
        for link in range(3):  # each calls the next one at the same instant
            diary.append(f"link {link}")
            yield ctx.env.process(pause())

    def pause():
        yield ctx.env.timeout(0.0)

    plans.start()
    ctx.env.process(chain())
    ctx.env.run(until=8.0)
    assert diary == ["plan 0", "link 0", "link 1", "link 2", "plan 1"]


def test_books_close_before_anything_of_the_next_month():
    built, seen = short_valley(date(2023, 12, 31)), []

    def on_the_first():
        yield built.ctx.env.timeout(31.0)
        seen.append(built.ctx.books.month)

    built.ctx.env.process(on_the_first())
    built.run()
    assert seen == [1]


def test_the_docs_print_every_process(monkeypatch):
    begun, init, wait = set(), simpy.Process.__init__, Clock.wait

    def watched(process, env, generator):
        begun.add(generator.__qualname__)
        init(process, env, generator)

    def noted(clock, days, due):
        """Note what is done on its day by itself, without a process that waits for it."""
        act = due.act if due.who is None else due.who.take_turn
        if not isinstance(act, partial):  # an event of SimPy's
            begun.add(act.__qualname__)
        wait(clock, days, due)

    monkeypatch.setattr(simpy.Process, "__init__", watched)
    monkeypatch.setattr(Clock, "wait", noted)
    for name in ("reference", "announced", "export-controls"):
        scenario = load(name)
        setting = valley.prepare(scenario)
        for draw in range(2):
            uniform = np.random.default_rng(draw).uniform(size=(1, scenario.width))
            values = scenario.quantile(uniform)[0]
            valley.simulate(setting, values, Key(1, draw, 0), trace=True)
    printed = printed_processes()
    assert len(printed) == len(set(printed))
    # who waits for a tutor is rare, as is a stall, and need not be seen here
    rare = {"Tutors._serve", "Block.stall", "Block.end_stall"}
    assert begun - {"Planner.take_turn"} <= set(printed) <= begun | rare


def foreign_private_fields(text):
    """Yield the private fields of other objects that a text reads; `_replace` is public."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not own and not node.attr.endswith("__") and node.attr != "_replace":
                yield ast.unparse(node)


DIAGNOSIS = VALLEY / "ground" / "limit.py"
"""Looks into SimPy to name the actor of a replication that failed; no result rests on it."""


def hung_callables(text):
    """Yield the attributes to which a text hands a function made on the spot."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            made = node.value.func if isinstance(node.value, ast.Call) else node.value
            if isinstance(made, ast.Lambda) or ast.unparse(made).endswith("partial"):
                yield ast.unparse(node)


@pytest.mark.parametrize(
    "path", sorted({*VALLEY.rglob("*.py")} - {DIAGNOSIS}), ids=lambda path: path.stem
)
def test_actors_reach_each_other_by_what_their_constructors_were_handed(path):
    text = path.read_text("utf-8")
    assert list(foreign_private_fields(text)) == []
    assert list(hung_callables(text)) == []


def test_what_is_hung_from_outside_is_found():
    assert list(foreign_private_fields("tick._ok, tick._value = True, None")) != []
    assert list(hung_callables("pipeline.ready = partial(site.may_expand, decision)")) != []
