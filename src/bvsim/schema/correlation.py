"""What a file says of uncertain figures that go together."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bvsim.schema.part import part


@part
class RankCorrelation:
    """Two uncertain figures that go together, or against each other."""

    figures: Annotated[list[str], Field(min_length=2, max_length=2)]
    """Dotted paths of the two."""
    rank: Annotated[float, Field(gt=-1, lt=1)]
    """Spearman's rank correlation, between -1 and 1; 0 takes back what is inherited."""
    source: list[str] | str | None = None
    """Ids of sources; without one it is the user's judgement."""
    known_from: date | None = None
    """In a model: the day from which it is known; the latest entry of a pair counts."""
    note: str = ""
    """Why."""
