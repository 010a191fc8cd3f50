"""`report.html`: one file, no request to anywhere, readable on a phone and on paper."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bvsim.analysis.kpis import kpi_of
from bvsim.analysis.summary import quantiles, summarise
from bvsim.analysis.tables import RunLike
from bvsim.reading.whole_files import write_text
from bvsim.reading.worded import words_of
from bvsim.show import plot, words
from bvsim.show.geography import geography
from bvsim.show.matter import System
from bvsim.show.report import flows, helping, odds
from bvsim.show.report.analyses import constraint_words, differences, label_of, reliefs
from bvsim.show.report.answer import REACHED_GWH, answer, commands, precision, tiles
from bvsim.show.report.colours import own_colours
from bvsim.show.report.cube import Cached, listed
from bvsim.show.report.future import explained
from bvsim.show.report.heat import heat_map
from bvsim.show.report.messages import limit_texts, luck, messages
from bvsim.show.report.model import CONFIDENCES, Facts, facts_of
from bvsim.show.report.regions import region_table
from bvsim.show.report.sensitivities import sensitivities
from bvsim.show.report.series import STEPS, Series
from bvsim.show.report.still_map import led_to, still_flow, still_marker
from bvsim.show.report.stills import stills
from bvsim.show.words import Data
from bvsim.valley.cells.causes import BOTTLENECKS, LIFTS, PLAN_LOSSES

FOCUS = 2030
"""The year the page opens on, where the run has it."""

SCRIPTS = ("echarts.min.js", "charts.js", "page.js")


def write_report(
    run: RunLike,
    folder: Path | None = None,
    *,
    lang: str | None = None,
    beside: Sequence[RunLike] = (),
    analyses: Sequence[Path] = (),
) -> Path:
    """Write `report.html` and the figures into the run folder.

    Parameters
    ----------
    run : Run
        A finished run.
    folder : pathlib.Path, optional
        Where to write; the run's own folder by default.
    lang : {"en", "fr"}, optional
        The language that the page opens in; it holds both. By default the reader's. Figures are
        in it too, by default English.
    beside : sequence of Run
        Other runs, whose output is drawn beside this one's.
    analyses : sequence of pathlib.Path
        Folders of analyses (relief, sensitivity) to show; those in the run folder always are.

    Returns
    -------
    pathlib.Path
        The page.
    """
    folder = Path(folder or run.folder)
    cached = Cached(run)
    plot.save_figures(cached, folder / "figures", lang=lang or words.LANGUAGES[0])
    page = folder / "report.html"
    text = render_page(cached, lang=lang, beside=beside, analyses=analyses)
    write_text(page, text)
    return page


def render_page(
    run: RunLike,
    *,
    lang: str | None = None,
    beside: Sequence[RunLike] = (),
    analyses: Sequence[Path] = (),
) -> str:
    """Return the page of a run as HTML; every text of the run is escaped.

    Raises
    ------
    ValueError
        When the page does not speak the language.
    """
    if lang is not None and lang not in words.LANGUAGES:
        raise ValueError(f"the report speaks {' and '.join(words.LANGUAGES)}, not {lang!r}")
    cached = run if isinstance(run, Cached) else Cached(run)
    series = Series(cached, facts_of(cached))
    year = min(FOCUS, series.years[-1])
    table = summarise(cached)
    states = flows.states(series)
    names = _with_plan(series)
    drawn, flowing = flows.draw_map(series, states), series.matter
    data = payload(series, states, (drawn, flowing), year, beside=beside, analyses=analyses)
    return _environment().get_template("page.html.j2").render(
        lang=lang or words.LANGUAGES[0],
        chosen=lang,
        manifest=_manifest(run),
        region=words.region(run),
        year=year,
        years=series.years,
        answer=answer(cached, table, year),
        tiles=tiles(cached, series, year),
        regions=region_table(table, series.facts),
        odds=odds.odds_table(series, year),
        odds_said=odds.sentence(series, year, min(REACHED_GWH, odds.most_gwh(series))),
        thresholds=odds.THRESHOLDS_GWH,
        most_gwh=odds.most_gwh(series),
        running=odds.sites_running(series, names, year),
        messages=messages(series, year),
        luck=luck(series, year),
        turned=helping.turned(cached, beside, f"output_{year}_gwh"),
        untried=helping.untried(cached),
        freed=helping.freed(reliefs([run.folder, *analyses]), year),
        limits=limit_texts(cached, series.facts),
        stills=stills(data, year),
        causes=_cause_list(),
        heat=heat_map(cached, series.facts),
        map=drawn,
        states=states,
        at=series.years.index(year),
        flowing=flowing.links,
        sites=_sites(series, year),
        kpis=_kpi_rows(table, entities=False),
        entity_kpis=_kpi_rows(table, entities=True),
        precision=precision(cached, table, year),
        commands=commands(run),
        facts=series.facts,
        confidence=_confidence(series.facts),
        data=_as_json(data),
        beside=[differences(cached, other) for other in beside],
        future=explained(cached),
        reliefs=data["reliefs"],
        sensitivities=data["sensitivities"],
        styles=Markup(_static("page.css")),
        scripts=[Markup(_static(name)) for name in SCRIPTS],
        policy=_policy(),
    )  # fmt: skip


def payload(
    series: Series,
    states: Mapping[str, Data],
    shown: tuple[Data, System],
    year: int,
    *,
    beside: Sequence[RunLike] = (),
    analyses: Sequence[Path] = (),
) -> Data:
    """Return the numbers, words and colours that the scripts of the page draw with."""
    people, (drawn, flowing) = series.people(), shown
    folders = [series.run.folder, *analyses]
    freed = reliefs(folders)
    names = {*states, *people["heads"], *people["graduates"], *series.sites}
    names |= {name for lane in flowing.lanes for name in lane if not name.startswith("@")}
    return {
        "years": series.years,
        "focus": year,
        "observed": series.ledger.observed,
        "scenario": str(series.run.manifest.get("scenario") or ""),
        "words": words.section("chart"),
        "causes": words.causes(),
        "confidences": words.section("confidence"),
        "maps": words.section("map"),
        "parts": words.section("part"),
        "model": series.run.manifest["model_hash"],
        "names": _names(people["graduates"]),
        "colours": plot.COLOURS | {lift: cause.colour for lift, cause in LIFTS.items()},
        "own": own_colours(states, [*people["heads"], *people["graduates"]]),
        "steps": STEPS,
        "titles": {name: series.facts.title(name) for name in sorted(names)},
        "fan": series.fan(),
        "odds": odds.chances(series),
        "stairs": series.staircase(),
        "bottlenecks": series.bottlenecks(),
        "milestones": series.milestones(),
        "people": people,
        "cathode": {"origin": flows.cathode_origin(flowing)},
        "recycling": {"total": series.recycling()},
        "matter": {"lanes": flowing.lanes, "links": flowing.links},
        "sites": {name: series.site(name) for name in _with_plan(series)},
        "states": states,
        "map": {"sizes": drawn["sizes"], "width": drawn["width"]},
        "beside": [_other(run) for run in beside],
        "sensitivities": sensitivities(folders),
        "reliefs": freed,
        "constraints": constraint_words(freed),
        "confidence": {k: dict(v) for k, v in sorted(series.facts.confidence.items())},
    }


def _names(programmes: Mapping[str, object]) -> Data:
    """Return by language what parts of names are called, and training programmes."""
    found: Data = {}
    for lang, named in words.section("name").items():
        titles = {p: getattr(words.worded("programmes", p, p), lang) for p in programmes}
        found[lang] = {**words_of(lang).get("titles", {}), **named, **titles}
    return found


def _with_plan(series: Series) -> list[str]:
    """Return the sites that announced cells, or make them."""
    shown = (("announced", site) for site in series.sites)
    return [s for step, s in shown if (series.step(step, s) + series.step("good", s)).any()]


def _other(run: RunLike) -> Data:
    found = quantiles(run, "good_gwh")
    return {
        "name": label_of(run),
        "years": [int(y) for y in found.index],
        "mean": listed(found["mean"]),
    }


def _sites(series: Series, year: int) -> list[Data]:
    rows = []
    world = geography(series.run)
    places = world["places"] if world else {}
    for name in _with_plan(series):
        at = series.years.index(year)
        good, plan = (series.step(step, name).mean(axis=0)[at] for step in ("good", "announced"))
        place = places.get(name, {})
        town = place.get("town", "")
        rows.append(
            {
                "name": name,
                "title": words.title(series.facts.title(name)),
                "town": words.Both(town, place.get("town_fr", town)),
                "caveat": series.facts.caveats.get(name, ""),
                "summary": words.say(
                    "site.summary", year=year, good=words.short(good), announced=words.short(plan)
                ),
            }
        )
    return rows


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bvsim.show.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = words.number
    environment.filters["percent"] = words.percent
    environment.globals["t"] = words.say
    environment.globals["name_of"] = words.cause
    environment.globals["led_to"], environment.globals["titled"] = led_to, words.title
    environment.globals["still_marker"], environment.globals["still_flow"] = (
        still_marker,
        still_flow,
    )
    return environment


def _static(name: str) -> str:
    return files("bvsim.show.report").joinpath("static", name).read_text(encoding="utf-8")


def _policy() -> str:
    """Return the content policy: these scripts by their hashes, and nothing from anywhere."""
    hashes = [
        base64.b64encode(hashlib.sha256(_static(name).encode()).digest()).decode()
        for name in SCRIPTS
    ]
    scripts = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:"


_DASHED = partial(json.dumps, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _as_json(data: Data) -> Markup:
    """Return JSON that cannot end the element it stands in."""
    text = _DASHED(data)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _cause_list() -> list[Data]:
    return [
        {"label": words.cause(c), "colour": plot.COLOURS[c], "meaning": words.meaning(c)}
        for c in (*PLAN_LOSSES, *BOTTLENECKS)
    ]


def _kpi_rows(table: pd.DataFrame, *, entities: bool) -> list[Data]:
    rows = []
    for name, row in table.iterrows():
        if ("." in str(name)) != entities:
            continue
        kpi = kpi_of(str(name))
        numbers = {str(key): (None if pd.isna(v) else v) for key, v in row.items()}
        said = {"meaning": words.kpi_meaning(kpi), "written": words.unit(str(row["unit"]))}
        rows.append({"name": str(name), **numbers, **said})
    return rows


def _confidence(facts: Facts) -> list[Data]:
    total: Counter[str] = sum(facts.confidence.values(), Counter())
    count = total.total()
    return [
        {"name": name, "count": total[name], "share": total[name] / count}
        for name in CONFIDENCES
        if total[name]
    ]


def _manifest(run: RunLike) -> Data:
    names = ("scenario", "draws", "per_draw", "seed", "design", "model_hash", "elapsed_s")
    found = {name: run.manifest.get(name) for name in names}
    found["version"] = run.manifest["bvsim"]
    found["status"] = run.manifest.get("status")
    found["compiled"] = run.manifest.get("compiled")  # runs of 0.1.0 do not say
    story = str(run.manifest.get("story") or "")
    found["story"] = words.worded("stories", str(run.manifest["scenario"]), story) if story else ""
    return found
