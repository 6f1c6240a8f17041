"""What Bolt calls: one module for each kind of payload."""
