"""What `bvsim bottlenecks` shows on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bvsim.analysis.causes import label
from bvsim.analysis.relief import ALL
from bvsim.analysis.tables import REGION
from bvsim.cli.frames import frame_table, interval, number
from bvsim.cli.terminal import make_console

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

Tables = dict[str, "pd.DataFrame"]


def print_bottlenecks(run: Any, tables: Tables, year: int) -> None:
    """Print ledger, shares, relief and Shapley shares."""
    console = make_console()
    manifest = run.manifest
    console.print(
        f"[bold]{manifest['scenario']}[/bold]  {manifest['draws']} draws, "
        f"seed {manifest['seed']}, {manifest['elapsed_s']:.0f} s\n"
    )
    console.print(_ledger(tables, year))
    console.print(_shares(tables, year))
    console.print(_by_year(tables))
    console.print(_constraints(tables, year))
    console.print(_pairs(tables, year))
    console.print(_sites(tables, year))
    for line in sentences(tables, year):
        console.print(line)
    console.print()


def _ledger(tables: Tables, year: int) -> Table:
    steps = tables["ledger"]
    rows = [
        (label(str(step)), row["mean"], row["p10"], row["p90"])
        for step, row in steps.iterrows()
        if abs(row["mean"]) >= 0.05 or step in ("announced", "good")
    ]
    return frame_table(
        f"From announced to delivered in {year}, GWh", ("", "mean", "P10", "P90"), rows
    )


def _shares(tables: Tables, year: int) -> Table:
    by_loss, by_time = (tables[f"shares_by_{by}"].loc[year] for by in ("loss", "time"))
    entities = [REGION, *(name for name in by_loss.index.unique("entity") if name != REGION)]
    rows = [
        (entity, *_first_two(by_loss.loc[entity]), _first_two(by_time.loc[entity])[0])
        for entity in entities
    ]
    header = ("", "most often, by lost GWh", "then", "most often, by time")
    return frame_table(f"Bottleneck in {year}: share of rows and 95% interval", header, rows)


def _first_two(shares: pd.DataFrame) -> tuple[str, str]:
    ordered = shares[shares["share"] > 0.0].sort_values("share", ascending=False, kind="stable")
    texts = [
        f"{label(str(cause))} {row['share']:.0%} ({row['ci95_lo']:.0%}-{row['ci95_hi']:.0%})"
        for cause, row in ordered.head(2).iterrows()
    ]
    return (*texts, "", "")[0], (*texts, "", "")[1]


def _by_year(tables: Tables) -> Table:
    means = tables["relief"]["mean_gwh"].xs(REGION, level="entity")
    shares = means.xs("shapley", level="measure").unstack("lifted")
    names = list(means.xs("shapley", level="measure").index.unique("lifted"))
    every = means.xs(ALL, level="measure").droplevel("lifted")
    rows = [
        (str(year), float(every[year]), *(float(shares.at[year, name]) for name in names))
        for year in shares.index
        if abs(every[year]) >= 0.005
    ]
    header = ("year", "all lifted", *map(label, names))
    return frame_table("GWh freed a year, and each constraint's Shapley share (mean)", header, rows)


def _constraints(tables: Tables, year: int) -> Table:
    relief = tables["relief"].loc[(year, REGION)]
    rows = []
    for name in relief.loc["shapley"].index:
        row: list[str] = [label(str(name))]
        for measure in ("alone", "last", "shapley"):
            found = relief.loc[(measure, name)]
            row += [number(found["mean_gwh"]), _interval(found)]
        rows.append(row)
    header = ("lifted", "alone", "95%", "last", "95%", "Shapley", "95%")
    return frame_table(f"GWh freed in {year}", header, rows)


def _pairs(tables: Tables, year: int) -> Table:
    relief = tables["relief"].loc[(year, REGION)]
    rows = []
    for name in relief.loc["pair"].index:
        both, beyond = relief.loc[("pair", name)], relief.loc[("interaction", name)]
        pair = " + ".join(label(part) for part in str(name).split("+"))
        numbers = (number(both["mean_gwh"]), number(beyond["mean_gwh"]), _interval(beyond))
        rows.append((pair, *numbers))
    header = ("pair", "both lifted", "beyond the two alone", "95%")
    return frame_table(f"GWh freed by pairs in {year}", header, rows)


def _sites(tables: Tables, year: int) -> Table:
    means = tables["relief"]["mean_gwh"].loc[year]
    names = list(means.xs("shapley", level="measure").index.unique("lifted"))
    rows = [
        (entity, *(float(means[entity, "shapley", name]) for name in names))
        for entity in means.index.unique("entity")
        if entity != REGION and abs(means[entity, ALL].iloc[0]) >= 0.005
    ]
    return frame_table(f"Shapley shares by site in {year}, GWh", ("", *map(label, names)), rows)


def _interval(row: pd.Series[Any]) -> str:
    return interval(float(row["ci95_lo_gwh"]), float(row["ci95_hi_gwh"]))


def sentences(tables: Tables, year: int) -> list[str]:
    """Say what the numbers of one year amount to."""
    sums = tables["surplus"].loc[year]
    n = int(tables["relief"]["n"].iloc[0])
    found = [
        f"All lifted free {number(sums['all'])} GWh in {year}. Lifted one at a time they free "
        f"{number(sums['sum_alone'])} in sum, each as the last {number(sums['sum_last'])}: the "
        "difference is interaction. Shapley shares add up to the whole."
    ]
    shares = tables["relief"].loc[(year, REGION, "shapley")]
    unclear = [label(str(name)) for name, row in shares.iterrows() if not row["clear"]]
    if unclear:
        found.append(
            f"The interval covers zero for {', '.join(unclear)}: {n} rows do not tell whether "
            "lifting it helps."
        )
    if n < 32:
        found.append(f"{n} rows are few: take 32 or more before quoting a number.")
    return found
