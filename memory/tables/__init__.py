"""Every table of the shared SQL store, one module per trade."""
