"""How a distribution is written in files; packages outside that bring one import this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bvsim.schema.distributions import Distribution

Schema = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One number of a distribution, or a list of them.

    Parameters
    ----------
    in_unit : bool
        Written in the figure's unit: a date where the figure is one.
    many : bool
        A list.
    least : float, optional
        The least that makes sense.
    """

    in_unit: bool = False
    many: bool = False
    least: float | None = None

    @property
    def schema(self) -> Schema:
        """Its JSON Schema."""
        one: Schema = {"type": ["number", "string"] if self.in_unit else "number"}
        if self.least is not None:
            one["minimum"] = self.least
        if not self.many:
            return one
        return {"type": "array", "items": one} | ({} if self.in_unit else {"minItems": 1})


VALUE, NUMBER = Item(in_unit=True), Item()


@dataclass(frozen=True)
class Form:
    """How a distribution is written in files.

    Parameters
    ----------
    make : callable
        Takes what stands there.
    listed : tuple of str
        What a list holds, in its order; empty where it is no list.
    keys : mapping of str to Item
        What a mapping holds; a plain value where neither is given.
    together : tuple of tuple of str
        Which keys go together, where not all do.
    """

    make: Callable[..., Distribution]
    listed: tuple[str, ...] = ()
    keys: Mapping[str, Item] = field(default_factory=dict)
    together: tuple[tuple[str, ...], ...] = ()

    @property
    def schema(self) -> Schema:
        """Its JSON Schema."""
        if self.keys:
            properties = {key: item.schema for key, item in self.keys.items()}
            return {"type": "object", "properties": properties, "additionalProperties": False}
        if not self.listed:
            return VALUE.schema
        size = len(self.listed)
        text = f"[{', '.join(self.listed)}]"
        items = {"type": "array", "items": VALUE.schema, "minItems": size, "maxItems": size}
        return items | {"description": text}
