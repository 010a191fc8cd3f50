"""Which levers, how far and from when, reach a target at least cost."""
