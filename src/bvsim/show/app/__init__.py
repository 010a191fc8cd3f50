"""The planner's page: levers, an estimate at once, exact rows behind it."""
