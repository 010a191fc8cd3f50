"""What plants know of where scrap goes, and recyclers of where packs come from."""

from __future__ import annotations

from collections.abc import Iterator

from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.rows import vec


class Kind:
    """A kind of feed: of scrap, what plants hand over of it in a month, under contract.

    Parameters
    ----------
    chemistry : str
        Family of cells, one of the model's `recycling.chemistries`.
    stage : str
        ``trim``, ``dry_cell`` or ``filled_cell``; ``precursor`` or ``cathode_material``
        for rejected powder of cathode plants; ``pack`` or ``non_ev`` for what is no scrap.
    """

    __slots__ = ("amounts", "chemistry", "contracted", "month", "stage", "tonnes")

    def __init__(self, chemistry: str, stage: str) -> None:
        self.chemistry, self.stage = chemistry, stage
        self.month, self.tonnes = -1, 0.0
        """The last month in which there was any, and how much."""
        self.contracted = True
        """Whether it is sold by contract: rejected powder is not."""
        self.amounts = vec[float]()
        """What recyclers find in a tonne, once there was any: of rejected powder its metals, of
        all else what makes up a pile of feed."""


class Heap:
    """Scrap of one kind at one plant, as it comes to the gates between two months' ends."""

    __slots__ = ("kind", "site", "tonnes", "waits")

    def __init__(self, site: str, kind: Kind) -> None:
        self.site, self.kind = site, kind
        self.tonnes, self.waits = 0.0, False


class Gate:
    """Where plants hand over their scrap, and say what went into good cells."""

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, str], Kind] = {}
        self.heaps: dict[tuple[str, str, str], Heap] = {}

    def heap(self, site: str, chemistry: str, stage: str) -> Heap:
        """Return where a plant's scrap of one kind gathers."""
        heap = self.heaps.get((site, chemistry, stage))
        if heap is None:
            kind = self.kinds.get((chemistry, stage))
            if kind is None:
                kind = self.kinds[chemistry, stage] = Kind(chemistry, stage)
            heap = self.heaps[site, chemistry, stage] = Heap(site, kind)
        return heap

    def deliver_scrap(self, site: str, chemistry: str, stage: str, tonnes: float) -> None:
        """Take scrap found at a plant, by the names of its `heap`."""
        self.take_scrap(self.heap(site, chemistry, stage), tonnes)

    def take_scrap(self, heap: Heap, tonnes: float) -> None:
        """Take scrap of one kind found at a plant."""
        raise NotImplementedError

    def note_cells(self, nickel: float, cobalt: float, lithium: float, manganese: float) -> None:
        """Take note of the metals in good cells, tonnes."""
        raise NotImplementedError


class Packs:
    """What is known of the packs of a country's vehicles, by month of the horizon."""

    collected_rates: list[vec[float]]
    """Retired NMC, retired LFP, replaced NMC and replaced LFP, tonnes a day: a row each."""
    second_life_closing: list[float]
    dwell_closing: list[float]

    def start(self) -> None:
        """Put the recalls into the trace."""
        raise NotImplementedError

    def pass_month(self, month: int, days: float) -> vec[float]:
        """Return tonnes retired, replaced, exported, lost and collected."""
        raise NotImplementedError

    def collected_per_year(self, month: int) -> float:
        """Return the packs collected a year."""
        raise NotImplementedError

    def balances(self) -> Iterator[Balance]:
        """Yield the account of packs."""
        raise NotImplementedError
