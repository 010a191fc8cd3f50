"""With one figure at one value, one number worked out by hand, for every share in a flow."""
