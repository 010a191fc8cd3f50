"""Who owns a phase of a cathode plant: what a further phase waits for."""

from __future__ import annotations

from typing import Protocol

from bvsim.schema.stages import Decision


class Maker(Protocol):
    """What the owner of a phase must know of the plant."""

    def note_change(self) -> None:
        """Take note that a project has changed."""

    def against(self, decision: Decision, nameplate_t: float) -> str:
        """Return what speaks against a further phase; empty where nothing does."""

    def tell(self, event: str, cause: str, nameplate_t: float) -> None:
        """Put a decision on a phase into the trace."""

    @property
    def cancelled(self) -> bool:
        """Whether the first phase was given up."""


class PhaseOwner:
    """The plant as the owner of one phase's project (`stages.Owner`).

    Parameters
    ----------
    plant : Maker
        Whose phase it is.
    decision : Decision or None
        What is wanted before it is built; None: it is built as planned.
    nameplate_t : float
        Nameplate of the phase, t a year.
    """

    def __init__(self, plant: Maker, decision: Decision | None, nameplate_t: float) -> None:
        self._plant, self._decision, self._nameplate_t = plant, decision, nameplate_t
        self._told = ""

    def note_change(self) -> None:
        """Take note that the project has changed."""
        self._plant.note_change()

    def decides(self) -> bool:
        """Tell whether the phase is decided now."""
        if self._decision is None:
            return True
        why = self._plant.against(self._decision, self._nameplate_t)
        if why and why != self._told:
            self._plant.tell("phase put off", why, self._nameplate_t)
        self._told = why
        return not why

    def gives_up(self) -> bool:
        """Tell whether it never can be: the first phase was given up."""
        return self._plant.cancelled
