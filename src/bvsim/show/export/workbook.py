"""One Excel workbook: contents, summaries with units and formats, every row's key figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xlsxwriter
import xlsxwriter.exceptions

from bvsim.analysis.kpis import unit_of
from bvsim.analysis.tables import ROW
from bvsim.ensemble.store.folder import atomic
from bvsim.show.export import charts, tables
from bvsim.show.export.dictionary import recorded_columns
from bvsim.show.names import scenario_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from bvsim.ensemble.store.results import Run

ROWS = 1_048_576
"""Rows of a sheet in Excel."""

COLUMNS = 16_384
LONGEST = 32_767
"""Characters of a cell."""
WIDEST = 60

FORMATS = {
    "number": {"num_format": "#,##0.00"},
    "whole": {"num_format": "#,##0"},
    "share": {"num_format": "0.0%"},
    "year": {"num_format": "0"},
    "text": {},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EEF1F4"},
    "unit": {"italic": True, "font_color": "#57606A", "bottom": 2, "bg_color": "#EEF1F4"},
    "title": {"bold": True, "font_size": 14},
    "link": {"font_color": "#0072B2", "underline": 1},
}


@dataclass(frozen=True)
class Sheet:
    """A sheet: what it is called, what it holds, and its table.

    Parameters
    ----------
    name, about : str
        Name and one sentence.
    frame : pandas.DataFrame
        The table.
    unit : callable
        From the name of a column to its unit.
    """

    name: str
    about: str
    frame: pd.DataFrame
    unit: Callable[[str], str]


def write_workbook(run: Run, path: Path) -> Path:
    """Write the workbook of a run.

    Texts are written as texts: what looks like a formula or an address stays what it is.

    Returns
    -------
    pathlib.Path
        The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": False,
    }
    try:
        with atomic(path) as temporary:
            _write_book(run, xlsxwriter.Workbook(str(temporary), options))
    except xlsxwriter.exceptions.FileCreateError as error:  # what the system said is inside
        raise error.args[0] from None
    return path


def _write_book(run: Run, workbook: xlsxwriter.Workbook) -> None:
    with workbook as book:
        formats = {name: book.add_format(spec) for name, spec in FORMATS.items()}
        contents = book.add_worksheet("Contents")
        sheets = sheets_of(run)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, formats)
        _write_contents(contents, run, sheets, formats)
        charts.insert_charts(book, contents, {sheet.name: sheet.frame for sheet in sheets})


def sheets_of(run: Run) -> list[Sheet]:
    """Return the sheets of a run, in the order of the workbook."""
    gwh = _units(default="GWh", year="", announced="GWh")
    shares = _units(default="share", year="", entity="")
    entity = _units(default="as in the column unit", year="", entity="", quantity="", unit="")
    kpi = _units(default="as in the column unit", kpi="", unit="", share_defined="share")
    nothing = _units(default="")
    made = [
        Sheet("Key figures", "Each key figure over all draws.", tables.key_figures(run), kpi),
        Sheet("Output", "Good cells of the valley by year.", tables.output(run), gwh),
        Sheet(
            "Steps",
            "From announced to good cells in one year, and where each bar begins.",
            charts.steps(run),
            _units(default="GWh", step="", name="", year=""),
        ),
        Sheet(
            "Odds",
            "Share of draws that make at least so much in a year.",
            charts.odds(run),
            _units(default="share", year=""),
        ),
        Sheet(
            "Bottlenecks",
            "Share of draws in which a cause is the main bottleneck.",
            tables.bottleneck_shares(run),
            shares,
        ),
    ]
    for name, table, about in (
        ("Ledger", "ledger", "From announced to good cells, by block and year."),
        ("Years", "yearly", "Every quantity by entity and year."),
        ("Binding", "binding", "Weeks in which each cause binds, by block and year."),
    ):
        if table in run.tables:
            made.append(Sheet(name, about, tables.summary_by_entity(run, table), entity))
    if "balances" in run.tables:
        balances = _units(default="as in the column unit", balance="", entity="", unit="")
        made.append(
            Sheet("Balances", "Means of every balance.", tables.balance_means(run), balances)
        )
    made.append(Sheet("Draws", "Every key figure of every row.", run.table("kpis"), _unit_of_row))
    scenario = scenario_of(run.folder)
    if scenario is not None:
        made += [
            Sheet("Figures", "Every figure of the model.", tables.figures(scenario), nothing),
            Sheet("Sources", "The publications.", tables.publications(scenario), nothing),
        ]
    made += [
        Sheet("Dictionary", "What the quantities mean.", _dictionary(), nothing),
        Sheet("About", "What was run, with what.", tables.about(run), nothing),
    ]
    return made


def _dictionary() -> pd.DataFrame:
    return pd.DataFrame([vars(entry) for entry in recorded_columns().values()])


def _unit_of_row(name: str) -> str:
    return "" if name in ROW else unit_of(name)


def _units(*, default: str, **own: str) -> Callable[[str], str]:
    return lambda name: own.get(name, default)


def _write(page: Worksheet, sheet: Sheet, formats: dict[str, Format]) -> None:
    """Write names, units, then the table; the two heads stay in sight."""
    frame = sheet.frame.iloc[: ROWS - 2, :COLUMNS]
    page.freeze_panes(2, _keys(frame))
    page.autofilter(1, 0, len(frame) + 1, max(len(frame.columns) - 1, 0))
    for at, name in enumerate(frame.columns):
        column = frame[name]
        unit = sheet.unit(str(name))
        page.write_string(0, at, str(name), formats["head"])
        page.write_string(1, at, unit, formats["unit"])
        style = formats[_style(str(name), unit, column)]
        page.set_column(at, at, _width(str(name), column), style)
        for row, value in enumerate(column.tolist(), start=2):
            _cell(page, row, at, value, style)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, 1)


def _keys(frame: pd.DataFrame) -> int:
    """Return how many leading columns are names of rows."""
    names = {"kpi", "quantity", "entity", "year", "balance", "path", "id", "name", "entry", *ROW}
    count = 0
    for name in frame.columns:
        if name not in names:
            break
        count += 1
    return count


def _cell(page: Worksheet, row: int, at: int, value: object, style: Format) -> None:
    if isinstance(value, bool | np.bool_):
        page.write_boolean(row, at, bool(value), style)
    elif isinstance(value, int | float | np.number):
        if np.isfinite(value):  # what is not defined stays empty
            page.write_number(row, at, float(value), style)
    elif value is not None:
        page.write_string(row, at, _fitting(str(value)), style)


def _fitting(text: str) -> str:
    """Return a text as far as a cell holds it, and how long it was."""
    if len(text) <= LONGEST:
        return text
    said = f" ... (cut: {len(text):,} characters)"
    return text[: LONGEST - len(said)] + said


def _left_out(sheet: Sheet) -> str:
    """Say what of a table a sheet has no room for."""
    rows, columns = sheet.frame.shape
    lost = [(max(0, rows - ROWS + 2), "rows"), (max(0, columns - COLUMNS), "columns")]
    told = ", ".join(f"{number:,} {noun}" for number, noun in lost if number)
    return f" Excel has no room for {told}: export to csv or parquet." if told else ""


def _style(name: str, unit: str, column: pd.Series) -> str:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return "text"
    if name in ("year", *ROW):
        return "year"
    if unit == "share" or name == "share_defined":
        return "share"
    return "whole" if unit in ("heads", "t") else "number"


def _width(name: str, column: pd.Series) -> float:
    if pd.api.types.is_numeric_dtype(column):
        return max(9.0, min(len(name) + 1.0, 16.0))
    longest = max((len(str(value)) for value in column.head(500)), default=0)
    return float(min(max(longest, len(name)) + 2, WIDEST))


def _write_contents(
    page: Worksheet, run: Run, sheets: list[Sheet], formats: dict[str, Format]
) -> None:
    manifest = run.manifest
    page.set_column(0, 0, 18)
    page.set_column(1, 1, 64)
    page.set_column(2, 2, 10)
    page.write_string(0, 0, f"bvsim: {manifest['scenario']}", formats["title"])
    said = f"{manifest['draws']} draws x {manifest['per_draw']}, seed {manifest['seed']}, "
    said += f"{manifest['design']}, model {manifest['model_hash']}, bvsim {manifest['bvsim']}"
    page.write_string(1, 0, said)
    for at, text in enumerate(("Sheet", "What is in it", "Rows")):
        page.write_string(3, at, text, formats["head"])
    for row, sheet in enumerate(sheets, start=4):
        link = f"internal:'{sheet.name}'!A1"
        page.write_url(row, 0, link, formats["link"], string=sheet.name)
        page.write_string(row, 1, sheet.about + _left_out(sheet))
        page.write_number(row, 2, len(sheet.frame), formats["whole"])
    below = 5 + len(sheets)
    notes = (
        "Units stand in the second line of each sheet; empty cells are not defined.",
        "Means and quantiles are over draws and replications; quantiles do not add up.",
        "A model, not a forecast by the companies: see Figures for what it rests on.",
    )
    for row, text in enumerate(notes, start=below):
        page.write_string(row, 0, text)
    page.freeze_panes(4, 0)
    page.activate()
