"""Pictures: figures that a notebook shows, and that open no window elsewhere.

An Axes has no picture of its own, and a notebook's backend shows only what pyplot keeps. So:

- A figure is made without pyplot, and shows itself: as the last expression of a cell, at the
  end of the cell that made it, and again wherever it or its Axes is named.
- Where pyplot is loaded with a backend that has a screen of its own (widgets, windows), pyplot
  makes the figure, and that backend shows it as it shows any other: `pyplot.show()` in a
  script, at the end of the cell in a notebook. A later cell that names it shows it again.

Nothing here imports pyplot or IPython: who has not loaded them does not need them.
"""

from __future__ import annotations

import importlib
import io
import sys
from base64 import b64encode
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 110
"""Dots per inch on a notebook's page."""
WIDE, HIGH, TALL = 7.6, 4.3, 4.9
"""Inches of a figure: its width, its height, and that of a staircase."""

_WITHOUT_SCREEN = {"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"}
_LOOK: dict[str, Any] = {"facecolor": "white", "layout": "constrained"}


class Picture(Figure):
    """A figure that a notebook shows once in the cell that made it, and where it is named."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._awaited = False
        self._left_to_backend = False

    def await_end_of_cell(self, shell: Any, *, backend: bool) -> None:
        """Have the figure shown when the cell of a notebook ends, by its backend or by itself."""
        self._left_to_backend = backend
        self._awaited = not backend

        def ended() -> None:
            shell.events.unregister("post_execute", ended)
            self._left_to_backend = False
            if self._awaited:
                importlib.import_module("IPython.display").display(self)

        shell.events.register("post_execute", ended)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """Return the figure as a notebook shows it; nothing when its backend is about to."""
        if self._left_to_backend:
            return {}
        self._awaited = False
        interactive = getattr(self.canvas, "_repr_mimebundle_", None)
        if interactive is not None:
            return interactive(include=include, exclude=exclude)
        return {"image/png": b64encode(self._png()).decode("ascii")}

    def _png(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.12)
        return buffer.getvalue()


class ShownAxes(Axes):
    """An Axes that a notebook shows as its figure."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        shown: Any = self.figure
        return shown._repr_mimebundle_(include, exclude)


def axes(width: float = WIDE, height: float = HIGH) -> Axes:
    """Return an Axes on a figure of its own, to be shown where there is somebody to see it.

    Parameters
    ----------
    width, height : float
        Of the figure, in inches.
    """
    pyplot = _pyplot_with_a_screen()
    if pyplot is None:
        ax = blank(width, height)
    else:
        figure = pyplot.figure(FigureClass=Picture, figsize=(width, height), **_LOOK)
        ax = figure.add_subplot(axes_class=ShownAxes)
    shell = _notebook()
    by_backend = pyplot is not None
    if shell is not None and (mpl.is_interactive() or not by_backend):
        ax.figure.await_end_of_cell(shell, backend=by_backend)  # type: ignore[union-attr]
    return ax


def blank(width: float = WIDE, height: float = HIGH) -> Axes:
    """Return an Axes on a figure that stays where it is: for files and pages.

    It is shown nowhere unless it is named in a notebook.
    """
    figure = Picture(figsize=(width, height), **_LOOK)
    FigureCanvasAgg(figure)
    return figure.add_subplot(axes_class=ShownAxes)


def _pyplot_with_a_screen() -> Any:
    """Return pyplot if it is loaded and its backend shows figures by itself."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return None
    backend = str(pyplot.get_backend()).lower()
    return None if backend in _WITHOUT_SCREEN or "inline" in backend else pyplot


def _notebook() -> Any:
    """Return the shell of the notebook that runs this; nothing elsewhere, in a terminal too."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None
