"""`bvsim mcp`: the tools of a language-model client, over standard input and output."""

from __future__ import annotations

import click

from bvsim.cli.options import MOST_DRAWS

_DAY_SECONDS = 86_400


@click.command()
@click.option(
    "--most-rows",
    type=click.IntRange(1, MOST_DRAWS),
    default=1024,
    show_default=True,
    help="Rows that one call may ask for.",
)
@click.option(
    "--most-seconds",
    type=click.IntRange(1, _DAY_SECONDS),
    default=600,
    show_default=True,
    help="Seconds after which a call is stopped.",
)
def mcp(most_rows: int, most_seconds: int) -> None:
    """Serve list, explain, run, compare, news and cite to a language-model client.

    The client starts this command and talks to it over standard input and output. Runs go into
    `runs` below the folder in which it is started. Needs the extra bvsim[mcp].
    """
    try:
        from bvsim.cli.mcp_tools import Tools, serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise click.UsageError('bvsim mcp needs an extra: pip install "bvsim[mcp]"') from None
    serve(Tools(most_rows, float(most_seconds)))
