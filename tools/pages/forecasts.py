"""Dated forecasts, registered with each release and scored when the facts are in.

    python -m pages.forecasts RUN --on 2026-11-28   # register what a finished run says
    python -m pages.forecasts                       # score all that are registered

A registered forecast is never changed. It holds good cells by site for the years that begin
within eight quarters after `as_of`, and for blocks without a start the chance of SOP by the
end of each of these quarters. Output is simulated by year, so it is registered by year.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pages import insert, table_lines

if TYPE_CHECKING:
    from bvsim.ensemble.store.results import Run

FOLDER: Final = Path("docs/forecasts")
INDEX: Final = FOLDER / "index.md"
MARKERS: Final = ("<!-- forecasts:begin -->", "<!-- forecasts:end -->")
QUARTERS: Final = 8
LEVELS: Final = (0.1, 0.5, 0.9)
_SOP: Final = "sop_year."


def quarters_after(day: date, count: int = QUARTERS) -> list[float]:
    """Return the ends of the quarters after a day, in years: 2026.5 is the end of June."""
    first = day.year * 4 + (day.month - 1) // 3 + (1 if day.month % 3 or day.day < 30 else 2)
    return [(first + i) / 4.0 for i in range(count)]


def register(run: Run, on: date) -> dict[str, Any]:
    """Return what a run says of the next eight quarters.

    Parameters
    ----------
    run : Run
        Of the reference.
    on : datetime.date
        The day of the registration.
    """
    from bvsim.reading import load

    scenario = load(run.folder / "scenario.yaml")
    ends = quarters_after(scenario.as_of)
    kpis = run.table("kpis")
    return {
        "schema_version": 1,
        "registered_on": on.isoformat(),
        "scenario": scenario.name,
        "as_of": scenario.as_of.isoformat(),
        "model_hash": scenario.model_hash,
        "draws": len(kpis),
        "quarters": ends,
        "levels": list(LEVELS),
        "good_gwh": _output(
            run, list(scenario.model.sites), range(scenario.as_of.year, int(ends[-1]) + 1)
        ),
        "sop_by_quarter": _starts(kpis, ends),
    }


def _output(
    run: Run, sites: Sequence[str], years: Sequence[int]
) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    yearly = run.table("yearly", ["year", "entity", "good_gwh"])
    for site in sites:
        own = yearly[yearly["entity"] == site]
        for year in years:
            values = own.loc[own["year"] == year, "good_gwh"]
            found.setdefault(site, {})[str(year)] = _levels(values)
    return found


def _levels(values: Any) -> list[float]:
    return [round(float(x), 4) for x in np.quantile(np.asarray(values, dtype=float), LEVELS)]


def _starts(kpis: Any, ends: Sequence[float]) -> dict[str, list[float]]:
    blocks = [name for name in kpis.columns if name.startswith(_SOP)]
    return {
        name.removeprefix(_SOP): [round(float((kpis[name] <= end).mean()), 4) for end in ends]
        for name in blocks
        if float((kpis[name] <= ends[0] - 0.25).mean()) < 1.0
    }


def score(forecast: Mapping[str, Any], model: Any, known: date) -> Iterator[tuple[str, ...]]:
    """Yield what came of a registered forecast: figure, forecast, fact, and whether in band."""
    made = date.fromisoformat(forecast["as_of"])
    for name, site in sorted(model.sites.items()):
        for label, block in sorted(site.blocks.items()):
            entity, begun = f"{name}.{label}", block.project.started
            chances = forecast["sop_by_quarter"].get(entity)
            if chances and begun is not None and made < begun <= known:
                by = [i for i, end in enumerate(forecast["quarters"]) if _years(begun) <= end]
                chance = f"{chances[by[0]]:.0%} by that quarter" if by else "later than asked"
                yield f"{entity}, SOP", chance, begun.isoformat(), "-"
            for window in block.output.values():
                whole = (window.first.month, window.first.day) == (1, 1) and (
                    window.last == date(window.first.year, 12, 31)
                )
                band = forecast["good_gwh"].get(name, {}).get(str(window.first.year))
                if band and whole and made < window.known_from <= known:
                    value = window.good.distribution.median
                    inside = "yes" if band[0] <= value <= band[-1] else "**no**"
                    yield (
                        f"{name}, GWh {window.first.year}",
                        f"{band[1]:.3g} ({band[0]:.3g} to {band[-1]:.3g})",
                        f"{value:.3g}",
                        inside,
                    )


def _years(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def page(forecasts: Sequence[Mapping[str, Any]], model: Any, known: date) -> Iterator[str]:
    """Yield the generated part of the page."""
    for each in sorted(forecasts, key=lambda f: f["registered_on"], reverse=True):
        yield f"## Registered on {each['registered_on']}, as of {each['as_of']}"
        yield ""
        yield f"{each['draws']} draws; the file is `{each['registered_on']}.json`."
        yield ""
        years = list(next(iter(each["good_gwh"].values())))
        yield "Good cells, GWh: P50 (P10 to P90)."
        yield ""
        yield from table_lines(("site", *years), _rows(each, years))
        yield ""
        yield "Chance of SOP by the end of the quarter."
        yield ""
        shown = [f"{int(q - 0.1)} Q{round((q - int(q - 0.1)) * 4)}" for q in each["quarters"]]
        starts = each["sop_by_quarter"].items()
        yield from table_lines(
            ("block", *shown), ((block, *(f"{x:.0%}" for x in row)) for block, row in starts)
        )
        yield ""
        came = list(score(each, model, known))
        yield f"What came of it, by {known}:" if came else f"No fact is known yet by {known}."
        yield ""
        if came:
            yield from table_lines(("figure", "forecast", "fact", "in band"), iter(came))
            yield ""


def _rows(each: Mapping[str, Any], years: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for site, by_year in each["good_gwh"].items():
        if any(by_year[year][-1] > 0.0 for year in years):
            bands = (by_year[year] for year in years)
            yield site, *(f"{b[1]:.3g} ({b[0]:.3g} to {b[2]:.3g})" for b in bands)


def main(arguments: Sequence[str] | None = None) -> None:
    """Register a run, and score what is registered."""
    from bvsim.ensemble.store.results import open_run
    from bvsim.reading import load

    parser = argparse.ArgumentParser(prog="python -m pages.forecasts", description=__doc__)
    parser.add_argument("run", nargs="?", help="a finished run of the reference to register")
    parser.add_argument("--on", type=date.fromisoformat, default=None, help="day of registration")
    chosen = parser.parse_args(arguments)
    if chosen.run:
        made = register(open_run(chosen.run), chosen.on or date.today())
        path = FOLDER / f"{made['registered_on']}.json"
        if path.exists():
            raise SystemExit(f"{path} is registered already: a forecast is never changed")
        path.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
        print(f"{path} written")
    reference = load("reference")
    stored = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    text = "\n".join(page(stored, reference.model, reference.as_of))
    INDEX.write_text(insert(INDEX.read_text("utf-8"), *MARKERS, f"\n{text}\n"), "utf-8")
    print(f"{INDEX} written")


if __name__ == "__main__":
    main()
