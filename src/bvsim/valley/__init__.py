"""The valley room."""

from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec


def compiled() -> bool:
    """Return whether the valley runs compiled to C; it is looked for, not imported."""
    spec = find_spec(f"{__name__}.valley")
    return spec is not None and str(spec.origin).endswith(tuple(EXTENSION_SUFFIXES))
