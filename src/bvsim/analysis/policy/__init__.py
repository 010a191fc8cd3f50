"""What a change makes, and how robust it is."""
