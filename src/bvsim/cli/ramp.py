"""`bvsim ramp`: free plants of a class, with nothing outside that binds."""

from __future__ import annotations

from typing import Any

import click

from bvsim.cli.options import MOST_DRAWS, echo_json, given, json_option, seed_option

QUANTITIES = ("share", "scrap", "share_once")
_SHOWN = (0, 3, 6, 12, 18, 24, 36, 48, 60, 72, 96, 120)


@click.command()
@click.argument("name", metavar="CLASS")
@click.option("--site", help="Layout of this site's first block.  [default: one line]")
@click.option(
    "--ramped-before",
    type=click.IntRange(0, 1000),
    metavar="N",
    help="Plants abroad that the maker had ramped before, where the class depends on it.",
)
@click.option("--nameplate", type=click.FloatRange(0, min_open=True), help="Good GWh a year.")
@click.option("--lines", type=click.IntRange(1, 500), help="Lines that share the nameplate.")
@click.option("--interval", type=click.FloatRange(0), help="Months between two releases.")
@click.option("--as-of", metavar="DATE", help="What was known then.  [default: as in reference]")
@click.option(
    "-n", "--members", type=click.IntRange(1, MOST_DRAWS), default=1000, show_default=True
)
@click.option(
    "--lucks",
    type=click.IntRange(1, 1000),
    default=4,
    show_default=True,
    help="How often each plant is run: its share and scrap are means over luck.",
)
@seed_option(default=1)
@click.option("--months", type=click.IntRange(1, 600), default=60, show_default=True)
@json_option
def ramp(*, name: str, as_json: bool, **options: Any) -> None:
    """Simulate free plants of CLASS, such as new-entrant: nothing outside binds.

    Share of nameplate in good cells, and scrap, by month after SOP (index 0 is SOP).
    share_once is what one plant makes in that month: stops of weeks fall into some.
    """
    from bvsim.analysis.free_plants import ramp as simulate

    plants = simulate(name, **given(options))
    if as_json:
        echo_json(answer(plants))
    else:
        _print(plants)


def answer(plants: Any) -> dict[str, Any]:
    """Return free plants as JSON has them."""
    tables = {quantity: plants.quantiles(quantity) for quantity in QUANTITIES}
    return {
        "schema_version": 1,
        "class": plants.ramp,
        "as_of": plants.as_of.isoformat(),
        "members": len(plants.members),
        "months": list(range(len(tables["share"]))),
        "share": plants.share.tolist(),
        "scrap": plants.scrap.tolist(),
        "share_once": plants.share_once.tolist(),
        "quantiles": {
            quantity: {level: table[level].tolist() for level in table}
            for quantity, table in tables.items()
        },
        "staircase": {
            "sooner": plants.sooner,
            "sooner_months": plants.sooner_months,
            "yield_sooner": plants.yield_sooner,
            "too_slow": plants.too_slow,
        },
    }


def sentences(plants: Any) -> tuple[str, str]:
    """Say what gives where lines in turn are slower than the plant's curve."""
    sooner = f"In {plants.sooner:.1%} of them lines come sooner than drawn"
    if plants.sooner:
        sooner += f", the last one by {plants.sooner_months:.1f} months (median)"
    sooner += f", in {plants.yield_sooner:.1%} yield does: the curve of the plant needs it."
    return sooner, f"In {plants.too_slow:.1%} output falls short of the curve all the same."


def _print(plants: Any) -> None:
    from bvsim.cli.frames import frame_table
    from bvsim.cli.terminal import make_console

    tables = [plants.quantiles(quantity) for quantity in ("share", "scrap")]
    rows = [
        (str(month), *(f"{table.loc[month, level]:.3f}" for table in tables for level in table))
        for month in _SHOWN
        if month in tables[0].index
    ]
    header = ("month", *(f"{q} {level}" for q in ("share", "scrap") for level in tables[0]))
    console = make_console()
    title = f"{plants.ramp}: {len(plants.members)} free plants, as of {plants.as_of}"
    console.print(frame_table(title, header, rows))
    for line in sentences(plants):
        console.print(line)
