"""Many replications: designs, executors and the run store."""
