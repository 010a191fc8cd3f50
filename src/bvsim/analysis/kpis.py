"""What key figures are called: `bvsim.ensemble.kpis`, where analyses look for it."""

from bvsim.ensemble.kpis import kpi_of, unit_of

__all__ = ["kpi_of", "unit_of"]
