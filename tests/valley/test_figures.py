"""Every figure of the model is read by the valley, or marked as kept for the record."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import bvsim.schema
from bvsim.reading.scenario import load
from bvsim.valley import valley
from bvsim.valley.ground.streams import Key

VALLEY = Path(inspect.getfile(valley)).parent
SCENARIOS = ("reference", "hindcast-2023", "announced", "export-controls")
ABOUT = {"title", "title_fr", "note", "source", "sources", "caveat", "customer", "confidence"}
ABOUT |= {"known_from", "file", "column", "unit", "basin", "place"}
"""What a file says about a thing or where it stands: read on loading, by pages and commands."""
SELDOM = {
    "fleet.Recalls": dict.fromkeys(("packs", "packs_gsd", "age"), "returns/fleet.py"),
    "imports.Tariff": dict.fromkeys(("goods", "start", "rate"), "cathode/imports.py"),
    "imports.Halt": dict.fromkeys(("chemistries", "goods", "start", "until"), "cathode/imports.py"),
    "labour.Pay": {"post": "people/register.py"},
    "ramp.RampClass": dict.fromkeys(("stall_length", "stall_capacity"), "projects/block.py"),
    "storage.Conversion": dict.fromkeys(
        ("rebuild", "rate_at_start", "rate_time", "scrap_at_start", "scrap_time"),
        "cells/storage.py",
    ),
    "storage.ReviewRule": dict.fromkeys(("payback", "gives_up_after"), "cells/review.py"),
    "money.MoneySpec": dict.fromkeys(
        ("default_class", "default_funds", "default_shareholders", "default_owners"),
        "cells/money.py",
    ),
}
"""Read where these scenarios do not come: recalls, bonuses, stalls, conversions and others."""


def schema_classes():
    """Return the data classes that model files fill, by `file.Class`."""
    found = {}
    for info in pkgutil.iter_modules(bvsim.schema.__path__, "bvsim.schema."):
        if info.name == "bvsim.schema.pages":  # what pages show, no figures
            continue
        module = importlib.import_module(info.name)
        for kind in vars(module).values():
            filled = hasattr(kind, "__pydantic_fields__") and kind.__module__ == info.name
            if filled:
                found[f"{info.name.rsplit('.', 1)[1]}.{kind.__name__}"] = kind
    return found


CLASSES = schema_classes()


@pytest.fixture(scope="module")
def read():
    """Return the (class, field) pairs that replications of some scenarios read."""
    seen = set()

    def watched(name, fields):
        def look(self, field):
            if field in fields and sys._getframe(1).f_globals.get("__name__") != "dataclasses":
                seen.add((name, field))  # `dataclasses.replace` copies and does not read
            return object.__getattribute__(self, field)

        return look

    scenarios = [load(name) for name in SCENARIOS]
    with pytest.MonkeyPatch.context() as patch:
        for name, kind in CLASSES.items():
            fields = {field.name for field in dataclasses.fields(kind)}
            patch.setattr(kind, "__getattribute__", watched(name, fields))
        for scenario in scenarios:
            setting = valley.prepare(scenario, (2030,))
            uniform = np.random.default_rng(3).uniform(size=(1, scenario.width))
            valley.simulate(setting, scenario.quantile(uniform)[0], Key(1, 0, 0))
    return seen


def fields_of(name):
    """Return field -> whether it is marked, of what the valley could read."""
    described = CLASSES[name].__pydantic_fields__
    words = {field: info.description or "" for field, info in described.items()}
    return {f: text.startswith("For the record: ") for f, text in words.items() if f not in ABOUT}


VALLEYS_OWN = sorted(
    name
    for name in CLASSES
    if name.split(".")[0]
    not in ("sources", "correlation", "distributions", "figure", "place", "template", "unit")
)


@pytest.mark.parametrize("name", VALLEYS_OWN)
def test_every_figure_is_read_or_marked(name, read):
    for field, marked in fields_of(name).items():
        if field in SELDOM.get(name, {}):
            assert re.search(rf"\.{field}\b", (VALLEY / SELDOM[name][field]).read_text("utf-8"))
            continue
        assert marked != ((name, field) in read), field


def test_the_watch_sees_what_is_read_and_what_is_not(read):
    assert ("imports.ReorderPolicy", "lot") in read
    assert ("materials.Materials", "upstream_carbon") not in read
    assert fields_of("materials.Materials")["upstream_carbon"]
