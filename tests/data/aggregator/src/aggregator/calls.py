"""An aggregator of stationary storage that also pools flexible load.

On winter days for which it has sold reserve it calls on plants to draw less: so long, each
site starts cells on the part of its lines that is not called.
"""

import math

from bvsim import Limit, Prospect

WINTER = frozenset({11, 12, 1, 2})
CALLED = 0.4
"""Share of a site's lines that is called; 0: the aggregator has no contract."""


def allows(site: Prospect) -> float:
    """Return what a site may start in the coming period, GWh of good cells at mature yield."""
    calendar = site.ctx.calendar
    month = calendar.date(site.ctx.env.now).month
    return site.available * (1.0 - CALLED) if CALLED > 0.0 and month in WINTER else math.inf


AGGREGATOR = Limit(
    "aggregator",
    "#661100",
    ("aggregator", "agrégateur"),
    ("lines called on for flexible load", "lignes appelées comme charge flexible"),
    lift="aggregator",
    allows=allows,
)
