"""Forecasts against what was observed."""
