"""Key figures, their units and the `--json` object."""

import json

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.kpis import kpi_of, unit_of
from bvsim.analysis.summary import plain, quantiles, run_json, summarise
from bvsim.analysis.tables import by_year
from bvsim.valley.record.kpis import KPIS
from run_folder import MadeUpRun, make_run


def run_of(**columns):
    rows = len(next(iter(columns.values())))
    kpis = pd.DataFrame({"draw": range(rows), "replication": 0, **columns})
    tables = {"kpis": kpis, **{name: make_run(rows).tables[name] for name in ("ledger", "yearly")}}
    return MadeUpRun(make_run(rows).manifest | {"design": "random"}, tables)


def test_mean_spread_and_quantiles_of_known_numbers():
    row = summarise(run_of(output_2030_gwh=np.arange(11.0))).loc["output_2030_gwh"]
    assert (row["mean"], row["p10"], row["p50"], row["p90"]) == (5.0, 1.0, 5.0, 9.0)
    assert row["sd"] == pytest.approx(np.sqrt(11.0))  # of 0..10: 110 / 10
    assert row["share_defined"] == 1.0


def test_quantiles_need_one_row_in_ten():
    nan = np.nan
    enough = [2030.0, 2032.0, *[nan] * 18]
    too_few = [2030.0, *[nan] * 19]
    table = summarise(run_of(year_50_gwh=enough, year_100_gwh=too_few))
    assert table.loc["year_50_gwh", "p50"] == 2031.0
    assert table.loc["year_50_gwh", "share_defined"] == pytest.approx(0.1)
    assert table.loc["year_100_gwh", ["p10", "p50", "p90"]].isna().all()
    assert table.loc["year_100_gwh", "mean"] == 2030.0


def test_never_defined_is_null_everywhere():
    run = make_run(16)
    run.tables["kpis"]["year_100_gwh"] = np.nan
    found = run_json(run)["kpis"]["year_100_gwh"]
    quantiles = ("p10", "p50", "p90")
    numbers = ("mean", "sd", *quantiles, "ci95_mean", *(f"ci95_{q}" for q in quantiles))
    assert found == {"unit": "year", **dict.fromkeys(numbers), "share_defined": 0.0}


def test_the_interval_holds_the_mean_and_shrinks():
    wide, narrow = (summarise(make_run(n)).loc["output_2030_gwh"] for n in (16, 256))
    for row in (wide, narrow):
        assert row["ci95_lo"] < row["mean"] < row["ci95_hi"]
    assert narrow["ci95_hi"] - narrow["ci95_lo"] < wide["ci95_hi"] - wide["ci95_lo"]


def test_intervals_of_quantiles_are_those_of_order_statistics():
    # of 100 independent rows the 40th and the 61st bound the median
    values = np.random.default_rng(1).permutation(np.arange(1.0, 101.0))
    found = run_json(run_of(output_2030_gwh=values))["kpis"]["output_2030_gwh"]
    assert found["ci95_p50"] == [40.0, 61.0]
    for name in ("p10", "p90"):
        low, high = found[f"ci95_{name}"]
        assert low < found[name] < high


def test_few_rows_have_no_interval_of_a_quantile():
    found = run_json(run_of(output_2030_gwh=[1.0, 2.0, 3.0]))["kpis"]["output_2030_gwh"]
    assert found["ci95_p10"] is None
    assert found["p10"] == pytest.approx(1.2)


def test_the_json_object_is_as_agreed():
    found = json.loads(json.dumps(run_json(make_run(32)), allow_nan=False))
    assert list(found) == [
        "schema_version",
        "scenario",
        "draws",
        "per_draw",
        "seed",
        "design",
        "model_hash",
        "out",
        "elapsed_s",
        "failed",
        "kpis",
        "bottlenecks",
        "limits",
    ]
    kpi = found["kpis"]["output_2030_gwh.acc-douvrin"]
    spans = ["ci95_mean", "ci95_p10", "ci95_p50", "ci95_p90"]
    assert list(kpi) == ["unit", "mean", "sd", "p10", "p50", "p90", *spans, "share_defined"]
    assert kpi["p10"] <= kpi["p50"] <= kpi["p90"]
    assert sum(found["bottlenecks"]["2030"].values()) == pytest.approx(1.0)
    assert (found["schema_version"], found["failed"]) == (1, 0)


def test_numbers_keep_twelve_digits_and_lose_what_json_lacks():
    assert plain(np.float64(1 / 3)) == pytest.approx(1 / 3, rel=1e-11)
    assert plain(0.1 + 0.2) == 0.3
    assert [plain(np.nan), plain(np.inf), plain(np.int64(3))] == [None, None, 3]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("output_2030_gwh.acc-douvrin.block-1", "GWh"),
        ("nameplate_2026_gwh", "GWh/yr"),
        ("headcount_2040.neomat-cam", "heads"),
        ("local_cam_share_2030", "share"),
        ("local_pcam_share_2030", "share"),
        ("scrap_2030_t", "t"),
        ("eol_feedstock_2035_t", "t"),
        ("black_mass_2035_t.battri", "t"),
        ("recycler_utilisation_2030.battri", "share"),
        ("year_100_gwh", "year"),
        ("reach_50_gwh_2030", "probability"),
        ("something_new_t", "t"),
    ],
)
def test_every_key_figure_has_its_unit(name, unit):
    assert unit_of(name) == unit


def test_families_do_not_overlap():
    names = [kpi.name.replace("N", "50").replace("Y", "2030") for kpi in KPIS]
    assert [kpi_of(name) for name in names] == list(KPIS)


def test_the_valley_is_the_sum_of_its_sites_and_a_plant_itself():
    run = make_run(8)
    total = by_year(run, "good_gwh")
    sites = run.tables["yearly"]["entity"].unique()
    parts = sum(by_year(run, "good_gwh", site) for site in sites if site != "battri")
    assert np.allclose(total, parts)
    heads = by_year(run, "headcount", "battri")
    assert (heads == 40.0).all(axis=None)


def test_rows_of_the_region_are_not_added_to_those_of_sites():
    run = make_run(4)
    region = run.tables["yearly"].query("entity == 'battri'").assign(entity="region", packs=7.0)
    run.tables["yearly"] = pd.concat([run.tables["yearly"], region], ignore_index=True)
    assert (by_year(run, "packs") == 7.0).all(axis=None)


def test_quantiles_are_ordered_and_named():
    found = quantiles(make_run(32), "good_gwh", probabilities=(0.05, 0.5, 0.9))
    assert list(found) == ["mean", "p5", "p50", "p90"]
    assert (found["p5"] <= found["p50"]).all()
    with pytest.raises(ValueError, match="no quantity 'good'"):
        quantiles(make_run(2), "good")
