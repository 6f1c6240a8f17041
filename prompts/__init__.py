"""Instructions, templates and documents that people read, kept as files."""
