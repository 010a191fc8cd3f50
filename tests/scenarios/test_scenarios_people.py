"""People in the whole valley: a starved one, one without anybody, and the order of files."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from bvsim.reading import load
from valley_rows import interval, output, run, total

ROOT = Path(__file__).parents[2]
LABOUR = frozenset({"labour"})

# nobody is hired but out of the programmes, people leave soon, and seats are what applicants lack
STARVED = {
    "end": "2030-12-31",
    "labour.hiring.contact": {"times": 0},
    "labour.hiring.outside.*": {"times": 0},
    "labour.releases.*.workers": {"times": 0.1},
    "labour.basins.*.seekers": {"times": 2},
    "labour.basins.*.refill": {"times": 2},
    "labour.attrition.scale": {"times": 2.5},
}
# what stood before people are lifted away would differ: no line starts in the last days of 2023
LATER = {
    "sites.acc-douvrin.blocks.block-1.project.started": None,
    "sites.acc-douvrin.blocks.block-1.project.sop": "2024-01-15",
}
NOBODY = {
    **LATER,
    "end": "2028-12-31",
    "sites.*.heads": {},
    "labour.programmes.*.observed": {},
    "labour.basins.*.seekers": 0,
    "labour.basins.*.refill": 0,
    "labour.releases.*.workers": 0,
    "labour.hiring.outside.*": 0,
    "sites.*.staffing.experts_per_unit": 0,
}
PLENTY = {
    **LATER,
    "end": "2028-12-31",
    "sites.*.heads": {},
    "labour.programmes.*.observed": {},
    "labour.basins.*.seekers": {"times": 100},
    "labour.basins.*.refill": {"times": 100},
    "labour.hiring.contact": 10,
    "labour.hiring.capacity": 100_000,
    "labour.hiring.lead.*": 0,
    "labour.proficiency.*.start": 1,
}


@pytest.mark.slow
def test_in_a_starved_valley_seats_make_cells_and_relief_falls():
    outputs, reliefs = [], []
    for times in (0.1, 0.2, 0.4):
        given = {"labour.programmes.*.seats": {"times": times, "from": "2026-04-01"}}
        scenario = load("reference", sets={**STARVED, **given})
        starved = run(scenario, 6)
        intake, seats = (total(starved, name, first=2027) for name in ("intake", "seats"))
        assert (intake > 0.8 * seats).all()
        outputs.append(output(starved, 2027))
        reliefs.append(output(run(scenario, 6, lifts=LABOUR), 2027) - outputs[-1])
    for fewer, more in pairwise(outputs):
        assert interval(more - fewer)[0] > 0
    for fewer, more in pairwise(reliefs):
        assert interval(more - fewer)[1] < 0
    assert (np.array(reliefs) > 0).all()


@pytest.fixture(scope="module")
def nobody():
    return run(load("hindcast-2023", sets=NOBODY), 4)


def test_without_people_there_is_no_output_and_labour_is_to_blame(nobody):
    assert not total(nobody, "employed", entity="region").any()
    assert not output(nobody).any()
    of = {"table": "ledger"}
    # everything that lines in ramp-up could have made, between breakdowns, is labour's
    planned = total(nobody, "announced_gwh", **of) + total(nobody, "beyond_plan_gwh", **of)
    before = ("not_built", "closure", "delay", "rating", "ramp_up", "availability")
    left = planned - sum(total(nobody, f"lost_{cause}_gwh", **of) for cause in before)
    assert (left > 0.1).all()
    assert total(nobody, "lost_labour_gwh", **of) == pytest.approx(left, rel=1e-9)
    for cause in ("cathode", "demand", "throttle", "yield"):
        assert not total(nobody, f"lost_{cause}_gwh", **of).any()


def test_relief_of_labour_is_the_difference_to_the_staffed_valley():
    # lifted, people are there and proficient: no plant fails, and more than enough teach no faster
    alike = {"labour.thin_staffing.learning_elasticity": 0}
    lifts = frozenset({"closure"})
    none, plenty = (load("hindcast-2023", sets={**sets, **alike}) for sets in (NOBODY, PLENTY))
    nobody = output(run(none, 4, lifts=lifts))
    relief = output(run(none, 4, lifts=lifts | LABOUR)) - nobody
    staffed = output(run(plenty, 4, lifts=lifts))
    assert (relief > 1).all()
    assert relief == pytest.approx(staffed - nobody, rel=2e-3)  # hired a week or so after SOP


def test_late_training_stops_the_courses_of_a_year():
    sets = {"end": "2028-12-31"}
    late = run(load("training-late", sets=sets), 3)
    base = run(load("reference", sets=sets), 3)
    until = {"entity": "btc-douvrin", "last": 2026}
    assert (total(late, "intake", **until) == total(base, "intake", **until)).all()
    # a cohort planned for the last days of 2026 may begin in the first of 2027
    seats = total(late, "intake", entity="btc-douvrin", first=2027, last=2027)
    assert (seats < 0.2 * total(base, "intake", entity="btc-douvrin", first=2027, last=2027)).all()
    then = {"entity": "btc-douvrin", "first": 2028, "last": 2028}
    asked = total(base, "intake", **then) > 0  # not of plants that have failed
    assert asked.any()
    assert (total(late, "intake", **then) > 0)[asked].all()


def test_seats_act_from_their_date_and_double_a_course_with_applicants():
    many = {
        "end": "2027-12-31",
        "labour.programmes.*.applicants": 1,
        "labour.basins.*.seekers": {"times": 20},
    }
    double = run(load("training-doubled", sets=many), 3)
    base = run(load("reference", sets=many), 3)
    course = {"entity": "btc-douvrin"}
    before = total(base, "intake", **course, last=2026)
    assert (total(double, "intake", **course, last=2026) == before).all()
    after = total(base, "intake", **course, first=2027)
    # not to the head: courses overlap in the rooms of the centre
    assert total(double, "intake", **course, first=2027) == pytest.approx(2 * after, rel=0.08)


def test_the_order_of_people_in_the_files_changes_no_number(tmp_path):
    for folder in ("models", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    file = tmp_path / "models/hauts-de-france/labour.yaml"
    shuffled = _reversed(yaml.safe_load(file.read_text("utf-8")))
    names = list(shuffled["programmes"])
    assert names != sorted(names)
    file.write_text(yaml.safe_dump(shuffled, sort_keys=False, allow_unicode=True), "utf-8")
    sets = {"end": "2029-12-31"}
    own, other = load("reference", sets=sets), load("reference", sets=sets, root=tmp_path)
    assert list(other.model.labour.programmes) != list(own.model.labour.programmes)
    assert other.model_hash == own.model_hash
    assert other.order == own.order
    for a, b in zip(run(own, 2), run(other, 2), strict=True):
        for name, table in a.tables.items():
            assert b.tables[name].index == table.index
            assert b.tables[name].columns == table.columns
            np.testing.assert_array_equal(b.tables[name].values, table.values)


def _reversed(node):
    """Return a tree with the entries of every mapping in the opposite order."""
    if isinstance(node, dict):
        return {key: _reversed(node[key]) for key in reversed(node)}
    return node
