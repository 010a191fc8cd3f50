"""The ensemble room."""
