"""`bvsim merge`: join the shards of a run."""

from __future__ import annotations

from pathlib import Path

import click

from bvsim.cli.options import OUT, RUN, json_option, out_option


@click.command()
@click.argument("shards", nargs=-1, required=True, metavar="SHARD...", type=RUN)
@out_option("The new run folder, or its URL.", required=True, kind=OUT)
@json_option
@click.pass_context
def merge(ctx: click.Context, shards: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Join the SHARD folders of a run into one, as if one process had made it."""
    from bvsim.cli.simulate import conclude
    from bvsim.ensemble.merging import merge as merge_shards

    conclude(ctx, merge_shards(shards, out), as_json)
