"""Scenarios against their baselines."""
