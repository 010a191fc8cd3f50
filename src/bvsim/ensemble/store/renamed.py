"""Columns that have another name now: until version 1.0 they are found under both.

A folder of an earlier version answers to today's names, and today's to the earlier ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

RENAMED: Final = {
    "fr_bev_share": "home_bev_share",
    "fr_bev_registrations": "home_bev_registrations",
    "fr_demand_gwh": "home_demand_gwh",
    "eu_bev_registrations": "export_bev_registrations",
    "eu_demand_gwh": "export_demand_gwh",
}
"""Earlier name and today's."""
_OTHER: Final = RENAMED | {now: before for before, now in RENAMED.items()}


def stored(columns: Iterable[str], there: Collection[str]) -> dict[str, str]:
    """Return under what name each column stands in a table, by the name that is asked for.

    Parameters
    ----------
    columns : iterable of str
        What is asked for; a column that is there under no name keeps its own.
    there : collection of str
        Columns of the table.
    """
    other = {name: _OTHER.get(name, name) for name in columns}
    return {name: name if name in there or at not in there else at for name, at in other.items()}


def asked(found: dict[str, str]) -> dict[str, str]:
    """Return the names that were asked for by the names in the table, to rename back."""
    return {at: name for name, at in found.items()}
