"""Words of dated events: all that the valley can log has French, read from its syntax tree."""

import ast
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import bvsim.valley
from bvsim.analysis.replay import replay_scenario
from bvsim.reading import load
from bvsim.show.happened import happened, known
from bvsim.valley.ground.books import Event

ROOM = Path(bvsim.valley.__file__).parent
FILES = [ast.parse(path.read_text("utf-8")) for path in sorted(ROOM.rglob("*.py"))]
NAMED_BY_THE_MODEL = {
    *("self.spec.after", "name", "self.goods", "line", "self.site", "number", "self.rounds"),
}
"""What stands in a text and is no word of the program."""


def owner_of(tree):
    """Return node -> the function in which it stands."""
    found = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                found[node] = function  # inner functions come later and win
    return found


HOMES = {node: at for at, tree in enumerate(FILES) for node in ast.walk(tree)}
OWNERS = {node: owner for tree in FILES for node, owner in owner_of(tree).items()}
CALLS = defaultdict(list)
FUNCTIONS = defaultdict(list)
CONSTANTS = defaultdict(list)
for tree in FILES:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            CALLS[name if isinstance(name, str) else getattr(name, "id", "")].append(node)
        elif isinstance(node, ast.FunctionDef):
            FUNCTIONS[node.name].append(node)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            CONSTANTS[target.id].append(node.value)


def texts(node, seen=frozenset()):
    """Yield every text that an expression of the valley can be; ``{...}`` for what it fills in."""
    if node in seen:
        return
    seen |= {node}
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from filled(node, seen)
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, seen)
        yield from texts(node.orelse, seen)
    elif isinstance(node, ast.BoolOp | ast.Dict):
        for value in node.values:
            yield from texts(value, seen)
    elif isinstance(node, ast.DictComp | ast.YieldFrom):
        yield from texts(node.value, seen)
    elif isinstance(node, ast.Call):
        yield from returned(node, seen)
    elif isinstance(node, ast.Subscript):
        yield from texts(node.value, seen)
    elif isinstance(node, ast.Attribute):
        yield from given(node.attr, seen)
    elif isinstance(node, ast.Name):
        yield from assigned(node, seen)


def filled(node, seen):
    """Yield a formatted text with each thing that the program itself says in its place."""
    found = [""]
    for part in node.values:
        if isinstance(part, ast.Constant):
            found = [text + part.value for text in found]
            continue
        source = ast.unparse(part.value)
        own = set() if source in NAMED_BY_THE_MODEL else set(texts(part.value, seen))
        found = [text + each for text in found for each in own or {"{...}"}]
    yield from found


def returned(node, seen):
    """Yield what a call gives back: values of a table, or what a function of the valley returns."""
    if isinstance(node.func, ast.Name) and node.func.id == "str":
        yield from texts(node.args[0], seen)
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "removeprefix"}:
        yield from texts(node.func.value, seen)
        for extra in node.args[1:]:
            yield from texts(extra, seen)
        return
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    for function in here(node, name, FUNCTIONS[name]):
        for inner in ast.walk(function):
            if isinstance(inner, ast.Return) and inner.value is not None:
                yield from texts(inner.value, seen)


def assigned(node, seen):
    """Yield what a name stands for: a table, a variable, or what callers hand in."""
    for table in CONSTANTS[node.id]:
        yield from texts(table, seen)
    owner = OWNERS.get(node)
    if owner is None:
        return
    yield from looped(node, owner, seen)
    for inner in ast.walk(owner):
        targets = inner.targets if isinstance(inner, ast.Assign) else []
        for target in targets:
            pairs = (
                zip(target.elts, inner.value.elts, strict=False)
                if (isinstance(target, ast.Tuple) and isinstance(inner.value, ast.Tuple))
                else [(target, inner.value)]
            )
            for one, value in pairs:
                if isinstance(one, ast.Name) and one.id == node.id:
                    yield from texts(value, seen)
    places = [arg.arg for arg in owner.args.args if arg.arg != "self"]
    named = places + [arg.arg for arg in owner.args.kwonlyargs]
    usual = dict(zip(reversed(places), reversed(owner.args.defaults), strict=False))
    usual |= {k.arg: v for k, v in zip(owner.args.kwonlyargs, owner.args.kw_defaults, strict=True)}
    if usual.get(node.id) is not None:
        yield from texts(usual[node.id], seen)
    if node.id in named:
        at = places.index(node.id) if node.id in places else None
        for call in here(node, owner.name, CALLS[owner.name]):
            yield from handed(call, node.id, at, seen)


def here(node, name, found):
    """Leave functions and calls of other files out where the name is a file's own."""
    own = name.startswith("_") and name != "_replace"
    return [each for each in found if not own or HOMES[each] == HOMES[node]]


def looped(node, owner, seen):
    """Yield what a name stands for in a loop over a list of tuples that the function made."""
    for loop in ast.walk(owner):
        if not (isinstance(loop, ast.For) and isinstance(loop.target, ast.Tuple)):
            continue
        names = [getattr(each, "id", "") for each in loop.target.elts]
        if node.id in names:
            for made in ast.walk(owner):
                if isinstance(made, ast.ListComp) and isinstance(made.elt, ast.Tuple):
                    yield from texts(made.elt.elts[names.index(node.id)], seen)


def handed(call, name, at, seen):
    """Yield what a call hands in for a parameter."""
    for keyword in call.keywords:
        if keyword.arg == name:
            yield from texts(keyword.value, seen)
    if at is not None and at < len(call.args):
        yield from texts(call.args[at], seen)


def given(field, seen):
    """Yield what any call of the valley hands in under a field's name or in its place."""
    if field not in {"cause", "state"}:
        return
    for call in CALLS["interrupt"] if field == "cause" else ():
        yield from handed(call, field, 0, seen)
    for tree in FILES:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                fields = [each.target.id for each in node.body if isinstance(each, ast.AnnAssign)]
                if field in fields:
                    for call in CALLS[node.name]:
                        yield from handed(call, field, fields.index(field), seen)
    for call in CALLS["_replace"]:
        yield from handed(call, field, None, seen)


@cache
def logged(part):
    """Return every text that may stand in a part of an event."""
    found = set()
    for call in CALLS["log"]:
        for keyword in call.keywords:
            if keyword.arg == part:
                found |= set(texts(keyword.value))
    return {text for text in found if text.strip("{.}")}


@pytest.mark.parametrize(("part", "least"), [("event", 45), ("cause", 40), ("unit", 15)])
def test_every_word_that_the_valley_logs_is_known(part, least):
    said = logged(part)
    assert len(said) >= least
    assert {text for text in said if not known(part, text.replace("{...}", "7"))} == set()


def test_the_reading_of_the_tree_finds_what_rows_log():
    scenario = load("reference")
    events = [e for draw in range(2) for e in replay_scenario(scenario, draw, 0, seed=3).events]
    for part in ("event", "cause", "unit"):
        unknown = {getattr(e, part) for e in events if not known(part, getattr(e, part))}
        named = {text for text in unknown if part == "cause"}  # duties and shocks of the model
        assert unknown == named, part


@pytest.mark.parametrize(
    ("event", "cause", "unit", "french"),
    [
        ("line 3 released", "SOP", "a year", ("ligne 3 mise en service", "SOP", "par an")),
        ("approved by acc", "rounds of samples: 2", "rounds",
         ("homologué par acc", "séries d'échantillons : 2", "séries")),
        ("line opens", "line1: project completed", "t/yr",
         ("ouverture d'une ligne", "line1 : projet achevé", "t/an")),
        ("major stop", "red-sea", "", ("arrêt majeur", "red-sea", "")),
    ],
)  # fmt: skip
def test_an_event_in_french(event, cause, unit, french):
    said = happened(Event(1.0, date(2026, 1, 2), "alpha", event, cause, 1.0, unit))
    assert tuple(getattr(said, part).fr.replace("\N{NO-BREAK SPACE}", " ")
                 for part in ("event", "cause", "unit")) == french  # fmt: skip
    assert (said.event.en, said.cause.en, said.unit.en) == (event, cause, unit)
