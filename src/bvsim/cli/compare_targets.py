"""`bvsim compare --target`: how robust scenarios are, over what nobody knows."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

    from bvsim.ensemble.store.results import Run

Target = tuple[str, str, float]
"""A key figure, a comparison and a limit."""

_TARGET = re.compile(r"\s*(?P<kpi>[^\s<>=]+)\s*(?P<sign>[<>]=?)\s*(?P<limit>\S+)\s*")


def read_targets(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[Target, ...]:
    """Read targets such as ``output_2030_gwh>=30``, one for a key figure."""
    found: dict[str, Target] = {}
    for text in texts:
        said = _TARGET.fullmatch(text)
        try:
            limit = float(said["limit"]) if said else None
        except ValueError:
            limit = None
        if said is None or limit is None:
            raise click.BadParameter(
                f"{text!r}: write KEY-FIGURE>=NUMBER (or >, <=, <), such as output_2030_gwh>=30"
            )
        if said["kpi"] in found:
            raise click.BadParameter(f"two targets for {said['kpi']}: one is enough")
        found[said["kpi"]] = (said["kpi"], said["sign"], limit)
    return tuple(found.values())


def robustness(runs: list[Run], targets: tuple[Target, ...]) -> pd.DataFrame:
    """Return how often each run meets all targets, and its regret in the first of them.

    Returns
    -------
    pandas.DataFrame
        `share`, `share_lo`, `share_hi` (rows that meet all targets), `regret`, `regret_lo`,
        `regret_hi`, `regret_p90`, `share_best`, `n`; index: scenario.
    """
    from bvsim.analysis.policy.robustness import regret, satisficing

    named = _by_name(runs)
    met = satisficing(named, {kpi: (sign, limit) for kpi, sign, limit in targets})
    kpi, sign, _ = targets[0]
    lost = regret(named, kpi, less_is_better=sign.startswith("<"))
    table = met[["share"]].assign(share_lo=met["ci95_lo"], share_hi=met["ci95_hi"])
    table = table.assign(regret=lost["mean"], regret_lo=lost["ci95_lo"], regret_hi=lost["ci95_hi"])
    return table.assign(regret_p90=lost["p90"], share_best=lost["share_best"], n=lost["n"])


def _by_name(runs: list[Run]) -> dict[str, Run]:
    """Name the runs after their scenarios, or after their folders where several share one."""
    scenarios = [str(run.manifest["scenario"]) for run in runs]
    if len(set(scenarios)) < len(runs):
        return {str(run.folder): run for run in runs}
    return dict(zip(scenarios, runs, strict=True))


def print_robustness(table: pd.DataFrame, targets: tuple[Target, ...]) -> None:
    """Print the table and what its columns mean."""
    from bvsim.cli.frames import Column, frame_table, interval
    from bvsim.cli.terminal import make_console

    rows = [
        (
            str(name),
            f"{row['share']:.0%}",
            _shares(row["share_lo"], row["share_hi"]),
            float(row["regret"]),
            interval(row["regret_lo"], row["regret_hi"]),
            float(row["regret_p90"]),
            f"{row['share_best']:.0%}",
        )
        for name, row in table.iterrows()
    ]
    wanted = " and ".join(f"{kpi} {sign} {limit:g}" for kpi, sign, limit in targets)
    header = (
        *("", "met", Column("95%", 2), "regret"),
        *(Column("95%", 3), Column("P90", 4), Column("best", 1)),
    )
    console = make_console()
    console.print(frame_table(f"Targets: {wanted}", header, rows))
    console.print(
        "Met: share of rows in which all targets hold. Regret: how far the first target's key "
        "figure falls short of the best of these scenarios in the same row. Best: share of "
        "rows in which none is better.\n"
    )


def _shares(low: float, high: float) -> str:
    return "" if math.isnan(low) or math.isnan(high) else f"{low:.0%} to {high:.0%}"
