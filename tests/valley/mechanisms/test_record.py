"""Key figures that are shares of two columns."""

from __future__ import annotations

import math

import numpy as np

from bvsim.valley.record.kpis import Roles, YearlyTable, kpi_table
from bvsim.valley.record.record import Table
from mechanism_table import exact


def test_recycled_content_is_what_came_back_over_what_the_cells_hold():
    columns = ("returned_nickel_t", "cells_nickel_t", "returned_cobalt_t", "cells_cobalt_t")
    labels = (("year", (2030,)), ("entity", ("region",)))
    yearly = YearlyTable(Table(labels, columns, np.array([[30.0, 400.0, 5.0, 0.0]])))
    kpis = kpi_table(yearly, Roles(("site",), ("site",), ("works",)), (2030,))
    found = dict(zip(kpis.columns, kpis.values[0], strict=True))
    assert found["recycled_content_2030.nickel"] == exact(0.075)
    assert math.isnan(found["recycled_content_2030.cobalt"])
