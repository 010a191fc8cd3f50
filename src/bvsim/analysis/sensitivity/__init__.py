"""Which uncertain figures matter."""
