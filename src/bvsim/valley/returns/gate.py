"""What plants know of recyclers: where scrap is handed over."""

from __future__ import annotations


class Gate:
    """Where plants hand over their scrap, and say what went into good cells."""

    def deliver_scrap(self, site: str, chemistry: str, stage: str, tonnes: float) -> None:
        """Take scrap found at a plant: its family of cells, the stage at which it was found."""
        raise NotImplementedError

    def note_cells(self, metals: tuple[float, ...]) -> None:
        """Take note of the metals (`recycler.ELEMENTS`, tonnes) in good cells."""
        raise NotImplementedError
