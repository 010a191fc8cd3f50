"""What becomes of a gigafactory that stops: refinanced, sold, or wound up."""

from __future__ import annotations

from typing import Final

from bvsim.schema.fates import Comeback, FatesSpec, Then
from bvsim.schema.ramp import RampClass
from bvsim.schema.stages import Shock
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import patience

REFINANCED: Final = "refinanced"
SOLD: Final = "sold"


class Fate:
    """How a plant comes back.

    Parameters
    ----------
    name : str
        ``refinanced`` or ``sold``.
    how : Comeback
        Its figures.
    ramp : RampClass or None
        The buyer's class; None: the plant stays in its own.
    customers : bool
        Whether its customers come back with it.
    """

    __slots__ = ("customers", "how", "name", "ramp")

    def __init__(
        self, name: str, how: Comeback, ramp: RampClass | None, *, customers: bool
    ) -> None:
        self.name, self.how, self.ramp, self.customers = name, how, ramp, customers

    @property
    def dark_days(self) -> float:
        """Days from the stop to the restart."""
        return self.how.dark * DAYS_PER_MONTH


class Fates:
    """The luck of one site's owners, and of what comes after them.

    Parameters
    ----------
    site : str
        Name of the site.
    spec : FatesSpec
        Drawn figures.
    shock : Shock
        The common industry shock: it shortens the patience of all owners alike.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(self, site: str, spec: FatesSpec, shock: Shock, ctx: Context) -> None:
        self._spec, self._shock = spec, shock
        self._luck = ctx.streams.stream(site, "fate")
        self._closure = ctx.streams.stream(site, "closure")
        self._owners = ctx.streams.stream(site, "owners")

    def closure_patience(self) -> float:
        """Return the closure hazard that owners bear: a unit exponential, tied to the shock."""
        return patience(self._closure, self._shock)

    def support_patience(self) -> float:
        """Return how long owners stand by the site, over their mean: a unit exponential."""
        return patience(self._owners, self._shock)

    def after_stop(self, then: Then | None) -> Fate | None:
        """Return how a plant that stops comes back; None for a winding-up.

        Parameters
        ----------
        then : {"winding-up", "refinance", "sale"} or None
            What a scenario says; None: it is drawn.
        """
        spec = self._spec
        way, buyer, customers = self._luck.uniforms(3)
        if then is None:
            sold = spec.refinanced.odds + spec.sold.odds
            then = "refinance" if way < spec.refinanced.odds else "sale"
            then = then if way < sold else "winding-up"
        if then == "refinance":
            how = spec.refinanced
            return Fate(REFINANCED, how, None, customers=customers < how.customers)
        if then == "sale":
            how = spec.sold
            return Fate(SOLD, how, self._buyer(buyer), customers=customers < how.customers)
        return None

    def _buyer(self, u: float) -> RampClass:
        """Return the class of the buyer at a uniform number."""
        kinds = [self._spec.buyers[name] for name in sorted(self._spec.buyers)]
        left = u * sum([kind.odds for kind in kinds])
        for kind in kinds[:-1]:
            left -= kind.odds
            if left < 0.0:
                return kind.ramp
        return kinds[-1].ramp
