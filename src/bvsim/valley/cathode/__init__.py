"""Cathode active material: local makers, imports, buyers."""
