"""Every figure with its unit, vintages, sources and confidence."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
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

    def text(self) -> str:
        """Return the entry as a line."""
        known = f" from {self.known_from}" if self.known_from else ""
        old = "" if self.in_force else " (not in force)"
        note = f": {self.note}" if self.note else ""
        said = f"{self.confidence}{known}{old}"
        return f"{self.path}: {self.value} [{self.sources}] {said}{note}"


Keep = Callable[[Entry], bool]


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


def sourcebook(
    scenario: str | Path | Scenario, *, as_csv: bool = False, keep: Keep | None = None
) -> str:
    """Return the figures of a scenario with their sources, as text or CSV.

    Parameters
    ----------
    scenario : str, path or Scenario
        Which.
    as_csv : bool
        A table for a spreadsheet, instead of a line each.
    keep : callable, optional
        Tells of an entry whether it is listed; all are by default.

    Raises
    ------
    SpecError
        When the scenario cannot be loaded.
    """
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    kept = (entry for entry in entries(loaded) if keep is None or keep(entry))
    if not as_csv:
        return "".join(f"{entry.text()}\n" for entry in kept)
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Entry)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(entry) for entry in kept)
    return text.getvalue()
