"""The conversation: messages, the turns that answer them, and their events in order."""

from agent.conversations.events import EventOut
from agent.conversations.talk import Conversations
from agent.conversations.turns import Said

__all__ = ["Conversations", "EventOut", "Said"]
