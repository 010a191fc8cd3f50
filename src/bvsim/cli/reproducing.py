"""`bvsim reproduce`: a stored run simulated anew, and held against it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.errors import FAILED
from bvsim.cli.options import RUN, echo_json, engine_options, given, json_option, out_option
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from bvsim.analysis.reproducing import Reproduction

SHOWN = 10
"""Lines of differences told."""


@click.command()
@click.argument("run", type=RUN)
@out_option("Keep the new run here.  [default: it is not kept]")
@engine_options
@json_option
@click.pass_context
def reproduce(
    ctx: click.Context, /, run: Path, out: Path | None, as_json: bool, **options: Any
) -> None:
    """Simulate the folder RUN anew from what it holds, and say whether all is equal."""
    from bvsim.analysis.reproducing import reproduce as anew

    with tempfile.TemporaryDirectory() as spare, progress_bar("again") as shown:
        place = out or Path(spare) / "again"
        found = anew(run, place, progress=shown, **given(options))
        rows = found.again.rows
    if as_json:
        echo_json(_entry(run, rows, found))
    else:
        _say(rows, found)
    if not found.equal:
        ctx.exit(FAILED)


def _entry(run: Path, rows: int, found: Reproduction) -> dict[str, object]:
    return {
        "schema_version": 1,
        "run": str(run),
        "rows": rows,
        "equal": found.equal,
        "largest_relative_difference": found.largest,
        "differences": list(found.differences),
        "versions": found.versions,
    }


def _say(rows: int, found: Reproduction) -> None:
    if found.equal:
        click.echo(f"equal bit for bit: {rows} rows, every table")
    else:
        click.echo(f"not equal: the largest relative difference is {found.largest:.3g}")
        for line in found.differences[:SHOWN]:
            click.echo(f"  {line}")
    for name, (then, now) in found.versions.items():
        click.echo(f"{name}: {then} then, {now} now")
