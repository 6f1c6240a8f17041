"""How well the embedded model understands: measured over rows of what somebody said and meant."""
