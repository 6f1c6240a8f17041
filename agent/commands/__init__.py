"""What each `friday` command does."""

from agent.commands.keeping import audit_verify, export_router, found_firm, token
from agent.commands.remembering import erase, reindex, scrub
from agent.commands.resetting import demo_reset
from agent.commands.running import be_quiet, serve, work
from agent.commands.talking import chat, import_file, tour
from agent.commands.teaching import taught_list, taught_revert

__all__ = [
    "audit_verify",
    "be_quiet",
    "chat",
    "demo_reset",
    "erase",
    "export_router",
    "found_firm",
    "import_file",
    "reindex",
    "scrub",
    "serve",
    "taught_list",
    "taught_revert",
    "token",
    "tour",
    "work",
]
