"""One Excel workbook: contents, summaries with units and formats, every row's key figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xlsxwriter
import xlsxwriter.exceptions
from xlsxwriter.utility import xl_rowcol_to_cell

from bvsim.analysis.kpis import unit_of
from bvsim.analysis.tables import REGION, ROW, RunLike
from bvsim.reading.whole_files import atomic
from bvsim.show import words
from bvsim.show.export import charts, tables
from bvsim.show.export.dictionary import recorded_columns
from bvsim.show.export.sheet import Sheet, told
from bvsim.show.names import scenario_of
from bvsim.show.report.model import facts_of

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
    "title": {"bold": True, "font_size": 14},
    "link": {"font_color": "#0072B2", "underline": 1},
}


@dataclass(frozen=True)
class Book:
    """A workbook under way.

    Parameters
    ----------
    run : Run
        What it is of.
    lang : {"en", "fr"}
        Its language.
    beside : sequence of Run
        Runs that are compared with it.
    """

    run: Run
    lang: str
    beside: Sequence[RunLike]


def write_workbook(
    run: Run, path: Path, *, lang: str = "en", beside: Sequence[RunLike] = ()
) -> Path:
    """Write the workbook of a run.

    Texts are written as texts: what looks like a formula or an address stays what it is.

    Parameters
    ----------
    run : Run
        A finished run.
    path : pathlib.Path
        The file.
    lang : {"en", "fr"}
        Its language: of sheets, heads, notes and charts; ids stay.
    beside : sequence of Run
        Other runs: a sheet has their paired differences from this one.

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
            _write_book(Book(run, lang, beside), xlsxwriter.Workbook(str(temporary), options))
    except xlsxwriter.exceptions.FileCreateError as error:  # what the system said is inside
        raise error.args[0] from None
    return path


def _write_book(made: Book, workbook: xlsxwriter.Workbook) -> None:
    with workbook as book:
        formats = {name: book.add_format(spec) for name, spec in FORMATS.items()}
        contents = book.add_worksheet(told("sheet.contents", made.lang))
        sheets = sheets_of(made)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name(made.lang)), sheet, formats, made.lang)
        _name_means(book, sheets[0], made.lang)
        _write_contents(contents, made, sheets, formats)
        charts.insert_charts(book, contents, {sheet.key: sheet for sheet in sheets}, made.lang)


def _name_means(book: xlsxwriter.Workbook, sheet: Sheet, lang: str) -> None:
    """Give the mean of each key figure of the valley its own name: ``output_2030_gwh``."""
    at = list(sheet.frame.columns).index("mean")
    for row, name in enumerate(sheet.frame["kpi"], start=1):
        if "." not in name:
            cell = xl_rowcol_to_cell(row, at, row_abs=True, col_abs=True)
            book.define_name(name, f"='{sheet.name(lang)}'!{cell}")


def sheets_of(made: Book) -> list[Sheet]:
    """Return the sheets of a run, in the order of the workbook."""
    run, called = made.run, _called(made)
    gwh = _units(default="GWh", year="", step="", name="")
    shares = _units(default="share", year="", entity="", name="")
    nothing = _units(default="")
    made_ = [
        Sheet("key_figures", tables.key_figures(run), _units(default="", share_defined="share")),
        Sheet("output", tables.output(run), gwh),
        Sheet("steps", charts.steps(run, made.lang), gwh),
        Sheet("odds", charts.odds(run), shares),
        Sheet("bottlenecks", called(tables.bottleneck_shares(run, made.lang)), shares),
    ]
    if made.beside:
        made_.append(Sheet("comparison", tables.comparison(run, made.beside), nothing))
    for key, table in (("ledger", "ledger"), ("years", "yearly"), ("binding", "binding")):
        if table in run.tables:
            made_.append(Sheet(key, called(tables.summary_by_entity(run, table)), nothing))
    if "balances" in run.tables:
        made_.append(Sheet("balances", called(tables.balance_means(run)), nothing))
    made_.append(Sheet("draws", run.table("kpis"), nothing))
    scenario = scenario_of(run)
    if scenario is not None:
        made_.append(Sheet("figures", tables.figures(scenario), nothing))
        made_.append(Sheet("sources", tables.publications(scenario), nothing))
    made_.append(Sheet("dictionary", _dictionary(), nothing))
    made_.append(Sheet("about", tables.about(run), nothing))
    return made_


def _called(made: Book) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return what puts plain names beside the ids of a table."""
    facts = facts_of(made.run)

    def name(entity: str) -> str:
        if entity == REGION:
            return told("heat.valley", made.lang)
        programme = words.worded("programmes", entity, "")
        found = programme if programme.en else words.title(facts.title(entity))
        return str(getattr(found, made.lang))

    def called(frame: pd.DataFrame) -> pd.DataFrame:
        at = list(frame.columns).index("entity") + 1
        names = {entity: name(entity) for entity in map(str, frame["entity"].unique())}
        frame.insert(at, "name", frame["entity"].astype(str).map(names))
        return frame

    return called


def _dictionary() -> pd.DataFrame:
    return pd.DataFrame([vars(entry) for entry in recorded_columns().values()])


def _units(*, default: str, **own: str) -> Callable[[str], str]:
    return lambda name: own.get(name, default)


def _write(page: Worksheet, sheet: Sheet, formats: dict[str, Format], lang: str) -> None:
    """Write a sheet as a table of Excel with one head row, which stays in sight."""
    frame = sheet.frame.iloc[: ROWS - 1, :COLUMNS]
    page.freeze_panes(1, _keys(frame))
    columns = []
    for at, name in enumerate(map(str, frame.columns)):
        column = frame[name]
        unit = sheet.unit(name) or _unit_in(sheet, name)
        style = formats[_style(name, unit, column)]
        columns.append({"header": _head(name, sheet.unit(name), lang), "format": style})
        page.set_column(at, at, _width(name, column), style)
        for row, value in enumerate(column.tolist(), start=1):
            _cell(page, row, at, value, style)
    if len(frame) and columns:
        last = (len(frame), len(columns) - 1)
        table = {"name": f"table_{sheet.key}", "columns": columns, "style": "Table Style Light 1"}
        page.add_table(0, 0, *last, table)
    page.set_row(0, None, formats["head"])
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _unit_in(sheet: Sheet, name: str) -> str:
    """Return the unit that a key figure of the sheet of rows has in its name."""
    return unit_of(name) if sheet.key == "draws" and name not in ROW else ""


def _head(name: str, unit: str, lang: str) -> str:
    """Return the head of a column: its name, and its unit where the name has none."""
    said = getattr(words.column(name), lang)
    return f"{said} ({getattr(words.column(unit), lang)})" if unit else said


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


def _left_out(sheet: Sheet, lang: str) -> str:
    """Say what of a table a sheet has no room for."""
    rows, columns = sheet.frame.shape
    lost = {"rows": max(0, rows - ROWS + 1), "columns": max(0, columns - COLUMNS)}
    said = [told(f"book.{noun}", lang, count=f"{n:,}") for noun, n in lost.items() if n]
    return " " + told("book.no_room", lang, what=", ".join(said)) if said else ""


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
    page: Worksheet, made: Book, sheets: list[Sheet], formats: dict[str, Format]
) -> None:
    manifest, lang = made.run.manifest, made.lang
    for at, width in enumerate((20, 68, 10)):
        page.set_column(at, at, width)
    page.write_string(0, 0, f"bvsim: {manifest['scenario']}", formats["title"])
    run = {name: manifest[name] for name in ("draws", "per_draw", "seed", "design", "model_hash")}
    page.write_string(1, 0, told("book.run", lang, version=manifest["bvsim"], **run))
    for at, key in enumerate(("sheet", "holds", "lines")):
        page.write_string(3, at, told(f"book.{key}", lang), formats["head"])
    for row, sheet in enumerate(sheets, start=4):
        name = sheet.name(lang)
        page.write_url(row, 0, f"internal:'{name}'!A1", formats["link"], string=name)
        page.write_string(row, 1, told(f"about.{sheet.key}", lang) + _left_out(sheet, lang))
        page.write_number(row, 2, len(sheet.frame), formats["whole"])
    for row, key in enumerate(("undefined", "quantiles", "named", "model"), start=5 + len(sheets)):
        page.write_string(row, 0, told(f"book.{key}", lang))
    page.freeze_panes(4, 0)
    page.set_landscape()
    page.fit_to_pages(1, 1)
    page.activate()
