"""What a model file may say: one file per actor; figures, units, distributions."""
