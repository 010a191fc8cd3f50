"""Free plants: the valley's block follows the curve of its class, whatever its layout."""

import json
import math
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.integrate import quad

import bvsim as bv
from bvsim.analysis import free_plants
from bvsim.analysis.errors import AnalysisError
from bvsim.cli import main
from bvsim.schema.ramp import RampClass
from bvsim.valley.ground.streams import Key

MONTHS = (6, 12, 24, 36, 48)
AS_OF = "2026-03-31"
LAYOUTS = ((1, 0.0), (6, 4.0), (13, 3.0))


def members_of(name, count, seed=1):
    """The classes that members of a run have drawn."""
    day = date.fromisoformat(AS_OF)
    known = free_plants._classes("hauts-de-france", day)[name]
    figures = {each.name: getattr(known, each.name) for each in fields(RampClass)}
    ties = free_plants._ties("hauts-de-france", name, day)
    return [ramp for ramp, _ in free_plants._drawn(figures, {}, count, seed, ties)]


def plant_share(ramp, month):
    """The plant's curve by its definition, averaged over the month around a month."""
    share, _ = quad(
        lambda t: 1.0 / (1.0 + math.exp(-ramp.k * (t - ramp.t50))), month - 0.5, month + 0.5
    )
    return ramp.mature * share


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layouts"), [("incumbent-abroad", LAYOUTS), ("new-entrant", LAYOUTS[1:2])]
)
def test_quantiles_are_those_of_the_plants_curve_on_any_layout(name, layouts):
    ramps = members_of(name, 400)
    levels = list(free_plants.LEVELS.values())
    curve = {m: np.quantile([plant_share(ramp, m) for ramp in ramps], levels) for m in MONTHS}
    for lines, interval in layouts:
        layout = free_plants.Layout(lines, interval)
        lucks = [[Key(1, i, luck) for luck in range(free_plants.LUCKS)] for i in range(400)]
        made = [
            free_plants.free_plant(ramp, layout, keys, 49)
            for ramp, keys in zip(ramps, lucks, strict=True)
        ]
        found = np.quantile([plant.share for plant in made], levels, axis=0)
        for month in MONTHS:
            near = pytest.approx(curve[month], rel=0.05, abs=0.002)
            assert found[:, month] == near, (lines, month)
        assert np.mean([plant.too_slow for plant in made]) < 0.05


def test_one_luck_has_stops_of_weeks_in_it_that_the_mean_of_many_spreads():
    ramp = replace(members_of("incumbent-home", 1)[0], major_stops=3.0)
    keys = [Key(1, 0, luck) for luck in range(64)]
    plant = free_plants.free_plant(ramp, free_plants.Layout(), keys, 60)
    assert (
        plant.share_once == free_plants.free_plant(ramp, free_plants.Layout(), keys[:1], 60).share
    ).all()
    assert plant.share[24:].std() < plant.share_once[24:].std() / 3.0


def test_the_share_of_plants_that_cannot_be_so_fast_is_counted():
    slow = bv.ramp("new-entrant", as_of="2023-12-31", members=64, months=24)
    assert 0.0 <= slow.too_slow <= 0.3
    fast = bv.ramp("incumbent-abroad", lines=13, interval=9, as_of=AS_OF, members=64, months=24)
    assert fast.sooner > 0.5
    assert fast.sooner_months > 6.0
    alone = bv.ramp("incumbent-abroad", as_of=AS_OF, members=16, months=24)
    assert alone.sooner == 0.0


def test_scrap_falls_from_its_start_to_its_mature_level():
    plants = bv.ramp("new-entrant", as_of=AS_OF, members=32, months=48)
    ramps = members_of("new-entrant", 32)
    assert plants.scrap[:, 0] == pytest.approx([ramp.scrap_start for ramp in ramps])
    assert plants.scrap.shape == plants.share.shape == (32, 49)
    expected = [
        r.scrap_mature
        + (r.scrap_knee - r.scrap_mature) * math.exp(-12.0 / r.scrap_slow_time)
        + (r.scrap_start - r.scrap_knee) * math.exp(-12.0 / r.scrap_time)
        for r in ramps
    ]
    # product changes bring some of it back; a fast plant's yield comes sooner than drawn
    as_drawn = np.array([each.yield_pace == 1.0 for each in plants.members])
    assert (plants.scrap[:, 12] >= np.array(expected) - 0.005)[as_drawn].all()
    assert (plants.scrap[:, 12] < np.array(expected))[~as_drawn].any()
    assert plants.yield_sooner == pytest.approx(1.0 - as_drawn.mean())


def test_members_are_the_same_whatever_else_is_asked():
    few = bv.ramp("new-entrant", as_of=AS_OF, members=8, months=24)
    many = bv.ramp("new-entrant", as_of=AS_OF, members=16, months=24)
    assert (many.share[:8] == few.share).all()
    other = bv.ramp("new-entrant", as_of=AS_OF, members=8, months=24, seed=2)
    assert (other.share != few.share).any()


def test_the_layout_is_that_of_a_site_unless_told_otherwise():
    site = bv.ramp("new-entrant", site="acc-douvrin", as_of=AS_OF, members=8, months=24)
    alone = bv.ramp("new-entrant", as_of=AS_OF, members=8, months=24)
    assert site.members[0].share.size == alone.members[0].share.size
    size = bv.ramp("new-entrant", nameplate=20.0, as_of=AS_OF, members=8, months=24)
    assert size.share == pytest.approx(alone.share)


def test_the_command_prints_one_object():
    words = ["ramp", "new-entrant", "--as-of", AS_OF, "-n", "8", "--months", "12", "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["schema_version"] == 1
    assert answer["class"] == "new-entrant"
    assert answer["as_of"] == AS_OF
    assert answer["members"] == len(answer["share"]) == len(answer["scrap"]) == 8
    assert answer["months"] == list(range(13))
    assert len(answer["share"][0]) == len(answer["quantiles"]["share"]["p50"]) == 13
    assert set(answer["staircase"]) == {"sooner", "sooner_months", "yield_sooner", "too_slow"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ramp", "new-entrnt"], "did you mean 'new-entrant'"),
        (["ramp", "new-entrant", "--site", "acc-douvrn"], "did you mean 'acc-douvrin'"),
        (["ramp", "new-entrant", "--as-of", "soon"], "write YYYY-MM-DD"),
        (["ramp", "new-entrant", "--ramped-before", "3"], "ramped before"),
    ],
)
def test_what_cannot_be_answered_is_one_line(words, said):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_model_that_is_not_there():
    with pytest.raises(AnalysisError, match="no model"):
        bv.ramp("new-entrant", as_of=AS_OF, model="atlantis")
