"""Native charts of the workbook's first sheet: they draw cells of its tables, no copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bvsim.analysis.ledger.bottlenecks import ledger_of
from bvsim.analysis.tables import RunLike, by_year, last_years
from bvsim.show import plot, words

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from bvsim.show.export.sheet import Sheet

FOCUS = 2030
ENDS = ("announced", "good")
THRESHOLDS_GWH = (10, 20, 30, 40, 50)
_FIRST = 1  # rows of a sheet before its numbers: the head
_SIZE = {"width": 620, "height": 330}


def steps(run: RunLike, lang: str = "en") -> pd.DataFrame:
    """Return the staircase of a year from announced to good cells, with where each bar begins."""
    year = min(FOCUS, last_years(run)[0])
    found = ledger_of(run, year)[["mean", "p10", "p90"]]
    begins, level = [], 0.0
    for step, mean in found["mean"].items():
        if step in ENDS:
            begins.append(0.0)
            level = mean
        else:
            begins.append(level if step == "beyond_plan" else level - mean)
            level += mean if step == "beyond_plan" else -mean
    found.insert(0, "begins", np.maximum(begins, 0.0))
    found.insert(0, "name", [getattr(words.cause(str(step)), lang) for step in found.index])
    found.insert(0, "year", year)
    return found.rename_axis("step").reset_index()


def odds(run: RunLike) -> pd.DataFrame:
    """Return by year the share of rows that make at least some outputs."""
    good = by_year(run, "good_gwh")
    shares = {f"at_least_{gwh}_gwh": (good >= gwh).mean() for gwh in THRESHOLDS_GWH}
    return pd.DataFrame(shares).rename_axis("year").reset_index()


def insert_charts(
    book: xlsxwriter.Workbook, page: Worksheet, sheets: Mapping[str, Sheet], lang: str
) -> None:
    """Put the fan, the staircase and the odds beside the contents."""
    makers = {"output": _fan, "steps": _staircase, "odds": _odds}
    for at, (key, make) in enumerate(makers.items()):
        sheet = sheets[key]
        chart = make(book, sheet.name(lang), sheet.frame, lang)
        chart.set_size(_SIZE)
        page.insert_chart(3 + 18 * at, 4, chart)


def _titled(chart: Any, key: str, lang: str, **fields: object) -> None:
    text = getattr(words.say(f"book.{key}", **fields), lang)
    chart.set_title({"name": text, "name_font": {"size": 12}})


def _column(name: str, frame: pd.DataFrame, column: str) -> list[Any]:
    at = list(frame.columns).index(column)
    return [name, _FIRST, at, _FIRST + len(frame) - 1, at]


def _fan(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, lang: str) -> Any:
    chart = book.add_chart({"type": "line"})
    looks = {
        "announced": {"color": "#22272E", "dash_type": "dash"},
        "mean": {"color": plot.COLOURS["good"], "width": 2.75},
        "p10": {"color": plot.COLOURS["good"], "dash_type": "round_dot"},
        "p90": {"color": plot.COLOURS["good"], "dash_type": "round_dot"},
    }
    named = {column: getattr(words.column(column), lang) for column in looks}
    lines = {column: {"name": named[column], "line": look} for column, look in looks.items()}
    _add(chart, name, frame, lines)
    _titled(chart, "fan", lang)
    return chart


def _odds(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, lang: str) -> Any:
    chart = book.add_chart({"type": "line"})
    marks = ("circle", "square", "triangle", "diamond", "x")
    greys = ("#9E9E9E", "#7A7A7A", "#565656", "#333333", "#111111")
    looks = {
        f"at_least_{gwh}_gwh": {
            "name": getattr(words.say("odds.least", gwh=gwh), lang),
            "line": {"color": grey, "width": 1.5},
            "marker": {"type": mark, "fill": {"color": grey}, "border": {"color": grey}},
        }
        for gwh, mark, grey in zip(THRESHOLDS_GWH, marks, greys, strict=True)
    }
    _add(chart, name, frame, looks)
    _titled(chart, "odds", lang)
    chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%"})
    return chart


def _add(chart: Any, name: str, frame: pd.DataFrame, looks: dict[str, dict[str, Any]]) -> None:
    years = _column(name, frame, "year")
    for column, look in looks.items():
        values = _column(name, frame, column)
        chart.add_series({"name": column, "categories": years, "values": values, **look})
    chart.set_legend({"position": "bottom"})


def _staircase(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, lang: str) -> Any:
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    steps_ = _column(name, frame, "name")
    hidden = {"fill": {"none": True}, "border": {"none": True}}
    begins = _column(name, frame, "begins")
    chart.add_series({"categories": steps_, "values": begins, **hidden})
    points = [{"fill": {"color": plot.COLOURS[step]}} for step in frame["step"]]
    labels = {"value": True, "num_format": "0.0"}
    chart.add_series(
        {
            "categories": steps_,
            "values": _column(name, frame, "mean"),
            "points": points,
            "data_labels": labels,
            "gap": 40,
        }
    )
    chart.set_y_axis({"reverse": True})
    _titled(chart, "steps", lang, year=int(frame["year"].iloc[0]))
    chart.set_legend({"none": True})
    return chart
