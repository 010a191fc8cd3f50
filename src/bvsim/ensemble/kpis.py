"""What each key figure is called, its unit and its meaning, told from its name."""

from __future__ import annotations

import re

from bvsim.valley.record.kpis import KPIS, Kpi

_SUFFIXES = {"_gwh": "GWh", "_t": "t", "_share": "share", "_days": "days", "_eur": "EUR"}


def kpi_of(name: str) -> Kpi | None:
    """Return the family of a key figure such as ``output_2030_gwh.alpha``."""
    stem = name.partition(".")[0]
    return next((kpi for kpi in KPIS if re.fullmatch(_pattern(kpi), stem)), None)


def _pattern(kpi: Kpi) -> str:
    """Return the pattern of the names of a family, without their entities."""
    return re.sub(r"(?<=_)N(?=_)", r"\\d+", re.sub(r"(?<=_)Y(?=_|$)", r"\\d{4}", kpi.name))


def unit_of(name: str) -> str:
    """Return the unit of a key figure; one that the dictionary lacks tells it by its suffix."""
    kpi = kpi_of(name)
    if kpi is not None:
        return kpi.unit
    stem = name.partition(".")[0]
    return next((unit for suffix, unit in _SUFFIXES.items() if stem.endswith(suffix)), "1")
