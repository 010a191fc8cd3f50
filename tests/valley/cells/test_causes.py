"""The table of causes: complete, and all that is known of a limit stands in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bvsim.analysis.ledger.relief import CONSTRAINTS
from bvsim.show import words
from bvsim.show.plot.style import COLOURS
from bvsim.valley.cells import causes
from bvsim.valley.cells.ledger import BINDING, LEDGER
from bvsim.valley.valley import LIFTABLE

STAIRCASE = (
    *("not_built", "closure", "delay", "rating", "ramp_up", "availability"),
    *("labour", "cathode", "demand", "throttle", "yield"),
)


def test_the_names_that_other_programs_rely_on():
    assert causes.LOSSES == STAIRCASE
    lost = [column.name for column in LEDGER.columns]
    assert lost[3:] == [f"lost_{name}_gwh" for name in STAIRCASE]
    binders = ("ramp", "labour", "cathode", "demand", "throttle", "shutdown", "not_running")
    weeks = [column.name for column in BINDING.columns]
    assert weeks[:14] == [f"weeks{what}_{n}" for what in ("", "_second") for n in binders]
    assert weeks[14:] == ["possible_gwh", *(f"slack_{n}_gwh" for n in binders[1:5])]
    assert CONSTRAINTS == ("labour", "cathode", "demand", "delay", "closure")
    assert {"labour", "cathode", "demand", "delay", "closure", "stops"} == LIFTABLE


def test_the_losses_of_the_plan_are_no_bottlenecks():
    assert causes.PLAN_LOSSES == ("not_built", "delay")
    assert set(causes.BOTTLENECKS) == set(STAIRCASE) - {"not_built", "delay"}


@pytest.mark.parametrize("name", causes.CAUSES)
def test_every_cause_is_said_in_both_languages_and_has_a_colour(name):
    cause = causes.CAUSES[name]
    assert all(cause.label)
    assert re.fullmatch("#[0-9a-f]{6}", COLOURS[name])
    assert words.cause(name).en == causes.label(name)
    assert name not in causes.LOSSES or all(cause.meaning)


def test_no_two_causes_share_a_colour_or_a_label():
    found = causes.CAUSES.values()
    assert len({each.colour for each in found}) == len(found)
    assert len({each.label for each in found}) == len(found)


def test_a_lift_is_written_as_what_it_lifts():
    assert causes.label("stops") == causes.label("availability") == "stops"
    assert words.cause("delay").fr == "retard"
    assert causes.label("no_such_thing") == "no such thing"


# -- a fifth limit -------------------------------------------------------------------

ELECTRICITY = """
ELECTRICITY = Limit(
    "electricity",
    "#001122",
    ("electricity", "électricité"),
    ("too little power", "trop peu de puissance"),
    lift="electricity",
    allows=lambda site: 0.3 * site.rated,
)
LIMITS = (LABOUR, CATHODE, DEMAND, THROTTLE, ELECTRICITY)
"""

PROGRAM = """
import importlib.util, json, sys

import bvsim.valley.cells

NAME = "bvsim.valley.cells.causes"
spec = importlib.util.spec_from_file_location(NAME, sys.argv[1])
bvsim.valley.cells.causes = sys.modules[NAME] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

import numpy as np

import bvsim
from bvsim.analysis.ledger.relief import CONSTRAINTS
from bvsim.show.plot.style import COLOURS
from bvsim.show import words
from bvsim.valley.ground.streams import Key
from bvsim.valley.valley import prepare, simulate

scenario = bvsim.load("reference")
setting = prepare(scenario, (2030,))


def sums(lifts=()):
    record = simulate(setting, scenario.median(), Key(1, 0, 0), lifts=frozenset(lifts))
    found = {}
    for table in (record.tables["ledger"], record.tables["binding"]):
        found |= dict(zip(table.columns, np.nansum(table.values, axis=0).tolist(), strict=True))
    return found


json.dump(
    {
        "limited": sums(),
        "lifted": sums(["electricity"]),
        "constraints": CONSTRAINTS,
        "colour": COLOURS["electricity"],
        "said": words.cause("electricity").fr,
    },
    sys.stdout,
)
"""


def test_a_fifth_limit_is_a_change_of_one_file(tmp_path):
    text = Path(causes.__file__).with_name("causes.py").read_text(encoding="utf-8")
    four = re.search(r"^LIMITS: .*$", text, re.MULTILINE)
    changed = tmp_path / "causes.py"
    changed.write_text(text.replace(four[0], ELECTRICITY), encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, str(changed)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    found = json.loads(done.stdout)
    limited, lifted = found["limited"], found["lifted"]
    assert limited["lost_electricity_gwh"] > 100.0
    assert limited["weeks_electricity"] > 100.0
    assert limited["good_gwh"] < lifted["good_gwh"] - 100.0
    both = (limited, lifted)
    tops = [each["announced_gwh"] + each["beyond_plan_gwh"] for each in both]
    losses = [sum(v for name, v in each.items() if name.startswith("lost_")) for each in both]
    made = [each["good_gwh"] + lost for each, lost in zip(both, losses, strict=True)]
    assert made == pytest.approx(tops)
    assert found["constraints"] == [
        "labour",
        "cathode",
        "demand",
        "electricity",
        "delay",
        "closure",
    ]
    assert (found["colour"], found["said"]) == ("#001122", "électricité")
