"""`bvsim calibrate`: classes of ramp-up fitted to the plants of a model's history."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.options import echo_json, json_option, seed_option

if TYPE_CHECKING:
    from bvsim.analysis.truth.calibration.run import Calibration
    from bvsim.analysis.truth.calibration.summary import GroupSummary

_SHOWN = ("t50", "k", "mature", "scrap_start", "scrap_time", "scrap_slow_time", "build", "at_sop")


@click.command()
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only observations known by then.  [default: all]",
)
@click.option("--leave-out", multiple=True, metavar="PLANT", help="Fit without it, foretell it.")
@seed_option(default=1, help="Of sampler and forecasts.")
@click.option("--model", help="Model folder or name.  [default: that of `reference`]")
@click.option("--write", is_flag=True, help="Write results and figures into the model's history.")
@click.option("--no-scores", is_flag=True, help="Do not foretell each plant from the others.")
@json_option
def calibrate(
    *,
    as_of: datetime | None,
    leave_out: tuple[str, ...],
    seed: int,
    model: str | None,
    write: bool,
    no_scores: bool,
    as_json: bool,
) -> None:
    """Fit the classes of ramp-up to observed plants: output, scrap, months of building, staff.

    A hierarchical model, plants within classes; the posterior's figures, whether its chains
    agree, and how well the other plants foretell each plant. Needs the extra bvsim[calibrate].
    """
    from bvsim.analysis.truth.calibration.run import calibrate as fit
    from bvsim.analysis.truth.calibration.run import history_of
    from bvsim.analysis.truth.calibration.write import results
    from bvsim.analysis.truth.calibration.write import write as store

    folder = _folder(model)
    try:
        done = fit(folder, _day(as_of, folder), seed, without=leave_out, scores=not no_scores)
    except (RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    written = store(done, history_of(folder)) if write else []
    if as_json:
        echo_json(results(done))
        return
    _print(done)
    for path in written:
        click.echo(f"Written  {path}")


def _folder(model: str | None) -> Path:
    from bvsim.reading.datafiles import default_model, find_model

    folder = find_model(model or default_model())
    if folder is None:
        raise click.BadParameter(f"no model {model!r} here", param_hint="--model")
    return folder


def _day(as_of: datetime | None, folder: Path) -> date:
    """Return the vintage: the day asked for, or that of the newest row."""
    if as_of is not None:
        return as_of.date()
    from bvsim.analysis.truth.calibration.run import history_of
    from bvsim.analysis.truth.calibration.table import FILE, read_table

    return max(row.known_from for row in read_table(history_of(folder) / FILE, date.max).rows)


def _print(done: Calibration) -> None:
    from bvsim.cli.frames import frame_table
    from bvsim.cli.terminal import make_console

    console = make_console()
    how = done.posterior.diagnostics
    console.print(
        f"[bold]{len(done.table.plants)} plants, {len(done.table.rows)} rows known on"
        f" {done.table.as_of}[/bold]; {len(done.table.left_out)} rows left out"
    )
    console.print(
        f"R-hat at most {how.worst_rhat:.3f}, effective sample size at least {how.least_ess:.0f},"
        f" {how.divergences} divergences in {how.draws} draws\n"
    )
    header = ("new plant of", *_SHOWN)
    console.print(frame_table("P10, P50, P90", header, [_row(each) for each in done.groups]))
    if done.scored:
        titles = ("", "plants", "points", "in the 80% band", "CRPS of ln, of that of the judged")
        console.print(frame_table("Plants foretold from the others", titles, _scores(done)))


def _row(each: GroupSummary) -> list[str]:
    return [each.group.name, *(_band(each.plant[name].sampled) for name in _SHOWN)]


def _band(sampled: Sequence[float]) -> str:
    return "\n".join(f"{sampled[i]:.2g}" for i in (1, 3, 5))


def _scores(done: Calibration) -> Iterator[tuple[object, ...]]:
    from bvsim.analysis.truth.calibration.write import scores

    for name, found in scores(done)["summary"].items():
        yield (
            name,
            found["plants"],
            found["points"],
            _with_interval(found["coverage"]),
            _with_interval(found["ratio"]),
        )


def _with_interval(triple: Sequence[float]) -> str:
    value, low, high = triple
    return "-" if math.isnan(value) else f"{value:.2f} ({low:.2f} to {high:.2f})"
