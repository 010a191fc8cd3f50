"""What every actor stands on: time, books, random streams."""
