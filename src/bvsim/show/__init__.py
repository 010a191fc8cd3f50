"""What people see: figures, the page, workbooks."""

# ruff: noqa: I001 - a line a module, or two

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.show import plot as plot, report as report
    from bvsim.show.export import FORMATS as FORMATS, export_run as export_run
    from bvsim.show.plot import save_figures as save_figures
    from bvsim.show.report import render_page as render_page, write_report as write_report
else:
    from bvsim._lazy import public_names

    __getattr__, __dir__, __all__ = public_names(__name__)
