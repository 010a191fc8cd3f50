"""Which numbers stand behind each draw."""
