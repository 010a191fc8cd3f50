"""What plants know of where scrap goes, and recyclers of where packs come from."""

from __future__ import annotations

from collections.abc import Iterator

from bvsim.valley.ground.books import Balance


class Gate:
    """Where plants hand over their scrap, and say what went into good cells."""

    def deliver_scrap(self, site: str, chemistry: str, stage: str, tonnes: float) -> None:
        """Take scrap found at a plant: its family of cells, the stage at which it was found."""
        raise NotImplementedError

    def note_cells(self, metals: tuple[float, ...]) -> None:
        """Take note of the metals (`recycler.ELEMENTS`, tonnes) in good cells."""
        raise NotImplementedError


class Packs:
    """What is known of the packs of a country's vehicles, by month of the horizon."""

    collected_rates: list[tuple[float, ...]]
    second_life_closing: list[float]
    dwell_closing: list[float]

    def start(self) -> None:
        """Put the recalls into the trace."""
        raise NotImplementedError

    def pass_month(self, month: int, days: float) -> list[float]:
        """Return tonnes retired, replaced, exported, lost and collected."""
        raise NotImplementedError

    def collected_per_year(self, month: int) -> float:
        """Return the packs collected a year."""
        raise NotImplementedError

    def balances(self) -> Iterator[Balance]:
        """Yield the account of packs."""
        raise NotImplementedError
