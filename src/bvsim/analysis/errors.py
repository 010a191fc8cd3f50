"""What analyses refuse."""

from __future__ import annotations


class AnalysisError(ValueError):
    """Something was asked for that a run does not hold, or that makes no sense of it."""
