"""Demand: vehicle markets, customers, orders."""
