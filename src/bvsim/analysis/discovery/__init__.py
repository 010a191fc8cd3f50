"""Where in the space of figures an outcome happens."""
