"""A figure of a model file: a number or a distribution, with unit, source and confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bvsim.spec.units import Unit


def parse_figure(raw: Any, unit: Unit) -> Any:
    """Placeholder until the figure grammar lands: let drawn values through."""
    return raw
