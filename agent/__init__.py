"""The conversation: from a message coming in to a reply going out."""
