"""Tables on the terminal that fit: columns leave by rank, texts fold, numbers stay whole.

A cell never ends in an ellipsis: where a table is too wide, the column of the highest rank leaves,
and a line below the table says so; then texts are folded at words and at the joints of names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.table import Table

_APART = 3
"""Columns between two cells."""
_LEAST, _LONGEST = 10, 20
"""Columns that a text is given at least, where it has as many; longer pieces of it are broken."""
_JOINT = re.compile(r"(?<=\w[._/-])(?=[^\W\d]{2})")
"""Where a name may be parted: after ``. _ / -`` and before letters, so never within a number."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head : str
        What stands above it.
    rank : int
        0 stays whatever happens; of the others the highest leaves first.
    whole : bool
        Whether its cells stay whole: for bars, which cannot be folded.
    right : bool
        Whether to treat its cells as numbers though a word stands among them.
    """

    head: str
    rank: int = 0
    whole: bool = False
    right: bool = False


@dataclass(frozen=True)
class FittedTable:
    """A table that is laid out when it is printed, for the console it is printed on.

    Parameters
    ----------
    title : str
        Above the table.
    columns : sequence of Column
        From left to right.
    rows : sequence of sequences of str
        Cells as they are written.
    strong : frozenset of int
        Rows in bold.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        from rich.text import Text

        kept = self._kept(options.max_width)
        if self.title:
            yield Text(self.title, style="bold")
        yield self._table(kept, self._widths(kept, options.max_width))
        gone = [column.head for i, column in enumerate(self.columns) if i not in kept]
        if any(gone):
            yield Text(f"Left out at this width: {', '.join(filter(None, gone))}.", style="dim")
        yield Text("")

    def numeric(self, place: int) -> bool:
        """Tell whether a column holds numbers: it is never folded, and stands right."""
        alone = place > 0 and all(is_number(row[place]) for row in self.rows)
        return alone or self.columns[place].right

    def _wide(self, place: int) -> int:
        """Return the columns that the cells and the head of a column would like."""
        cells = [line for row in self.rows for line in row[place].split("\n")]
        return max(map(len, [*cells, self._head_word(place)]), default=0)

    def _head_word(self, place: int) -> str:
        """Return the longest word of a head; whole heads are folded at words."""
        return max(self.columns[place].head.split(), key=len, default="")

    def _narrow(self, place: int) -> int:
        """Return the columns that a column cannot do without."""
        wide = self._wide(place)
        if self.numeric(place) or self.columns[place].whole:
            return wide
        pieces = {piece for row in self.rows for piece in _pieces(row[place])}
        longest = max((len(piece) for piece in pieces), default=0)
        return min(wide, max(_LEAST, longest, len(self._head_word(place))))

    def _kept(self, width: int) -> list[int]:
        """Return the places of the columns that stay."""
        kept = list(range(len(self.columns)))
        while sum(map(self._narrow, kept)) + _APART * (len(kept) - 1) > width:
            ranked = [place for place in kept if self.columns[place].rank > 0]
            if not ranked:
                break
            kept.remove(max(ranked, key=lambda place: (self.columns[place].rank, place)))
        return kept

    def _widths(self, kept: list[int], width: int) -> list[int]:
        """Return the width of each column kept: what it likes, or what there is."""
        room = width - _APART * (len(kept) - 1)
        widths = [self._wide(place) for place in kept]
        least = [self._narrow(place) for place in kept]
        while sum(widths) > room and widths != least:
            spare = [have - need for have, need in zip(widths, least, strict=True)]
            widths[spare.index(max(spare))] -= 1
        return widths

    def _table(self, kept: list[int], widths: list[int]) -> Table:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for place, width in zip(kept, widths, strict=True):
            head = fold(self.columns[place].head, width)
            side: Any = "right" if self.numeric(place) else "left"
            table.add_column(head, justify=side, no_wrap=True, overflow="fold", min_width=width)
        for number, row in enumerate(self.rows):
            cells = (Text(fold(row[p], w)) for p, w in zip(kept, widths, strict=True))
            table.add_row(*cells, style="bold" if number in self.strong else "")
        return table


def frame_table(
    title: str,
    header: Sequence[str | Column],
    rows: Iterable[Sequence[object]],
    strong: Iterable[int] = (),
) -> FittedTable:
    """Return a table that fits wherever it is printed.

    Parameters
    ----------
    title : str
        Above the table.
    header : sequence of str or Column
        Heads; a text is a column that stays.
    rows : iterable of sequences
        Texts and numbers, written as `cell_text` does.
    strong : iterable of int
        Rows in bold.
    """
    columns = tuple(each if isinstance(each, Column) else Column(each) for each in header)
    shown = tuple(tuple(cell_text(value) for value in row) for row in rows)
    return FittedTable(title, columns, shown, frozenset(strong))


def fold(text: str, width: int) -> str:
    """Break a text into lines of a width: at words, and a name at its joints.

    A word of letters that is longer still is broken anywhere, a number never.
    """
    return "\n".join(line for part in text.split("\n") for line in _lines(part, width))


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        pieces = [word] if len(word) <= width else list(_pieces(word))
        for number, piece in enumerate(pieces):
            between = " " if number == 0 and line else ""
            if line and len(line) + len(between) + len(piece) > width:
                yield line
                line = piece
            else:
                line += between + piece
    yield line


def _pieces(text: str) -> Iterator[str]:
    """Yield what stays together: words, names up to a joint, parts of endless words."""
    for word in text.split():
        for piece in _JOINT.split(word):
            if is_number(piece):
                yield piece
                continue
            yield from (piece[i : i + _LONGEST] for i in range(0, len(piece), _LONGEST))


def cell_text(value: object) -> str:
    """Return a value as a cell shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return str(value)


def number(value: float) -> str:
    """Return a number with at most two decimals; a dash where there is none."""
    if not math.isfinite(value):
        return "-"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0.0 else text


def long_number(value: float) -> str:
    """Return a number with about four digits, and thousands set apart; nothing for NaN."""
    if math.isnan(value):
        return ""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def signed(value: float, sign: str, digits: int = 1) -> str:
    """Return a size with the sign that it has in a sum; zero has none."""
    text = f"{abs(value):.{digits}f}"
    return f"{sign}{text}" if float(text) else text


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def interval(low: float, high: float) -> str:
    """Return an interval, empty where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{number(low)} to {number(high)}"


def is_number(text: str) -> bool:
    """Tell whether a cell is numbers alone: a number, an interval, or nothing."""
    return not any(letter.isalpha() for letter in text.replace(" to ", ""))
