"""The grammar of numbers and distributions in files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import TypeGuard

from bvsim.schema.days import NOT_A_DATE, as_day
from bvsim.schema.distributions import (
    Beta,
    Discrete,
    Distribution,
    Fixed,
    Lognormal,
    Normal,
    Pert,
    Quantiles,
    Triangular,
    Truncated,
    Uniform,
    beta_by_mean,
)
from bvsim.schema.errors import Path, did_you_mean
from bvsim.schema.figure import DATE_SYMBOL, day_number, write_value
from bvsim.schema.form import NUMBER, VALUE, Form, Item
from bvsim.schema.plugins import plugged
from bvsim.schema.unit import Unit

_NO_MASS = 1e-7


def _beta(mean: float = 0.0, a: float = 0.0, b: float = 0.0, **spread: float) -> Beta:
    return beta_by_mean(mean, **spread) if spread else Beta(a, b)


def _lognormal(median: float, gsd: float) -> Lognormal:
    return Lognormal(median, gsd)


FORMS = {
    "value": Form(Fixed),
    "uniform": Form(Uniform, ("low", "high")),
    "triangular": Form(Triangular, ("low", "mode", "high")),
    "pert": Form(Pert, ("low", "mode", "high")),
    "normal": Form(Normal, keys={"mean": VALUE, "sd": NUMBER}),
    "lognormal": Form(_lognormal, keys={"median": NUMBER, "gsd": Item(least=1)}),
    "beta": Form(
        _beta,
        keys=dict.fromkeys(("mean", "n", "sd", "a", "b"), NUMBER),
        together=(("mean", "n"), ("mean", "sd"), ("a", "b")),
    ),
    "discrete": Form(
        lambda values, weights: Discrete(tuple(values), tuple(weights)),
        keys={"values": Item(in_unit=True, many=True), "weights": Item(many=True)},
    ),
    "quantiles": Form(
        lambda shares, values: Quantiles(tuple(shares), tuple(values)),
        keys={"shares": Item(many=True), "values": Item(in_unit=True, many=True)},
    ),
}
FORMS |= plugged("bvsim.distributions", Form, taken=FORMS)
"""The distributions by their names in files: the one table that readers and schemas follow."""
KINDS = tuple(FORMS)


def _in_range(raw: float) -> bool:
    """Tell whether a number is finite as a float; a whole number may be too large for one."""
    try:
        return math.isfinite(raw)
    except OverflowError:
        return False


class DistributionReader:
    """Reads the distribution of a figure and collects what is wrong with it.

    Parameters
    ----------
    unit : Unit
        Which values make sense.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.is_date = unit.symbol == DATE_SYMBOL
        self.problems: list[tuple[Path, str]] = []

    def say(self, path: Path, message: str) -> None:
        """Report a problem."""
        self.problems.append((path, message))

    def keys(self, raw: Mapping[str, object], known: tuple[str, ...], path: Path) -> bool:
        """Report unknown keys; tell whether there was none."""
        wrong = [key for key in raw if key not in known]
        for key in wrong:
            self.say((*path, key), f"unknown key {key!r}{did_you_mean(str(key), known)}")
        return not wrong

    def number(self, raw: object, path: Path) -> float | None:
        """Read a finite number."""
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            if _in_range(raw):
                return float(raw)
            if isinstance(raw, int):
                self.say(path, "a whole number beyond what any figure can be")
                return None
        hint = " (write a decimal point)" if isinstance(raw, str) and "," in raw else ""
        what = "nothing" if raw is None else repr(raw)
        self.say(path, f"{what} is not a number{hint}")
        return None

    def _value(self, raw: object, path: Path) -> float | None:
        """Read a value in the figure's unit: a number, or a date."""
        if not self.is_date:
            return self.number(raw, path)
        day = self.day(raw, path)
        return None if day is None else day_number(day)

    def day(self, raw: object, path: Path) -> date | None:
        """Read a date."""
        day = as_day(raw)
        if day is None:
            self.say(path, f"{raw!r} {NOT_A_DATE}")
        return day

    def distribution(
        self, raw: Mapping[str, object], path: Path, *, report_none: bool
    ) -> Distribution | None:
        """Read the one distribution that a figure's mapping holds."""
        given = [kind for kind in KINDS if kind in raw]
        if len(given) != 1:
            if given:
                self.say((*path, given[1]), f"both {given[0]} and {given[1]}: one is enough")
            elif report_none:
                self.say(path, f"no value: write one of {', '.join(KINDS)}")
            return None
        kind = given[0]
        before = len(self.problems)
        made = self.make(kind, raw[kind], (*path, kind))
        if "truncate" in raw and made is not None:
            made = self._truncate(made, raw["truncate"], (*path, "truncate"))
        if made is None or len(self.problems) > before:
            return None
        return self.within_bounds(made, (*path, kind))

    def make(self, kind: str, raw: object, path: Path) -> Distribution | None:
        """Read a distribution of a kind."""
        form = FORMS[kind]
        try:
            if form.keys:
                return self._of_mapping(kind, form, raw, path)
            if form.listed:
                values = self._list(raw, path, self._value, len(form.listed))
                return None if values is None else form.make(*values)
            return self._fixed(raw, path)
        except ValueError as error:
            self.say(path, str(error))
            return None

    def _fixed(self, raw: object, path: Path) -> Distribution | None:
        value = self._value(raw, path)
        if value is not None and self.unit.whole and value != round(value):
            self.say(path, f"{value:g} is not a whole number of {self.unit.symbol}")
        return None if value is None else Fixed(value)

    def _list(
        self, raw: object, path: Path, read: Callable[[object, Path], float | None], length: int = 0
    ) -> list[float] | None:
        """Read a list of numbers, of a length where one is given."""
        if not isinstance(raw, list) or (length and len(raw) != length) or not raw:
            shape = f"a list of {length} values" if length else "a list"
            self.say(path, f"{raw!r} should be {shape}")
            return None
        values = [read(item, (*path, i)) for i, item in enumerate(raw)]
        found = [value for value in values if value is not None]
        return found if len(found) == len(values) else None

    def _of_mapping(self, kind: str, form: Form, raw: object, path: Path) -> Distribution | None:
        if self.is_date and not any(item.in_unit for item in form.keys.values()):
            self.say(path, f"a date cannot be {kind}")
            return None
        if not self._mapping(raw, form.together or (tuple(form.keys),), path):
            return None
        found = {key: self._item(form.keys[key], raw[key], (*path, key)) for key in raw}
        return None if None in found.values() else form.make(**found)

    def _item(self, item: Item, raw: object, path: Path) -> float | list[float] | None:
        read = self._value if item.in_unit else self.number
        return self._list(raw, path, read) if item.many else read(raw, path)

    def _mapping(
        self, raw: object, forms: tuple[tuple[str, ...], ...], path: Path
    ) -> TypeGuard[Mapping[str, object]]:
        """Tell whether a mapping has exactly the keys of one of the forms."""
        written = " or ".join(
            "{" + ", ".join(f"{key}: ..." for key in form) + "}" for form in forms
        )
        if not isinstance(raw, Mapping):
            self.say(path, f"{raw!r} should be {written}")
            return False
        if any(set(raw) == set(form) for form in forms):
            return True
        known = tuple(dict.fromkeys(key for form in forms for key in form))
        if self.keys(raw, known, path):
            self.say(path, f"should be {written}")
        return False

    def _truncate(self, made: Distribution, raw: object, path: Path) -> Distribution | None:
        if isinstance(made, (Fixed, Discrete)):
            self.say(path, f"{made.kind} cannot be truncated")
            return None
        if not isinstance(raw, list) or len(raw) != 2:
            self.say(path, f"{raw!r} should be [low, high]; null leaves a side open")
            return None
        low, high = (self._value(x, (*path, i)) if x is not None else x for i, x in enumerate(raw))
        try:
            lowest = -math.inf if low is None else low
            return Truncated(made, lowest, math.inf if high is None else high)
        except ValueError as error:
            self.say(path, str(error))
            return None

    def within_bounds(self, made: Distribution, path: Path) -> Distribution | None:
        """Cut normal, lognormal and beta at the bounds of the unit; refuse others beyond them."""
        low, high = made.support
        least, most = self.unit.lower, self.unit.upper
        base = made.base if isinstance(made, Truncated) else made
        tailed = isinstance(base, (Normal, Lognormal, Beta)) and base.uncertain
        if tailed:  # a tail that hardly any draw reaches is not cut: draws stop at bounds anyway
            most = math.inf if 1.0 - base.cdf(most) < _NO_MASS else most
            least = 0.0 if low == 0.0 and base.cdf(least) < _NO_MASS else least
        if least <= low and high <= most:
            return made
        if tailed:
            try:
                return Truncated(base, max(low, least), min(high, most))
            except ValueError as error:
                self.say(path, str(error))
                return None
        self.say(path, self._out_of_bounds(low, high))
        return None

    def _out_of_bounds(self, low: float, high: float) -> str:
        write = partial(write_value, unit=self.unit)
        reach = write(low) if low == high else f"{write(low)}..{write(high)}"
        least, most = self.unit.lower, self.unit.upper
        bounds = f"at least {write(least)}"
        if math.isfinite(most):
            bounds = f"between {write(least)} and {write(most)}"
        return f"{reach} is out of bounds: {self.unit.symbol} here is {bounds}"
