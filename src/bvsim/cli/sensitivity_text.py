"""What `bvsim sensitivity` prints: groups and luck, what is clear, and what happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bvsim.cli.frames import Column, FittedTable, frame_table, interval, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bvsim.ensemble.store.results import Run

_SHOWN = 20
_LARGEST = 3
"""Rows shown where none is clear."""
_WAYS = 10
"""Rows shown of what happens on the way."""
_COLUMNS = {
    "tornado": (("low", None), ("high", None), ("swing", ("swing_lo", "swing_hi"))),
    "morris": (("mu_star", ("mu_star_lo", "mu_star_hi")), ("mu", None), ("sigma", None)),
    "sobol": (("first", ("first_lo", "first_hi")), ("total", ("total_lo", "total_hi"))),
    "prcc": (("prcc", ("lo", "hi")), ("rank", None)),
    "on_the_way": (("rank", ("lo", "hi")),),
}


def print_tables(
    run: Run,
    method: str,
    found: Mapping[str, pd.DataFrame],
    said: Mapping[str, tuple[str, ...]],
    beside: Mapping[str, Mapping[str, pd.DataFrame]],
) -> None:
    """Print what each outcome depends on; what cannot be told from noise is counted in a line.

    Parameters
    ----------
    run : Run
        What the tables were made from.
    method : str
        How.
    found, said, beside : mappings by outcome
        The table of the method, remarks on it, and for prcc the groups and what happens on the way.
    """
    from bvsim.cli.terminal import make_console

    console = make_console()
    for name, table in found.items():
        n = int(table["n"].iloc[0])
        console.print(f"{run.manifest['scenario']}: {name} by {method}, n = {n}", style="bold")
        more = beside.get(name, {})
        if "groups" in more:
            _print_groups(more["groups"])
        _print_clear(table, method, "Single figures, known beforehand" if more else "")
        ways = more.get("on_the_way")
        if ways is not None and ways["clear"].any():
            title = "On the way: these follow from figures and luck, and go with it"
            console.print(_table(ways[ways["clear"].astype(bool)].head(_WAYS), "on_the_way", title))
        for line in said[name]:
            console.print(f"- {line}", markup=False)
        console.print()


def _print_groups(groups: pd.DataFrame) -> None:
    """Print the share of each clear group; what is left is luck and all that is too weak."""
    from bvsim.cli.terminal import make_console

    clear = groups[groups["clear"].astype(bool)]
    if clear.empty:
        return
    rows = [(str(name), f"{share:.0%}") for name, share in clear["share"].items()]
    left = max(0.0, 1.0 - float(clear["share"].sum()))
    rows.append(("luck, interactions, what is too weak to tell", f"{left:.0%}"))
    header = ("", Column("share", right=True))
    title = "Groups of figures, known beforehand: shares of the variance"
    make_console().print(frame_table(title, header, rows))


def _print_clear(table: pd.DataFrame, method: str, title: str) -> None:
    """Print the rows that are clear, and count the others."""
    from bvsim.cli.terminal import make_console, say

    clear = table[table["clear"].astype(bool)]
    shown = clear.head(_SHOWN) if len(clear) else table.head(_LARGEST)
    said = title if len(clear) else f"The largest of {len(table)}, none of them clear"
    make_console().print(_table(shown, method, said))
    if left := len(table) - len(shown):
        say(f"{left} more in the tables.")


def _table(shown: pd.DataFrame, method: str, title: str) -> FittedTable:
    order = sorted(_COLUMNS[method], key=lambda measure: measure[1] is None)
    ranks = {column: number for number, (column, _) in enumerate(order)}
    parts = (_heads(ranks[column], column, ends) for column, ends in _COLUMNS[method])
    rows = []
    for label, row in shown.iterrows():
        cells = [str(label)]
        for column, ends in _COLUMNS[method]:
            cells.append(number(float(row[column])))
            cells += [interval(float(row[ends[0]]), float(row[ends[1]]))] if ends else []
        rows.append(cells)
    return frame_table(title, [Column(""), *(head for part in parts for head in part)], rows)


def _heads(number: int, column: str, ends: tuple[str, str] | None) -> list[Column]:
    """Return the heads of a measure; the last measures leave first, before the first's interval."""
    named = Column(column.replace("mu_star", "mu*"), 2 * number)
    return [named, *([Column("95%", 2 * number + 1)] if ends else [])]
