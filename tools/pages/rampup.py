"""How plants ramp up: when blocks start, what a site makes in its second year, class by class.

``python -m pages.rampup RUN [HINDCAST_RUN]`` writes the tables of
``docs/background/ramp-up.md`` from finished runs.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bvsim.analysis.free_plants import Layout, free_plant, ramp
from bvsim.schema.pages import RampUpPage
from bvsim.schema.ramp import RampClass
from bvsim.valley.ground.streams import Key
from pages import insert

if TYPE_CHECKING:
    import pandas as pd

    from bvsim.ensemble.store.results import Run

REACHED_BY = 2033.0
"""SOP counts when it falls before this decimal year: by 31 December 2032."""


@dataclass(frozen=True)
class Expected:
    """What a block's pipeline must reproduce.

    Parameters
    ----------
    probability : float
        Of SOP by 31 December 2032.
    median : float
        Median SOP among those, as a decimal year.
    """

    probability: float
    median: float


def read_assessment(path: Path) -> dict[str, Expected]:
    """Read the assessment that the pipelines are held against.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file with the columns block, probability and median (a date).
    """
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {
        row["block"]: Expected(float(row["probability"]), _decimal_year(row["median"]))
        for row in csv.DictReader(lines)
    }


def _decimal_year(written: str) -> float:
    when = dt.date.fromisoformat(written)
    first, next_first = dt.date(when.year, 1, 1), dt.date(when.year + 1, 1, 1)
    return when.year + (when - first).days / (next_first - first).days


def sop_table(run: Run, expected: dict[str, Expected]) -> pd.DataFrame:
    """Return probability and median date of SOP by block, beside what is expected.

    Parameters
    ----------
    run : Run
        A finished run.
    expected : dict of str to Expected
        By block.

    Returns
    -------
    DataFrame
        One row a block: ``probability``, ``expected_probability``, ``median``,
        ``expected_median``, ``off_months``.
    """
    import pandas as pd

    kpis = run.table("kpis")
    rows = []
    for block, target in sorted(expected.items()):
        years = kpis[f"sop_year.{block}"].to_numpy(dtype=float)
        reached = years[years < REACHED_BY]
        median = float(np.median(reached)) if len(reached) else float("nan")
        rows.append(
            {
                "block": block,
                "probability": len(reached) / len(years),
                "expected_probability": target.probability,
                "median": median,
                "expected_median": target.median,
                "off_months": (median - target.median) * 12.0,
            }
        )
    return pd.DataFrame(rows).set_index("block")


def second_year_table(run: Run) -> pd.DataFrame:
    """Return the distribution of output in months 13 to 24 after SOP, by site, given SOP.

    Returns
    -------
    DataFrame
        ``rows`` (with all twelve months inside the horizon), ``p5``, ``p50``, ``p95``,
        ``ratio`` (P95 over P5, NaN where P5 is zero), ``zero`` (share without output).
    """
    import pandas as pd

    kpis = run.table("kpis")
    rows = []
    for name in kpis.columns:
        stem, _, site = name.partition(".")
        if stem != "output_months_13_24_gwh":
            continue
        values = kpis[name].dropna().to_numpy(dtype=float)
        if not len(values):
            continue
        p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
        rows.append(
            {
                "site": site,
                "rows": len(values),
                "p5": p5,
                "p50": p50,
                "p95": p95,
                "ratio": p95 / p5 if p5 > 0.0 else float("nan"),
                "zero": float(np.mean(values <= 0.0)),
            }
        )
    return pd.DataFrame(rows).set_index("site")


# -- free plants --------------------------------------------------------------------------------


def class_outcomes(ramps: Sequence[RampClass], seed: int = 1) -> tuple[float, float]:
    """Return the shares of free plants above three quarters, and under 1%, of nameplate.

    Measured in the 24th month after SOP (the shares are of `ramps`, one plant each).
    """
    layout = Layout(lines=4.0, interval_months=3.0)
    plants = [free_plant(ramp, layout, [Key(seed, i, 0)], 24) for i, ramp in enumerate(ramps)]
    rates = [plant.share[24] for plant in plants]
    high = sum(rate >= 0.75 for rate in rates) / len(rates)
    low = sum(rate < 0.01 for rate in rates) / len(rates)
    return high, low


MONTHS = (6, 12, 24, 36, 48, 60)


def curve_table(
    as_of: dt.date, layouts: Mapping[str, str | None], members: int = 1000
) -> pd.DataFrame:
    """Return the curve of each class and its band: share of nameplate by month after SOP.

    On the layout of a site that takes the class over; without one, of a single line.
    """
    import pandas as pd

    rows = []
    for name, site in layouts.items():
        plants = ramp(name, site=site, as_of=as_of, members=members, months=MONTHS[-1])
        bands = {f"month {month}": _band(plants.share[:, month]) for month in MONTHS}
        gives = {"lines sooner": plants.sooner, "months sooner": plants.sooner_months}
        rows.append({"class": name, **bands, **gives, "too slow": plants.too_slow})
    return pd.DataFrame(rows).set_index("class")


def _band(values: np.ndarray) -> str:
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9]).tolist()
    return f"{middle:.2g} ({low:.2g} to {high:.2g})"


# -- the page -----------------------------------------------------------------------------------

MARKERS = ("<!-- generated by: python -m pages.rampup -->", "<!-- end of generated -->")


def _cell(column: str, value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return ""
    if "median" in column:
        return f"{value:.2f}"  # a decimal year
    return f"{value:,.0f}" if value.is_integer() or value >= 1000.0 else f"{value:.3g}"


def _markdown(table: pd.DataFrame) -> str:
    head = [str(table.index.name), *map(str, table.columns)]
    rows = [
        [str(i), *map(_cell, map(str, table.columns), row)]
        for i, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _about(run: Run) -> str:
    manifest = run.manifest
    return f"{manifest['draws']} draws, seed {manifest['seed']}, {manifest['design']}"


def class_table(scenario_name: str, takers: Mapping[str, str], draws: int = 400) -> pd.DataFrame:
    """Return what free plants of each class reach in the 24th month after SOP.

    Each class is drawn where a site of the scenario takes it over: its taker.
    """
    import pandas as pd

    from bvsim.reading.scenario import load

    scenario = load(scenario_name)
    uniforms = np.random.default_rng(3).uniform(size=(draws, scenario.width))
    models = [scenario.drawn(row) for row in scenario.quantile(uniforms)]
    rows = []
    for name, site in takers.items():
        high, low = class_outcomes([model.sites[site].ramp for model in models])
        rows.append({"class": name, "above 75% of nameplate": high, "below 1%": low})
    return pd.DataFrame(rows).set_index("class")


def page(run: Run, hindcast: Run | None, assessment: dict[str, Expected], shown: RampUpPage) -> str:
    """Return the generated part of the page."""
    from bvsim.reading.scenario import load

    as_of = load("reference").as_of
    parts = [
        f"### Start of production by block ({run.scenario_name}, {_about(run)})",
        _markdown(sop_table(run, assessment)),
    ]
    for each in (run, hindcast):
        if each is not None:
            parts += [
                "### Output in months 13 to 24 after SOP, GWh"
                f" ({each.scenario_name}, {_about(each)})",
                _markdown(second_year_table(each)),
            ]
    parts += [
        f"### The classes: share of nameplate by month after SOP, as of {as_of}",
        _markdown(curve_table(as_of, shown.layouts)),
        "### Free plants of each class, 24th month after SOP (400 draws each)",
        _markdown(class_table("reference", shown.takers)),
    ]
    return "\n\n".join(parts)


def main(folders: Sequence[str]) -> None:
    """Write the page's tables from finished runs: the reference, then the hindcast."""
    from bvsim.ensemble.store.results import open_run
    from bvsim.reading.datafiles import model_folder
    from bvsim.reading.pages import read_pages

    model = model_folder()
    shown = read_pages(model).rampup
    if shown is None:
        raise SystemExit("the model's pages.yaml has no page on ramp-up")
    assessment = read_assessment(model / "history" / "sop-assessment.csv")
    hindcast = open_run(folders[1]) if len(folders) > 1 else None
    text = page(open_run(folders[0]), hindcast, assessment, shown)
    path = Path("docs/background/ramp-up.md")
    path.write_text(insert(path.read_text("utf-8"), *MARKERS, f"\n{text}\n"), "utf-8")
    print(f"{path} written")


if __name__ == "__main__":
    main(sys.argv[1:])
