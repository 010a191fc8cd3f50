"""The decorator of every data class that a model file fills."""

from __future__ import annotations

from dataclasses import field
from typing import TypeVar, cast, dataclass_transform

import pydantic.dataclasses
from pydantic import ConfigDict

T = TypeVar("T")

_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def part(cls: type[T]) -> type[T]:
    """Make a frozen, keyword-only data class that validates and refuses unknown keys."""
    made = pydantic.dataclasses.dataclass(kw_only=True, frozen=True, config=_CONFIG)(cls)
    return cast("type[T]", made)
