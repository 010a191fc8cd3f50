"""Levers as people turn them: ``NAME=STRENGTH@DATE``, checked and laid on a scenario.

A strength says how far: 1 as the file has it, 0 off, others where the lever has a rule. A date
moves the day from which it acts: everything that the lever dates to its own day moves along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bvsim.reading.levers import Lever, load_levers, priced
from bvsim.reading.scenario import Scenario
from bvsim.schema.errors import Place, Problem, SpecError, did_you_mean

OPTION = "--lever"
_TEXT = re.compile(r"(?P<name>[\w.-]+)(?:=(?P<strength>[^@]*))?(?:@(?P<since>.*))?")


@dataclass(frozen=True)
class Turn:
    """A lever that somebody asks for.

    Parameters
    ----------
    name : str
        The lever's name.
    strength : float
        How far: 1 as the file has it, 0 off.
    since : datetime.date or None
        From when; as the file has it by default.
    """

    name: str
    strength: float = 1.0
    since: date | None = None

    @classmethod
    def parse(cls, text: str) -> Turn:
        """Read ``NAME``, ``NAME=STRENGTH``, ``NAME@DATE`` or ``NAME=STRENGTH@DATE``.

        Raises
        ------
        SpecError
            When the text is none of these.
        """
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise _wrong(text, "write NAME, NAME=STRENGTH or NAME=STRENGTH@DATE")
        return cls(found["name"], _strength(text, found["strength"]), _since(text, found["since"]))

    def __str__(self) -> str:
        strength = "" if self.strength == 1.0 else f"={self.strength:g}"
        return f"{self.name}{strength}{f'@{self.since}' if self.since else ''}"


def _wrong(text: object, message: str) -> SpecError:
    return SpecError([Problem(Place(f"{OPTION} {text}"), "", message)])


def _strength(text: str, word: str | None) -> float:
    if word is None:
        return 1.0
    try:
        value = float(word)
    except ValueError:
        raise _wrong(text, f"{word!r} is not a strength: a number from 0 on") from None
    if not 0.0 <= value < float("inf"):
        raise _wrong(text, f"{word!r} is not a strength: a number from 0 on")
    return value


def _since(text: str, word: str | None) -> date | None:
    if word is None:
        return None
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise _wrong(text, f"{word!r} is not a date: write YYYY-MM-DD") from None


def turn_levers(
    scenario: Scenario, asked: Iterable[Turn | str], root: Path | None = None
) -> Scenario:
    """Return a scenario with levers turned, all problems told at once.

    Parameters
    ----------
    scenario : Scenario
        What they are turned in.
    asked : iterable of Turn or str
        Which, how far and from when; strength 0 leaves the scenario as it is.
    root : path, optional
        The study folder; the working directory by default.

    Raises
    ------
    SpecError
        When a name, a strength or a date does not fit, when two levers or a setting of the
        command line change the same figure, or when what a lever sets fits nothing.
    """
    wanted = list(asked)
    levers = load_levers(scenario, root=root) if wanted else {}
    problems, made = list[Problem](), scenario
    for each in wanted:
        try:
            made = _turned(made, levers, Turn.parse(each) if isinstance(each, str) else each)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return made


def _turned(scenario: Scenario, levers: Mapping[str, Lever], turn: Turn) -> Scenario:
    if turn.name not in levers:
        near = did_you_mean(turn.name, levers) or f": they are {', '.join(levers)}"
        raise _wrong(turn, f"there is no lever {turn.name!r}{near}")
    if turn.name in {each.name for each in scenario.turned}:
        raise _wrong(turn, f"{turn.name} is turned twice")
    lever = levers[turn.name]
    since = _day(lever, turn, scenario.as_of)
    if turn.strength == 0.0:
        return scenario
    stated = _scaled(lever, turn)
    sets = {path: _moved(value, lever.since, since) for path, value in stated.items()}
    if since != lever.since and sets == stated:
        raise _wrong(turn, f"{turn.name} acts on the whole run and takes no date")
    made = scenario.with_values(sets, origin=f"{OPTION} {turn}")
    _refuse_rivals(scenario, made, turn)
    acts = since <= scenario.end and made.model_hash != scenario.model_hash
    record = replace(priced(turn.name, lever, turn.strength), since=since, acts=acts)
    return replace(made, turned=(*scenario.turned, record))


def _day(lever: Lever, turn: Turn, as_of: date) -> date:
    """Return the day from which a lever acts; it comes after `as_of`."""
    since = turn.since or lever.since
    if since <= as_of:
        hint = "" if turn.since else f": give a later date, {turn.name}@YYYY-MM-DD"
        raise _wrong(turn, f"acts from {since}, not after as_of ({as_of}); facts stay{hint}")
    return since


def _moved(value: object, old: date, new: date) -> object:
    """Return a setting in which one day stands for another."""
    if isinstance(value, dict):
        return {key: _moved(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, old, new) for item in value]
    return new if value == old else value


def _scaled(lever: Lever, turn: Turn) -> dict[str, object]:
    """Return what a lever sets at a strength: as listed, or by its rule."""
    listed = lever.at(turn.strength)
    if listed is not None or turn.strength == 1.0:
        return lever.set if listed is None else listed.set
    if lever.rule == "on-off":
        others = ", ".join(f"{each:g}" for each in lever.tried if each != 1.0)
        more = f"; it also takes {others}" if others else ": it has no rule for strengths between"
        raise _wrong(turn, f"{turn.name} is on (1) or off (0){more}")
    return {path: _at_strength(value, turn.strength) for path, value in lever.set.items()}


def _at_strength(value: object, strength: float) -> object:
    """Return a setting of a proportional lever: its factor less one, or its value, times that."""
    if not isinstance(value, dict):
        return value * strength if isinstance(value, (int, float)) else value
    return {
        key: _grown(key, item, strength) if isinstance(item, (int, float)) else item
        for key, item in value.items()
    }


def _grown(operation: str, amount: float, strength: float) -> float:
    zero = 1.0 if operation == "times" else 0.0
    return zero + strength * (amount - zero)


def _refuse_rivals(before: Scenario, after: Scenario, turn: Turn) -> None:
    """Refuse a lever that changes what the command line or another lever has set already."""
    for path, change in after.overrides.items():
        old = before.overrides.get(path)
        mine = change.origin == f"{OPTION} {turn}"
        if mine and old is not None and old.origin.startswith("--"):
            raise _wrong(turn, f"sets {path}, and so does {old.origin}")
