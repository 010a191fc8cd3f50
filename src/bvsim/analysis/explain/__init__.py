"""Why: one future told against the median one, and the chain from a change to the cells."""
