"""Stand-ins for the actors that a plant is handed: they do as little as their protocol allows."""

from __future__ import annotations

import math

from bvsim.valley.returns import gate


class Gate(gate.Gate):
    """A gate that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.deliveries: list[tuple[str, str, str, float]] = []

    def take_scrap(self, heap, tonnes) -> None:
        kind = heap.kind
        self.deliveries.append((heap.site, kind.chemistry, kind.stage, tonnes))

    def note_cells(self, nickel, cobalt, lithium, manganese) -> None:
        pass


class FullCrew:
    """Everybody present and proficient."""

    crew_share = learning_speed = repair_factor = 1.0
    scrap_penalty = 0.0

    def ask(self, plans, lines=1) -> None:
        pass


class FullEmployment:
    """A labour market that gives every plant a full crew."""

    def employ(self, name, basin, staffing) -> FullCrew:
        return FullCrew()


class Outlook:
    """Customers who will order a given number of GWh a year, whatever is built."""

    def __init__(self, gwh_per_year: float = math.inf) -> None:
        self.gwh_per_year = gwh_per_year

    def outlook_gwh_per_year(self, site, nameplate_gwh, day) -> float:
        return self.gwh_per_year


class OwnerFrom:
    """An owner who decides on an expansion from a day on."""

    def __init__(self, env, day: float) -> None:
        self.env, self.day = env, day

    def note_change(self) -> None:
        pass

    def decides(self) -> bool:
        return self.env.now >= self.day

    def gives_up(self) -> bool:
        return False
