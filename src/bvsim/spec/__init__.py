"""The spec room."""
