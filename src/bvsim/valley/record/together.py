"""Tables of several regions side by side: entities stay what they are, `region` is all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from bvsim.valley.ground.books import FloatArray
from bvsim.valley.record.record import Table

REGION: Final = "region"
"""The entity of what belongs to a region as a whole; with several, to all of them."""
COMMON: Final = frozenset(
    {
        "export_bev_registrations",
        "export_demand_gwh",
        "lfp_share",
        "metal_price_factor",
    }
)
"""Columns of the market that the regions share: the same in each, and no sum."""
APART: Final = frozenset({"home_bev_share"})
"""Shares of regions, which say nothing of all of them."""


def together(parts: Mapping[str, Table]) -> Table:
    """Return the rows of several regions as one table by time and entity.

    Parameters
    ----------
    parts : mapping of str to Table
        By region, each with rows by time and entity. What a region calls `region` is called
        `region.NAME`; `region` holds the sums. An entity of several regions (an announced total
        that no site accounts for) is their sum.
    """
    columns = tuple(dict.fromkeys(name for table in parts.values() for name in table.columns))
    names = {region: _entities(table, region) for region, table in parts.items()}
    whole = (
        {REGION} if any(_named(REGION, region) in own for region, own in names.items()) else set()
    )
    entities = tuple(sorted(whole.union(*names.values())))
    row = {name: i for i, name in enumerate(entities)}
    times = len(next(iter(parts.values())).values) // len(next(iter(names.values())))
    values = np.full((times, len(entities), len(columns)), np.nan)
    for region, table in parts.items():
        at = [columns.index(name) for name in table.columns]
        own = table.values.reshape(times, len(names[region]), len(at))
        for i, name in enumerate(names[region]):
            _add(values[:, row[name]], at, own[:, i])
            if name == _named(REGION, region):
                _add_to_whole(values[:, row[REGION]], columns, at, own[:, i], alone=len(parts) == 1)
    return Table(
        _index(next(iter(parts.values())), len(next(iter(names.values()))), entities),
        columns,
        values.reshape(-1, len(columns)),
    )


def _entities(table: Table, region: str) -> tuple[str, ...]:
    """Return a table's entities in the order of its rows, the region under its name."""
    labels = dict(table.index)["entity"]
    return tuple(_named(each, region) for each in dict.fromkeys(labels))


def _named(entity: object, region: str) -> str:
    return f"{REGION}.{region}" if entity == REGION else str(entity)


def _add(values: FloatArray, at: list[int], new: FloatArray) -> None:
    before = values[:, at]
    values[:, at] = np.where(np.isnan(before), new, before + np.nan_to_num(new))


def _add_to_whole(
    whole: FloatArray, columns: tuple[str, ...], at: list[int], new: FloatArray, *, alone: bool
) -> None:
    common = [i for i, column in enumerate(at) if columns[column] in COMMON or alone]
    summed = [i for i, column in enumerate(at) if i not in common and columns[column] not in APART]
    whole[:, [at[i] for i in common]] = new[:, common]
    _add(whole, [at[i] for i in summed], new[:, summed])


def _index(
    table: Table, count: int, entities: tuple[str, ...]
) -> tuple[tuple[str, tuple[object, ...]], ...]:
    """Return the labels of a table with other entities within its times."""
    found: list[tuple[str, tuple[object, ...]]] = []
    for name, labels in table.index:
        each = labels[::count]
        if name == "entity":
            found.append((name, entities * len(each)))
        else:
            found.append((name, tuple(label for label in each for _ in entities)))
    return tuple(found)


def balances_together(parts: Mapping[str, Table]) -> Table:
    """Return the closed accounts of several regions by balance and entity."""
    rows: list[tuple[tuple[object, ...], FloatArray]] = []
    names = [name for name, _ in next(iter(parts.values())).index]
    for region, table in parts.items():
        labels = zip(*[each for _, each in table.index], strict=True)
        for (balance, entity, unit), values in zip(labels, table.values, strict=True):
            rows.append(((balance, _named(entity, region), unit), values))
    rows.sort(key=lambda each: (str(each[0][0]), str(each[0][1])))
    index = tuple((name, tuple(row[0][i] for row in rows)) for i, name in enumerate(names))
    return Table(index, next(iter(parts.values())).columns, np.array([row[1] for row in rows]))


def kpis_together(whole: Table, parts: Mapping[str, Table]) -> Table:
    """Return the key figures of all regions, then those of each as a whole: NAME.REGION."""
    names, values = list(whole.columns), list(whole.values[0])
    for region, table in parts.items():
        for name, value in zip(table.columns, table.values[0], strict=True):
            if "." not in name:
                names.append(f"{name}.{region}")
                values.append(value)
    return Table((), tuple(names), np.array([values], dtype=np.float64))
