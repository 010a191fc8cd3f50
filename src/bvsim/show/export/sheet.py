"""A sheet of the workbook, and texts in its language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from bvsim.show import words


def told(key: str, lang: str, **fields: object) -> str:
    """Return one of the program's texts in a language; see `words.say`."""
    return str(getattr(words.say(key, **fields), lang))


@dataclass(frozen=True)
class Sheet:
    """A sheet: which it is, and its table.

    Parameters
    ----------
    key : str
        Which sheet: its name and sentence stand among the words under it.
    frame : pandas.DataFrame
        The table.
    unit : callable
        From the name of a column to its unit.
    """

    key: str
    frame: pd.DataFrame
    unit: Callable[[str], str]

    def name(self, lang: str) -> str:
        """Return what the sheet is called."""
        return told(f"sheet.{self.key}", lang)
