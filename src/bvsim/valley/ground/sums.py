"""Python's sums of lists, by names that compiled modules need not look up at each call."""

from __future__ import annotations

import math
from typing import Final

exact: Final = math.fsum
"""The sum, rounded once."""
total: Final = sum
"""The sum, added up as the Python at hand does it."""
