"""Gigafactories: blocks, limits, cells in process, energy and money."""
