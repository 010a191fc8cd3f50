"""The valley room."""
