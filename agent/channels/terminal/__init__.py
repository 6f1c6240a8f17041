"""The terminal: the same conversation over the same wire, with cards drawn as text."""
