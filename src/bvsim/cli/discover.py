"""`bvsim discover`: in which region of the uncertain figures an outcome happens."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.opened import opened
from bvsim.cli.options import RUN, echo_json, json_option

if TYPE_CHECKING:
    import pandas as pd

    from bvsim.analysis.discovery.discover import Discovery


@click.command()
@click.argument("run", type=RUN)
@click.option(
    "--outcome",
    required=True,
    metavar="EXPR",
    help="Such as 'output_2030_gwh < 20' or 'bottleneck_2030 == \"demand\"'.",
)
@click.option("--figures", multiple=True, metavar="GLOB", help="Only these, e.g. 'demand.*'.")
@click.option(
    "--depth", default=3, show_default=True, type=click.IntRange(1, 8), help="Of the tree."
)
@json_option
def discover(
    *, run: Path, outcome: str, figures: tuple[str, ...], depth: int, as_json: bool
) -> None:
    """Find in which region of the uncertain figures an outcome of RUN happens.

    A box by PRIM and the leaves of a CART tree: coverage is the share of the cases that a
    rule catches, density the share of cases among what it catches.
    """
    from bvsim.analysis.discovery.discover import discover as look
    from bvsim.analysis.written import records, write_tables

    source = opened(run)
    found = look(source, outcome, figures, depth=depth)
    place = write_tables(run, {"discover_rules": found.rules, "discover_limits": found.limits})
    if as_json:
        answer = {
            "schema_version": 1,
            "scenario": source.scenario_name,
            "run": str(run),
            "outcome": outcome,
            "share": found.share,
            "rules": records(found.rules),
            "limits": records(found.limits),
            "remarks": list(found.remarks),
        }
        echo_json(answer)
        return
    _print(found)
    click.echo(f"Tables  {place}/discover_*.csv, *.parquet")


def _print(found: Discovery) -> None:
    from bvsim.cli.frames import Column, frame_table
    from bvsim.cli.terminal import make_console

    console = make_console()
    console.print(f"[bold]{found.outcome}[/bold]  in {found.share:.0%} of the rows\n", markup=True)
    rows = [
        (
            rule["method"],
            rule["rule"].replace(" and ", "\nand "),
            *(_pair(rule, name) for name in ("coverage", "density")),
            f"{rule['inside']:.0f}",
        )
        for _, rule in found.rules.iterrows()
    ]
    header = ("", "rule", "coverage (checked)", "density (checked)", Column("rows", 1))
    console.print(frame_table("Where it happens", header, rows))
    for line in found.remarks:
        console.print(f"- {line}")
    console.print()


def _pair(rule: pd.Series[float], name: str) -> str:
    first, second = rule[name], rule[f"{name}_checked"]
    checked = f"{second:.0%}" if math.isfinite(second) else "-"
    return f"{first:.0%} ({checked})"
