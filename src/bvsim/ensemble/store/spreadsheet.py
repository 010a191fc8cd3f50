"""CSV that spreadsheets read as it is meant: no text in it begins a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FORMULA = r"^[=+\-@\t\n]."
"""How a text begins that a spreadsheet would work out instead of showing it."""


def harmless(text: object) -> object:
    """Return a text that begins no formula: such a one gets an apostrophe; numbers stay."""
    if not isinstance(text, str):
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")  # one end of line for every reader
    return f"'{lines}" if re.match(FORMULA, lines, re.DOTALL) else lines


def csv_text(frame: pd.DataFrame) -> str:
    """Return a frame, without its index, as CSV."""
    texts = [name for name in frame if frame[name].dtype.kind not in "biufM"]
    safe = frame.assign(**{str(name): frame[name].map(harmless) for name in texts})
    text: str = safe.rename(columns=harmless).to_csv(index=False, lineterminator="\n")
    return text
