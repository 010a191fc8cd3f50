"""An aggregator of stationary storage, and a distribution for its figures."""
