"""Language models: the embedded one, and the gateway to any other."""
