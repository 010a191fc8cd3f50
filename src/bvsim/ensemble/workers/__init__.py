"""Who simulates the rows."""
