"""The page of a run, for people who look before they read, and its tables as a workbook."""

from __future__ import annotations

from bvsim.show.report.page import render_page, write_report

__all__ = ["render_page", "write_report"]
