"""What a site's cells cost beside imported ones, and what share of customers turns elsewhere.

Equations
---------
*Cost gap.* With the mature cost split into a fixed share f and the rest, a plant of
yield y and utilisation u (good output over nameplate) costs, relative to the imported
price::

    1 + gap = (1 + gap_mature) ((1 - f) y_ref / y + f u_ref / max(u, u_low))

*Second source.* Of the share of a month's orders that a site does not deliver customers award
a part to another supplier, and come back slowly once it delivers::

    ds/dt = (part undelivered - s) / (ready where that is above zero, else term)

*Tenders.* Site i offers what it has not sold, K_i; rivals offer K_0. By the logit of
aggregated alternatives (Ben-Akiva and Lerman 1985, ch. 9), whose size enters as a
factor, it wins of the open demand D::

    D K_i w_i / (K_0 + sum_j K_j w_j),   w = exp(preference - sensitivity gap)
"""

from __future__ import annotations

import math
from typing import Final

from bvsim.schema.demand import CostGap, SecondSource
from bvsim.valley.ground.rows import vec

_LOWEST_YIELD: Final = 1e-3


class CostOfCells:
    """A plant's cost over the price of imported cells, as a share of that price.

    Parameters
    ----------
    spec : CostGap
        Structure of the mature cost, and the premium on local content.
    """

    def __init__(self, spec: CostGap) -> None:
        self._fixed: float = spec.fixed
        self._reference_yield: float = spec.reference_yield
        self._reference_use: float = spec.reference_use
        self._lowest_use: float = spec.lowest_use
        self._local_content: float = spec.local_content

    def gap(self, mature: float, yield_: float, utilisation: float) -> float:
        """Return what its yield and its use make of the gap of a mature plant.

        Parameters
        ----------
        mature : float
            Gap of a mature plant.
        yield_, utilisation : float
            Good over started cells; good output over nameplate.
        """
        yield_ = yield_ if yield_ > _LOWEST_YIELD else _LOWEST_YIELD
        utilisation = utilisation if utilisation > self._lowest_use else self._lowest_use
        variable = (1.0 - self._fixed) * self._reference_yield / yield_
        fixed = self._fixed * self._reference_use / utilisation
        return (1.0 + mature) * (variable + fixed) - 1.0

    def sourcing(self, local_cam: float, dearer: float) -> float:
        """Return what the origin of its CAM adds to that.

        Duties make materials dearer, which are what is not fixed of a mature plant's cost;
        where buyers count local content, CAM of the valley is worth a premium to them.

        Parameters
        ----------
        local_cam : float
            Share of the CAM that the valley made.
        dearer : float
            Rise of the cost of materials by duties, as a share.
        """
        return (1.0 - self._fixed) * dearer - self._local_content * local_cam


def tenders_won(
    demand: float, rivals: float, offers: vec[float], weights: vec[float]
) -> vec[float]:
    """Return what each site wins of an open demand, in the unit of the demand.

    Parameters
    ----------
    demand : float
        Open demand.
    rivals : float
        What rivals offer, at weight one.
    offers, weights : vec of float
        What each site offers, and its weight exp(utility).
    """
    pulled, won = 0.0, vec[float]([0.0] * len(offers))
    for i, offer in enumerate(offers):
        if offer > 0.0:
            won[i] = own = offer * weights[i]
            pulled += own
    total = rivals + pulled
    for i, own in enumerate(won):
        won[i] = demand * own / total if total > 0.0 else 0.0
    return won


class SecondSupplier:
    """Who is awarded part of what a site does not deliver.

    Parameters
    ----------
    spec : SecondSource
        What customers do then.
    """

    def __init__(self, spec: SecondSource) -> None:
        self._share: float = spec.share
        self._ready, self._term = monthly_step(spec.ready), monthly_step(spec.term)

    def month_later(self, share: float, undelivered: float) -> float:
        """Return the share of contracted orders that it has a month later.

        Parameters
        ----------
        share : float
            Its share now.
        undelivered : float
            Share of the month's orders that the site did not deliver.
        """
        target = self._share * undelivered
        return share + (self._ready if target > share else self._term) * (target - share)


def monthly_step(time_constant_months: float) -> float:
    """Return the share of the way to a target that a month covers, of an exponential approach."""
    if time_constant_months <= 0.0:
        return 1.0
    return 1.0 - math.exp(-1.0 / time_constant_months)
