"""Every figure with its unit, vintages, sources and confidence."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from bvsim.reading.scenario import Scenario, load
from bvsim.schema.figure import describe


@dataclass(frozen=True)
class Entry:
    """One vintage of one figure.

    Parameters
    ----------
    path, unit : str
        Dotted path and unit of the figure.
    in_force : bool
        Whether the scenario uses this vintage.
    known_from : str
        ISO date, or empty when it has always been known.
    value : str
        The number or distribution in words.
    sources : str
        Ids, joined by spaces.
    confidence, note : str
        As in the file.
    """

    path: str
    unit: str
    in_force: bool
    known_from: str
    value: str
    sources: str
    confidence: str
    note: str


def entries(scenario: Scenario) -> Iterator[Entry]:
    """Yield all vintages of all figures of a scenario, by path."""
    for path, figure in scenario.figures():
        for i, vintage in enumerate(figure.vintages):
            known = vintage.known_from.isoformat() if vintage.known_from else ""
            yield Entry(
                path,
                figure.unit.symbol,
                i == figure.index,
                known,
                describe(vintage.distribution, figure.unit),
                " ".join(vintage.sources),
                vintage.confidence,
                vintage.note,
            )


def sourcebook(scenario: str | Path | Scenario, *, as_csv: bool = False) -> str:
    """Return the figures of a scenario with their sources, as text or CSV.

    Raises
    ------
    SpecError
        When the scenario cannot be loaded.
    """
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    if not as_csv:
        return "".join(f"{_line(entry)}\n" for entry in entries(loaded))
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Entry)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(entry) for entry in entries(loaded))
    return text.getvalue()


def _line(entry: Entry) -> str:
    known = f" from {entry.known_from}" if entry.known_from else ""
    old = "" if entry.in_force else " (not in force)"
    note = f": {entry.note}" if entry.note else ""
    said = f"{entry.confidence}{known}{old}"
    return f"{entry.path}: {entry.value} [{entry.sources}] {said}{note}"
