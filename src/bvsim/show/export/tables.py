"""The summaries that a workbook holds, each a tidy data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.policy.compare import Comparison, unlike
from bvsim.analysis.policy.labels import label as run_label
from bvsim.analysis.summary import quantiles, summarise
from bvsim.analysis.tables import ROW, RunLike, by_year
from bvsim.ensemble.design.interval import QUANTILES
from bvsim.show import words
from bvsim.show.export.dictionary import unit_of_column

if TYPE_CHECKING:
    from bvsim.ensemble.store.results import Run


def key_figures(run: RunLike) -> pd.DataFrame:
    """Return every key figure with mean, quantiles, interval and share of rows defined."""
    return summarise(run).reset_index()


def output(run: RunLike) -> pd.DataFrame:
    """Return good cells of the valley by year: announced plan, mean and quantiles, GWh."""
    found = quantiles(run, "good_gwh")
    found.insert(0, "announced", by_year(run, "announced_gwh").mean())
    return found.reset_index()


def comparison(run: RunLike, others: Sequence[RunLike]) -> pd.DataFrame:
    """Return the paired differences of other runs from this one, a line a run and key figure.

    Runs that have no pairs with this one have no lines.
    """
    frames = []
    for other in others:
        if unlike(run, other):
            continue
        compared = Comparison(run, other)
        table = compared.table([name for name in compared.kpis if "." not in name])
        table = table.rename_axis("kpi").reset_index()
        table.insert(0, "scenario", run_label(other))
        frames.append(table)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"scenario": []})


def bottleneck_shares(run: RunLike, lang: str = "en") -> pd.DataFrame:
    """Return the share of rows in which each cause is the bottleneck: valley and sites."""
    valley = shares(run).reset_index()
    valley.insert(0, "entity", "region")
    found = pd.concat([valley, shares(run, "site").reset_index()], ignore_index=True)
    causes = [str(name) for name in found.columns if name not in ("entity", "year")]
    return found.rename(columns={name: getattr(words.cause(name), lang) for name in causes})


def summary_by_entity(run: Run, table: str) -> pd.DataFrame:
    """Return mean and quantiles over rows, a line for each quantity, entity and year.

    The table is read column by column, so that a large run fits into memory.
    """
    keys = ["entity", "year"]
    index = run.table(table, [*ROW, *keys])
    index["entity"] = index["entity"].astype(str)
    frames: list[pd.DataFrame] = []
    for name in run.columns(table):
        if name in (*ROW, *keys, "observed"):
            continue
        values = index[keys].assign(value=run.table(table, [name])[name].to_numpy(dtype=float))
        groups = values.dropna().groupby(keys, sort=True)["value"]
        if not groups.ngroups:
            continue
        numbers = (
            groups.quantile(np.array(list(QUANTILES.values())))
            .unstack()
            .set_axis(list(QUANTILES), axis=1)
        )
        numbers.insert(0, "mean", groups.mean())
        numbers = numbers.reset_index()
        numbers.insert(0, "quantity", name)
        numbers.insert(3, "unit", unit_of_column(name))
        frames.append(numbers)
    found: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return found


def balance_means(run: RunLike) -> pd.DataFrame:
    """Return the mean of each balance over rows."""
    balances = run.table("balances")
    keys = ["balance", "entity", "unit"]
    text = balances.assign(**{key: balances[key].astype(str) for key in keys})
    columns = ["opening", "inflow", "outflow", "closing"]
    found: pd.DataFrame = text.groupby(keys, sort=True)[columns].mean().reset_index()
    return found


def figures(scenario: Any) -> pd.DataFrame:
    """Return every figure of a scenario with its vintages, sources and confidence."""
    from dataclasses import asdict

    from bvsim.reading.sourcebook import entries

    return pd.DataFrame([asdict(entry) for entry in entries(scenario)])


def publications(scenario: Any) -> pd.DataFrame:
    """Return the sources of a scenario."""
    sources = scenario.model.sources
    rows = [
        {
            "id": name,
            "title": source.title,
            "publisher": source.publisher,
            "date": source.date or "",
            "read": source.read,
            "url": source.url or "",
            "note": source.note or "",
        }
        for name, source in sorted(sources.items())
    ]
    return pd.DataFrame(rows)


def about(run: RunLike) -> pd.DataFrame:
    """Return what was run: the manifest, a line for each entry."""
    rows = [(key, _text(value)) for key, value in run.manifest.items()]
    return pd.DataFrame(rows, columns=["entry", "value"])


def _text(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return value
