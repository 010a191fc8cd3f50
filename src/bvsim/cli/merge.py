"""`bvsim merge`: join the shards of a run."""

from __future__ import annotations

from pathlib import Path

import click

from bvsim.cli.options import json_option


@click.command()
@click.argument(
    "shards",
    nargs=-1,
    required=True,
    metavar="SHARD...",
    type=click.Path(path_type=Path, file_okay=False),
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The new run folder.",
)
@json_option
@click.pass_context
def merge(ctx: click.Context, shards: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Join the SHARD folders of a run into one, as if one process had made it."""
    from bvsim.cli.simulate import conclude
    from bvsim.ensemble.merge import merge as merge_shards

    conclude(ctx, merge_shards(shards, out), as_json)
