"""`bvsim app`: the planner's page."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.options import (
    changed,
    changes_options,
    count_option,
    scenario_argument,
    seed_option,
    workers_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from bvsim.analysis.policy.estimates import Asked, Estimate
    from bvsim.ensemble.workers.engine import Engine


@click.command()
@scenario_argument("source", "SCENARIO", default="reference")
@click.option("--port", type=click.IntRange(0, 65535), default=8750, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Another needs a token.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option(
    "--prepare", is_flag=True, help="Make the estimate, say how far it is off, and leave."
)
@click.option("--ship", is_flag=True, help="Put it beside the scenarios too, for others.")
@click.option("--levers", "names", metavar="NAME,...", help="Only these.  [default: all]")
@count_option("-n", "--draws", default=64, help="Common draws.")
@count_option("--held-out", default=40, help="Mixes in each set that the estimate is tried on.")
@count_option("--pairs", default=24, help="Pairs of levers simulated together.")
@seed_option(1)
@changes_options
@workers_option
def app(
    *,
    source: str,
    port: int,
    host: str,
    no_open: bool,
    prepare: bool,
    ship: bool,
    names: str | None,
    draws: int,
    held_out: int,
    pairs: int,
    seed: int,
    sets: dict[str, object],
    levers: tuple[str, ...],
    workers: int | None,
) -> None:
    """Serve the planner's page: levers, an estimate at once, exact rows behind it.

    SCENARIO may be the folder of a run: its scenario is meant.

    The estimate adds effects of levers and of pairs, simulated once by --prepare and kept; without
    it the page shows exact rows only. Only this machine is served, unless --host says otherwise.
    """
    from bvsim.analysis.policy.estimates import Asked
    from bvsim.ensemble.workers.engine import Engine

    chosen = tuple(name.strip() for name in (names or "").split(",") if name.strip())
    inside = Path(source) / "scenario.yaml"
    scenario = changed(str(inside) if inside.is_file() else source, sets, levers)
    asked = Asked(scenario, draws, seed, chosen, held_out, pairs)
    engine = Engine(workers=workers)
    if prepare or ship:
        _prepare(asked, engine, ship=ship)
        return
    _serve(asked, engine, host, port, no_open=no_open)


def _prepare(asked: Asked, engine: Engine, *, ship: bool) -> None:
    from bvsim.analysis.policy import estimate_files

    estimate = estimate_files.made(asked, engine, progress_bar)
    _tell(estimate)
    if ship:
        path = estimate_files.shipped_path(asked)
        estimate_files.write(estimate, asked.mark, path)
        click.echo(str(path))


def _tell(estimate: Estimate) -> None:
    """Say how far the estimate is off."""
    from bvsim.cli.frames import Column, frame_table
    from bvsim.cli.terminal import make_console

    header = (
        *(Column("figure"), Column("of it"), Column("off by", right=True)),
        *(Column("covers", right=True), Column("shown")),
    )
    rows = [
        (b.figure, b.measure, f"{b.error:.1%}", f"{b.covers:.0%}", "yes" if b.holds else "no")
        for b in estimate.badges
    ]
    make_console().print(frame_table("The estimate on mixes held out", header, rows))


def _serve(asked: Asked, engine: Engine, host: str, port: int, *, no_open: bool) -> None:
    import secrets
    import webbrowser

    from bvsim.analysis.policy import estimate_files

    try:
        import uvicorn

        from bvsim.show.app.server import LOOPBACK, Planner, make_app
    except ImportError:
        raise click.UsageError("the page needs a server: pip install 'bvsim[app]'") from None
    here = host in LOOPBACK
    token = "" if here else secrets.token_urlsafe(16)
    with _listening(host, port) as listener:
        planner = Planner(asked, estimate_files.known(asked), engine)
        if planner.estimate is None:
            click.echo("No estimate is kept (make it with --prepare): exact rows only.", err=True)
        made = make_app(planner, token, LOOPBACK if here else ())
        name = f"[{host}]" if ":" in host else host
        query = f"?token={token}" if token else ""
        address = f"http://{name}:{listener.getsockname()[1]}/{query}"
        click.echo(address)
        if not no_open:
            webbrowser.open(address)
        config = uvicorn.Config(made, log_level="warning", timeout_graceful_shutdown=2)
        uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens, before anybody is told of it."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]
        raise click.UsageError(f"no server at {host}, port {port}: {why}") from None
