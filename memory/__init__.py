"""What the agent remembers: the shared SQL store, and later recall."""
