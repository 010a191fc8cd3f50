"""`report.html`: one file, no request to anywhere, readable on a phone and on paper."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bvsim import plot
from bvsim.analysis.bottlenecks import ledger_of, main_bottleneck, shares
from bvsim.analysis.causes import CAUSES, LOSSES, MEANINGS, NONE, label
from bvsim.analysis.kpis import kpi_of
from bvsim.analysis.summary import quantiles, summarise
from bvsim.analysis.tables import RunLike, by_year, cell, ranked

ALL_SITES = "the whole valley"
_PROSE = {"not_built": "blocks not built", "rating": "lines that stay below nameplate"}


def write_report(run: Any, folder: Path | None = None) -> Path:
    """Write `report.html` and the figures into the run folder.

    Parameters
    ----------
    run : Run
        A finished run.
    folder : pathlib.Path, optional
        Where to write; the run's own folder by default.

    Returns
    -------
    pathlib.Path
        The page.
    """
    folder = Path(folder or run.folder)
    plot.save_figures(run, folder / "figures")
    page = folder / "report.html"
    page.write_text(render_page(run), encoding="utf-8")
    return page


def render_page(run: RunLike) -> str:
    """Return the page of a run as HTML; every text of the run is escaped."""
    environment = Environment(
        loader=PackageLoader("bvsim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = write_number
    year = min(2030, int(run.table("ledger")["year"].max()))
    table = summarise(run)
    return environment.get_template("page.html.j2").render(
        manifest=_manifest(run),
        year=year,
        answer=answer(run, table, year),
        figures=_figures(run, year),
        causes=_cause_list(),
        heat=heat_map(run),
        kpis=_kpi_rows(table, entities=False),
        entity_kpis=_kpi_rows(table, entities=True),
        precision=precision(run, table, year),
        commands=commands(run),
    )


def answer(run: RunLike, table: pd.DataFrame, year: int) -> list[str]:
    """Say in three sentences what comes out, what is lost where, and what holds it back."""
    found = quantiles(run, "good_gwh")
    output = {name: cell(found, year, name) for name in ("p10", "p50", "p90")}
    plan = float(by_year(run, "announced_gwh").mean()[year])
    share = f", {output['p50'] / plan:.0%} of the {_n(plan)} GWh announced" if plan > 0 else ""
    low, high = _n(output["p10"]), _n(output["p90"])
    spread = f" (in 8 of 10 draws {low} to {high} GWh)" if low != high else ""
    first = f"In {year} the valley makes {_n(output['p50'])} GWh of good cells{share}{spread}."
    losses = ranked(ledger_of(run, year).loc[list(LOSSES), "mean"])
    parts = [
        f"{_PROSE.get(cause, label(cause))} ({_n(lost)} GWh)"
        for cause, lost in losses[:3]
        if lost >= 0.05
    ]
    second = f"On average most of what is missing is due to {_join(parts)}." if parts else ""
    return [text for text in (first, second, _holding_back(run, table, year)) if text]


def _holding_back(run: RunLike, table: pd.DataFrame, year: int) -> str:
    causes = [(c, share) for c, share in ranked(shares(run).loc[year]) if c != NONE][:2]
    words = [f"{label(cause)} (in {share:.0%} of draws)" for cause, share in causes]
    text = f"Nothing but the plan itself limits output in {year}"
    if words:
        text = f"Apart from the plan's own losses, output of {year} is held back by {_join(words)}"
    chances = [
        f"{name.split('_')[1]} GWh a year is {cell(table, name, 'mean'):.0%}"
        for name in ("reach_30_gwh_2030", "reach_50_gwh_2030")
        if name in table.index and pd.notna(cell(table, name, "mean"))
    ]
    return f"{text}; by 2030 the chance of {', of '.join(chances)}." if chances else f"{text}."


def _figures(run: RunLike, year: int) -> list[dict[str, Any]]:
    drawn = {
        "fan": (plot.fan(run), "Output by year: median, middle half and middle four fifths"),
        "waterfall": (plot.waterfall(run, year), f"From announced to delivered in {year}"),
        "bottlenecks": (plot.bottlenecks(run), "Main bottleneck by year"),
    }
    return [
        {"name": name, "alt": alt, "svg": inline_svg(plot.render(ax).decode(), name, alt)}
        for name, (ax, alt) in drawn.items()
    ]


def inline_svg(text: str, prefix: str, alt: str) -> Markup:
    """Make an SVG file part of a page: own names for its ids, scaled to the page, with a label."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'href="#', f'href="#{prefix}-', text)
    text = re.sub(r"url\(#", f"url(#{prefix}-", text)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    opening = Markup('<svg role="img" aria-label="{}"').format(alt)
    # The drawing is our own: matplotlib has escaped the names in it.
    return Markup(text.replace("<svg", str(opening), 1))


def heat_map(run: RunLike) -> dict[str, Any]:
    """Return the main bottleneck by site (rows) and year (columns), the valley first."""
    valley = main_bottleneck(run)
    sites = main_bottleneck(run, "site")
    years = [int(year) for year in valley.index]
    rows = [{"name": ALL_SITES, "cells": _cells(valley, years)}]
    for site in sorted(sites.index.unique("entity")):
        rows.append({"name": site, "cells": _cells(sites.loc[site], years)})
    return {"years": years, "rows": rows}


def _cells(found: pd.DataFrame, years: list[int]) -> list[dict[str, Any]]:
    cells = []
    for year in years:
        cause, share = str(found["cause"][year]), cell(found, year, "share")
        cells.append(
            {
                "cause": "" if cause == NONE else label(cause),
                "share": share,
                "colour": plot.COLOURS[cause],
                "tint": tint(plot.COLOURS[cause], 0.08 + 0.34 * share),
            }
        )
    return cells


def tint(colour: str, strength: float) -> str:
    """Mix a colour into white: light enough for dark text up to a strength of about 0.45."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in parts)


def _cause_list() -> list[dict[str, str]]:
    order = ("not_built", "delay", *CAUSES)
    return [{"label": label(c), "colour": plot.COLOURS[c], "meaning": MEANINGS[c]} for c in order]


def _kpi_rows(table: pd.DataFrame, *, entities: bool) -> list[dict[str, Any]]:
    rows = []
    for name, row in table.iterrows():
        if ("." in str(name)) != entities:
            continue
        kpi = kpi_of(str(name))
        numbers = {str(key): (None if pd.isna(v) else v) for key, v in row.items()}
        rows.append({"name": str(name), "meaning": kpi.meaning if kpi else "", **numbers})
    return rows


def precision(run: RunLike, table: pd.DataFrame, year: int) -> list[str]:
    """Say how precisely the mean of the year's output is known, and what is not in it."""
    manifest = run.manifest
    name = f"output_{year}_gwh"
    row = table.loc[name] if name in table.index else None
    lines = []
    if row is not None and pd.notna(row["ci95_lo"]):
        half = (row["ci95_hi"] - row["ci95_lo"]) / 2
        lines.append(
            f"With {manifest.get('draws')} draws the mean output of {year} is "
            f"{row['mean']:.2f} GWh ± {half:.2f} (95% interval of the sampling error)."
        )
    else:
        lines.append("This design and number of draws give no interval for the means.")
    if manifest["failures"]:
        lines.append(f"Rows that failed and are left out: {len(manifest['failures'])}.")
    lines.append(
        "The interval says how far more draws would move the mean. It does not cover errors of "
        "the model or of the figures it rests on."
    )
    return lines


def commands(run: RunLike) -> list[str]:
    """Return what to type in the run folder to get the same numbers again."""
    manifest = run.manifest
    words = ["bvsim", "run", "scenario.yaml", "--out", "again"]
    for option in ("draws", "per-draw", "seed", "design"):
        words += [f"--{option}", str(manifest[option.replace("-", "_")])]
    years = ",".join(map(str, manifest["years"]))
    return [shlex.join([*words, "--years", years]), "bvsim trace . --draw 0"]


def _manifest(run: RunLike) -> dict[str, Any]:
    names = ("scenario", "draws", "per_draw", "seed", "design", "model_hash", "elapsed_s")
    found = {name: run.manifest.get(name) for name in names}
    found["version"] = run.manifest["bvsim"]
    found["status"] = run.manifest.get("status")
    found["story"] = run.manifest.get("story") or ""
    return found


def _join(words: Iterable[str]) -> str:
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last


def _n(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}"


def write_number(value: float | None, unit: str = "") -> str:
    """Write a figure of the table: three significant digits or whole numbers, years plain."""
    if value is None:
        return "\N{EN DASH}"
    if unit == "year":
        return f"{value:.1f}" if value % 1 else f"{value:.0f}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
