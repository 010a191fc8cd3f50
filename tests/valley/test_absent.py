"""Sections that a region lacks: it runs, and every identity holds (they are checked at the end)."""

import pytest

import bvsim
from bvsim.reading import load
from bvsim.reading.datafiles import shipped_root
from bvsim.show.report import write_report
from bvsim.valley.ground.streams import Key
from bvsim.valley.valley import prepare, simulate

SHIPPED = shipped_root() / "models" / "hauts-de-france"
SCENARIO = """\
name: there
model: region
as_of: 2023-12-31
plan_as_of: 2023-12-31
start: 2023-01-01
end: 2025-12-31
"""
ABSENT = {
    "fleet": "fleet: null\ncorrelations: {cars-by-chemistry: null}",
    "recycling": "recycling: null\nplace: null",
    "recyclers": "recycling: {recyclers: null, hydromet: null}\nplace: null",
    "hydromet": "recycling: {hydromet: null}",
    "storage": "storage: null",
    "cathode": "cathode: null\nplace: null\nlabour: {programmes: {neomat-operators: null}}",
    "plan": "plan: null",
    "programmes": "labour: {programmes: null}",
    "other-people": "labour: {releases: null, shuttles: null, competitors: null, upskilling: null}",
    "policies": "demand: {leasing: null, bonus: null, co2_steps: null, observed: null}",
    "customers": "demand: {offtakes: null, programmes: null, suppliers: null}",
    "disturbances": "imports: {disruptions: null, hazards: null, controls: null, tariffs: null}",
    "money": "money: {sites: null, supports: null}",
    "energy": "energy: {sites: null}",
    "correlations": "correlations: null",
}
ONE_PLANT = "aesc-douai"
OTHERS = sorted({path.stem for path in (SHIPPED / "sites").glob("*.yaml")} - {ONE_PLANT})
CUT = f"""\
fleet: null
recycling: null
cathode: null
storage: null
plan: null
correlations: null
place: null
labour: {{programmes: null}}
demand: {{offtakes: null, programmes: null, suppliers: null}}
money: {{sites: null, supports: null}}
energy: {{sites: null}}
sites: {{{", ".join(f"{name}: null" for name in OTHERS)}}}
"""


def region(tmp_path, differs):
    """Return a scenario of a region that lacks parts of the shipped one."""
    folder = tmp_path / "models" / "region"
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text(f"extends: {SHIPPED}\n{differs}\n")
    (tmp_path / "scenarios").mkdir()
    file = tmp_path / "scenarios" / "there.yaml"
    file.write_text(SCENARIO)
    return load(str(file), root=tmp_path)


def row(scenario):
    return simulate(prepare(scenario, (2024, 2025)), scenario.median(), Key(1, 0, 0)).tables


def yearly(tables, column):
    found = tables["yearly"]
    values = found.values[:, found.columns.index(column)]
    labels = dict(found.index)
    return dict(zip(zip(labels["year"], labels["entity"], strict=True), values, strict=True))


@pytest.mark.parametrize("differs", ABSENT.values(), ids=ABSENT)
def test_a_region_that_lacks_a_section_runs(tmp_path, differs):
    scenario = region(tmp_path, differs)
    good = yearly(row(scenario), "good_gwh")
    assert good[2025, ONE_PLANT] > 0.0


def test_without_recyclers_all_scrap_goes_elsewhere(tmp_path):
    tables = row(region(tmp_path, ABSENT["recycling"]))
    delivered, elsewhere = (
        yearly(tables, f"scrap_{what}_t")[2025, "region"] for what in ("delivered", "elsewhere")
    )
    assert delivered == elsewhere > 0.0


def test_without_a_fleet_no_pack_comes_back(tmp_path):
    tables = row(region(tmp_path, ABSENT["fleet"]))
    assert yearly(tables, "retired_packs_t")[2025, "region"] == 0.0
    assert yearly(tables, "eol_feedstock_t")[2025, "region"] == 0.0


def test_one_plant_alone_runs_and_has_its_page(tmp_path):
    scenario = region(tmp_path, CUT)
    run = bvsim.run(scenario, draws=1, workers=1, out=tmp_path / "run", years=(2024, 2025))
    assert run.rows == 1
    page = write_report(run).read_text("utf-8")
    assert ONE_PLANT in page
