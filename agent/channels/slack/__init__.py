"""Slack: the same conversations in threads, proposals as cards with buttons, and a home with what waits."""
