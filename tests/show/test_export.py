"""Workbooks and files for other tools hold what the tables hold."""

from __future__ import annotations

import csv
import shutil
import subprocess

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from bvsim.ensemble.store.results import open_run
from bvsim.show.export import export_run
from bvsim.show.export.dictionary import recorded_columns, unit_of_column
from run_folder import make_run, write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return open_run(write_run(folder, 24).folder)


@pytest.fixture(scope="module")
def path(run, tmp_path_factory):
    return export_run(run, "xlsx", tmp_path_factory.mktemp("out") / "made.xlsx")


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def frame(page):
    names, *rows = page.iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=[name.partition(" (")[0] for name in names])


def test_every_key_figure_of_every_row_is_there(book, run):
    found, table = frame(book["Draws"]), run.table("kpis")
    assert list(found.columns) == list(table.columns)
    # Not defined stays empty; the format keeps sixteen digits.
    numbers = (found.to_numpy(dtype=float), table.to_numpy(dtype=float))
    np.testing.assert_allclose(*numbers, rtol=1e-15, equal_nan=True)


def test_summaries_are_those_of_the_tables(book, run):
    found = frame(book["Years"]).set_index(["quantity", "entity", "year"])
    yearly = run.table("yearly")
    rows = yearly[(yearly["entity"] == "aesc-douai") & (yearly["year"] == 2031)]["good_gwh"]
    line = found.loc[("good_gwh", "aesc-douai", 2031)]
    assert line["unit"] == "GWh"
    assert line["mean"] == pytest.approx(rows.mean(), rel=1e-12)
    assert line["p90"] == pytest.approx(np.quantile(rows, 0.9), rel=1e-12)
    assert ("black_mass_t", "aesc-douai", 2031) not in found.index


def test_the_ledger_adds_up_in_the_workbook(book):
    found = frame(book["Ledger"]).pivot_table(
        index=["entity", "year"], columns="quantity", values="mean"
    )
    losses = [name for name in found.columns if name.startswith("lost_")]
    assert len(losses) == 11
    left = found["announced_gwh"] + found["beyond_plan_gwh"]
    np.testing.assert_allclose(left, found["good_gwh"] + found[losses].sum(axis=1), atol=1e-9)


def test_contents_name_every_sheet_and_link_to_it(book):
    page = book["Contents"]
    listed = [page.cell(row, 1) for row in range(5, 5 + len(book.sheetnames) - 1)]
    assert [cell.value for cell in listed] == book.sheetnames[1:]
    assert [cell.hyperlink.location for cell in listed] == [
        f"'{name}'!A1" for name in book.sheetnames[1:]
    ]
    for row, name in enumerate(book.sheetnames[1:], start=5):
        assert page.cell(row, 3).value == book[name].max_row - 1


def test_each_sheet_is_a_table_with_one_head_in_sight(book):
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes.lstrip("ABCDEFGH") == "2", name
        (table,) = book[name].tables.values()
        assert table.ref.startswith("A1:")
        assert table.name == "table_" + name.lower().replace(" ", "_")
    assert [cell.value for cell in book["Output"][1]][:3] == [
        "year",
        "announced (GWh)",
        "mean (GWh)",
    ]
    page = book["Draws"]
    names = [cell.value for cell in page[1]]
    assert page.cell(2, names.index("output_2030_gwh") + 1).number_format == "#,##0.00"
    assert page.cell(2, names.index("headcount_2030") + 1).number_format == "#,##0"


def test_the_mean_of_a_key_figure_has_a_name(book, run):
    sheet, cell = book.defined_names["output_2030_gwh"].attr_text.split("!")
    found = book[sheet.strip("'")][cell.replace("$", "")].value
    assert found == pytest.approx(run.table("kpis")["output_2030_gwh"].mean())


def test_ids_have_names_beside_them(book):
    found = frame(book["Ledger"])
    names = dict(zip(found["entity"], found["name"], strict=True))
    assert names["aesc-douai.block-1"].endswith(", block 1")
    assert names["unattributed"] == "not attributed to a site"


def test_other_runs_are_compared_on_a_sheet(run, tmp_path):
    other = make_run(24)
    other.manifest.update({k: run.manifest[k] for k in ("seed", "design", "model_hash")})
    other.manifest["scenario"] = "more"
    rise = run.table("kpis")["output_2030_gwh"] + 1.5
    other.tables["kpis"] = run.table("kpis").assign(output_2030_gwh=rise)
    made = export_run(run, "xlsx", tmp_path / "x.xlsx", beside=[other])
    found = frame(openpyxl.load_workbook(made)["Comparison"]).set_index(["scenario", "kpi"])
    assert found.loc[("more", "output_2030_gwh"), "mean"] == pytest.approx(1.5)


def test_a_french_workbook_has_french_sheets_heads_and_charts_and_the_same_numbers(
    run, book, tmp_path
):
    french = openpyxl.load_workbook(export_run(run, "xlsx", tmp_path / "fr.xlsx", lang="fr"))
    assert french.sheetnames[:4] == ["Sommaire", "Indicateurs", "Production", "Étapes"]
    assert len(french.sheetnames) == len(book.sheetnames)
    heads = [cell.value for cell in french["Production"][1]]
    assert heads[:3] == ["année", "annoncé (GWh)", "moyenne (GWh)"]
    for mine, theirs in zip(french.worksheets[1:6], book.worksheets[1:6], strict=True):
        numbers = [
            [cell for row in page.iter_rows(min_row=2, values_only=True) for cell in row]
            for page in (mine, theirs)
        ]
        both = [[n for n in cells if isinstance(n, float | int)] for cells in numbers]
        assert both[0] == both[1]
    titles = [
        "".join(run_.t for part in chart.title.tx.rich.p for run_ in part.r)
        for chart in french["Sommaire"]._charts
    ]
    assert titles[0] == "Cellules conformes de la vallée, GWh par an"
    text = " ".join(str(cell.value) for row in french["Sommaire"].iter_rows() for cell in row)
    assert "tirages" in text
    assert "draws" not in text


def test_texts_that_look_like_formulas_stay_texts(run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    manifest = (folder / "manifest.json").read_text(encoding="utf-8")
    bad = '=HYPERLINK(\\"http://x\\")'
    changed = manifest.replace('"scenario": "reference"', f'"scenario": "{bad}"')
    (folder / "manifest.json").write_text(changed, encoding="utf-8")
    made = export_run(open_run(folder), "xlsx", tmp_path / "x.xlsx")
    cells = [
        cell
        for row in openpyxl.load_workbook(made)["About"].iter_rows()
        for cell in row
        if "HYPERLINK" in str(cell.value)
    ]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_files_hold_the_tables(run, tmp_path, to):
    folder = export_run(run, to, tmp_path / to)
    for name in ("kpis", "ledger", "yearly"):
        file = folder / f"{name}.{to}"
        found = pd.read_csv(file) if to == "csv" else pd.read_parquet(file)
        table = run.table(name)
        table = table.astype({"entity": "str"}) if "entity" in table else table
        pd.testing.assert_frame_equal(found, table, check_dtype=False, rtol=1e-15)
    if to == "parquet":
        assert str(pq.read_schema(folder / "ledger.parquet").field("entity").type) == "string"


def test_csv_opens_in_a_french_excel(run, tmp_path):
    folder = export_run(run, "csv", tmp_path / "csv", lang="fr")
    for name in ("kpis", "ledger"):
        assert (folder / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        found = pd.read_csv(folder / f"{name}.csv", sep=";", decimal=",")
        table = run.table(name)
        table = table.astype({"entity": "str"}) if "entity" in table else table
        pd.testing.assert_frame_equal(found, table, check_dtype=False, rtol=1e-15)
    assert (folder / "dictionary.csv").read_text("utf-8-sig").startswith("table;column;unit")


def test_the_dictionary_names_every_column(run, tmp_path):
    folder = export_run(run, "csv", tmp_path / "csv")
    with (folder / "dictionary.csv").open(encoding="utf-8") as file:
        rows = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
    assert {column for table, column in rows if table == "ledger"} == set(run.columns("ledger"))
    assert rows["ledger", "lost_labour_gwh"]["unit"] == "GWh"
    assert rows["yearly", "headcount"]["unit"] == "heads"
    assert rows["kpis", "output_2030_gwh"]["meaning"]


def test_every_recorded_column_has_a_unit_and_a_meaning():
    columns = recorded_columns()
    assert len(columns) > 100
    assert [name for name, entry in columns.items() if not entry.meaning] == []
    pure = {"cost_gap", "customers", "learning_speed", "metal_price_factor"}
    pure |= {"second_sourced", "stops", "refinanced", "sold", "wound_up"}  # a share, counts
    pure |= {"idle_lines", "abandoned_lines", "converted_lines", "storage_lines"}
    assert {name for name in columns if unit_of_column(name) == "1"} <= pure


def test_an_unknown_format_is_refused(run):
    with pytest.raises(ValueError, match="xlsx, csv, parquet"):
        export_run(run, "ods")


@pytest.mark.slow
def test_libreoffice_opens_the_workbook(path, tmp_path):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "csv", "--outdir", tmp_path, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr.lower()
    assert (tmp_path / "made.csv").stat().st_size > 100


def test_the_first_sheet_charts_cells_that_equal_the_tables(book, run):
    kinds = [type(chart).__name__ for chart in book["Contents"]._charts]
    assert kinds == ["LineChart", "BarChart", "LineChart"]
    ledger = run.table("ledger")
    rows = ledger.groupby(["draw", "year"], observed=True).sum(numeric_only=True)
    found = frame(book["Steps"]).set_index("step")
    assert found.loc["good", "mean"] == pytest.approx(
        rows.xs(2030, level="year")["good_gwh"].mean()
    )
    drawn = found["begins"] + found["mean"]
    assert drawn["not_built"] == pytest.approx(
        found.loc["announced", "mean"] + found.loc["beyond_plan", "mean"]
    )
    shares = frame(book["Odds"]).set_index("year")
    reached = (rows.xs(2035, level="year")["good_gwh"] >= 30).mean()
    assert shares.loc[2035, "at_least_30_gwh"] == pytest.approx(reached)
    where = book["Contents"]._charts[2].series[2].val.numRef.f.replace("$", "").replace("'", "")
    assert where == f"Odds!D2:D{1 + len(shares)}"
