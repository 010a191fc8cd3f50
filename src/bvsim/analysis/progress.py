"""How analyses that make several runs show how far each of them is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from bvsim.ensemble.run import Progress

Bar = Callable[[str], AbstractContextManager[Progress | None]]
"""Shows the progress of a run under a title."""


def no_bar(_: str) -> AbstractContextManager[Progress | None]:
    """Show no progress."""
    return nullcontext()
