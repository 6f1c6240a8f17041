"""What the agent can do: one package per trade, with no model and no channel in sight."""
