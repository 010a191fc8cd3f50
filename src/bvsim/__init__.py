"""bvsim: the Battery Valley simulator."""
